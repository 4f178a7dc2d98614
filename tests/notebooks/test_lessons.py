"""The lessons after the quickstart, each run from its first cell to its last on the simulator."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from books import WIDGET, code_cells, read_book, text_of
from PIL import Image

from seedance_nb.runs import demo

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).parents[2] / "notebooks"
IMAGES, TROUBLE = "02_images_and_references.ipynb", "05_when_things_go_wrong.ipynb"
VIDEOS = {IMAGES: 4, TROUBLE: 5}
# What each cell that fails on purpose says.
TRAPS = {
    IMAGES: {"trap-panorama": "8000 x 2000", "trap-sound": "sound alone"},
    TROUBLE: {
        "refused": "did you mean '720p'",
        "empty": "Nothing was billed",
        "await-empty": "Nothing was billed",
        "failed": "Change the prompt",
        "await-failed": "Change the prompt",
        "lost": "It is not sent again by itself",
        "await-lost": "It is not sent again by itself",
        "half": "at no cost",
        "await-half": "at no cost",
    },
}


@pytest.fixture(scope="module", params=sorted(VIDEOS))
def lesson(request: pytest.FixtureRequest) -> str:
    """The file name of each lesson."""
    return str(request.param)


@pytest.fixture(scope="module")
def play(
    tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]
) -> Callable[[str], Path]:
    """Runs a lesson, once, as anybody would run it; gives its folder."""
    played: dict[str, Path] = {}

    def run(name: str) -> Path:
        if name not in played:
            made = tmp_path_factory.mktemp("lesson")
            outcome = demo.play(
                FOLDER / name, made, environ={**environ, "SEEDANCE_NB_BACKEND": "simulator"},
                write=lambda _: None, stopwatch=lambda: 0.0,
            )  # fmt: skip
            assert "" == outcome.trouble
            played[name] = made
        return played[name]

    return run


def cells_of(folder: Path, name: str) -> dict[str, Any]:
    """The executed cells, by id."""
    return {cell["id"]: cell for cell in read_book(folder / name)["cells"]}


def test_it_is_committed_clean(lesson: str) -> None:
    """No outputs, no counts, no traces of a machine; ids that stay, each once."""
    book = read_book(FOLDER / lesson)
    nbformat.validate(book)
    ids = [cell["id"] for cell in book["cells"]]

    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code_cells(book))
    assert sorted(set(ids)) == sorted(ids)
    assert {"kernelspec", "language_info"} == set(book["metadata"])


@pytest.mark.notebooks
def test_only_the_traps_fail(play: Callable[[str], Path], lesson: str) -> None:
    """Every other cell does what it says; each trap names its mend, in a few lines."""
    cells = cells_of(play(lesson), lesson)
    outputs = {name: cell["outputs"] for name, cell in cells.items() if "outputs" in cell}
    failed = {n for n, found in outputs.items() if any(o["output_type"] == "error" for o in found)}
    noisy = {n for n, found in outputs.items() if any(o.get("name") == "stderr" for o in found)}

    assert set(TRAPS[lesson]) == failed
    assert set() == noisy
    for name, words in TRAPS[lesson].items():
        assert "raises-exception" in cells[name]["metadata"]["tags"], name
        assert words in text_of(cells[name]), name


@pytest.mark.notebooks
def test_its_videos_are_there_and_no_widget_is(play: Callable[[str], Path], lesson: str) -> None:
    """The number of videos is that of the requests that went well; nothing needs a kernel."""
    folder = play(lesson)
    outputs = [o for cell in code_cells(read_book(folder / lesson)) for o in cell["outputs"]]

    assert VIDEOS[lesson] == len(list((folder / "seedance_runs" / "videos").glob("*.mp4")))
    assert all(WIDGET not in output.get("data", {}) for output in outputs)
    assert (folder / lesson).stat().st_size < 400_000


@pytest.mark.notebooks
def test_it_gives_no_key_and_no_signature_away(
    play: Callable[[str], Path], lesson: str, canary: str
) -> None:
    """Neither the notebook nor its page holds the key or the signed part of a link."""
    for path in (play(lesson) / lesson, (play(lesson) / lesson).with_suffix(".html")):
        text = path.read_text("utf-8")
        assert canary not in text
        assert "signature=" not in text


@pytest.mark.notebooks
def test_the_first_frame_is_the_picture_that_was_given(play: Callable[[str], Path]) -> None:
    """Lesson 2 shows cause and effect: the clip begins with the picture, within 6 of 255."""
    folder = play(IMAGES)
    [output] = [o for o in cells_of(folder, IMAGES)["await-first"]["outputs"] if "data" in o]
    shown = Image.open(io.BytesIO(base64.b64decode(output["data"]["image/png"]))).convert("RGB")
    with Image.open(folder / "day.png") as day:
        given = day.convert("RGB").resize(shown.size)

    pairs = zip(shown.tobytes(), given.tobytes(), strict=True)
    assert sum(abs(a - b) for a, b in pairs) / len(given.tobytes()) < 6


@pytest.mark.notebooks
def test_a_copy_of_a_picture_is_no_new_request(play: Callable[[str], Path]) -> None:
    """The same picture under another name shows the video that is there."""
    cells = cells_of(play(IMAGES), IMAGES)
    names = [re.findall(r"videos/(\w+)\.mp4", text_of(cells[name])) for name in ("first", "again")]

    assert names[0] == names[1] != []
    assert "nothing was sent" in text_of(cells["again"])


@pytest.mark.notebooks
def test_nothing_is_lost_on_the_bad_days(play: Callable[[str], Path]) -> None:
    """Lesson 5: what was uncertain, cut off or killed ends with its video, each paid once."""
    folder = play(TROUBLE)
    cells = cells_of(folder, TROUBLE)
    tasks = list((folder / "seedance_runs" / "simulator" / "tasks").glob("*.json"))

    for name in ("again", "await-busy", "resend", "await-renewed", "await-resumed"):
        assert "completed" in text_of(cells[name]), name
    assert "adopt task-unified-" in text_of(cells["lost-candidates"])
    assert "given up" in text_of(cells["give-up"])
    assert "exit code -9" in text_of(cells["killed"])
    assert "No key" in text_of(cells["leaks"])
    # made: the failed task and its second, busy, lost, renewed, gone, killed
    assert 7 == len(tasks)
