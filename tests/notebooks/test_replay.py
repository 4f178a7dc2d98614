"""The quickstart, recorded once, runs again from its recording alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.notebooks

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "notebooks" / "01_quickstart.ipynb"
RUN = """
import json, socket, sys, time
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

cells = [c for c in json.load(open(sys.argv[1]))["cells"] if c["cell_type"] == "code"]
calls = []
if sys.argv[2] == "replay":
    def nowhere(*_):
        calls.append(1)
        raise OSError("blocked")
    socket.socket.connect = socket.socket.connect_ex = nowhere
shell = InteractiveShell.instance()
began, seen = time.perf_counter(), []
for cell in cells:
    with capture_output():
        ended = shell.run_cell("".join(cell["source"]), store_history=True)
    seen.append(ended.success)
took = time.perf_counter() - began
names = ("first", "quick", "tall")
videos = {n: shell.user_ns[n].video.sha256 for n in names}
videos["pair"] = [job.video.sha256 for job in shell.user_ns["pair"]]
print(json.dumps({"videos": videos, "seen": seen, "took": took, "calls": len(calls)}))
"""


def play(folder: Path, mode: str, **environ: str) -> dict[str, Any]:
    """Run the lesson's cells in a plain IPython of its own."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "SEEDANCE_NB_TIME_SCALE": "0", **environ}
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(LESSON), mode], cwd=folder, env=env, check=False,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr[-2000:]
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def test_the_quickstart_replays_without_a_network(tmp_path: Path) -> None:
    """With every socket blocked the recorded lesson gives the same videos, at once."""
    recorded = play(tmp_path, "record")
    before = sorted(path.name for path in (tmp_path / "seedance_runs").rglob("*"))

    again = play(tmp_path, "replay", SEEDANCE_NB_BACKEND="replay")

    assert recorded["videos"] == again["videos"]
    assert recorded["seen"] == again["seen"]
    assert 0 == again["calls"]
    assert again["took"] < recorded["took"]
    assert before == sorted(path.name for path in (tmp_path / "seedance_runs").rglob("*"))
