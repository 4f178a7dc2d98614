"""What Tab offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from IPython.core.completer import provisionalcompleter

from seedance_nb.notebook.completion import suggestions, variables

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

CASES: list[tuple[str, list[str] | None]] = [
    ("%%seedance dog --dur", ["--duration"]),
    ("%%seedance dog -q ", ["480p", "720p", "1080p", "4k"]),
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
    ],
)
def test_tab_replaces_the_word_under_the_cursor(
    text: str, wanted: str, shell: InteractiveShell
) -> None:
    """IPython's completer offers our words, and puts them where the half word stood."""
    shell.user_ns |= {"colour": "red", "colonel": print}
    shell.run_line_magic("load_ext", "seedance_nb")
    shell.Completer.use_jedi = False
    with provisionalcompleter():
        found = list(shell.Completer.completions(text, len(text)))
    shell.run_line_magic("unload_ext", "seedance_nb")

    assert [wanted] == [text[: one.start] + one.text + text[one.end :] for one in found]
