"""What things cost, as ratios against something plain that is measured in the same run.

`nox -s benchmarks` prints them. The bounds are wide: they catch a change of order, not of weather.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import os
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from peer import Peer
from PIL import Image

from seedance_nb.core.media import Media
from seedance_nb.core.request import VideoRequest
from seedance_nb.core.secret import Secret
from seedance_nb.evolink import inputs
from seedance_nb.evolink.client import Client
from seedance_nb.notebook import magics
from seedance_nb.runs import journal, log
from seedance_nb.runs.journal import Journal
from seedance_nb.runs.library import Library
from seedance_nb.runs.record import Fold
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
EVENTS = 20_000
PLAY = """
import json, sys, time
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance()
began = time.process_time()
for cell in json.load(open(sys.argv[1], encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        with capture_output():
            shell.run_cell("".join(cell["source"]), store_history=True)
print(began, time.process_time() - began)
"""
COMMON = ("v", "session", "seq", "time", "event")


def best(
    work: Callable[[], object],
    rounds: int = 5,
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    """Seconds of the quickest of some rounds."""
    times = []
    for _ in range(rounds):
        start = clock()
        work()
        times.append(clock() - start)
    return min(times)


def tell(what: str, ratio: float, bound: float) -> None:
    """Print a ratio and hold it to its bound."""
    print(f"\n{what}: {ratio:.2f} (at most {bound:g})")
    assert ratio <= bound


def python(code: str) -> Callable[[], object]:
    """Something that runs code in a fresh Python."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return lambda: subprocess.run([sys.executable, "-c", code], env=env, check=True)


def test_loading_the_extension() -> None:
    """`%load_ext` adds little to what IPython itself takes to start."""
    shell = "from IPython.core.interactiveshell import InteractiveShell as S; s = S.instance()"
    plain = best(python(shell))
    loaded = best(python(f"{shell}; s.run_line_magic('load_ext', 'seedance_nb')"))

    tell("IPython with the extension / without", loaded / plain, 1.5)


def lines(count: int) -> Iterator[dict[str, Any]]:
    """Events as a busy folder has them: ten a job, and each asks for something else."""
    for number in range(count // 10):
        job, request = f"job{number:05d}", VideoRequest(f"a golden retriever, number {number}")
        asked = {"request": request.to_fields(), "digest": request.digest, "backend": "simulator"}
        cell = {"kind": "cell", "number": number, "source": f"%%seedance\n{request.prompt}"}
        file = {"file": f"videos/{job}.mp4", "sha256": f"{number:064x}", "size": 417_121}
        size = {"duration": 5.0, "width": 1280, "height": 720, "expires_at": 1_795_471_479.0}
        yield {"event": "asked", "job": job, "take": 1, **asked, "cell": cell}
        jobs = [{"job": job, "how": "sent"}]
        yield {"event": "call", "digest": request.digest, "jobs": jobs, "cell": cell}
        yield {"event": "submitting", "job": job}
        yield {"event": "accepted", "job": job, "task_id": f"task-unified-1-{number}"}
        for progress in range(0, 50, 10):
            yield {"event": "status", "job": job, "word": "processing", "progress": progress}
        video = {**file, **size, "url": f"https://x.example.org/{job}.mp4"}
        yield {"event": "downloaded", "job": job, "video": video, "last": True}


def write(home: Path, count: int, *, final: bool = True) -> Path:
    """Write a journal of so many events."""
    writer = Journal(home, "s1", now=time.time)
    for event in lines(count):
        writer.append(event.pop("event"), **event)
    writer.close(final=final)
    return home


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a journal."""
    return write(tmp_path_factory.mktemp("home"), EVENTS)


@pytest.fixture(scope="module")
def long_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a long journal."""
    return write(tmp_path_factory.mktemp("long"), 5 * EVENTS)


def test_writing_the_journal(tmp_path: Path) -> None:
    """Appending an event costs little more than making its JSON and writing it."""
    events = [(str(event.pop("event")), event) for event in lines(2000)]
    writer = Journal(tmp_path, "s1", now=time.time)
    plain = os.open(tmp_path / "plain", os.O_CREAT | os.O_WRONLY | os.O_APPEND)

    def by_hand() -> None:
        for kind, event in events:
            os.write(plain, json.dumps({"event": kind, **event}).encode() + b"\n")

    def by_journal() -> None:
        for kind, event in events:
            writer.append(kind, **event)

    ratio = best(by_journal) / best(by_hand)
    os.close(plain)
    writer.close(final=False)
    tell("journal / plain JSON and write", ratio, 6)


def test_reading_the_journal(folder: Path) -> None:
    """Reading and folding a journal takes a small multiple of parsing its lines."""
    [file] = (folder / "journal").glob("*.jsonl")
    text = file.read_text("utf-8")

    def fold() -> None:
        folded = Fold(Library(folder).video_from_record)
        folded.add(journal.read(folder))
        assert len(folded.states()) == EVENTS // 10

    plain = best(lambda: [json.loads(line) for line in text.splitlines()], 3)
    tell("journal to states / json.loads of its lines", best(fold, 3) / plain, 5)


@pytest.mark.parametrize("what", ["jobs", "log"])
def test_a_hundred_thousand_events(what: str, long_folder: Path) -> None:
    """Jobs and log of a long journal take a small multiple of parsing its lines."""
    [file] = (long_folder / "journal").glob("*.jsonl")
    text = file.read_text("utf-8")

    def work() -> None:
        session = Session(resolve({"home": long_folder}, {}, {}, cwd=long_folder))
        found = session.jobs() if what == "jobs" else log.read(session)
        assert len(found) == EVENTS / 2
        session.close()

    plain = best(lambda: [json.loads(line) for line in text.splitlines()], 3, time.process_time)
    taken = best(work, 3, time.process_time)
    print(f"\n{what} of {5 * EVENTS:,} events: {taken:.2f} s of the processor")
    tell(f"{what} / json.loads of the lines", taken / plain, 5)


def test_loading_in_a_long_folder(tmp_path: Path) -> None:
    """What `%load_ext` says of unfinished jobs costs no more where a dead kernel left many."""
    few, many = write(tmp_path / "few", 100, final=False), write(tmp_path / "many", EVENTS)
    (many / "journal" / "s1.jsonl").rename(many / "journal" / "s1.open.jsonl")

    ratio = best(lambda: magics.unfinished(many)) / best(lambda: magics.unfinished(few))
    tell("unfinished jobs among 2,000 / among 10", ratio, 3)


def test_replaying_the_quickstart(tmp_path: Path) -> None:
    """All cells of the recorded quickstart take a small multiple of what IPython takes to start."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "SEEDANCE_NB_TIME_SCALE": "0"}

    def play(backend: str) -> list[float]:
        lesson = str(ROOT / "notebooks" / "01_quickstart.ipynb")
        done = subprocess.run(
            [sys.executable, "-c", PLAY, lesson], cwd=tmp_path, check=True, text=True,
            env={**env, "SEEDANCE_NB_BACKEND": backend}, capture_output=True,
        )  # fmt: skip
        return [float(word) for word in done.stdout.split()[-2:]]

    play("simulator")
    start, cells = map(min, zip(*(play("replay") for _ in range(3)), strict=True))
    print(f"\nthe quickstart replayed: {cells:.2f} s of the processor")
    tell("all cells of the quickstart, replayed / IPython starts", cells / start, 6)


def test_asking_in_a_full_folder(folder: Path, tmp_path: Path) -> None:
    """Finding a request again among 2,000 jobs costs a small multiple of finding it among two."""

    def session(home: Path) -> Session:
        return Session(resolve({"home": home}, {}, {}, cwd=tmp_path))

    full, empty = session(folder), session(tmp_path / "empty")
    few = journal.read(folder)[:20]
    writer = Journal(tmp_path / "empty", "s1", now=time.time)
    for event in few:
        facts: dict[str, Any] = {k: v for k, v in event.items() if k not in COMMON}
        writer.append(str(event["event"]), **facts)
    writer.close(final=True)
    request = VideoRequest("a golden retriever, number -1")
    full.foresee([request])
    empty.foresee([request])

    ratio = best(lambda: full.foresee([request])) / best(lambda: empty.foresee([request]))
    tell("a request among 2,000 jobs / among 2", ratio, 30)


def test_memory_of_a_download(tmp_path: Path) -> None:
    """A download is streamed: its memory does not grow with the file."""
    clip = (ROOT / "tests" / "data" / "clip.mp4").read_bytes()
    padding = (40 * 1024**2).to_bytes(4, "big") + b"free"
    video = clip + padding + bytes(40 * 1024**2 - 8)
    with Peer(video, key="a-key-of-a-bench", polls=1) as peer:
        settings = {"api_key": "a-key-of-a-bench", "base_url": peer.url, "home": tmp_path}
        session = Session(resolve(settings, {}, {}, cwd=tmp_path))
        job = session.generate("a dog")
        tracemalloc.start()
        job.wait(60)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        session.close()

    # The server of this test lives in the same process and holds the file once.
    tell("peak memory of a download / its size", peak / len(video), 0.2)


def test_checking_a_large_photo(tmp_path: Path) -> None:
    """A photo of 30 MB is checked in little more time than its hash takes: it is not decoded."""
    small = io.BytesIO()
    Image.new("RGB", (4000, 3000), "teal").save(small, "JPEG")
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(small.getvalue()[:-2] + bytes(29_000_000) + b"\xff\xd9")

    def check() -> None:
        os.utime(photo)  # so that it is not known from the time before
        assert isinstance(inputs.opened("images", photo), Media)

    plain = best(lambda: hashlib.sha256(photo.read_bytes()).hexdigest())
    tell("check of a large photo / its hash", best(check) / plain, 3)


def test_memory_of_an_upload(tmp_path: Path) -> None:
    """A file of 100 MB is uploaded in pieces: memory does not grow with it."""
    size = 100 * 10**6
    source = tmp_path / "long.mov"
    source.write_bytes(bytes(size))
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    media = Media(sha256=digest, size=size, name=source.name, format="mov", source=source)

    async def upload(url: str) -> None:
        client = Client(url, key=Secret("a-key-of-a-bench"), now=time.time)
        await client.upload(media, source)
        await client.aclose()

    with Peer(b"", key="a-key-of-a-bench") as peer:
        tracemalloc.start()
        asyncio.run(upload(peer.files_url))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert [size] == [call.body["size"] for call in peer.uploads]
    tell("peak memory of an upload / its size", peak / size, 0.1)
