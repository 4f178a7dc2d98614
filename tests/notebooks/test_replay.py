"""The quickstart, recorded once, runs again from its recording alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

pytestmark = pytest.mark.notebooks

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "notebooks" / "01_quickstart.ipynb"
EXECUTE = """
import nbclient, nbformat, sys
book = nbformat.read(sys.argv[1], 4)
nbclient.NotebookClient(book, timeout=120).execute()
nbformat.write(book, sys.argv[1])
"""
BEGIN = """
import socket, time
_calls = []
def _nowhere(*args):
    _calls.append(args)
    raise OSError("blocked")
if BLOCKED:
    socket.socket.connect = socket.socket.connect_ex = _nowhere
_began = time.process_time()
"""
END = """
_took = time.process_time() - _began
_files = [job.video.sha256 for job in (first, quick, tall, *pair)]
print(_took, len(_calls), *_files)
"""
# Where it came from must be said, and time has passed; everything else is the same.
SAID = (
    (r"(Replayed from the recording|Shown from disk); nothing was sent\.( · )?", ""),
    (r"credits \((simulator|replay)\)", "credits"),
    (r"<div[^>]*></div>", ""),
    (r"\b\d+ (s|min) ago\b", "AGO"),
    (r"As of [\d-]+ [\d:]+", "As of NOW"),
)


def play(folder: Path, *, blocked: bool, **environ: str) -> tuple[dict[str, str], list[str]]:
    """Run the lesson by nbclient: what each cell shows, by id, and what the last one tells."""
    book: Any = nbformat.read(LESSON, as_version=4)
    begin = nbformat.v4.new_code_cell(BEGIN.replace("BLOCKED", str(blocked)))
    book["cells"] = [begin, *book["cells"], nbformat.v4.new_code_cell(END)]
    place = folder / "lesson.ipynb"
    nbformat.write(book, place)
    env = {**os.environ, "PYTHONPATH": str(ROOT), "SEEDANCE_NB_TIME_SCALE": "0", **environ}
    done = subprocess.run(
        [sys.executable, "-c", EXECUTE, str(place)], cwd=folder, env=env, check=False,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr[-2000:]
    cells = json.loads(place.read_text("utf-8"))["cells"]
    shown = {cell["id"]: told(cell["outputs"]) for cell in cells[1:-1] if "outputs" in cell}
    return shown, "".join(cells[-1]["outputs"][0]["text"]).split()


def told(outputs: list[dict[str, Any]]) -> str:
    """All that a cell shows, without what has to differ."""
    kept = [{k: v for k, v in o.items() if k not in ("metadata", "id")} for o in outputs]
    text = json.dumps(kept, ensure_ascii=False)
    for pattern, word in SAID:
        text = re.sub(pattern, word, text)
    return text


def test_the_quickstart_replays_without_a_network(tmp_path: Path) -> None:
    """With every socket blocked the recorded lesson shows the same in each cell, at once."""
    recorded, (_, _, *files) = play(tmp_path, blocked=False)
    home = tmp_path / "seedance_runs"
    before = sorted(path.name for path in home.rglob("*"))

    again, (took, calls, *replayed) = play(tmp_path, blocked=True, SEEDANCE_NB_BACKEND="replay")

    del recorded["doctor"], again["doctor"]  # it tells the backend
    assert recorded == again
    assert files == replayed
    assert ("0", True) == (calls, float(took) < 3)
    assert before == sorted(path.name for path in home.rglob("*"))
