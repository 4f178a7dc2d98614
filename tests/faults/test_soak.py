"""Many jobs, a fifth of them with a fault, and kernels killed among them: the books are right.

`nox -s soak` plays the long form; the tests a sample of it, with the same seed each time.
"""

from __future__ import annotations

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
from canary import CANARY as KEY
from faults.proxy import Proxy
from faults.table import FAULTS
from faults.test_matrix import TABLES, ended, impatient, quick

from seedance_nb.core import task
from seedance_nb.core.media import use
from seedance_nb.evolink import inputs, mp4
from seedance_nb.runs.job import Job
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peer import Peer

ROOT = Path(__file__).parents[2]
JOBS = int(os.environ.get("SOAK_JOBS", "50"))
KILLS = int(os.environ.get("SOAK_KILLS", "8"))
SHARE = 0.2  # of the jobs, that meet a fault
STEPS = ("create", "poll", "download")
SLOW = {"silence", "silence instead of an answer", "a drip"}
BRISK = [name for name in FAULTS if name not in SLOW]
KERNEL = """
import sys, seedance_nb as sd
from seedance_nb.runs import pursuit
import seedance_nb.evolink.client
print("ready", flush=True)
sys.stdin.readline()
sd.resume()
for prompt in sys.argv[1:]:
    sd.generate(prompt, duration=4, quality="480p")
for job in sd.jobs():
    try:
        job.wait(60)
    except sd.SeedanceError:
        pass
"""


@pytest.fixture
def proxy(peer: Peer) -> Iterator[Proxy]:
    """Faults before a server that honours no idempotency keys, so that a second POST would show."""
    peer.listing = True
    with Proxy(peer) as layer:
        yield layer


def session(proxy: Proxy, home: Path) -> Session:
    """A session that hurries."""
    use(inputs.opened)
    given = {"api_key": KEY, "base_url": proxy.url, "home": home, "max_active": 30}
    return Session(resolve(given, {}, {}, cwd=home.parent), sleep=quick, make_client=impatient)


def check_books(current: Session, peer: Peer) -> None:
    """The account and the journal name the same tasks, once each, and every video is whole.

    Of an uncertain request the account's list tells the task, if there is one; it is adopted.
    """
    prompts = {name: row["body"]["prompt"] for name, row in peer.tasks.items()}
    for job in current.jobs():
        if job.status == "uncertain":
            rows = current.candidates(job) or []
            assert job.request is not None
            for row in rows:
                if prompts[row.task_id] == job.request.prompt:
                    ended(current.adopt(row.task_id, job.request))
    jobs = list(current.jobs())
    open_ = {job.status for job in jobs if job.status not in task.TERMINAL}
    assert open_ <= {"uncertain"}
    assert set(peer.tasks) == {job.task_id for job in jobs if job.task_id}
    assert not [prompt for prompt, count in Counter(prompts.values()).items() if count > 1]
    assert not [job for job in jobs if job.status == "uncertain" and job.task_id]
    for job in jobs:
        assert (job.status == "completed") == bool(job.videos)
        for video in job.videos:
            assert mp4.inspect(video.path).duration > 0
    current.library.sweep(before=time.time() + 9)
    files = list((current.home / "videos").iterdir())
    assert sum(len(job.videos) for job in jobs) == sum(file.suffix == ".mp4" for file in files)
    assert not [file for file in files if file.suffix not in (".mp4", ".json")]


def test_many_jobs_with_faults_end_as_they_must(proxy: Proxy, peer: Peer, tmp_path: Path) -> None:
    """Each job ends in the state of the table, and the account's tasks are those of the journal."""
    chance = random.Random(JOBS)
    expected = {}
    for number in range(JOBS):
        prompt, step, fault = f"dog {number}", chance.choice(STEPS), chance.choice(list(FAULTS))
        expected[prompt] = "completed"
        if chance.random() < SHARE:
            proxy.faults[step, prompt].append(FAULTS[fault])
            expected[prompt] = TABLES[step][fault][0]
    current = session(proxy, tmp_path / "runs")
    jobs = {prompt: current.generate(prompt) for prompt in expected}

    for job in jobs.values():
        assert isinstance(job, Job)
        ended(job)
    words = {"processing": "pending"}  # as far as a task had come when it was left
    seen = {name: words.get(job.status, job.status) for name, job in jobs.items()}  # type: ignore[union-attr]
    for job in current.resume(tell=lambda _: None):
        ended(job)
    check_books(current, peer)
    current.close()

    assert expected == seen
    assert all(1 == len(used) for used in proxy.keys.values())


def kill_one(prompts: list[str], home: Path, url: str, after: float) -> None:
    """A kernel that goes on with what there is, asks for more, and is killed on its way."""
    env = {
        **os.environ, "PYTHONPATH": str(ROOT), "SEEDANCE_NB_HOME": str(home),
        "EVOLINK_BASE_URL": url, "EVOLINK_API_KEY": KEY,
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", KERNEL, *prompts], env=env, stdin=subprocess.PIPE,
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


def test_kernels_killed_among_faults_lose_nothing_and_pay_nothing_twice(
    proxy: Proxy, peer: Peer, tmp_path: Path
) -> None:
    """After kills at random instants, and a resume, the books are right all the same."""
    chance, home = random.Random(KILLS), tmp_path / "runs"
    for number in range(KILLS):
        prompts = [f"dog {number}-{n}" for n in range(3)]
        for prompt in prompts:
            if chance.random() < SHARE:
                fault = FAULTS[chance.choice(BRISK)]
                proxy.faults[chance.choice(STEPS), prompt].append(fault)
        kill_one(prompts, home, proxy.url, chance.uniform(0, 1.2))

    current = session(proxy, home)
    for job in current.resume(tell=lambda _: None):
        ended(job)
    for job in current.resume(tell=lambda _: None):  # what a fault met just now
        ended(job)

    check_books(current, peer)
    current.close()
    assert all(1 == len(used) for used in proxy.keys.values())
