from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import canary
import pytest
from browser.lab import from_a_stranger

if TYPE_CHECKING:
    from browser.lab import Lab

pytestmark = pytest.mark.browser

QUICKSTART = Path(__file__).parents[2] / "notebooks" / "01_quickstart.ipynb"
SMALL = "-d 4 -q 480p -t fast"


def test_quickstart_runs_from_its_first_cell_to_its_last(lab: Lab) -> None:
    """Run All on the quickstart ends well, and its video cells hold videos that play."""
    path = lab.folder / QUICKSTART.name
    shutil.copy(QUICKSTART, path)
    cells = json.loads(path.read_text("utf-8"))["cells"]
    code = [i for i, cell in enumerate(cells) if cell["cell_type"] == "code"]
    traps = [i for i in code if "raises-exception" in cells[i]["metadata"].get("tags", ())]
    starts = {i: "".join(cells[i]["source"]).partition("\n")[0] for i in code}
    made = [i for i, line in starts.items() if line.startswith("%%seedance") and i not in traps]
    made = [i for i in made if "--dry-run" not in starts[i]]
    book = lab.open(path)

    book.run_all()
    book.until_ran(code[-1], seconds=90)
    for index in made:
        book.until_static(index)

    failed = [i for i in code if any(o["output_type"] == "error" for o in book.outputs(i))]
    assert traps == failed
    assert len(made) >= 3
    pictures = {starts[index]: book.play(index) for index in made}
    for line, picture in pictures.items():
        assert _asked(line) == (picture.width, picture.height)
        assert picture.duration == pytest.approx(4 if "-d 4" in line else 5, abs=0.2)


@pytest.mark.parametrize("version", ["", "7.4.0", "6.31.0", "7.0.1"])
def test_ten_jobs_end_in_their_own_cells_while_another_cell_runs(lab: Lab, version: str) -> None:
    """Ten jobs that finish while an eleventh cell blocks the kernel land in the right cells."""
    if version and version not in json.loads(os.environ.get("KERNEL_PYTHONS") or "{}"):
        pytest.skip("the environments are made by nox -s kernels")
    cells = [f"%%seedance job{n} {SMALL} --no-audio\nclip number {n}." for n in range(1, 11)]
    block = "import pathlib, time\nwhile not pathlib.Path('go').exists():\n    time.sleep(0.05)"
    book = lab.new(*cells, block, kernel=f"kernel-{version}" if version else "python3")

    book.run_all()
    for number in range(1, 11):
        book.until_static(number, seconds=60)

        assert f"clip number {number}." in book.text(number)
        assert "[*]:" == book.prompt(11)
    (lab.folder / "go").touch()
    book.until_ran(11)
    links = {book.look("seedanceTest.area(path, i).node.innerHTML", n) for n in range(1, 11)}
    assert 10 == len(links)
    for cell in book.save()["cells"][1:11]:
        end, blank = (output["data"] for output in cell["outputs"])
        assert {"text/html", "text/plain"} == set(end)
        assert not any(blank.values())


def test_video_outlives_kernel_and_trust(lab: Lab) -> None:
    """A saved notebook opened untrusted, without a kernel, still shows the video, and it plays."""
    book = lab.new(f"%%seedance {SMALL} -a 1:1\na lighthouse on a cliff")
    book.run(1)
    book.until_static(1)

    saved = book.save()
    book.close()
    lab.end_kernels()
    assert "widget-view" not in json.dumps(saved)
    assert canary.CANARY not in json.dumps(saved)
    stranger = from_a_stranger(book.path, saved)
    copy = lab.open(stranger, kernel=False)
    copy.until_shows(1, "video")

    assert copy.look("seedanceTest.book(path).context.sessionContext.session") is None
    assert not copy.look("seedanceTest.cell(path, i).model.trusted", 1)
    picture = copy.play(1)
    assert (640, 640) == (picture.width, picture.height)
    assert "Completed" in copy.text(1)


def _asked(line: str) -> tuple[int, int]:
    """Width and height that an option line asks for."""
    if "-a 9:16" in line:
        return 496, 864
    return (864, 496) if "-q 480p" in line else (1280, 720)
