"""Whether a record is true: what `verify` finds when somebody changes something."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from canary import CANARY

from seedance_nb.runs import log
from seedance_nb.runs.job import Job
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from peer import Peer

    from seedance_nb.runs.log import RequestLog

DOG, CAT = "%%seedance -d 4\na dog", "%%seedance -d 4\na cat"


@dataclass
class Record:
    """A folder with two videos, made by two cells, and the notebook that shows them."""

    session: Session
    dog: Job
    cat: Job
    notebook: Path

    @property
    def log(self) -> RequestLog:
        """What the folder says now."""
        return log.read(self.session)

    def found(self) -> list[tuple[str, str]]:
        """What disagrees, as text id and job."""
        return [(item.text_id, item.job) for item in self.log.verify(self.notebook)]

    def show(self, *outputs: str) -> None:
        """Write the notebook: one output for the cell of the dog, one for that of the cat."""
        cells = [
            {"cell_type": "code", "source": source, "outputs": [{"data": {"text/html": output}}]}
            for source, output in zip((DOG, CAT), outputs, strict=True)
        ]
        self.notebook.write_text(json.dumps({"cells": [*cells, {"source": "# words"}]}), "utf-8")


@pytest.fixture
def record(tmp_path: Path, peer: Peer) -> Iterator[Record]:
    """A true record."""
    peer.polls = 1
    given = {"api_key": CANARY, "base_url": peer.url, "home": tmp_path / "runs"}
    session = Session(resolve(given, {}, {}, cwd=tmp_path))
    jobs = []
    for number, source in enumerate((DOG, CAT), 1):
        sha256 = hashlib.sha256(source.encode()).hexdigest()
        cell = {"kind": "cell", "number": number, "source": source, "sha256": sha256}
        job = session.generate(source.partition("\n")[2], duration=4, cell=cell)
        assert isinstance(job, Job)
        jobs.append(job.wait(20))
    made = Record(session, jobs[0], jobs[1], tmp_path / "n.ipynb")
    made.show(*(f"<video src='runs/videos/{job.id}.mp4'>" for job in jobs))
    yield made
    session.close()


def test_a_true_record_agrees_with_itself(record: Record) -> None:
    """Requests, files, sidecars, journal and notebook say the same: nothing is found."""
    assert [] == record.found()


def test_an_embedded_video_is_compared_by_its_bytes(record: Record) -> None:
    """A video inside the notebook counts as shown while it is one of the record, byte by byte."""
    assert record.dog.video is not None
    data = record.dog.video.path.read_bytes()
    embedded = [f"data:video/mp4;base64,{base64.b64encode(d).decode()}" for d in (data, data[:-1])]

    record.show(f"{record.dog.id} {embedded[0]}", f"{record.cat.id} {embedded[1]}")

    assert [("verify.embedded", "")] == record.found()


def test_a_notebook_that_shows_other_videos_is_noticed(record: Record) -> None:
    """Videos of nobody, in the wrong cell, or missing from the cell that asked are named."""
    dog, cat = record.dog.id, record.cat.id

    record.show(f"videos/{cat}.mp4", "videos/zzzz2345.mp4")

    assert {
        ("verify.swapped", cat), ("verify.unshown", dog), ("verify.notebook", "zzzz2345"),
        ("verify.swapped", "zzzz2345"), ("verify.unshown", cat),
    } == set(record.found())  # fmt: skip


@pytest.mark.parametrize("content", ["[]", "5", '{"cells": 5}', "[" * 100_000, "{"])
def test_a_file_that_is_no_notebook_is_refused(content: str, record: Record) -> None:
    """A file without cells is not called true."""
    record.notebook.write_text(content, "utf-8")

    with pytest.raises(ValueError, match=r"notebook|Expecting"):
        record.found()


@pytest.mark.parametrize(
    "change",
    [
        {"take": 2}, {"task_id": "task-unified-1-x"}, {"backend": "simulator"}, {"credits": 0.5},
        {"base_url": "https://x.example.org"}, {"job": "zzzz2345"}, {"digest": "sha256:0"},
        {"asked_at": "2020-01-01T00:00:00.000Z"}, {"video": {}}, {"request": {"prompt": "x"}}, None,
    ],
)  # fmt: skip
def test_a_sidecar_tells_the_same_in_every_point(
    change: dict[str, Any] | None, record: Record
) -> None:
    """Whatever somebody changes in the file beside a video, or breaks it, is noticed."""
    assert record.dog.video is not None
    beside = record.dog.video.path.with_suffix(".json")
    told = json.loads(beside.read_text("utf-8"))
    beside.write_text("[" * 100_000 if change is None else json.dumps({**told, **change}), "utf-8")

    assert [("verify.sidecar", record.dog.id)] == record.found()


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [
        ("%%seedance -d 4\na wolf", True),
        ("%%seedance -d 5\na dog", True),
        ("%%seedance --sweep duration=5,6\na dog", True),
        ("%%seedance spot -d 4 --quiet\na dog", False),
        ("%%seedance --sweep duration=4,5\na dog", False),
        ("%%seedance -d 4 --image x.png\na dog", False),
        ("%%seedance -d 4\na {dog}", False),
        ("%seedance show dog", False),
    ],
)
def test_a_cell_that_was_changed_afterwards_is_noticed(
    cell: str,
    wrong: bool,  # noqa: FBT001 - a parameter of the test
    record: Record,
) -> None:
    """A cell that shows one video and by now asks for another one is named, where one can tell."""
    book = json.loads(record.notebook.read_text("utf-8"))
    book["cells"][0]["source"] = cell
    record.notebook.write_text(json.dumps(book), "utf-8")

    assert ([("verify.edited", record.dog.id)] if wrong else []) == record.found()


def change_line(record: Record, change: Callable[[dict[str, Any]], None], event: str) -> None:
    """Rewrite a line of the journal, as somebody with an editor would."""
    [path] = (record.session.home / "journal").glob("*.jsonl")
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    change(next(line for line in lines if line["event"] == event))
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines if line), "utf-8")
    record.session.close()
    given = {"backend": "replay", "home": record.session.home}
    record.session = Session(resolve(given, {}, {}, cwd=record.session.home))


def test_another_prompt_has_another_digest(record: Record) -> None:
    """A request that was changed in the journal no longer has its digest."""
    change_line(record, lambda line: line["request"].update(prompt="a wolf"), "asked")

    assert ("verify.digest", record.dog.id) in record.found()


def test_a_line_that_was_taken_out_is_missed(record: Record) -> None:
    """A line that somebody took out of the journal leaves a gap in its numbers."""
    change_line(record, dict.clear, "asked")

    [gap] = [item for item in record.log.verify() if item.text_id == "verify.gap"]
    assert f"{record.dog.state.session}: 2" in gap.text


@pytest.mark.parametrize("number", [2, 0, None])
def test_a_line_that_was_put_in_is_noticed(number: int | None, record: Record) -> None:
    """A line that bears the number of another one, or none, was not written by the session."""
    change_line(record, lambda line: line.update(seq=number), "submitting")

    assert "verify.added" in [item.text_id for item in record.log.verify()]


def test_an_endless_number_costs_nothing(record: Record) -> None:
    """A line with an absurd number is a gap, found without counting up to it."""
    change_line(record, lambda line: line.update(seq=10**18), "submitting")

    [gap] = [item for item in record.log.verify() if item.text_id == "verify.gap"]
    assert gap.detail.startswith(f"{record.dog.state.session}: ")
