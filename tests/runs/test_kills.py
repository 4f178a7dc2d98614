"""Killed at random instants, again and again: nothing is lost and nothing is paid twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from canary import CANARY

from seedance_nb.evolink import mp4
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parents[1]
ROUNDS = int(os.environ.get("SOAK_KILLS", "10"))
ASK = """
import sys, seedance_nb as sd
from seedance_nb.runs import pursuit
import seedance_nb.evolink.client
print("ready", flush=True)
sys.stdin.readline()
sd.resume()
jobs = [sd.generate(f"{sys.argv[1]}-{n}", duration=4, quality="480p") for n in range(3)]
for job in jobs:
    job.wait(60)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A server that counts, in a process that outlives the kernels; its URL and its log."""
    log = tmp_path / "calls.jsonl"
    clip = TESTS / "data" / "clip.mp4"
    process = subprocess.Popen(
        [sys.executable, str(TESTS / "peer.py"), "--video", str(clip), "--seconds", "0.3",
         "--key", CANARY, "--log", str(log)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    yield process.stdout.readline().strip(), log
    process.kill()
    process.communicate()


def kill_one(prompt: str, home: Path, url: str, after: float) -> None:
    """A kernel that asks for three videos and is killed on its way."""
    env = {
        **os.environ, "PYTHONPATH": str(TESTS.parent), "SEEDANCE_NB_HOME": str(home),
        "EVOLINK_BASE_URL": url, "EVOLINK_API_KEY": CANARY,
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", ASK, prompt], env=env, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdin is not None
    process.stdout.readline()
    process.stdin.write("\n")
    process.stdin.flush()
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_kills_lose_nothing_and_pay_nothing_twice(tmp_path: Path, server: tuple[str, Path]) -> None:
    """After kills at random instants each task of the server is in the record, posted once."""
    url, calls = server
    home, chance = tmp_path / "runs", random.Random(ROUNDS)
    for number in range(ROUNDS):
        kill_one(f"dog {number}", home, url, chance.uniform(0, 1.2))

    settings = resolve({"api_key": CANARY, "base_url": url, "home": home}, {}, {}, cwd=tmp_path)
    session = Session(settings)
    resumed = session.resume(tell=lambda _: None)
    for job in resumed:
        if job.status != "uncertain":
            job.wait(60)
    states = [job.state for job in session.jobs()]
    session.close()

    lines = [json.loads(line) for line in calls.read_text("utf-8").splitlines()]
    creates = [line for line in lines if line["what"] == "create"]
    keys = Counter(line["idempotency_key"] for line in creates)
    known = {state.task_id for state in states}
    uncertain = [state.idempotency_key for state in states if state.status == "uncertain"]
    assert {1} == set(keys.values())
    assert all(c["task"] in known or c["idempotency_key"] in uncertain for c in creates)
    assert all(state.status in ("completed", "uncertain") for state in states)
    for state in states:
        for video in state.videos:
            assert mp4.inspect(video.path).duration > 0
    assert len(list((home / "videos").glob("*.mp4"))) == sum(len(s.videos) for s in states)
