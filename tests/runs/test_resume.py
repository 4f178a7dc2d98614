"""What a dead kernel left: every state that it can leave a job in ends in an honest one."""

from __future__ import annotations

import asyncio
import errno
import time
from typing import TYPE_CHECKING, Any

import pytest
from canary import CANARY

from seedance_nb.core.errors import (
    ConfigError,
    ProtocolError,
    SeedanceError,
    SubmitUncertain,
    WaitTimeout,
)
from seedance_nb.core.request import VideoRequest
from seedance_nb.runs import journal
from seedance_nb.runs.job import Job
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from peer import Peer

NO_VIDEO = ("status", 200, "<html>not a video</html>")


async def quick(seconds: float) -> None:
    """A sleep that keeps the order of things and not their length."""
    await asyncio.sleep(min(seconds, 0.01))


@pytest.fixture
def make(tmp_path: Path, peer: Peer) -> Iterator[Callable[..., Session]]:
    """Makes sessions that share a folder, on the other server."""
    peer.polls = 1
    made = []

    def session(now: Callable[[], float] = time.time, **settings: Any) -> Session:
        given = {"api_key": CANARY, "base_url": peer.url, "home": tmp_path / "runs", **settings}
        made.append(Session(resolve(given, {}, {}, cwd=tmp_path), sleep=quick, now=now))
        return made[-1]

    yield session
    for one in made:
        one.close()


def ask(session: Session, prompt: str = "a dog") -> Job:
    """A job, and not several."""
    job = session.generate(prompt)
    assert isinstance(job, Job)
    return job


def sent(job: Job) -> None:
    """Wait until the service has the task."""
    deadline = time.monotonic() + 20
    while job.task_id is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def resumed(session: Session, told: list[str] | None = None) -> Job:
    """The one job that `resume` goes on with."""
    [job] = session.resume(tell=(told if told is not None else []).append)
    return job


def undelivered(session: Session, peer: Peer) -> Job:
    """A job that the service has completed and whose file did not come."""
    peer.on_download = [NO_VIDEO] * 6
    job = ask(session)
    with pytest.raises(ProtocolError):
        job.wait(20)
    peer.on_download = []
    assert "downloading" == job.status
    return job


def test_completed_but_not_downloaded(make: Callable[..., Session], peer: Peer) -> None:
    """What the service had completed is fetched by the next kernel, without another POST."""
    first = make()
    undelivered(first, peer)
    first.close()

    job = resumed(make()).wait(20)

    assert job.video is not None
    assert peer.video == job.video.path.read_bytes()
    assert 1 == len(peer.creates)


@pytest.mark.parametrize("where", ["the same kernel", "the next kernel"])
def test_an_expired_link(where: str, make: Callable[..., Session], peer: Peer) -> None:
    """When the link has died, the task is asked for a fresh one, and that one is used."""
    session = make()
    job = undelivered(session, peer)
    peer.expire_links()
    polls = len(peer.polled)

    if where == "the next kernel":
        session.close()
        job = resumed(make())
    else:
        job.fetch()
    job.wait(20)

    assert "completed" == job.status
    assert polls < len(peer.polled)
    assert "Signature=2" in peer.downloads[-1].target
    assert 1 == len(peer.creates)


@pytest.mark.parametrize("done", [False, True], ids=["in the making", "completed"])
def test_a_task_that_the_service_forgot(
    done: bool,  # noqa: FBT001 - a parameter of the test
    make: Callable[..., Session],
    peer: Peer,
) -> None:
    """A forgotten task is said, not posted anew, and can be given up; then it may be sent again."""
    first = make()
    if done:
        undelivered(first, peer)
    else:
        peer.polls = 10**6
        sent(ask(first))
    first.close()
    peer.tasks.clear()

    job = resumed(make(lambda: time.time() + 3600))
    with pytest.raises(SeedanceError, match="does not know this task") as caught:
        job.wait(20)
    billed = "yes" if done else "unknown"  # what was completed is paid
    assert billed == caught.value.billed

    assert ("downloading" if done else "pending") == job.status
    assert not job.following
    assert 1 == len(peer.creates)
    peer.polls = 1
    job.stop()
    assert ("cancelled", billed) == (job.status, job.error and job.error.billed)
    ask(make()).wait(20)
    assert 2 == len(peer.creates)


def test_uncertain_requests_are_left_to_their_user(
    make: Callable[..., Session], peer: Peer
) -> None:
    """The next kernel lists what is uncertain and does nothing about it until it is told to."""
    peer.idempotency = True
    peer.on_create = [("drop",)]
    first = make()
    with pytest.raises(SubmitUncertain):
        ask(first).wait(20)
    first.close()

    job = resumed(make())
    with pytest.raises(SubmitUncertain):
        job.wait(20)
    assert ("uncertain", 1) == (job.status, len(peer.creates))

    job.resend().wait(20)
    assert ("completed", 1) == (job.status, len(peer.tasks))


def test_what_was_queued_is_sent(make: Callable[..., Session], peer: Peer) -> None:
    """Requests that never went out are counted, told with their cost, and sent once each."""
    peer.polls = 10**6
    first = make(max_active=1)
    jobs = [ask(first, f"dog {number}") for number in range(3)]
    sent(jobs[0])
    first.close()
    peer.polls = 1
    told: list[str] = []

    make().resume(tell=told.append).wait(20)

    [line] = told
    assert line.startswith("2 requests were queued and never sent; now sent")
    assert "cost" in line
    assert ["dog 0", "dog 1", "dog 2"] == sorted(call.body["prompt"] for call in peer.creates)


def test_what_was_queued_with_a_callback_waits_for_its_address(
    make: Callable[..., Session], peer: Peer
) -> None:
    """An address that the journal does not keep is not left out: the request waits to be asked."""
    hook = "http://127.0.0.1:9/hook"
    peer.polls = 10**6
    first = make(max_active=1)
    sent(ask(first))
    first.generate("a cat", callback_url=hook)
    first.close()
    peer.polls = 1
    second, told = make(), list[str]()

    second.resume(tell=told.append)
    lost = second.jobs()[-1]

    assert f"{lost.id}" in told[-1]
    assert "callback" in told[-1]
    assert not lost.active
    assert lost is second.generate("a cat", callback_url=hook)
    assert "completed" == lost.wait(20).status
    assert [None, hook] == [call.body.get("callback_url") for call in peer.creates]


@pytest.mark.parametrize("request_", [VideoRequest("a cat").to_fields(), None, {"prompt": 7}])
def test_what_was_queued_is_sent_as_it_was_asked_or_not_at_all(
    request_: object, make: Callable[..., Session], peer: Peer
) -> None:
    """A journal whose request is not the one of its digest sends nothing, and says so."""
    book = journal.Journal(make().home, "stranger", now=time.time)
    facts: dict[str, Any] = {"request": request_, "backend": "live", "base_url": peer.url}
    book.append("asked", job="abcd2345", digest=VideoRequest("a dog").digest, take=1, **facts)
    book.close(final=False)

    [job] = make().resume(tell=lambda _: None)
    with pytest.raises(ConfigError, match="abcd2345"):
        job.wait(20)

    assert [] == peer.creates


def test_two_survivors_share_what_is_left(make: Callable[..., Session], peer: Peer) -> None:
    """Two kernels that resume the same folder at once: each job is taken by one of them."""
    peer.polls = 10**6
    first = make(max_active=2)
    jobs = [ask(first, f"dog {number}") for number in range(4)]
    for job in jobs[:2]:
        sent(job)
    first.close()
    peer.polls = 1
    survivors = [make(), make()]

    both = [session.resume(tell=lambda _: None) for session in survivors]
    for found in both:
        found.wait(20)

    assert 4 == len(both[0])  # the second may come when some are done already
    assert all("completed" == job.status for found in both for job in found)
    assert 4 == len(peer.creates) == len(peer.downloads)
    assert {job.id for job in jobs} == journal.all_claims(survivors[0].home).keys()
    assert all(1 == len(taken) for taken in journal.all_claims(survivors[0].home).values())


def test_without_locks_nothing_is_taken(
    make: Callable[..., Session], peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the file system knows no locks, another kernel's job is watched and never taken."""

    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", no_locks)
    peer.polls = 10**6
    first = make()
    sent(ask(first))
    first.close()

    job = resumed(make())
    with pytest.raises(WaitTimeout):
        job.wait(0.3)

    assert {} == journal.all_claims(first.home)
    assert 1 == len(peer.creates)
    assert [] == peer.downloads


def test_where_locks_are_not_shared_nothing_is_sent_twice(
    make: Callable[..., Session], peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a mount that keeps locks to itself another machine may take a job; it is sent by one."""
    monkeypatch.setattr("fcntl.flock", lambda *_: None)
    peer.polls = 10**6
    first = make(max_active=1)
    flying, queued = ask(first, "dog 1"), ask(first, "dog 2")
    sent(flying)
    second = make()
    second.resume(tell=lambda _: None)
    sent(second.job(queued.id))

    peer.polls = 1
    flying.wait(20)
    with pytest.raises(ConfigError, match="took over"):
        queued.wait(20)

    assert "completed" == second.job(queued.id).wait(20).status
    assert ["dog 1", "dog 2"] == [call.body["prompt"] for call in peer.creates]


def test_a_journal_of_a_stranger_keeps_nobody_from_going_on(
    make: Callable[..., Session], peer: Peer
) -> None:
    """A job that was taken over absurdly often is resumed like any other."""
    request = VideoRequest("a dog").to_fields()
    facts: dict[str, Any] = {"request": request, "backend": "live", "base_url": peer.url}
    book = journal.Journal(make().home, "stranger", now=time.time)
    for number, gen in enumerate((10**300, 10**12)):
        name = f"abcd{number}"
        book.append("asked", job=name, digest=VideoRequest("a dog").digest, take=number, **facts)
        book.append("claimed", job=name, gen=gen)
    book.close(final=False)

    jobs = make().resume(tell=lambda _: None).wait(20)

    assert ["completed"] * 2 == [job.status for job in jobs]


def test_what_cannot_be_taken_over_says_why(make: Callable[..., Session], peer: Peer) -> None:
    """A watched job whose kernel died and that this one may not take ends its wait with why."""
    peer.polls = 10**6
    first, second = make(), make()
    sent(ask(first))
    job = ask(second)
    (second.home / "claims").write_text("no folder", "utf-8")
    first.close()

    with pytest.raises(ConfigError, match="journal"):
        job.wait(20)

    (second.home / "claims").unlink()
    peer.polls = 1
    assert job is resumed(second)
    assert "completed" == job.wait(20).status
    assert 1 == len(peer.creates)
