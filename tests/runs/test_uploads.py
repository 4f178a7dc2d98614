"""Files as inputs from end to end: kept, uploaded once, and never posted without an address."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from canary import CANARY as KEY

from seedance_nb.core import media
from seedance_nb.core.errors import (
    AuthError,
    ConfigError,
    InvalidRequest,
    QuotaExceeded,
    SeedanceError,
    SubmitUncertain,
    TaskFailed,
)
from seedance_nb.core.request import VideoRequest
from seedance_nb.evolink import inputs
from seedance_nb.runs.job import Job, Jobs
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve
from seedance_nb.runs.terminal import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Clock
    from peer import Peer

    Make = Callable[..., Session]

ROOT = Path(__file__).parents[2]


def png(path: Path, *, shade: int = 0, side: int = 320) -> Path:
    """A grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + bytes([shade]) * side for _ in range(side)), 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", rows), chunk(b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    return path


def sha256(path: Path) -> str:
    """The hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


async def quick(seconds: float) -> None:
    """A sleep that keeps the order of things and not their length."""
    await asyncio.sleep(min(seconds, 0.01))


@pytest.fixture(autouse=True)
def opener() -> None:
    """Files are opened as `generate` opens them."""
    media.use(inputs.opened)


@pytest.fixture
def make(tmp_path: Path, peer: Peer, clock: Clock) -> Iterator[Make]:
    """Makes sessions on the other server that share a folder."""
    made = []

    def session(**settings: Any) -> Session:
        urls = {"base_url": peer.url, "files_url": peer.files_url}
        given = {"api_key": KEY, **urls, "home": tmp_path / "runs", "max_active": 20, **settings}
        made.append(Session(resolve(given, {}, {}, cwd=tmp_path), sleep=quick, now=clock))
        return made[-1]

    yield session
    peer.gate.set()
    for one in made:
        one.close()


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    """A picture."""
    return png(tmp_path / "cat.png")


def ask(session: Session, path: object, prompt: str = "it moves", **fields: Any) -> Job:
    """A job for one picture."""
    job = session.generate(prompt, images=[path], **fields)
    assert isinstance(job, Job)
    return job


def until(what: Callable[[], object]) -> None:
    """Wait for something that will be so."""
    deadline = time.monotonic() + 20
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def written(session: Session) -> str:
    """The whole journal."""
    return "".join(f.read_text("utf-8") for f in (session.home / "journal").glob("*.jsonl"))


def test_a_picture_is_uploaded_once(peer: Peer, make: Make, cat: Path, clock: Clock) -> None:
    """Ten requests and two sessions share one upload; when 72 hours are over there is another."""
    first = make()
    jobs = [ask(first, cat, f"it moves {number}") for number in range(10)]
    for job in jobs:
        job.wait(20)
    renamed = shutil.copy(cat, cat.with_name("dog.png"))
    ask(make(), renamed, "it sleeps").wait(20)

    assert [sha256(cat)] == [call.body["sha256"] for call in peer.uploads]
    [url] = {tuple(call.body["image_urls"]) for call in peer.creates}
    assert (f"https://files.peer.example/1/{sha256(cat)}.png?sign=k3",) == url

    clock.advance(69 * 3600)
    ask(first, cat, "still there").wait(20)
    assert 1 == len(peer.uploads)
    clock.advance(1.5 * 3600)
    ask(first, cat, "too near its end").wait(20)
    assert 2 == len(peer.uploads)


def test_the_service_says_how_long_a_file_lives(
    peer: Peer, make: Make, cat: Path, clock: Clock
) -> None:
    """`expires_at` of the answer, with its offset, is what counts."""
    ends = time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(clock() + (8 + 5) * 3600))
    peer.on_upload = [("merge", {"expires_at": ends})]
    session = make()
    ask(session, cat).wait(20)

    clock.advance(2.9 * 3600)
    ask(session, cat, "again").wait(20)
    assert 1 == len(peer.uploads)
    clock.advance(0.2 * 3600)
    ask(session, cat, "and again").wait(20)
    assert 2 == len(peer.uploads)


def test_no_file_is_trusted_beyond_its_72_hours(
    peer: Peer, make: Make, cat: Path, clock: Clock
) -> None:
    """An end without its time zone, read eight hours late, is no reason to use a dead address."""
    ends = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(clock() + (72 + 8) * 3600))
    peer.on_upload = [("merge", {"expires_at": ends})]
    session = make()
    ask(session, cat).wait(20)

    clock.advance(71 * 3600)
    ask(session, cat, "again").wait(20)

    assert 2 == len(peer.uploads)


def test_the_key_and_the_addresses_stay_where_they_belong(
    peer: Peer, make: Make, cat: Path
) -> None:
    """The key goes to `files_url`; no address of a file, and no path, gets into the journal."""
    session = make()
    job = ask(session, cat).wait(20)

    assert [f"Bearer {KEY}"] == [call.headers["authorization"] for call in peer.uploads]
    assert "files.peer.example" in (session.home / "uploads.json").read_text()
    sidecar = job.video.path.with_suffix(".json").read_text()  # type: ignore[union-attr]
    for text in (written(session), sidecar):
        assert sha256(cat) in text
        assert "files.peer.example" not in text
        assert str(cat) not in text
    ignored = (session.home / ".gitignore").read_text().split()
    assert {"/inputs/", "/uploads.json"} <= {*ignored}


def test_the_request_is_the_same_before_and_after(peer: Peer, make: Make, cat: Path) -> None:
    """Digest and record of a request do not depend on where its file is or was uploaded to."""
    request = VideoRequest("it moves", images=[cat])
    session = make()
    job = session.generate(request)
    assert isinstance(job, Job)
    job.wait(20)
    [state] = make().ledger.states()

    assert {request.digest} == {job.state.digest, state.digest}
    assert state.request is not None
    assert request.digest == state.request.digest
    assert request.to_fields() == state.request.to_fields()


def test_a_file_that_changed_is_not_sent(peer: Peer, make: Make, cat: Path) -> None:
    """A file that is another one by now is named before anything is journaled or sent."""
    session = make()
    request = VideoRequest("it moves", images=[cat])
    png(cat, shade=9)

    with pytest.raises(InvalidRequest, match="changed") as caught:
        session.generate(request)

    assert ["images"] == [problem.field for problem in caught.value.problems]
    assert ([], [], "") == (peer.uploads, peer.creates, written(session))
    assert [] == list((session.home / "inputs").iterdir())


def test_a_file_that_became_a_pipe_is_not_waited_for(make: Make, cat: Path) -> None:
    """A pipe in the place of the file is refused, and nobody waits for it."""
    request = VideoRequest("it moves", images=[cat])
    cat.unlink()
    os.mkfifo(cat)

    with pytest.raises(InvalidRequest, match="changed"):
        make().generate(request)


def test_a_wrong_file_reaches_no_wire(peer: Peer, make: Make, tmp_path: Path) -> None:
    """A file that breaks a limit is neither uploaded nor posted."""
    with pytest.raises(InvalidRequest):
        ask(make(), png(tmp_path / "small.png", side=32))

    assert ([], []) == (peer.uploads, peer.creates)


def failing(status: int, message: str) -> tuple[object, ...]:
    """A refusal in the manner of the file API."""
    return "status", status, {"success": False, "code": status, "msg": message}


REFUSALS = [
    (failing(400, "unsupported file type"), InvalidRequest, "public URL"),
    (failing(415, "nope"), InvalidRequest, "public URL"),
    (failing(413, "file size exceeds 100MB"), InvalidRequest, "MB"),
    (failing(403, "file quota exceeded"), QuotaExceeded, "35 of 2000"),
    (failing(401, "Invalid token"), AuthError, "key"),
    (("status", 404, "<html>no</html>"), ConfigError, "files_url"),
    (("status", 200, {"success": True, "data": {}}), SeedanceError, "no sense"),
]


@pytest.mark.parametrize(("step", "kind", "word"), REFUSALS)
def test_a_refused_upload_ends_the_job(
    step: tuple[Any, ...], kind: type[SeedanceError], word: str, peer: Peer, make: Make, cat: Path
) -> None:
    """A refusal fails the job at once, unbilled, says what to do, and nothing is posted."""
    peer.on_upload = [step]
    job = ask(make(), cat)

    with pytest.raises(kind, match=word) as caught:
        job.wait(20)

    assert ("failed", "no") == (job.status, caught.value.billed)
    assert (1, []) == (len(peer.uploads), peer.creates)


def test_a_bad_network_is_tried_again(peer: Peer, make: Make, cat: Path) -> None:
    """An upload that breaks off or meets a busy server is repeated, since it costs nothing."""
    peer.on_upload = [("reset_before_read",), ("drop",), failing(503, "busy"), failing(429, "slow")]

    ask(make(), cat).wait(20)

    assert ("ok", 1) == ("ok", len(peer.creates))
    assert 5 == len(peer.uploads) + peer.resets


def test_a_file_server_that_is_not_there_costs_nothing(peer: Peer, make: Make, cat: Path) -> None:
    """Where nothing takes files the job fails after some tries, and nothing was posted."""
    session = make(files_url="http://127.0.0.1:9")
    clock = iter(range(0, 10_000, 20))
    session = Session(session.settings, sleep=quick, now=lambda: 1.79e9 + next(clock))
    job = ask(session, cat)

    with pytest.raises(SeedanceError, match="127"):
        job.wait(20)
    session.close()

    assert ("failed", []) == (job.status, peer.creates)


def test_a_server_without_files_refuses_them(peer: Peer, make: Make, cat: Path) -> None:
    """A server of one's own without `files_url` takes no files, and says so before the journal."""
    session = make(files_url=None)

    with pytest.raises(ConfigError, match="files_url"):
        ask(session, cat)

    assert ("", []) == (written(session), peer.uploads)


def test_progress_and_stop(peer: Peer, make: Make, tmp_path: Path) -> None:
    """A job and its line tell what goes up and how much of it has; Stop ends it, unsent."""
    peer.on_upload = [("hold",)]
    session = make()
    large = png(tmp_path / "large.png", side=4000)
    job = ask(session, large)
    until(lambda: job.uploading and job.uploading[1] > 0)
    assert job.uploading is not None
    name, share = job.uploading
    line = io.StringIO()
    Line(Jobs([job]), line)(job)
    job.stop()

    with pytest.raises(SeedanceError):
        job.wait(20)

    assert "large.png" == name
    assert 0 < share < 1
    assert re.fullmatch(rf"{job.id}  Uploading large\.png, \d?0 %\n", line.getvalue())
    assert ("cancelled", []) == (job.status, peer.creates)
    assert not job.uploading


def test_ten_at_once_share_an_upload(peer: Peer, make: Make, cat: Path) -> None:
    """Jobs that want the same file while it is uploaded wait for it, each showing its progress."""
    peer.on_upload = [("hold",)]
    session = make()
    jobs = [ask(session, cat, f"it moves {number}") for number in range(10)]
    until(lambda: all(job.uploading for job in jobs))
    peer.gate.set()
    for job in jobs:
        job.wait(20)

    assert (1, 10) == (len(peer.uploads), len(peer.creates))


def test_a_stranger_address_is_forgotten(peer: Peer, make: Make, cat: Path) -> None:
    """When the service cannot fetch an input, the next try uploads it anew."""
    text = {"error": {"code": "invalid_request", "message": "image_urls[0] cannot be fetched"}}
    peer.on_create = [
        ("status", 400, text),
        ("fails", "image_processing_error", "could not download the image"),
    ]
    session = make()
    with pytest.raises(InvalidRequest):
        ask(session, cat).wait(20)
    with pytest.raises(TaskFailed, match="uploaded anew when you ask again"):
        ask(session, cat).wait(20)
    ask(session, cat).wait(20)

    assert (3, 3) == (len(peer.uploads), len(peer.creates))


ENDLESS = json.dumps({"https://x": {"a": {"url": "/b", "expires_at": 10**400}}})


@pytest.mark.parametrize(
    "text", ["", "[", '{"https://x": 1}', "[" * 5000, '{"": {"a": {"url": 1}}}', ENDLESS]
)
def test_garbage_is_no_memory(text: str, peer: Peer, make: Make, cat: Path) -> None:
    """A broken `uploads.json` costs one upload, and is whole afterwards."""
    session = make()
    session.home.mkdir()
    (session.home / "uploads.json").write_text(text)
    ask(session, cat).wait(20)

    [row] = json.loads((session.home / "uploads.json").read_text())[peer.files_url].values()
    assert {"url", "expires_at"} == row.keys()


def test_a_kept_copy_serves_when_the_file_is_gone(peer: Peer, make: Make, cat: Path) -> None:
    """A failed request is sent again from the copy; without that the error names the file."""
    peer.on_create = [("status", 400, {})] * 3
    session = make()
    job = ask(session, cat)
    with pytest.raises(InvalidRequest):
        job.wait(20)
    digest = sha256(cat)
    cat.unlink()
    later = make()
    [known] = later.jobs()
    with pytest.raises(InvalidRequest):
        known.again().wait(20)
    assert 2 == len(peer.creates)

    (session.home / "inputs" / f"{digest}.png").unlink()
    before = written(session)
    with pytest.raises(InvalidRequest, match=f"cat.png.*{digest}"):
        make().jobs()[0].again()
    assert before == written(session)


def test_a_copy_that_was_altered_is_not_sent(peer: Peer, make: Make, cat: Path) -> None:
    """What is uploaded is hashed on its way: another content never gets an address."""
    peer.on_upload = [failing(500, "later")] * 99
    session = make()
    job = ask(session, cat)
    until(lambda: peer.uploads)
    [copy] = (session.home / "inputs").iterdir()
    copy.write_bytes(bytes(copy.stat().st_size))
    with pytest.raises(InvalidRequest, match=copy.name):
        job.wait(20)

    assert ("failed", []) == (job.status, peer.creates)


def test_an_uncertain_request_stays_uncertain(peer: Peer, make: Make, cat: Path) -> None:
    """When the upload for a resend fails, nobody concludes that the first request was lost."""
    peer.on_create = [("drop",)]
    session = make()
    job = ask(session, cat)
    with pytest.raises(SubmitUncertain):
        job.wait(20)
    (session.home / "uploads.json").unlink()
    peer.on_upload = [failing(415, "no")]
    again = make().job()

    with pytest.raises(SubmitUncertain):
        again.resend().wait(20)

    assert ("uncertain", 1) == (again.status, len(peer.creates))


ASK = """
import seedance_nb as sd
sd.generate("it moves", images=["cat.png"]).wait(60)
"""


def test_a_killed_kernel_sends_the_copy(peer: Peer, make: Make, cat: Path) -> None:
    """Killed between the copy and the POST, the next kernel sends the request from the copy."""
    peer.on_upload = [("hold",)]
    session = make()
    settings = {
        "EVOLINK_API_KEY": KEY,
        "EVOLINK_BASE_URL": peer.url,
        "EVOLINK_FILES_URL": peer.files_url,
        "SEEDANCE_NB_HOME": str(session.home),
        "PYTHONPATH": str(ROOT),
    }
    with subprocess.Popen([sys.executable, "-c", ASK], env={**os.environ, **settings}) as kernel:
        until(lambda: not peer.on_upload)
        kernel.send_signal(signal.SIGKILL)
    digest = sha256(cat)
    cat.unlink()

    session.resume(tell=lambda _: None).wait(20)

    assert digest == peer.uploads[-1].body["sha256"]
    assert 1 == len(peer.creates)


def test_the_simulator_takes_local_files(tmp_path: Path, cat: Path) -> None:
    """On the simulator a file goes through the same upload, also when its port has changed."""
    for prompt in ("it moves", "it sleeps"):
        given = {"backend": "simulator", "home": tmp_path / "runs", "time_scale": 0.001}
        session = Session(resolve(given, {}, {}, cwd=tmp_path))
        assert "completed" == ask(session, cat, prompt, duration=4, quality="480p").wait(60).status
        session.close()

    assert 1 == len(list((tmp_path / "runs" / "simulator" / "uploads").glob("*.json")))
    [row] = json.loads((tmp_path / "runs" / "uploads.json").read_text())[""].values()
    assert row["url"].startswith("/files/")
