"""Runs that nobody looks at: nbclient, papermill, nbconvert."""

from __future__ import annotations

import json
import subprocess
import sys
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.notebooks
WIDGET = "application/vnd.jupyter.widget-view+json"


class Videos(HTMLParser):
    """Collects where the videos of a page are."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a video's address."""
        if tag == "video":
            self.sources.append(dict(attrs)["src"] or "")


def run(work: Path, environ: dict[str, str], *command: str) -> str:
    """Run a program beside the notebook; what it said."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=work.parent, env=environ, text=True,
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr
    return done.stdout + done.stderr


def outputs(path: Path) -> list[list[dict[str, Any]]]:
    """The outputs of each cell of a notebook."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return [cell["outputs"] for cell in cells if cell["cell_type"] == "code"]


NBCLIENT = ("jupyter", "execute", "--output=done.ipynb", "work.ipynb")
PAPERMILL = ("papermill", "work.ipynb", "done.ipynb", "--no-progress-bar")


@pytest.mark.parametrize("command", [NBCLIENT, PAPERMILL], ids=["nbclient", "papermill"])
def test_cells_wait_and_end_as_static_html_with_the_video(
    command: tuple[str, ...], work: Path, environ: dict[str, str]
) -> None:
    """Where nobody looks the cells wait by themselves; what is saved plays without a kernel."""
    run(work, environ, *command)
    loaded, kite, boats, awaited = outputs(work.parent / "done.ipynb")

    assert [] == [output for output in loaded if output["output_type"] == "error"]
    shown = [output for output in kite + boats if "data" in output]
    assert 3 == len(shown)
    for output in shown:
        assert {"text/html", "text/plain"} == output["data"].keys()
        [source] = Videos("".join(output["data"]["text/html"])).sources
        assert (work.parent / source).is_file()
    assert "['completed', 'completed']" in json.dumps(awaited)


def test_what_ends_in_a_later_cell_is_saved_as_it_ended(
    work: Path, environ: dict[str, str]
) -> None:
    """A cell that did not wait is mended by later ones; asking again as a value waits itself."""
    book = json.loads(work.read_text("utf-8"))
    sources = (
        "%load_ext seedance_nb",
        "%%seedance kite -d 4 -q 480p --no-wait\na red kite over the dunes",
        "import time\nwhile kite.active:\n    time.sleep(0.1)",
        "kite.again()",
    )
    blank = book["cells"][0]
    book["cells"] = [{**blank, "id": f"c{n}", "source": text} for n, text in enumerate(sources)]
    work.write_text(json.dumps(book), "utf-8")
    run(work, environ, *NBCLIENT)
    _, kite, _, again = outputs(work.parent / "done.ipynb")

    for output in (kite[-1], again[-1]):
        assert "Completed" in "".join(output["data"]["text/plain"])


def test_the_web_page_holds_videos_that_are_beside_it(work: Path, environ: dict[str, str]) -> None:
    """`jupyter nbconvert --execute --to html` gives a page whose videos are real files."""
    command = ("jupyter", "nbconvert", "--execute", "--to=html", "work.ipynb")
    run(work, environ, *command)

    videos = Videos((work.parent / "work.html").read_text("utf-8")).sources
    assert 3 == len(videos)
    for video in videos:
        assert b"ftyp" == (work.parent / video).read_bytes()[4:8]
