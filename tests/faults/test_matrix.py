"""Every fault at every step of a job: what becomes of it, what is said, how often it was paid.

The faults come from a proxy on the level of bytes (`proxy.py`, `table.py`), the server behind it
is the independent peer. Each fault happens once; afterwards the way out that the message names is
gone, and leads to the video with one task in the account.
"""

from __future__ import annotations

import asyncio
import functools
import struct
import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from canary import CANARY as KEY
from conftest import CLIP
from faults.proxy import Proxy
from faults.table import FAULTS
from peer import Peer

from seedance_nb.core import media, task
from seedance_nb.core.errors import SeedanceError
from seedance_nb.evolink import inputs
from seedance_nb.evolink.client import Client
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from seedance_nb.core.secret import Secret
    from seedance_nb.runs.job import Job

    Row = tuple[str, str | None, str, int]  # status, billed, words of the message, POSTs


def table(groups: Mapping[Row, str]) -> dict[str, Row]:
    """A row for each of the faults that are named, with commas between them."""
    return {name.strip(): row for row, names in groups.items() for name in names.split(",")}


FINE = ("completed", None, "", 1)
LOST = ("uncertain", "unknown", "no whole answer came", 1)
OWN = ("uncertain", "unknown", "a problem of its own", 1)
SENSELESS = ("uncertain", "unknown", "makes no sense", 1)
ODD = "slow, twice, no length, hints first, a thousand headers"
BROKEN = """no answer, reset instead of an answer, silence instead of an answer, a drip,
    cut in the first line, cut in the headers, cut after the headers, cut after a byte,
    cut before the last byte, reset in the middle, another alphabet, announced too long,
    announced as nonsense, announced in two ways, broken chunks, packed and not,
    a header without a colon, a header beyond all measure, no HTTP, TLS where none is,
    a status that is none, only hints"""
NONSENSE = """html after all, empty after all, 204 after all, 304 after all, half JSON,
    a JSON number, a JSON null, deep JSON, the task of another, a flood, garbled,
    announced too short, packed and cut"""
MOVED = "302 to itself, 302 to nowhere, 302 to a file"
UNSENT = "closed at once, reset at once, silence"
BUSY = """429, 429 with seconds, 429 with a date, 429 with nonsense, 503 with seconds,
    503 with a date"""
DOWN = "500, 502 html, 503, 504, 524, 599, 500 after all, 502 after all, 504 after all"
REFUSED = "400 html, 410, 418, 425, 451"
NAMED = "400, 422"

CREATE = table({
    FINE: ODD,
    ("completed", None, "", 2): BUSY,
    LOST: f"{UNSENT}, {BROKEN}",
    OWN: f"{DOWN}, 501",
    SENSELESS: f"{NONSENSE}, {MOVED}, an error in a 200",
    ("uncertain", "unknown", "holds no task", 1): "an empty object",
    ("uncertain", "unknown", "it timed out", 1): "408",
    ("uncertain", "unknown", "cannot tell", 1): "409, 409 outcome unknown",
    ("failed", "no", "refused the request", 1): f"{NAMED}, {REFUSED}",
    ("failed", "no", "refused the API key", 1): "401",
    ("failed", "no", "credits", 1): "402",
    ("failed", "no", "does not allow this", 1): "403, 403 html of a firewall",
    ("failed", "no", "does not know", 1): "404",
    ("failed", "no", "does not know POST", 1): "404 html, 405",
    ("failed", "no", "proxy", 1): "407",
    ("failed", "no", "too large", 1): "413",
})  # fmt: skip
POLL = table({
    FINE: f"""{ODD}, {UNSENT}, {BROKEN}, {NONSENSE}, {MOVED}, {BUSY}, {DOWN}, {REFUSED}, 501,
        403 html of a firewall, an empty object, an error in a 200, 402, 404, 404 html, 405, 407,
        408, 413""",
    ("pending", "unknown", "does not say how the task", 1): f"{NAMED}, 409, 409 outcome unknown",
    ("pending", "unknown", "refused the API key", 1): "401",
    ("pending", "unknown", "another account", 1): "403",
})  # fmt: skip
DOWNLOAD = table({
    FINE: ", ".join(name for name in FAULTS if name != "302 to a file"),
    ("downloading", "yes", "not an http(s) address", 1): "302 to a file",
})  # fmt: skip
UPLOAD = table({
    FINE: f"{ODD}, {UNSENT}, {BROKEN}, {BUSY}, {DOWN}, 408",
    ("failed", "no", "makes no sense", 0): NONSENSE,
    ("failed", "no", "a problem of its own", 0): "an error in a 200",
    ("failed", "no", "redirect", 0): MOVED,
    ("failed", "no", "public URL", 0): f"{NAMED}, {REFUSED}, 409, 409 outcome unknown",
    ("failed", "no", "refused the API key", 0): "401",
    ("failed", "no", "does not allow this", 0): "403, 403 html of a firewall",
    ("failed", "no", "upload", 0): "402, 404, 404 html, 405, 501, an empty object",
    ("failed", "no", "Make the file smaller", 0): "413",
    ("failed", "no", "proxy", 0): "407",
})  # fmt: skip
TABLES = {"create": CREATE, "poll": POLL, "upload": UPLOAD, "download": DOWNLOAD}


@dataclass
class Outcome:
    """What became of a job: at first, and after its way out was gone."""

    job: Job
    row: Row
    tasks: int
    posts_later: int = 0
    tasks_later: int = 0
    keys: int = 0


async def quick(seconds: float) -> None:
    """A sleep that keeps the order of things and not their length."""
    await asyncio.sleep(min(seconds, 0.01))


def impatient(url: str, key: Secret) -> Client:
    """A client that waits five seconds for what others wait a minute for."""
    return Client(url, key=key, now=time.time, connect=2.0, create=5.0, read=5.0)


def picture(path: Path, about: str) -> str:
    """A grey picture that says which request it is for."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    rows = zlib.compress(b"\0" * 321 * 320)
    header = struct.pack(">IIBBBBB", 320, 320, 8, 0, 0, 0, 0)
    text = f"prompt\0{about}|".encode()
    parts = [(b"IHDR", header), (b"tEXt", text), (b"IDAT", rows), (b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts))
    return str(path)


def ended(job: Job) -> Job:
    """Wait until nothing further happens by itself."""
    try:
        return job.wait(30)
    except SeedanceError:
        return job


def mend(job: Job) -> Job:
    """Go the way out that the message names; `resume` is another."""
    if job.status == "uncertain":
        return job.resend()
    return job.again() if job.status in task.FRUITLESS else job


def play(kind: str, home: Path) -> dict[str, Outcome]:
    """All faults at one step, each meeting a job of its own."""
    media.use(inputs.opened)
    with Peer(CLIP.read_bytes(), key=KEY, idempotency=True) as peer, Proxy(peer) as proxy:
        given = {"api_key": KEY, "base_url": proxy.url, "files_url": proxy.files_url}
        settings = resolve({**given, "home": home / "runs", "max_active": 16}, {}, {}, cwd=home)
        session = Session(settings, sleep=quick, make_client=impatient)
        jobs = {}
        for number, (name, fault) in enumerate(FAULTS.items()):
            proxy.faults[kind, name].append(fault)
            files = [picture(home / f"{number}.png", name)] if kind == "upload" else []
            jobs[name] = session.generate(name, images=files)
        try:
            return outcomes(session, jobs, peer, proxy)  # type: ignore[arg-type]
        finally:
            session.close()


def outcomes(
    session: Session, jobs: dict[str, Job], peer: Peer, proxy: Proxy
) -> dict[str, Outcome]:
    """What became of the jobs."""

    def made(name: str) -> int:
        return sum(name == row["body"]["prompt"] for row in peer.tasks.values())

    found = {}
    for name, job in jobs.items():
        ended(job)
        error = job.error
        billed = error.billed if error else None
        row = job.status, billed, str(error or ""), proxy.seen["create", name]
        found[name] = Outcome(job, row, made(name))
    for outcome in found.values():
        outcome.job = mend(outcome.job)
    session.resume(tell=lambda _: None)
    for name, outcome in found.items():
        ended(outcome.job)
        outcome.posts_later = proxy.seen["create", name] - outcome.row[3]
        outcome.tasks_later, outcome.keys = made(name), len(proxy.keys[name])
    return found


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Outcome]]:
    """What came of each step; each is played once."""
    return functools.cache(lambda kind: play(kind, tmp_path_factory.mktemp(kind)))


def test_the_table_is_whole() -> None:
    """There are more than sixty faults, and each has its row at each step."""
    assert len(FAULTS) > 60
    for rows in TABLES.values():
        assert FAULTS.keys() == rows.keys()


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("kind", TABLES)
def test_a_fault_has_one_clear_end(
    kind: str, name: str, played: Callable[[str], dict[str, Outcome]]
) -> None:
    """State, message and number of paid requests are those of the table; money is counted right."""
    status, billed, words, posts = TABLES[kind][name]

    outcome = played(kind)[name]

    assert (status, billed, posts) == (outcome.row[0], outcome.row[1], outcome.row[3])
    assert words in outcome.row[2]
    assert bool(words) == bool(outcome.row[2])
    assert outcome.tasks <= 1
    assert "no" != billed or "failed" != status or 0 == outcome.tasks
    assert "no" == billed or "Nothing was billed" not in outcome.row[2]


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("kind", TABLES)
def test_after_a_fault_the_way_out_leads_to_one_video(
    kind: str, name: str, played: Callable[[str], dict[str, Outcome]]
) -> None:
    """Resend, ask again or resume: the video comes, and the account has one task for it."""
    status, _, _, posts = TABLES[kind][name]

    outcome = played(kind)[name]

    assert "completed" == outcome.job.status
    assert outcome.job.video is not None
    assert CLIP.stat().st_size == outcome.job.video.size
    assert 1 == outcome.tasks_later
    assert (status in ("uncertain", "failed")) == outcome.posts_later
    assert outcome.keys == (2 if posts and "failed" == status else 1)
