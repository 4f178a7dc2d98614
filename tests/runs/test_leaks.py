"""Keys and signed links are found before a notebook is shared, and never repeated."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from seedance_nb import cli
from seedance_nb.core.errors import ConfigError
from seedance_nb.core.secret import Secret
from seedance_nb.runs import current as sessions
from seedance_nb.runs import leaks

if TYPE_CHECKING:
    from pathlib import Path

SIGNED = "https://files.example.org/v/1.mp4?Expires=17&Signature=Zm9vYmFy"
MINE = "a-key-of-mine-17"
LIKE_A_KEY = "sk-" + "4f9aQ2z7" * 4


def told(path: Path, secret: Secret) -> list[str]:
    """The lines that a person reads."""
    return [str(leak) for leak in leaks.find(path, secret)]


def notebook(**cell: object) -> str:
    """A notebook with one code cell."""
    plain = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "source": []}
    return json.dumps({"cells": [{**plain, **cell}], "metadata": {}, "nbformat": 4})


@pytest.mark.parametrize(
    ("cell", "place"),
    [
        ({"source": ["key = ", "'KEY'"]}, "source of cell 1"),
        ({"outputs": [{"output_type": "stream", "text": ["it is KEY\n"]}]}, "output of cell 1"),
        ({"metadata": {"papermill": {"key": "KEY"}}}, "metadata of cell 1"),
    ],
)
def test_the_key_is_found_wherever_a_notebook_holds_it(
    cell: dict[str, object], place: str, tmp_path: Path
) -> None:
    """Source, outputs and metadata of a cell are told apart, and the key is not repeated."""
    path = tmp_path / "shared.ipynb"
    path.write_text(notebook(**cell).replace("KEY", MINE))

    [line] = told(path, Secret(MINE))

    assert place in line
    assert "API key in use" in line
    assert MINE not in line


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"Authorization: Bearer {LIKE_A_KEY}", "looks like"),
        (f'{{"api_key": "{LIKE_A_KEY[3:]}"}}', "looks like"),
        (f"export EVOLINK_API_KEY={LIKE_A_KEY[3:]}", "looks like"),
        (f"see {SIGNED} for it", "signed link"),
    ],
)
def test_foreign_keys_and_signed_links_are_found(text: str, kind: str, tmp_path: Path) -> None:
    """What looks like a key or a signed link is found by its shape, with its line."""
    (tmp_path / "run.log").write_text(f"all is well\n{text}\n")

    [line] = told(tmp_path, Secret(""))

    assert "line 2" in line
    assert kind in line
    assert LIKE_A_KEY[3:] not in line


@pytest.mark.parametrize(
    "text",
    [
        'export EVOLINK_API_KEY="your-api-key-here"',
        '-H "Authorization: Bearer $EVOLINK_API_KEY"',
        "api_key = os.environ['EVOLINK_API_KEY']",
        "https://files.example.org/v/1.mp4?width=300",
        "the bearer of good-news-for-everybody",
    ],
)
def test_what_is_harmless_is_left_alone(text: str, tmp_path: Path) -> None:
    """Examples, variables and plain links are no leaks."""
    (tmp_path / "README.md").write_text(text)

    assert [] == told(tmp_path, Secret(MINE))


def test_a_folder_is_searched_with_its_zips(tmp_path: Path) -> None:
    """Texts in folders and in zips are read; videos and version control are not."""
    (tmp_path / "deep" / ".git").mkdir(parents=True)
    (tmp_path / "deep" / ".git" / "config.txt").write_text(MINE)
    (tmp_path / "deep" / "clip.mp4").write_text(MINE)
    (tmp_path / "deep" / "notes.md").write_text(MINE)
    with zipfile.ZipFile(tmp_path / "record.zip", "w") as archive:
        archive.writestr("log.jsonl", "{}\n" + SIGNED)

    first, second = told(tmp_path, Secret(MINE))

    assert "notes.md" in first
    assert "record.zip!log.jsonl, line 2" in second


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A missing path and a broken zip are errors; in a folder the rest is read all the same."""
    (tmp_path / "broken.zip").write_bytes(b"PK no zip")
    (tmp_path / "notes.md").write_text(SIGNED)

    for path in (tmp_path / "nowhere", tmp_path / "broken.zip"):
        with pytest.raises(ConfigError, match=path.name):
            told(path, Secret(""))
    assert 1 == len(told(tmp_path, Secret("")))


def test_a_notebook_that_is_none_is_read_by_lines(tmp_path: Path) -> None:
    """Half a notebook is searched as text."""
    (tmp_path / "half.ipynb").write_text('{"cells": [\n"' + SIGNED + '"')

    [line] = told(tmp_path / "half.ipynb", Secret(""))

    assert "line 2" in line


def test_the_command_line_lists_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`doctor --leaks PATH` prints one a line and exits with 1, or with 0 where there is none."""
    (tmp_path / "run.log").write_text(f"fetched {SIGNED}\n")
    (tmp_path / "fine.log").write_text("all is well\n")

    assert 1 == cli.main(["doctor", "--leaks", str(tmp_path)])
    out, _ = capsys.readouterr()
    assert "run.log, line 1: a signed link" in out
    assert "Signature" not in out

    assert 0 == cli.main(["doctor", "--leaks", str(tmp_path / "fine.log")])
    out, err = capsys.readouterr()
    assert "" == out
    assert "No key" in err
    sessions.current().close()
