"""What a script sees: `import seedance_nb as sd`, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from peer import Peer

if TYPE_CHECKING:
    from pathlib import Path as Folder

CLIP = (Path(__file__).parent / "data" / "clip.mp4").read_bytes()
ROOT = Path(__file__).parents[1]


def run(code: str, folder: Folder, **environ: str) -> list[str]:
    """The lines that a script prints."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "SEEDANCE_NB_TIME_SCALE": "0", **environ}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr
    assert environ.get("EVOLINK_API_KEY", "-") not in done.stderr
    return done.stdout.splitlines()


PRACTISE = """
import os, seedance_nb as sd
ask = lambda: sd.generate("a dog", duration=4, quality="480p")
def go(job):
    print(job.backend, job.wait(30).video.path.is_file(), job.id)
go(ask())
os.environ["EVOLINK_API_KEY"], os.environ["EVOLINK_BASE_URL"] = {key!r}, {url!r}
go(ask())
go(ask())
"""


def test_practise_first_then_live(tmp_path: Folder, canary: str) -> None:
    """The cell that was practised on the simulator makes one POST once there is a key."""
    with Peer(CLIP, key=canary) as peer:
        lines = run(PRACTISE.format(key=canary, url=peer.url), tmp_path)

        practised, live, again = (line.split() for line in lines)
        assert ["simulator", "True"] == practised[:2]
        assert ["live", "True"] == live[:2]
        assert live == again
        assert practised[2] != live[2]
        assert 1 == len(peer.creates)


UNFINISHED = """
import time, seedance_nb as sd
job = sd.generate("a dog", duration=4, quality="480p")
while job.task_id is None:
    time.sleep(0.02)
"""
WITHOUT = """
import seedance_nb as sd
print(len(sd.resume()))
[job] = sd.jobs()
print(job.backend, job.status, job.base_url)
print(sd.generate("a dog", duration=4, quality="480p").wait(30).backend)
"""


def test_a_live_job_without_its_key(tmp_path: Folder, canary: str) -> None:
    """Without the key a live job is listed as needing its server, and is not touched."""
    with Peer(CLIP, key=canary, polls=10**6) as peer:
        run(UNFINISHED, tmp_path, EVOLINK_API_KEY=canary, EVOLINK_BASE_URL=peer.url)

        said, count, job, here = run(WITHOUT, tmp_path)

        assert peer.url.removeprefix("http://") in said
        assert "0" == count
        assert ["live", peer.url] == [job.split()[0], job.split()[2]]
        assert "simulator" == here
        assert {f"Bearer {canary}"} >= {call.headers["authorization"] for call in peer.polled}
        assert 1 == len(peer.creates)


CHANGED = """
import os, time, seedance_nb as sd
from seedance_nb.notebook.board_live import Source
job = sd.generate("a dog", duration=4, quality="480p")
os.environ["EVOLINK_API_KEY"], os.environ["EVOLINK_BASE_URL"] = {key!r}, {url!r}
session = sd.configure()
[known] = sd.jobs()
[entry] = Source(session, sd.jobs()).refresh()
print(session.backend, known.following, entry.following, entry.mine, entry.watched)
print(sd.job(job.id).wait(30).video.path.is_file())
"""


def test_other_settings_do_not_lose_a_running_job(tmp_path: Folder, canary: str) -> None:
    """A job goes on when a key appears: it is waited for, and the board says who follows it."""
    with Peer(CLIP, key=canary) as peer:
        code = CHANGED.format(key=canary, url=peer.url)

        lines = run(code, tmp_path, SEEDANCE_NB_TIME_SCALE="0.02")

    assert ["live True True True False", "True"] == lines


def test_a_dead_proxy_is_no_matter_here(tmp_path: Folder) -> None:
    """Proxy variables that lead nowhere do not keep the simulator from working."""
    dead = "http://127.0.0.1:9"

    lines = run(
        "import seedance_nb as sd; print(sd.generate('a dog', duration=4).wait(30).status)",
        tmp_path, HTTP_PROXY=dead, HTTPS_PROXY=dead, ALL_PROXY=dead, http_proxy=dead,
    )  # fmt: skip

    assert ["completed"] == lines


def test_the_last_word_says_how_to_get_jobs_back(tmp_path: Folder, canary: str) -> None:
    """A script that ends with unfinished jobs says on stderr which, and how to get them back."""
    with Peer(CLIP, key=canary, polls=10**6) as peer:
        env = {
            **os.environ, "PYTHONPATH": str(ROOT), "EVOLINK_API_KEY": canary,
            "EVOLINK_BASE_URL": peer.url,
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", UNFINISHED], cwd=tmp_path, env=env, capture_output=True,
            text=True, timeout=60, check=True,
        )  # fmt: skip

    assert "not finished" in done.stderr
    assert "resume" in done.stderr
    assert 1 == len(done.stderr.strip().splitlines())


def test_the_last_word_is_true_of_each_job(tmp_path: Folder, canary: str) -> None:
    """Requests that were never sent, and uncertain ones, are not said to go on at the service."""
    code = """
import time, seedance_nb as sd
sd.configure(max_active=1)
first = sd.generate("one")
while first.status != "uncertain":
    time.sleep(0.02)
second, third = sd.generate("two"), sd.generate("three")
while second.task_id is None:
    time.sleep(0.02)
"""
    with Peer(CLIP, key=canary, polls=10**6, on_create=[("drop",)]) as peer:
        env = {
            **os.environ, "PYTHONPATH": str(ROOT), "EVOLINK_API_KEY": canary,
            "EVOLINK_BASE_URL": peer.url,
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True,
            timeout=60, check=True,
        )  # fmt: skip

    uncertain, going, unsent = sorted(done.stderr.strip().splitlines(), key=len, reverse=True)
    lines = {uncertain, going, unsent}
    assert 1 == sum("never sent" in line for line in lines)
    assert 1 == sum("uncertain" in line for line in lines)
    assert 1 == sum("go on" in line for line in lines)


def test_a_paid_request_on_its_way_gets_its_answer(tmp_path: Folder, canary: str) -> None:
    """A script that ends in the middle of a POST waits a moment for it; no other one begins."""
    code = """
import time, seedance_nb as sd
sd.configure(max_active=1)
first, second = sd.generate("one"), sd.generate("two")
while first.status != "submitting":
    time.sleep(0.001)
"""
    with Peer(CLIP, key=canary, polls=10**6, on_create=[("hang", 2)]) as peer:
        env = {
            **os.environ, "PYTHONPATH": str(ROOT), "EVOLINK_API_KEY": canary,
            "EVOLINK_BASE_URL": peer.url,
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True,
            timeout=60, check=True,
        )  # fmt: skip
        [task] = peer.tasks

    [journal] = (tmp_path / "seedance_runs" / "journal").glob("*.jsonl")
    assert task in journal.read_text("utf-8")
    assert 2 == len(done.stderr.strip().splitlines())
    assert "go on" in done.stderr
    assert "never sent" in done.stderr


def test_a_finished_script_is_silent(tmp_path: Folder) -> None:
    """Where all is done, nothing is said at the end, and the journal is closed."""
    code = "import seedance_nb as sd; sd.generate('a dog', duration=4).wait(30)"

    assert [] == run(code, tmp_path)

    [journal] = (tmp_path / "seedance_runs" / "journal").glob("*.jsonl")
    assert not journal.name.endswith(".open.jsonl")
    lines = journal.read_text("utf-8").splitlines()
    assert "downloaded" in {json.loads(line)["event"] for line in lines}


def test_a_server_without_a_key_is_an_error(tmp_path: Folder) -> None:
    """A base URL without a key is refused in words when something is to be sent."""
    code = """
import seedance_nb as sd
try:
    sd.generate("a dog")
except sd.ConfigError as error:
    print(error)
"""

    lines = run(code, tmp_path, EVOLINK_BASE_URL="https://api.example.org/v1/")

    assert "https://api.example.org" in lines[0]
    assert not (tmp_path / "seedance_runs").exists()
