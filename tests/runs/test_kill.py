"""A kernel that is killed loses nothing and pays nothing twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_client.manager import KernelManager

if TYPE_CHECKING:
    from peer import Peer

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
        "SEEDANCE_NB_TIME_SCALE": "0.03",
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


def wait_for(home: Path, event: str) -> None:
    """Wait until the journal has this event."""
    deadline = time.monotonic() + 30
    while not any(line["event"] == event for line in events(home)):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def kill_when(process: subprocess.Popen[str], home: Path, event: str) -> None:
    """Kill -9 as soon as the journal has this event."""
    wait_for(home, event)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)


def finish(process: subprocess.Popen[str]) -> list[str]:
    """What a process printed, once it has ended well."""
    out, _ = process.communicate(timeout=60)
    assert 0 == process.returncode
    return out.split()


@pytest.fixture
def server(peer: Peer) -> dict[str, str]:
    """The environment of a kernel whose tasks are not done before the test says so."""
    peer.polls = 10**6
    return {"EVOLINK_BASE_URL": peer.url, "EVOLINK_API_KEY": peer.key}


@pytest.mark.parametrize("again", [RESUME, ASK], ids=["resume", "run-all-again"])
def test_a_killed_kernel_on_a_server(
    again: str, tmp_path: Path, peer: Peer, server: dict[str, str]
) -> None:
    """Killed while its task runs, a job is finished by the next kernel, with one POST in all."""
    home = tmp_path / "runs"
    kill_when(start(ASK, home, **server), home, "accepted")
    peer.polls = 1

    job, path = finish(start(again, home, **server))

    assert Path(path).is_file()
    assert Path(path).stem == job
    assert 1 == len(peer.creates)
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


def test_a_kernel_killed_inside_the_request(
    tmp_path: Path, peer: Peer, server: dict[str, str]
) -> None:
    """Killed between journal and answer, the request is uncertain afterwards, never sent again."""
    home = tmp_path / "runs"
    peer.on_create = [("hang", 60)]
    kill_when(start(ASK, home, **server), home, "submitting")
    peer.polls = 1
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

    assert ["uncertain", "unknown"] == said
    assert len(peer.creates) <= 1


def test_who_watches_a_request_that_its_kernel_dies_over_is_told(
    tmp_path: Path, peer: Peer, server: dict[str, str]
) -> None:
    """A kernel that waits for the job of another one learns that its fate is not known."""
    home = tmp_path / "runs"
    peer.on_create = [("hang", 60)]
    first = start(ASK, home, **server)
    wait_for(home, "submitting")
    code = """
import seedance_nb as sd
job = sd.generate("a dog on a hill", duration=4, quality="480p")
print(job.origin, flush=True)
try:
    job.wait(60)
except sd.SubmitUncertain:
    print(job.status, sd.job().status)
"""
    second = start(code, home, **server)
    assert second.stdout is not None
    origin = second.stdout.readline().strip()
    first.kill()
    first.communicate(timeout=60)

    assert ("joined", ["uncertain", "uncertain"]) == (origin, finish(second))
    assert "uncertain" in [line["event"] for line in events(home)]
    assert len(peer.creates) <= 1


def test_the_survivor_of_two_kernels_takes_over(
    tmp_path: Path, peer: Peer, server: dict[str, str]
) -> None:
    """Of two processes in one folder one works and one watches, until the first one is killed."""
    home = tmp_path / "runs"
    first = start(ASK, home, **server)
    wait_for(home, "accepted")
    second = start(ASK, home, **server)
    assert second.stdout is not None
    job = second.stdout.readline().strip()
    before = [line["event"] for line in events(home) if line["event"] in ("claimed", "submitting")]
    kill_when(first, home, "accepted")
    peer.polls = 1

    [path] = finish(second)

    assert ["submitting"] == before
    assert Path(path).stem == job
    assert 1 == len(peer.creates) == len(peer.downloads)
    assert 1 == len([line for line in events(home) if line["event"] == "claimed"])


class Kernel:
    """A Jupyter kernel, which runs cells as nbclient does: nobody is there to be asked."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.manager: Any = KernelManager()
        env = {**os.environ, "PYTHONPATH": str(TESTS.parent), **environ}
        self.manager.start_kernel(env=env, cwd=str(folder))
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, source: str) -> str:
        """Run a cell and give all text that it shows."""
        texts: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            content = message["content"]
            texts.append(content.get("text") or content.get("data", {}).get("text/plain", ""))

        reply = self.client.execute_interactive(
            source, allow_stdin=False, output_hook=hear, timeout=60
        )
        assert "ok" == reply["content"]["status"], texts
        return "".join(texts)

    def kill(self) -> None:
        """Kill -9."""
        self.manager.signal_kernel(signal.SIGKILL)
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def test_a_killed_jupyter_kernel(tmp_path: Path, peer: Peer, server: dict[str, str]) -> None:
    """The kernel after a kill -9 says in one line what is left, and `resume` brings the video."""
    kernel = Kernel(tmp_path, **server)
    assert "" == kernel.run("%load_ext seedance_nb")
    kernel.run("%%seedance dog --no-wait -d 4 -q 480p\na dog on a hill")
    wait_for(tmp_path / "seedance_runs", "accepted")
    kernel.kill()
    peer.polls = 1

    kernel = Kernel(tmp_path, **server)
    said = kernel.run("%load_ext seedance_nb")
    shown = kernel.run("%seedance resume")
    again = kernel.run("%seedance resume")
    kernel.kill()

    [video] = (tmp_path / "seedance_runs" / "videos").glob("*.mp4")
    assert "1 job of an earlier session is not finished" in said
    assert 1 == len(said.splitlines())
    assert f"{video.stem} Completed" in shown
    assert "Completed" not in again
    assert 1 == len(peer.creates)
