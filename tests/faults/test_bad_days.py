"""What lasts: an hour without a network, a full disk, a laptop that sleeps, a key that is gone."""

from __future__ import annotations

import asyncio
import resource
import time
from typing import TYPE_CHECKING, Any

import pytest
from canary import CANARY as KEY
from conftest import CLIP
from faults.proxy import Proxy
from faults.table import FAULTS, answer, error

from seedance_nb.core.errors import (
    AuthError,
    ConfigError,
    SeedanceError,
    ServiceError,
    SubmitUncertain,
    TaskFailed,
)
from seedance_nb.runs.budget import Consent
from seedance_nb.runs.job import Job
from seedance_nb.runs.log import read
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Clock
    from peer import Peer

HOUR = 3600.0
GONE = FAULTS["reset at once"]


class Sleeper:
    """Sleeps that let time pass on a clock, and nowhere else."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.naps: dict[int, float] = {}  # after so many sleeps the laptop sleeps, so long
        self.count = 0

    async def __call__(self, seconds: float) -> None:
        """Sleep."""
        self.count += 1
        self.clock.advance(seconds + self.naps.get(self.count, 0))
        await asyncio.sleep(0.001)


@pytest.fixture
def sleeper(clock: Clock) -> Sleeper:
    """Lets the clock run."""
    return Sleeper(clock)


@pytest.fixture
def proxy(peer: Peer) -> Iterator[Proxy]:
    """Faults before the peer."""
    with Proxy(peer) as layer:
        yield layer


@pytest.fixture
def session(proxy: Proxy, sleeper: Sleeper, tmp_path: Path) -> Iterator[Session]:
    """A session whose time is the clock's."""
    given = {"api_key": KEY, "base_url": proxy.url, "home": tmp_path / "runs"}
    made = Session(resolve(given, {}, {}, cwd=tmp_path), now=sleeper.clock, sleep=sleeper)
    yield made
    made.close()


def one(session: Session, prompt: str = "dog") -> Job:
    """A job, and not several."""
    job = session.generate(prompt)
    assert isinstance(job, Job)
    return job


@pytest.mark.parametrize("step", ["poll", "download"])
def test_an_hour_without_a_network_is_survived(
    step: str, session: Session, proxy: Proxy, clock: Clock
) -> None:
    """Looks and downloads go on by themselves when the network is back, with one paid request."""
    proxy.faults[step, "dog"] = [GONE] * 70
    before = clock()

    job = one(session).wait(30)

    assert clock() - before > HOUR
    assert "completed" == job.status
    assert 1 == proxy.seen["create", "dog"]
    assert 71 <= proxy.seen[step, "dog"]


@pytest.mark.parametrize(
    "name", ["403 html of a firewall", "html after all", "half JSON", "302 to nowhere", "502 html"]
)
def test_a_strangers_answer_does_not_end_the_renewal_of_a_link(
    name: str, session: Session, proxy: Proxy
) -> None:
    """Nonsense in place of the task whose fresh link is wanted is borne for a while."""
    proxy.faults["download", "dog"] = [FAULTS["403"]]
    page = FAULTS[name]
    proxy.faults["poll", "dog"] = [FAULTS["slow"], FAULTS["slow"], page, page]

    assert "completed" == one(session).wait(30).status
    assert 5 == proxy.seen["poll", "dog"]


def test_an_endless_outage_of_a_download_ends_for_a_stated_reason(
    session: Session, proxy: Proxy
) -> None:
    """After a good hour the wait ends with the reason; the job is kept and fetched later."""
    proxy.faults["download", "dog"] = [FAULTS["502 html"]] * 90
    job = one(session)

    with pytest.raises(ServiceError) as caught:
        job.wait(30)
    assert ("downloading", "yes") == (job.status, caught.value.billed)
    assert "no cost" in str(caught.value)
    job.fetch().wait(30)

    assert "completed" == job.status
    assert 1 == proxy.seen["create", "dog"]


def test_a_download_that_keeps_breaking_goes_on_in_parts(
    session: Session, proxy: Proxy, peer: Peer
) -> None:
    """However often it breaks off, what has come is kept, as long as something more comes."""

    async def stingy(exchange: Any) -> None:
        top, body = await exchange.forward()
        await exchange.send(top, body[:1200])

    proxy.faults["download", "dog"] = [stingy] * 14

    job = one(session).wait(30)

    assert job.video is not None
    assert CLIP.read_bytes() == job.video.path.read_bytes()
    parts = [call.headers.get("range") for call in peer.downloads]
    assert [None, *(f"bytes={1200 * n}-" for n in range(1, 15))] == parts


def test_a_download_that_never_gets_further_is_ended(
    session: Session, proxy: Proxy, peer: Peer
) -> None:
    """A file that breaks off again and again at the same place is not fetched for an hour."""
    peer.ranges = False
    proxy.faults["download", "dog"] = [FAULTS["cut after a byte"]] * 99
    job = one(session)

    with pytest.raises(SeedanceError) as caught:
        job.wait(30)

    assert caught.value.retryable
    assert ("downloading", "yes") == (job.status, caught.value.billed)
    assert proxy.seen["download", "dog"] < 10


def test_a_full_disk_is_met_and_mended(session: Session, proxy: Proxy) -> None:
    """A disk without room ends the wait with that reason; `fetch` brings the video, unpaid."""
    job = one(session)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (CLIP.stat().st_size - 1, hard))
    try:
        with pytest.raises(ConfigError) as caught:
            job.wait(30)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "error.disk.full" == caught.value.text_id
    assert ("downloading", "yes") == (job.status, caught.value.billed)
    assert not list((session.home / "videos").iterdir())

    job.fetch().wait(30)

    assert "completed" == job.status
    assert 1 == proxy.seen["create", "dog"]


def test_a_task_that_a_full_disk_could_not_note_is_noted_later(
    session: Session, peer: Peer, tmp_path: Path
) -> None:
    """The task of a paid request gets into the journal as soon as there is room for a line."""
    peer.on_create, peer.polls = [("hang", 60)], 10**6
    job = one(session)
    while job.status != "submitting":
        time.sleep(0.001)
    [journal] = (session.home / "journal").glob("*.jsonl")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (journal.stat().st_size, hard))
    try:
        peer.gate.set()
        while job.task_id is None:
            time.sleep(0.001)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    peer.polls = 1
    job.wait(30)

    given = {"api_key": KEY, "base_url": session.base_url, "home": session.home}
    other = Session(resolve(given, {}, {}, cwd=tmp_path))
    [found] = other.states()
    other.close()
    assert ("completed", job.task_id) == (found.status, found.task_id)


def test_a_task_that_a_full_disk_could_not_note_is_noted_at_the_end(
    session: Session, peer: Peer, tmp_path: Path
) -> None:
    """The task of a paid request gets into the journal at the end, if there was no room before."""
    peer.on_create, peer.polls = [("hang", 60)], 10**6
    job = one(session)
    while job.status != "submitting":
        time.sleep(0.001)
    [journal] = (session.home / "journal").glob("*.jsonl")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (journal.stat().st_size, hard))
    try:
        peer.gate.set()
        while job.task_id is None:
            time.sleep(0.001)
        job.stop()
        with pytest.raises(SeedanceError):
            job.wait(30)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    session.close()

    given = {"api_key": KEY, "base_url": session.base_url, "home": session.home}
    other = Session(resolve(given, {}, {}, cwd=tmp_path))
    [found] = other.states()
    other.close()
    assert job.task_id == found.task_id


def test_what_a_full_disk_could_not_note_of_a_session_is_noted_later(session: Session) -> None:
    """A session whose first line found no room still tells of its versions in the record."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(ConfigError):
            one(session)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    one(session).wait(30)

    assert "python" in read(session).sessions[session.id]["versions"]


def test_a_sweep_that_a_full_disk_broke_off_sends_nothing(
    session: Session, proxy: Proxy, tmp_path: Path
) -> None:
    """All of a sweep or nothing: what was noted before the disk was full is taken back."""
    one(session, "cat").wait(30)
    [journal] = (session.home / "journal").glob("*.jsonl")
    lines = journal.read_bytes().splitlines(keepends=True)
    first = sum(len(line) for line in lines if b'"asked"' in line or b'"call"' in line)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (journal.stat().st_size + first + 99, hard))
    try:
        with pytest.raises(ConfigError):
            session.sweep(["dog", "fox", "owl"], consent=Consent(yes=True))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    session.close()

    given = {"api_key": KEY, "base_url": session.base_url, "home": session.home}
    other = Session(resolve(given, {}, {}, cwd=tmp_path))
    assert ["completed", "cancelled"] == [state.status for state in other.states()]
    assert [] == list(other.resume(tell=lambda _: None))
    other.close()
    assert 0 == proxy.seen["create", "dog"]


def test_a_folder_that_cannot_be_written_is_met_and_mended(session: Session, proxy: Proxy) -> None:
    """A folder without permission is named; `resume` brings the video once it is mended."""
    session.home.mkdir()
    (session.home / "videos").symlink_to("/sys")  # root may not write there, either
    job = one(session)
    with pytest.raises(ConfigError) as caught:
        job.wait(30)
    assert "error.disk.denied" == caught.value.text_id
    assert str(session.home / "videos") in str(caught.value)
    (session.home / "videos").unlink()

    session.resume(tell=lambda _: None).wait(30)

    assert "completed" == job.status
    assert 1 == proxy.seen["create", "dog"]


@pytest.mark.parametrize("waking", [[], [GONE] * 3], ids=["online", "without network at first"])
def test_a_laptop_may_sleep_for_days(
    waking: list[Any], session: Session, proxy: Proxy, sleeper: Sleeper
) -> None:
    """However far the clock has jumped, the task is looked at before anybody gives up on it."""
    proxy.faults["poll", "dog"] = [FAULTS["slow"], *waking]
    sleeper.naps[3] = 72 * HOUR  # between the first look and the second

    job = one(session).wait(30)

    assert "completed" == job.status


def test_a_task_that_never_ends_is_given_up_after_a_day(
    session: Session, peer: Peer, clock: Clock
) -> None:
    """The wait ends for a stated reason, and the task's name stands in it."""
    peer.polls = 10**9
    job = one(session)
    while job.task_id is None:
        time.sleep(0.001)
    clock.advance(24 * HOUR)

    with pytest.raises(SeedanceError) as caught:
        job.wait(30)

    assert "error.stale" == caught.value.text_id
    assert str(job.task_id) in str(caught.value)


def test_a_clock_that_goes_back_changes_nothing(
    session: Session, proxy: Proxy, sleeper: Sleeper
) -> None:
    """A clock that is set back by a day in mid run does not confuse the following."""
    sleeper.naps[2] = -24 * HOUR
    proxy.faults["poll", "dog"] = [FAULTS["502 html"]]

    assert "completed" == one(session).wait(30).status


def test_a_task_that_the_service_forgot_is_told(session: Session, proxy: Proxy) -> None:
    """A task that is not found right after its creation is asked for again, and not for ever."""
    proxy.faults["poll", "dog"] = [FAULTS["404"]] * 99
    job = one(session)

    with pytest.raises(ServiceError) as caught:
        job.wait(30)

    assert "error.service.gone" == caught.value.text_id
    assert 3 < proxy.seen["poll", "dog"] < 15
    assert 1 == proxy.seen["create", "dog"]


def test_a_refusal_that_stays_is_told(session: Session, proxy: Proxy) -> None:
    """A firewall's page between two looks is borne some times, and then it is the reason."""
    proxy.faults["poll", "dog"] = [FAULTS["403 html of a firewall"]] * 99
    job = one(session)

    with pytest.raises(AuthError):
        job.wait(30)
    assert 6 == proxy.seen["poll", "dog"]
    proxy.faults.clear()
    session.resume(tell=lambda _: None).wait(30)

    assert "completed" == job.status


@pytest.mark.parametrize("name", ["400", "401", "402", "404 html", "409", "413", "429", "reset"])
def test_a_refused_second_attempt_tells_nothing_of_the_first(
    name: str, session: Session, proxy: Proxy, peer: Peer
) -> None:
    """A resend that is refused leaves the job uncertain: its first attempt may have been paid."""
    fault = FAULTS["reset at once" if name == "reset" else name]
    proxy.faults["create", "dog"] = [FAULTS["no answer"], *[fault] * 99]
    job = one(session)
    with pytest.raises(SubmitUncertain):
        job.wait(30)

    with pytest.raises(SubmitUncertain) as caught:
        job.resend().wait(30)
    assert ("uncertain", "unknown") == (job.status, caught.value.billed)
    with pytest.raises(SubmitUncertain):
        job.again()
    with pytest.raises(SubmitUncertain):
        one(session)
    [task_id] = peer.tasks
    session.adopt(task_id, job.request).wait(30)

    assert ("completed", task_id) == (job.status, job.task_id)
    assert 1 == len(proxy.keys["dog"])


def test_a_second_attempt_that_waits_can_be_stopped(session: Session, proxy: Proxy) -> None:
    """Stopping a resend while it waits for its turn leaves the request as uncertain as it was."""
    proxy.faults["create", "dog"] = [FAULTS["no answer"], *[FAULTS["429"]] * 9999]
    job = one(session)
    with pytest.raises(SubmitUncertain):
        job.wait(30)
    job.resend()
    while proxy.seen["create", "dog"] < 3:
        time.sleep(0.001)

    job.stop()
    with pytest.raises(SubmitUncertain):
        job.wait(30)

    assert "uncertain" == job.status


def test_a_task_that_fails_at_once_says_why(session: Session, peer: Peer) -> None:
    """A create that is answered with a failed task ends with the service's reason, unbilled."""
    failure = {"code": "content_policy_violation", "message": "no dogs", "type": "task_error"}
    peer.on_create = [("merge", {"status": "failed", "error": failure})]
    job = one(session)

    with pytest.raises(TaskFailed, match="no dogs") as caught:
        job.wait(30)

    assert ("failed", "no") == (job.status, caught.value.billed)
    assert "content_policy_violation" == session.states()[0].error.code  # type: ignore[union-attr]


def test_a_new_key_goes_on_by_itself(session: Session, peer: Peer, tmp_path: Path) -> None:
    """A refused key says that a new one is needed; with one, the same job goes on: no resume."""
    peer.polls = 10**6
    job = one(session)
    while job.task_id is None:
        time.sleep(0.001)
    peer.key = "sk-the-new-key-of-the-account"
    with pytest.raises(AuthError) as caught:
        job.wait(30)
    assert "%seedance login" in str(caught.value)
    assert job.status in ("pending", "processing")
    peer.polls = 1

    given = {"api_key": peer.key, "base_url": session.base_url, "home": session.home}
    session.update(resolve(given, {}, {}, cwd=tmp_path))
    job.wait(30)

    assert "completed" == job.status
    assert 1 == len(peer.tasks)


def test_a_running_job_takes_the_new_key(session: Session, peer: Peer, tmp_path: Path) -> None:
    """What is under way is asked for with the key of now, not with that of its beginning."""
    peer.polls = 10**6
    job = one(session)
    while job.task_id is None:
        time.sleep(0.001)
    new = "sk-the-new-key-of-the-account"
    given = {"api_key": new, "base_url": session.base_url, "home": session.home}

    session.update(resolve(given, {}, {}, cwd=tmp_path))
    with pytest.raises(AuthError):
        job.wait(30)

    assert f"Bearer {new}" == peer.polled[-1].headers["authorization"]


def test_too_many_keeps_the_next_ones_back(session: Session, proxy: Proxy, peer: Peer) -> None:
    """While the service says "too many", no further request joins those that it refuses."""
    busy = answer(429, error("rate_limit_exceeded"))
    for prompt in ("second", "third"):
        proxy.faults["create", prompt] = [busy] * 8
    jobs = [one(session, prompt) for prompt in ("first", "second", "third", "fourth")]

    for job in jobs:
        job.wait(30)

    accepted = [call.body["prompt"] for call in peer.creates]
    assert ("first", "fourth") == (accepted[0], accepted[-1])
    assert 1 == proxy.seen["create", "fourth"]
    assert 9 == proxy.seen["create", "second"] == proxy.seen["create", "third"]


def test_of_several_results_those_that_came_are_kept(
    session: Session, proxy: Proxy, peer: Peer
) -> None:
    """A second result that cannot be had leaves the first one safe, and only it is asked again."""
    peer.results = 2
    good = peer.video
    job = one(session)
    proxy.faults["download", "dog"] = [FAULTS["slow"], *[FAULTS["html after all"]] * 6]

    with pytest.raises(SeedanceError):
        job.wait(30)
    assert (1, "downloading") == (len(job.videos), job.status)
    job.fetch().wait(30)

    assert [good, good] == [video.path.read_bytes() for video in job.videos]
    assert 8 == proxy.seen["download", "dog"]


def test_a_task_without_results_is_told_and_kept(session: Session, peer: Peer) -> None:
    """A completed task that names no video ends the wait; when it does, `fetch` brings it."""
    peer.results = 0
    job = one(session)
    with pytest.raises(SeedanceError) as caught:
        job.wait(30)
    assert ("error.results", "yes") == (caught.value.text_id, caught.value.billed)
    peer.results = 1

    assert "completed" == job.fetch().wait(30).status


@pytest.fixture
def progress(session: Session, proxy: Proxy) -> Callable[[list[Any]], list[float]]:
    """What a bar would show while the service tells such progress."""

    def told(values: list[Any]) -> list[float]:
        proxy.peer.on_poll = [
            ("merge", {"status": "processing", "progress": value}) for value in values
        ]
        seen = []
        job = one(session)
        job.subscribe(lambda j: seen.append(j.expected_progress()))
        job.wait(30)
        return [value for value in seen if value is not None]

    return told


def test_progress_of_any_kind_is_borne(progress: Callable[[list[Any]], list[float]]) -> None:
    """Progress that jumps, falls back, exceeds or is no number leaves a bar within its bounds."""
    seen = progress([50, 10, 99, -5, 400, "70%", None, [], {"a": 1}, 1e308, True])

    assert all(0 <= value <= 100 for value in seen)
