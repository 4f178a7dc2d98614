"""What Tab offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from IPython.core.completer import provisionalcompleter

from seedance_nb.core import catalog
from seedance_nb.notebook.completion import files, suggestions, tags, variables

if TYPE_CHECKING:
    from pathlib import Path

    from IPython.core.interactiveshell import InteractiveShell

CASES: list[tuple[str, list[str] | None]] = [
    ("%%seedance dog --dur", ["--duration"]),
    ("%%seedance dog -q ", ["480p", "720p"]),
    ("%%seedance -t ", ["standard", "fast"]),
    ("%%seedance -m i", ["image"]),
    ("%%seedance -a 1", ["16:9", "1:1"]),
    ("%%seedance -d 1", ["10", "11", "12", "13", "14", "15"]),
    ("%%seedance --embed a", ["auto", "always"]),
    ("%%seedance do", None),
    ("%seedance resu", ["resume"]),
    ("%seedance show k", ["kite2345"]),
    ("%seedance login ", ["--save"]),
    ("%seedance jobs ", None),
    ("%seedance", None),
    ("x = 3", None),
]


@pytest.mark.parametrize(("before", "offered"), CASES)
def test_what_may_follow(before: str, offered: list[str] | None) -> None:
    """Options, their values, verbs and jobs, where they can stand."""
    assert offered == suggestions(before, lambda: ["kite2345", "lamp2345"])


def test_values_are_those_of_the_catalog_in_use() -> None:
    """What the catalog lacks would be refused, so it is not offered."""
    catalog.use("latest")
    try:
        offered = [suggestions(f"%%seedance -{option} ") for option in "qt"]
    finally:
        catalog.use("quickstart")

    assert [["480p", "720p", "1080p", "4k"], ["standard", "fast", "mini"]] == offered


@pytest.mark.parametrize(
    ("before", "after", "offered"),
    [
        ("a {co", "", ["colour}"]),
        ("a {co", "} fox", ["colour"]),
        ("%%seedance --image {", "", ["animal}", "colour}"]),
        ("a {{co", "", None),
        ("a {co} fox", "", None),
        ('{"key": co', "", None),
    ],
)
def test_variables_in_braces(before: str, after: str, offered: list[str] | None) -> None:
    """Braces that open a variable offer names, and are closed where nobody did that yet."""
    assert offered == variables(before, after, lambda: ["colour", "animal"])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("before", "line", "offered"),
    [
        ("@", "%%seedance --image a.png", ["@image1"]),
        ("the fox of @im", "%%seedance --image a --image=b", ["@image1", "@image2"]),
        ("(@IMAGE", "%%seedance --image {several}", ["@image1", "@image2", "@image3"]),
        ("@image", "%%seedance --image 'open", ["@image1"]),
        ("@au", "%%seedance --image a --audio b -d 5 --video c", ["@audio1"]),
        ("@", "%%seedance --audio b --image a", ["@image1", "@audio1"]),
        ("@image1", "%%seedance", []),
        ("me@im", "%%seedance --image a", None),
        ("@image1 ", "%%seedance --image a", None),
    ],
)
def test_tags_of_the_inputs_on_the_line(before: str, line: str, offered: list[str] | None) -> None:
    """Behind an @ stand the inputs that the line has, each of a variable that holds several."""
    assert offered == tags(before, line, {"several": ["a", "b", "c"]})


def test_files_of_the_kind_and_folders(here: Path) -> None:
    """Behind an option for inputs stand the files that can be meant, spelt as the line reads."""
    (here / "pictures").mkdir()
    for name in ("a.png", "b.MP4", "c.wav", "d.txt", ".e.png", "my cat.webp", "pictures/f.jpg"):
        (here / name).touch()

    assert ["a.png", r"my\ cat.webp", "pictures/"] == files("images", "")
    assert ["b.MP4", "pictures/"] == files("videos", "")
    assert ["c.wav", "pictures/"] == files("audios", "")
    assert [r"my\ cat.webp"] == files("images", r"my\ c")
    assert ["pictures/f.jpg"] == files("images", "pictures/")
    assert [".e.png"] == files("images", ".")
    assert [f"{here}/a.png"] == files("images", f"{here}/a")
    assert [] == files("images", "no/such") == files("images", "\0")
    assert ["a.png"] == suggestions("%%seedance dog --image a", paths=files)
    assert ["--audio"] == suggestions("%%seedance --image a.png --au", paths=files)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("%%seedance dog --dur", "%%seedance dog --duration"),
        ("%%seedance dog -a 16", "%%seedance dog -a 16:9"),
        ("%%seedance -m im", "%%seedance -m image"),
        ("%seedance mod", "%seedance models"),
        ("a = 1\n%seedance mod", "a = 1\n%seedance models"),
        ("%%seedance fox\na fox in {colo", "%%seedance fox\na fox in {colour}"),
        ("%%seedance --image {colo", "%%seedance --image {colour}"),
        ("%%seedance --image {photo_o", "%%seedance --image {photo_of_bytes}"),
        ("%%seedance --image {c}\nthe fox of @Ima", "%%seedance --image {c}\nthe fox of @image1"),
        ("%%seedance --image my\\ c", "%%seedance --image my\\ cat.png"),
        ("%%seedance --image do", "%%seedance --image dog.jpg"),
    ],
)
def test_tab_replaces_the_word_under_the_cursor(
    text: str, wanted: str, shell: InteractiveShell, here: Path
) -> None:
    """IPython's completer offers our words, and puts them where the half word stood."""
    for name in ("my cat.png", "dog.jpg", "door.txt"):
        (here / name).touch()
    shell.user_ns |= {"colour": "red", "colonel": print, "photo_of_bytes": b"", "photo_off": 3}
    shell.run_line_magic("load_ext", "seedance_nb")
    shell.Completer.use_jedi = False
    with provisionalcompleter():
        found = list(shell.Completer.completions(text, len(text)))
    shell.run_line_magic("unload_ext", "seedance_nb")

    assert [wanted] == [text[: one.start] + one.text + text[one.end :] for one in found]
