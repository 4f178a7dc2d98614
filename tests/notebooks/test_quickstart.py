from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from books import WIDGET, code_cells, read_book, text_of

from seedance_nb.evolink.mp4 import inspect
from seedance_nb.runs import demo

if TYPE_CHECKING:
    from peer import Peer

LESSON = Path(__file__).parents[2] / "notebooks" / demo.LESSON
TRAPS = {
    "trap-model": "seedance-2.0-text-to-video",
    "trap-image": "seedance-2.0-image-to-video",
    "trap-quality": "480p, 720p",
    "trap-file": "8000 x 5000",
    "trap-all": "`duration`",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> Path:
    """The folder in which the lesson was run as anybody would run it, a key in the environment."""
    made = tmp_path_factory.mktemp("lesson")
    told: list[str] = []
    outcome = demo.play(
        LESSON, made, environ={**environ, "SEEDANCE_NB_BACKEND": "simulator"},
        write=told.append, stopwatch=lambda: 0.0,
    )  # fmt: skip
    assert "" == outcome.trouble, "".join(told)
    return made


@pytest.fixture
def cells(folder: Path) -> dict[str, Any]:
    """The executed cells, by id."""
    return {cell["id"]: cell for cell in read_book(folder / LESSON.name)["cells"]}


def test_it_is_committed_clean() -> None:
    """No outputs, no counts, no traces of a machine; ids that stay, each once."""
    book = read_book(LESSON)
    nbformat.validate(book)
    ids = [cell["id"] for cell in book["cells"]]

    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code_cells(book))
    assert sorted(set(ids)) == sorted(ids)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]+", each) for each in ids)
    assert {"kernelspec", "language_info"} == set(book["metadata"])
    assert "python3" == book["metadata"]["kernelspec"]["name"]


@pytest.mark.notebooks
def test_it_makes_videos(folder: Path) -> None:
    """Five playable videos, each with what made it beside it; nothing is half made."""
    videos = sorted((folder / "seedance_runs" / "videos").glob("*.mp4"))

    assert 5 == len(videos)
    assert {(5, 1280), (4, 864), (4, 496)} == {
        (round(clip.duration), clip.width) for clip in map(inspect, videos)
    }
    kinds = {path.suffix for path in (folder / "seedance_runs" / "videos").iterdir()}
    assert {".mp4", ".json"} == kinds


@pytest.mark.notebooks
def test_its_videos_are_in_their_cells(folder: Path, cells: dict[str, Any]) -> None:
    """Each cell that asks ends as HTML and text, with a relative link to a file that is there."""
    for name, count in {"first": 1, "quick": 1, "tall": 1, "takes": 2, "same": 1}.items():
        outputs = cells[name]["outputs"]
        assert count == len(outputs), name
        for output in outputs:
            assert {"text/html", "text/plain"} == set(output["data"]), name
            [link] = re.findall(r'<video[^>]* src="([^"]+)"', output["data"]["text/html"])
            assert (folder / link).is_file()
            assert "Completed" in output["data"]["text/plain"]


@pytest.mark.notebooks
def test_it_saves_no_widget(folder: Path) -> None:
    """Nothing in the saved notebook needs a kernel, and all of it is small."""
    path = folder / LESSON.name
    book = read_book(path)

    assert "widgets" not in book["metadata"]
    outputs = [output for cell in code_cells(book) for output in cell["outputs"]]
    assert all(WIDGET not in output.get("data", {}) for output in outputs)
    assert path.stat().st_size < 200_000


@pytest.mark.notebooks
@pytest.mark.parametrize("name", TRAPS)
def test_its_traps_are_refused(cells: dict[str, Any], name: str) -> None:
    """Each trap fails with its mend, in a few lines and not in a traceback."""
    cell = cells[name]
    [output] = cell["outputs"]

    assert "raises-exception" in cell["metadata"]["tags"]
    assert ("error", "InvalidRequest") == (output["output_type"], output["ename"])
    assert "Nothing was sent" in text_of(cell)
    assert TRAPS[name] in text_of(cell)
    assert len(output["traceback"]) <= 6


@pytest.mark.notebooks
def test_only_the_traps_fail(cells: dict[str, Any]) -> None:
    """Every other cell does what it says, and none writes to stderr."""
    outputs = {name: cell["outputs"] for name, cell in cells.items() if "outputs" in cell}
    failed = {n for n, found in outputs.items() if any(o["output_type"] == "error" for o in found)}
    noisy = {n for n, found in outputs.items() if any(o.get("name") == "stderr" for o in found)}

    assert set(TRAPS) == failed
    assert set() == noisy
    assert "<Jobs 1 completed>" in text_of(cells["jobs-so-far"])
    assert "nothing was sent" in text_of(cells["same"])


@pytest.mark.notebooks
def test_it_gives_no_key_and_no_signature_away(folder: Path, canary: str) -> None:
    """Neither the notebook nor its page holds the key or the signed part of a link."""
    for path in (folder / LESSON.name, folder / LESSON.with_suffix(".html").name):
        text = path.read_text("utf-8")
        assert canary not in text
        assert "signature=" not in text


@pytest.mark.notebooks
def test_it_does_the_same_on_another_server(
    tmp_path: Path, environ: dict[str, str], peer: Peer
) -> None:
    """With a server and a key the same cells make one POST for each video, and no more."""
    peer.polls = 1
    live = {"EVOLINK_BASE_URL": peer.url, "SEEDANCE_NB_BACKEND": "live"}

    outcome = demo.play(
        LESSON, tmp_path, environ={**environ, **live},
        write=lambda _: None, stopwatch=lambda: 0.0,
    )  # fmt: skip

    assert "" == outcome.trouble
    assert 5 == len(peer.creates) == len(outcome.videos)
    assert all(path.read_bytes() == peer.video for path in outcome.videos)
