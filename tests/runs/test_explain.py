"""What `--explain` shows: all that was exchanged for a job, and nothing that opens anything."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import makers
import pytest
from canary import CANARY as KEY

from seedance_nb.core import media
from seedance_nb.core.errors import SeedanceError
from seedance_nb.evolink import inputs
from seedance_nb.evolink.exchanges import Exchange
from seedance_nb.runs import explain
from seedance_nb.runs.explain import MOST, Exchanges
from seedance_nb.runs.job import Job
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from peer import Call, Peer

SECRET = "c00kie"
LATER = {"Retry-After": "0", "Set-Cookie": f"session={SECRET}"}
BUSY = {"error": {"code": "rate_limited", "message": "slower"}}


async def quick(seconds: float) -> None:
    """A sleep that keeps the order of things and not their length."""
    await asyncio.sleep(min(seconds, 0.02))


@pytest.fixture
def session(tmp_path: Path, peer: Peer) -> Iterator[Session]:
    """A session on another server."""
    media.use(inputs.opened)
    urls = {"base_url": peer.url, "files_url": peer.files_url}
    given = {"api_key": KEY, **urls, "home": tmp_path / "runs"}
    made = Session(resolve(given, {}, {}, cwd=tmp_path), sleep=quick)
    yield made
    made.close()


def explained(session: Session, prompt: str, **fields: Any) -> Job:
    """A job that is explained."""
    job = session.generate(prompt, explain=True, **fields)
    assert isinstance(job, Job)
    return job


def target(call: Call) -> tuple[str, str]:
    """Method and path of what arrived."""
    return call.method, urlsplit(call.target).path


def test_what_is_shown_is_what_arrived(session: Session, peer: Peer, tmp_path: Path) -> None:
    """Each exchange is there in order, with the bodies, headers and statuses of the server."""
    picture = tmp_path / "cat.png"
    picture.write_bytes(makers.picture())
    peer.polls = 3
    peer.on_create = [("status", 429, BUSY, LATER)]
    peer.on_poll = [("ok",), ("ok",), ("status", 503, BUSY, LATER)]
    job = explained(session, "it moves", images=[picture]).wait(30)

    assert job.exchanges is not None
    rows = job.exchanges.rows
    arrived = [*peer.uploads, *peer.creates, *peer.polled, *peer.downloads]
    shown = [(row.method, urlsplit(row.url).path) for row in rows for _ in range(row.count)]
    assert [target(call) for call in arrived] == shown
    assert [200, 429, 200, 200, 503, 200, 200] == [row.status for row in rows]
    assert [1, 1, 1, 2, 1, 1, 1] == [row.count for row in rows]

    upload, busy, create, _, unavailable, last, download = (
        (row, dict(row.sent), dict(row.came)) for row in rows
    )
    sent = peer.creates[-1]
    hidden = {"image_urls": ["https://files.peer.example/(hidden)"]}
    assert {**sent.body, **hidden} == json.loads(create[0].body)
    assert sent.headers["idempotency-key"] == create[1]["Idempotency-Key"]
    assert sent.headers["content-type"] == create[1]["Content-Type"]
    assert peer.uploads[0].headers["content-length"] == upload[1]["Content-Length"]
    assert ["0", "0"] == [busy[2]["Retry-After"], unavailable[2]["Retry-After"]]
    assert BUSY == json.loads(busy[0].answer)
    assert "completed" == json.loads(last[0].answer)["status"]
    assert str(len(peer.video)) == download[2]["Content-Length"]
    assert all("Bearer (hidden)" == row[1]["Authorization"] for row in (upload, create, last))
    assert "Authorization" not in download[1]


def test_nothing_that_opens_anything_is_shown(session: Session, peer: Peer, tmp_path: Path) -> None:
    """Neither key nor signature, address of an upload, callback or cookie; nothing is written."""
    picture = tmp_path / "cat.png"
    picture.write_bytes(makers.picture())
    peer.on_create = [("status", 429, {"error": {"message": f"Bearer {KEY}"}}, LATER)]
    fields = {"images": [picture, "https://example.org/a.png?sign=s1gned"]}
    hook = "https://example.org/h00k?token=t0ken"
    job = explained(session, "it moves", callback_url=hook, **fields).wait(30)
    text = explain.text(job, explain.kept(job))

    assert "https://example.org/a.png" in text
    for word in (KEY, KEY[:9], "Signature", "s1gned", "sign=", "h00k", "t0ken", SECRET, "ookie"):
        assert word not in text
    assert picture.name not in text
    assert "/1/" not in text  # the path of the upload
    journal = "".join(f.read_text("utf-8") for f in (session.home / "journal").glob("*.jsonl"))
    assert "task_info" not in journal


@pytest.mark.parametrize("batch", [True, False])
def test_each_job_gets_its_own_looks(session: Session, peer: Peer, *, batch: bool) -> None:
    """Looks that go out as one call count for each job in it; a job that is not explained, none."""
    peer.batch, peer.polls = batch, 8
    jobs = [explained(session, f"kite {number}") for number in range(2)]
    other = session.generate("kite 2")
    assert isinstance(other, Job)
    for job in (*jobs, other):
        job.wait(30)

    for job in jobs:
        assert job.exchanges is not None
        looks = [row for row in job.exchanges.rows if row.kind in ("query", "batch")]
        looks = [row for row in looks if row.status == 200]  # not the question whether there is one
        asked = [(call.body or {}).get("task_ids", [call.task]) for call in peer.polled]
        about = [task_ids for task_ids in asked if job.task_id in task_ids]
        assert len(about) == sum(row.count for row in looks)
    assert other.exchanges is None


def test_without_an_answer_the_reason_is_shown(session: Session, peer: Peer) -> None:
    """A request that was lost says so, and a job that was there already had no exchange."""
    peer.on_create = [("drop",)]
    job = explained(session, "a kite")
    with pytest.raises(SeedanceError):
        job.wait(30)
    [row] = explain.rows(explain.kept(job))
    assert not row.good
    assert "no answer: " in row.title

    first = explained(session, "a boat").wait(30)
    again = explained(session, "a boat")
    assert first is again
    assert "nothing was sent" in explain.text(again, explain.kept(again))


def test_looks_in_a_row_fold_and_the_middle_goes() -> None:
    """Looks that were answered alike are one row, the last; of a thousand others few are kept."""
    found = Exchanges()

    def add(kind: str, status: int, answer: str = "") -> None:
        url = "https://api.example/v1/tasks/t1"
        found.add(Exchange(kind=kind, method="GET", url=url, status=status, answer=answer))

    for number in range(7):
        add("query", 200, f"{number}")
    add("query", 503)
    add("query", 200, "7")
    assert [(7, "6"), (1, ""), (1, "7")] == [(row.count, row.answer) for row in found.rows]
    assert "GET /v1/tasks/t1 \u00d7 7 \u2192 200 OK (0.00 s)" == explain.rows(found)[0].title

    for _ in range(1000):
        add("download", 500)
    assert 2 * MOST == len(found.rows)
    assert 1009 == found.gap + sum(row.count for row in found.rows)
