"""A kernel that is killed loses nothing and pays nothing twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from canary import CANARY as KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parents[1]

ASK = """
import seedance_nb as sd
job = sd.generate("a dog on a hill", duration=4, quality="480p")
print(job.id, flush=True)
print(job.wait(60).video.path, flush=True)
"""
RESUME = """
import seedance_nb as sd
[job] = sd.resume()
print(job.id, flush=True)
print(job.wait(60).video.path, flush=True)
"""


def start(code: str, home: Path, **environ: str) -> subprocess.Popen[str]:
    """A Python of its own, as a kernel is one."""
    env = {
        **os.environ,
        "SEEDANCE_NB_HOME": str(home),
        "PYTHONPATH": str(TESTS.parent),
        "SEEDANCE_NB_TIME_SCALE": "0.015",
        **environ,
    }
    return subprocess.Popen(
        [sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, text=True
    )


def events(home: Path) -> list[dict[str, object]]:
    """The whole lines of all journals."""
    lines = [
        line
        for file in sorted((home / "journal").glob("*.jsonl"))
        for line in file.read_text("utf-8").splitlines(keepends=True)
    ]
    return [json.loads(line) for line in lines if line.endswith("\n")]


def kill_when(process: subprocess.Popen[str], home: Path, event: str) -> None:
    """Kill -9 as soon as the journal has this event."""
    deadline = time.monotonic() + 30
    while not any(line["event"] == event for line in events(home)):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)


def finish(process: subprocess.Popen[str]) -> list[str]:
    """What a process printed, once it has ended well."""
    out, _ = process.communicate(timeout=60)
    assert 0 == process.returncode
    return out.split()


class Elsewhere:
    """The other server, in a process that outlives the kernel."""

    def __init__(self, log: Path) -> None:
        self.log = log
        clip = TESTS / "data" / "clip.mp4"
        self.process = subprocess.Popen(
            [sys.executable, str(TESTS / "peer.py"), "--video", str(clip), "--seconds", "2",
             "--key", KEY, "--log", str(log)],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()

    def creates(self) -> int:
        """How many tasks were asked for."""
        lines = self.log.read_text("utf-8").splitlines() if self.log.exists() else []
        return sum(json.loads(line)["what"] == "create" for line in lines)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    """A server that counts."""
    server = Elsewhere(tmp_path / "calls.jsonl")
    yield server
    server.process.kill()
    server.process.communicate()


@pytest.mark.parametrize("again", [RESUME, ASK], ids=["resume", "run-all-again"])
def test_a_killed_kernel_on_a_server(again: str, tmp_path: Path, elsewhere: Elsewhere) -> None:
    """Killed while its task runs, a job is finished by the next kernel, with one POST in all."""
    home, server = tmp_path / "runs", {"EVOLINK_BASE_URL": elsewhere.url, "EVOLINK_API_KEY": KEY}
    kill_when(start(ASK, home, **server), home, "accepted")

    job, path = finish(start(again, home, **server))

    assert Path(path).is_file()
    assert Path(path).stem == job
    assert 1 == elsewhere.creates()
    assert 1 == len([line for line in events(home) if line["event"] == "submitting"])


@pytest.mark.parametrize("again", [RESUME, ASK], ids=["resume", "run-all-again"])
def test_a_killed_kernel_on_the_simulator(again: str, tmp_path: Path) -> None:
    """The simulator dies with its kernel, its task does not: the next kernel gets the video."""
    home = tmp_path / "runs"
    kill_when(start(ASK, home), home, "accepted")

    _, path = finish(start(again, home))

    assert Path(path).is_file()
    assert 1 == len(list((home / "videos").glob("*.mp4")))
    assert 1 == len([line for line in events(home) if line["event"] == "submitting"])


def test_a_kernel_killed_inside_the_request(tmp_path: Path, elsewhere: Elsewhere) -> None:
    """Killed between journal and answer, the request is uncertain afterwards, never sent again."""
    home, server = tmp_path / "runs", {"EVOLINK_BASE_URL": elsewhere.url, "EVOLINK_API_KEY": KEY}
    kill_when(start(ASK, home, **server), home, "submitting")
    code = """
import seedance_nb as sd
[job] = sd.resume()
print(job.status)
try:
    sd.generate("a dog on a hill", duration=4, quality="480p")
except sd.SubmitUncertain as error:
    print(error.billed)
"""

    said = finish(start(code, home, **server))

    accepted = any(line["event"] == "accepted" for line in events(home))
    assert accepted or ["uncertain", "unknown"] == said
    assert elsewhere.creates() <= 1
