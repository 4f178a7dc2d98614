"""Jobs from end to end: real client, real files, and an independent server on loopback."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from canary import CANARY as KEY
from peer import Peer

from seedance_nb.core.errors import (
    AuthError,
    ConfigError,
    InvalidRequest,
    ProtocolError,
    QuotaExceeded,
    SeedanceError,
    SubmitUncertain,
    TaskFailed,
    TransportError,
    WaitTimeout,
)
from seedance_nb.core.request import VideoRequest
from seedance_nb.evolink.protocol import TaskRow
from seedance_nb.runs import candidates
from seedance_nb.runs.budget import committed
from seedance_nb.runs.estimate import Estimate
from seedance_nb.runs.job import Job, Jobs
from seedance_nb.runs.record import JobState
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLIP = (Path(__file__).parents[1] / "data" / "clip.mp4").read_bytes()


async def quick(seconds: float) -> None:
    """A sleep that keeps the order of things and not their length."""
    await asyncio.sleep(min(seconds, 0.01))


@pytest.fixture
def peer() -> Iterator[Peer]:
    """The other server."""
    with Peer(CLIP, key=KEY) as server:
        yield server


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Session]]:
    """Makes sessions that share a folder."""
    made = []

    def session(url: str, **settings: Any) -> Session:
        given = {"api_key": KEY, "base_url": url, "home": tmp_path / "runs", **settings}
        made.append(Session(resolve(given, {}, {}, cwd=tmp_path), sleep=quick))
        return made[-1]

    yield session
    for one in made:
        one.close()


def one(session: Session, prompt: str = "a dog", **fields: Any) -> Job:
    """A job, and not several."""
    job = session.generate(prompt, **fields)
    assert isinstance(job, Job)
    return job


def started(job: Job) -> None:
    """Wait until the service has the task; such a job is still running."""
    deadline = time.monotonic() + 20
    while job.task_id is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    with pytest.raises(WaitTimeout):
        job.wait(0.01)


def journal(session: Session) -> list[dict[str, Any]]:
    """The lines of the journal."""
    files = sorted((session.home / "journal").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def test_a_request_becomes_a_file(peer: Peer, make: Callable[..., Session]) -> None:
    """One POST with the documented fields gives a verified file, its sidecar and its price."""
    session = make(peer.url)

    job = one(session, duration=6).wait(10)

    assert ["POST"] == [call.method for call in peer.creates]
    assert {
        "model": "seedance-2.0-text-to-video",
        "prompt": "a dog",
        "duration": 6,
        "quality": "720p",
        "aspect_ratio": "16:9",
    } == peer.creates[0].body
    assert "completed" == job.status
    assert job.video is not None
    assert CLIP == job.video.path.read_bytes()
    assert len(CLIP) == job.video.size
    sidecar = json.loads(job.video.path.with_suffix(".json").read_text("utf-8"))
    assert VideoRequest(**sidecar["request"]).digest == job.request.digest  # type: ignore[union-attr]
    assert job.task_id == sidecar["task_id"]
    assert job.credits is not None


def test_the_key_goes_to_the_api_only(peer: Peer, make: Callable[..., Session]) -> None:
    """Neither the host of the result nor one it redirects to ever sees the key."""
    peer.redirect = "cross"

    one(make(peer.url)).wait(10)

    assert {"media", "mirror"} == {call.origin for call in peer.downloads}
    assert [] == [call for call in peer.downloads if KEY in str(call.headers)]
    assert all(f"Bearer {KEY}" == call.headers["authorization"] for call in peer.creates)


def test_the_journal_comes_first(peer: Peer, make: Callable[..., Session]) -> None:
    """The request is on disk before it goes out, its task right after, and no link's signature."""
    session = make(peer.url)

    job = one(session).wait(10)

    kinds = [line["event"] for line in journal(session) if line.get("job") == job.id]
    assert ["asked", "submitting", "accepted"] == kinds[:3]
    assert "downloaded" == kinds[-1]
    text = json.dumps(journal(session))
    assert KEY not in text
    assert "signature" not in text
    assert "?" not in text


def test_what_it_costs_is_journaled_when_it_is_told(
    peer: Peer, make: Callable[..., Session]
) -> None:
    """A charge that is told while a task is in the making is known after a restart, too."""
    peer.metered, peer.polls = True, 4
    job = one(make(peer.url)).wait(20)

    [after] = make(peer.url).jobs()

    assert 3 == job.credits == after.credits


def test_an_identical_request_is_joined_then_shown(
    peer: Peer, make: Callable[..., Session]
) -> None:
    """Asked again while it runs, or when it is done, a request is not posted a second time."""
    session = make(peer.url)

    first = one(session)
    second = one(session)
    first.wait(10)
    third = one(session)
    later = one(make(peer.url))

    assert first is second is third
    assert ("shown", "shown") == (third.origin, later.origin)
    assert later.video == first.video
    assert 1 == len(peer.creates)


def test_takes_are_numbered(peer: Peer, make: Callable[..., Session]) -> None:
    """Takes are made once each, `new` makes the next one, and each has a key of its own."""
    session = make(peer.url)

    takes = session.generate("a dog", takes=2)
    more = session.generate("a dog", takes=3)
    new = one(session, new=True)
    assert isinstance(takes, Jobs)
    assert isinstance(more, Jobs)
    more.wait(10)
    new.wait(10)

    assert [1, 2, 3] == [job.take for job in more]
    assert list(takes) == list(more)[:2]
    assert 4 == new.take
    assert 4 == len({call.headers["idempotency-key"] for call in peer.creates})


def test_a_failed_task_says_why(peer: Peer, make: Callable[..., Session]) -> None:
    """A task that fails raises `TaskFailed` with code and mend; asked again it is sent again."""
    peer.on_create = [("fails", "content_policy_violation", "nudity detected")]
    session = make(peer.url)
    job = one(session)

    with pytest.raises(TaskFailed) as caught:
        job.wait(10)
    again = one(session)
    again.wait(10)

    assert ("content_policy_violation", "no") == (caught.value.code, caught.value.billed)
    assert "nudity detected" in str(caught.value)
    assert again.id != job.id
    assert 2 == len(peer.creates)


@pytest.mark.parametrize(
    "step",
    [
        ("drop",),
        ("reset_before_read",),
        ("status", 500, '{"error":{"code":"internal_error","message":"x","type":"api_error"}}'),
        ("status", 502, "<html>bad gateway</html>"),
        ("status", 200, "{"),
        ("status", 200, "{}"),
    ],
    ids=str,
)
def test_an_unknown_fate_is_never_sent_again(
    step: tuple[Any, ...], peer: Peer, make: Callable[..., Session]
) -> None:
    """After a create whose fate is not known the job is uncertain, and no second POST goes out."""
    peer.on_create = [step]
    session = make(peer.url)
    job = one(session)

    with pytest.raises(SubmitUncertain) as caught:
        job.wait(10)
    with pytest.raises(SubmitUncertain):
        one(session)
    with pytest.raises(SubmitUncertain):
        one(make(peer.url))

    assert "uncertain" == job.status
    assert "unknown" == caught.value.billed
    assert "adopt" in str(caught.value)
    assert 1 == len(peer.creates) + peer.resets


def test_an_uncertain_request_is_resent_with_its_key(
    peer: Peer, make: Callable[..., Session]
) -> None:
    """`resend` uses the same idempotency key, so a server that honours it makes one task."""
    peer.idempotency = True
    peer.on_create = [("drop",)]
    session = make(peer.url)
    job = one(session)
    with pytest.raises(SubmitUncertain):
        job.wait(10)

    job.resend().wait(10)

    assert 1 == len({call.headers["idempotency-key"] for call in peer.creates})
    assert 1 == len(peer.tasks)
    assert "completed" == job.status


def test_an_uncertain_request_adopts_its_task(peer: Peer, make: Callable[..., Session]) -> None:
    """The task that an uncertain request made is adopted, and the job goes on with it."""
    peer.on_create = [("drop",)]
    session = make(peer.url)
    job = one(session)
    with pytest.raises(SubmitUncertain):
        job.wait(10)
    [task] = peer.tasks

    adopted = session.adopt(task, job.request)
    adopted.wait(10)

    assert adopted is job
    assert 1 == len(peer.creates)


def test_of_several_takes_the_one_that_is_named_gets_the_task(
    peer: Peer, make: Callable[..., Session]
) -> None:
    """Two uncertain takes ask for the same: a task that is adopted for one goes to that one."""
    peer.on_create = [("drop",), ("drop",)]
    session = make(peer.url)
    first, second = session.ask([VideoRequest("a dog")], takes=2)
    for job in (first, second):
        with pytest.raises(SubmitUncertain):
            job.wait(10)

    adopted = session.adopt(next(iter(peer.tasks)), first)

    assert adopted is first
    assert "completed" == first.wait(10).status
    assert "uncertain" == second.status


def test_a_task_that_was_given_up_can_be_adopted(peer: Peer, make: Callable[..., Session]) -> None:
    """Its video, which is paid, comes in a new job with the same request, also in a new kernel."""
    peer.results = 0
    job = one(make(peer.url))
    with pytest.raises(ProtocolError):
        job.wait(10)
    job.stop()
    assert "cancelled" == job.status
    peer.results = 1

    adopted = make(peer.url).adopt(str(job.task_id)).wait(10)

    assert ("completed", job.request) == (adopted.status, adopted.request)
    assert adopted.id != job.id
    assert 1 == len(peer.creates)


@pytest.mark.parametrize("named", ["by its task", "by its job"])
def test_a_task_that_is_adopted_after_all_is_counted_once(
    named: str, peer: Peer, make: Callable[..., Session]
) -> None:
    """What a given-up job held or may have cost is counted with the job that gets its task."""
    peer.on_create, peer.results = [("drop",)] if named == "by its job" else [], 0
    job = one(make(peer.url))
    with pytest.raises(SeedanceError):
        job.wait(10)
    job.stop()
    peer.results = 1
    session = make(peer.url)
    task = next(iter(peer.tasks))

    session.adopt(task, job if named == "by its job" else None).wait(10)

    gone, got = session.states()
    assert ("cancelled", "completed") == (gone.status, got.status)
    assert got.request == gone.request == job.request
    assert 0.0 == committed(gone, lambda _: Estimate(credits=25.6, source="record"))
    assert 0 < (committed(got, lambda _: Estimate(credits=25.6, source="record")) or 0)


def test_tasks_that_may_be_an_uncertain_request_are_listed(
    peer: Peer, make: Callable[..., Session]
) -> None:
    """Of the account's tasks those of the model, of that time and in no journal; else nothing."""
    peer.listing = True
    session = make(peer.url)
    one(session, "known").wait(10)
    peer.on_create = [("ok",), ("drop",)]
    one(make(peer.url, home=Path("elsewhere")), "of another folder").wait(10)
    job = one(session)
    with pytest.raises(SubmitUncertain):
        job.wait(10)
    known, theirs, ours = peer.tasks
    body = peer.tasks[ours]["body"]
    for number in range(120):
        peer.tasks[f"{ours}-{number}"] = {**peer.tasks[ours], "body": {**body, "model": "other"}}
        peer.tasks[f"old-{number}"] = {**peer.tasks[ours], "created": 1_500_000_000 + number}

    rows = session.candidates(job)
    told = candidates.tell(job.state, rows)

    assert rows is not None
    assert {theirs, ours} == {row.task_id for row in rows}
    assert f"%seedance adopt {ours} {job.id}  # " in told
    assert known not in told
    session.adopt(ours, job.request)
    assert "completed" == job.wait(10).status
    assert [] == [row for row in session.candidates(job) or [] if row.task_id == ours]


def test_the_time_that_a_task_took_is_not_told_as_the_length_of_its_video() -> None:
    """The list of tasks tells how long each took, not how long its video is."""
    row = TaskRow(task_id="task-unified-1-a", model="m", word="completed", duration=130.0)

    assert "completed, took 130 s" in candidates.tell(JobState(id="kite2345"), [row])


def test_a_server_without_a_list_of_tasks_is_no_reason_to_say_anything(
    peer: Peer, make: Callable[..., Session]
) -> None:
    """Where there is no list nothing is claimed about it; where it is empty that is told."""
    peer.on_create = [("reset_before_read",)]
    job = one(make(peer.url))
    with pytest.raises(SubmitUncertain):
        job.wait(10)
    session = make(peer.url)

    assert session.candidates(job) is None
    assert "" == candidates.tell(job.state, None)
    peer.listing = True
    assert [] == session.candidates(job)
    assert "no task" in candidates.tell(job.state, [])


def test_a_foreign_task_is_adopted_once(peer: Peer, make: Callable[..., Session]) -> None:
    """A task that was made elsewhere is followed to its file, and known from then on."""
    one(make(peer.url)).wait(10)
    [task] = peer.tasks
    elsewhere = make(peer.url, home=Path("elsewhere"))

    job = elsewhere.adopt(task)
    job.wait(10)

    assert job.request is None
    assert job.video is not None
    assert job is elsewhere.adopt(task)
    with pytest.raises(ConfigError):
        elsewhere.adopt("cgt-1")


REFUSALS = [
    (400, "invalid_request", InvalidRequest),
    (401, "unauthorized", AuthError),
    (402, "insufficient_quota", QuotaExceeded),
    (403, "model_access_denied", AuthError),
]


@pytest.mark.parametrize(("status", "code", "kind"), REFUSALS)
def test_a_refusal_is_final_and_free(
    status: int, code: str, kind: type[SeedanceError], peer: Peer, make: Callable[..., Session]
) -> None:
    """A create that the service refuses fails the job at once, unbilled, with one POST."""
    body = json.dumps({"error": {"code": code, "message": "no", "type": "t"}})
    peer.on_create = [("status", status, body)]
    job = one(make(peer.url))

    with pytest.raises(kind) as caught:
        job.wait(10)

    assert "failed" == job.status
    assert "no" == caught.value.billed
    assert 1 == len(peer.creates)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again(
    status: int, peer: Peer, make: Callable[..., Session]
) -> None:
    """Too many requests, or a stated pause, is surely no acceptance: the POST is repeated."""
    busy = ("status", status, '{"error":{"code":"x","message":"m"}}', {"Retry-After": "1"})
    peer.on_create = [busy, busy]

    one(make(peer.url)).wait(10)

    assert 3 == len(peer.creates)
    assert 1 == len(peer.tasks)
    assert 1 == len({call.headers["idempotency-key"] for call in peer.creates})


def test_a_server_that_is_not_there_costs_nothing(make: Callable[..., Session]) -> None:
    """Where nothing listens the job fails after some tries, unbilled, and can be asked again."""
    session = make("http://127.0.0.1:9")
    clock = iter(range(0, 10_000, 20))
    session.tracker  # noqa: B018 - the session is real, only its clock runs
    session = Session(session.settings, sleep=quick, now=lambda: 1e9 + next(clock))
    job = one(session)

    with pytest.raises(TransportError) as caught:
        job.wait(20)
    session.close()

    assert ("failed", "no") == (job.status, caught.value.billed)


def test_a_bad_poll_is_no_failed_job(peer: Peer, make: Callable[..., Session]) -> None:
    """Errors, HTML, half JSON and dropped connections between two polls do not end a job."""
    peer.on_poll = [
        ("status", 500, "{}"),
        ("status", 502, "<html>"),
        ("status", 200, "{"),
        ("status", 429, "", {"Retry-After": "2"}),
        ("status", 404, '{"error":{"code":"task_not_found","message":"m"}}'),
        ("drop",),
        ("merge", {"status": "warming_up", "progress": 300, "news": [1]}),
    ]

    job = one(make(peer.url)).wait(10)

    assert "completed" == job.status
    assert job.state.trouble is None
    assert 1 == len(peer.creates)


def test_a_refused_key_stops_the_following(peer: Peer, make: Callable[..., Session]) -> None:
    """A key that is refused in mid run ends the wait with `AuthError`; `resume` goes on."""
    peer.on_poll = [("status", 401, '{"error":{"code":"unauthorized","message":"m"}}')]
    session = make(peer.url)
    job = one(session)

    with pytest.raises(AuthError):
        job.wait(10)
    assert not job.following
    session.resume(tell=lambda _: None).wait(10)

    assert "completed" == job.status
    assert 1 == len(peer.creates)


def test_what_waits_for_its_turn_waits_for_a_new_key(
    peer: Peer, make: Callable[..., Session]
) -> None:
    """A key that is refused in mid run fails nothing that was not sent: the next one sends it."""
    refused = ("status", 401, '{"error":{"code":"unauthorized","message":"m"}}')
    peer.on_create = [("ok",), refused, refused]
    session = make(peer.url, max_active=1)
    jobs = Jobs([one(session, prompt=f"dog {number}") for number in range(4)])

    with pytest.raises(AuthError):
        jobs[1].wait(10)
    with pytest.raises(AuthError):
        jobs[2].wait(10)
    states = [(job.status, job.following) for job in jobs[1:3]]
    jobs[2].stop()
    session.go_on()
    jobs[1].wait(10)

    assert [("queued", False)] * 2 == states
    assert ["completed", "completed", "cancelled", "completed"] == [
        job.wait(10).status if job is not jobs[2] else job.status for job in jobs
    ]
    assert "error.job.stopped" == getattr(jobs[2].error, "text_id", None)
    assert ["dog 0", "dog 3", "dog 1"] == [task["body"]["prompt"] for task in peer.tasks.values()]


def test_a_download_survives_the_network(peer: Peer, make: Callable[..., Session]) -> None:
    """A download that is cut short, or whose link is refused, is tried again and comes whole."""
    peer.on_download = [("cut", 5000), ("status", 403, "expired"), ("drop",)]

    job = one(make(peer.url)).wait(10)

    assert job.video is not None
    assert CLIP == job.video.path.read_bytes()
    assert [] == list(job.video.path.parent.glob(".*"))


def test_a_file_that_cannot_be_had_is_kept_for_later(
    peer: Peer, make: Callable[..., Session]
) -> None:
    """A result that is no video leaves the job downloading with its error; `fetch` gets it."""
    peer.on_download = [("status", 200, "<html>not a video</html>")] * 6
    session = make(peer.url)
    job = one(session)

    with pytest.raises(ProtocolError) as caught:
        job.wait(10)
    assert "downloading" == job.status
    assert "yes" == caught.value.billed
    assert [] == list((session.home / "videos").glob("*.mp4"))
    job.fetch().wait(10)

    assert "completed" == job.status
    assert 1 == len(peer.creates)


def test_a_deleted_file_is_fetched_again(peer: Peer, make: Callable[..., Session]) -> None:
    """When somebody deletes the file, asking again fetches it through the task, without a POST."""
    session = make(peer.url)
    job = one(session).wait(10)
    assert job.video is not None
    job.video.path.unlink()

    later = make(peer.url)
    again = one(later).wait(10)

    assert again.video is not None
    assert CLIP == again.video.path.read_bytes()
    assert 1 == len(peer.creates)


def test_a_deleted_folder_is_not_paid_for_again(peer: Peer, make: Callable[..., Session]) -> None:
    """When somebody deletes the whole folder, a request that is on its way is joined."""
    peer.polls = 10**6
    session = make(peer.url)
    job = one(session)
    while job.task_id is None:
        time.sleep(0.01)
    shutil.rmtree(session.home)

    again = one(session)

    assert "joined" == again.origin
    assert job.id == again.id
    assert 1 == len(peer.creates)


@pytest.mark.parametrize("again", ["ask", "fetch"])
def test_an_altered_file_is_fetched_again(
    again: str, peer: Peer, make: Callable[..., Session]
) -> None:
    """One byte that is another is noticed, though the size is the same; no POST is made."""
    job = one(make(peer.url)).wait(10)
    assert job.video is not None
    job.video.path.write_bytes(CLIP[:-1] + bytes([CLIP[-1] ^ 1]))
    later = make(peer.url)

    found = one(later) if again == "ask" else later.jobs()[0].fetch()
    found.wait(10)

    assert CLIP == job.video.path.read_bytes()
    assert 1 == len(peer.creates)


def test_a_stopped_job_can_be_taken_up_again(peer: Peer, make: Callable[..., Session]) -> None:
    """`stop` ends the following, a wait then says so at once, and `resume` follows again."""
    peer.polls = 10**6
    session = make(peer.url)
    job = one(session)
    started(job)

    job.stop()
    with pytest.raises(WaitTimeout) as caught:
        job.wait(10)
    assert "resume" in str(caught.value)
    assert (False, "unknown") == (job.following, caught.value.billed)
    with pytest.raises(ConfigError, match="after `%seedance resume` where nobody follows it"):
        job.again()
    peer.polls = 1
    session.resume(tell=lambda _: None).wait(10)

    assert "completed" == job.status
    assert 1 == len(peer.creates)


def test_what_was_stopped_says_so_at_once(peer: Peer, make: Callable[..., Session]) -> None:
    """After `stop()` a queued job is cancelled, and one that was sent is not followed."""
    peer.polls = 10**6
    session = make(peer.url, max_active=1)
    sent, queued = one(session, "dog 1"), one(session, "dog 2")
    started(sent)

    assert "cancelled" == queued.stop().status
    assert not sent.stop().following


def test_the_queue_has_a_length(peer: Peer, make: Callable[..., Session]) -> None:
    """No more than `max_active` tasks are in flight; a queued one can be taken out unsent."""
    peer.polls = 10**6
    session = make(peer.url, max_active=1)
    first, second, third = (one(session, f"dog {n}") for n in range(3))
    started(first)

    second.stop()
    with pytest.raises(SeedanceError, match="nothing was sent"):
        second.wait(10)
    peer.polls = 1
    first.wait(10)
    third.wait(10)

    assert ["dog 0", "dog 2"] == [call.body["prompt"] for call in peer.creates]
    assert "cancelled" == second.status


def test_two_sessions_share_a_job(peer: Peer, make: Callable[..., Session]) -> None:
    """A second kernel joins the running job of the first by watching it, without a POST."""
    peer.seconds = 0.5
    first, second = make(peer.url), make(peer.url)
    mine = one(first)

    theirs = one(second)
    theirs.wait(10)

    mine.wait(10)
    assert "joined" == theirs.origin
    assert mine.id == theirs.id
    assert 1 == len(peer.creates)
    assert 1 == len(peer.downloads)
    assert theirs.video == mine.video


def test_two_kernels_asking_at_once_post_once(peer: Peer, make: Callable[..., Session]) -> None:
    """Eight sessions that ask for the same at the same instant make one task."""
    sessions = [make(peer.url) for _ in range(8)]
    jobs: list[Job] = []
    threads = [threading.Thread(target=lambda s=s: jobs.append(one(s))) for s in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for job in jobs:
        job.wait(10)

    assert 1 == len({job.id for job in jobs})
    assert 1 == len(peer.creates)


def test_a_dead_session_is_taken_over(peer: Peer, make: Callable[..., Session]) -> None:
    """A session that ended in mid run is survived: a later one takes the job and its file."""
    peer.polls = 10**6
    first = make(peer.url)
    job = one(first)
    started(job)
    first.close()
    peer.polls = 1

    later = make(peer.url)
    [resumed] = later.resume(tell=lambda _: None)
    resumed.wait(10)

    assert resumed.id == job.id
    assert resumed is not job
    assert 1 == len(peer.creates)
    assert 1 == len(later.jobs())


def test_a_new_key_goes_on_with_the_same_jobs(peer: Peer, make: Callable[..., Session]) -> None:
    """After a key was refused in mid run, the session with a new key follows its jobs again."""
    session = make(peer.url, api_key="an-old-key")
    peer.key = "an-old-key"
    peer.polls = 10**6
    job = one(session)
    started(job)
    peer.key = KEY
    with pytest.raises(AuthError):
        job.wait(10)
    peer.polls = 1

    settings = make(peer.url).settings
    assert session.serves(settings)
    session.update(settings)
    session.resume(tell=lambda _: None)
    job.wait(10)

    assert "completed" == job.status
    assert 1 == len(peer.creates)


def test_a_job_that_another_kernel_stopped_is_taken_over(
    peer: Peer, make: Callable[..., Session]
) -> None:
    """A living kernel that stopped following does not keep others from it, and sees the result."""
    peer.polls = 10**6
    first, second = make(peer.url), make(peer.url)
    job = one(first)
    started(job)
    job.stop()
    with pytest.raises(WaitTimeout):
        job.wait(10)
    peer.polls = 1

    second.resume(tell=lambda _: None).wait(10)

    assert "completed" == first.job(job.id).status
    assert 1 == len(peer.creates) == len(peer.downloads)


def test_what_cannot_go_on_is_given_up(peer: Peer, make: Callable[..., Session]) -> None:
    """`stop` on an uncertain job gives it up, and only then the same request is sent anew."""
    peer.on_create = [("drop",)]
    session = make(peer.url)
    job = one(session)
    with pytest.raises(SubmitUncertain):
        job.wait(10)

    job.stop()

    assert "cancelled" == job.status
    with pytest.raises(SeedanceError, match="given up"):
        job.wait(10)
    assert "completed" == one(session).wait(10).status
    assert 2 == len(peer.creates)


def test_a_public_service_is_not_sent_to_private_places(make: Callable[..., Session]) -> None:
    """Inputs and callbacks on this machine or its network are refused for a service elsewhere."""
    session = make("https://api.example.org")

    with pytest.raises(InvalidRequest) as caught:
        session.generate(
            "a dog",
            images=["http://localhost/a.png", "http://192.168.1.5/b.png"],
            videos=["http://nas.local/c.mp4", "http://127.1/d.mp4"],
            callback_url="http://127.0.0.1:1/hook",
        )

    expected = ["images", "images", "videos", "videos", "callback_url"]
    assert expected == [p.field for p in caught.value.problems]
    assert not session.home.exists()


def test_a_service_on_this_machine_may_know_its_names(
    peer: Peer, make: Callable[..., Session]
) -> None:
    """Only addresses elsewhere in the private network are refused for it."""
    session = make(peer.url)

    for url in ("http://localhost:1/a.png", "http://minio/a.png"):
        one(session, images=[url]).wait(10)
    with pytest.raises(InvalidRequest, match="private"):
        one(session, images=["http://10.0.0.1/a.png"])

    assert 2 == len(peer.creates)


def test_another_server_is_left_alone(peer: Peer, make: Callable[..., Session]) -> None:
    """Jobs of another server are listed, not touched, and never shown for a request here."""
    peer.polls = 10**6
    first = make(peer.url)
    job = one(first)
    started(job)
    first.close()
    told: list[str] = []

    with Peer(CLIP, key="sk-another-account") as other:
        there = make(other.url, api_key=other.key)
        assert 0 == len(there.resume(tell=told.append))
        one(there).wait(10)
        assert 1 == len(other.creates)

    assert {f"Bearer {KEY}"} >= {call.headers["authorization"] for call in peer.polled}
    assert peer.url.removeprefix("http://") in told[0]
    with pytest.raises(ConfigError, match="left as it is"):
        there.job(job.id).fetch()


def test_a_coroutine_can_wait(peer: Peer, make: Callable[..., Session]) -> None:
    """`await job` ends like `wait`, several can be gathered, and giving up leaves the job alone."""
    session = make(peer.url)

    async def lesson() -> list[Job]:
        slow = one(session, "slow dog")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(slow, 0.001)
        return list(await asyncio.gather(slow, one(session, "quick dog")))

    assert ["completed"] * 2 == [job.status for job in asyncio.run(lesson())]
    assert 2 == len(peer.creates)


def test_a_job_is_found_by_any_name(peer: Peer, make: Callable[..., Session]) -> None:
    """Id, task id and an unambiguous beginning find a job; anything else says what there is."""
    session = make(peer.url)
    job = one(session).wait(10)

    assert job is session.job(job.id) is session.job(job.id[:5]) is session.job()
    assert job is session.jobs()[job.task_id or ""]
    with pytest.raises(ConfigError, match="no job 'zzz'"):
        session.job("zzz")


def test_an_unwritable_folder_sends_nothing(
    peer: Peer, make: Callable[..., Session], tmp_path: Path
) -> None:
    """Where the journal cannot be written, nothing is sent and the message names the folder."""
    (tmp_path / "file").write_text("in the way")
    session = make(peer.url, home=tmp_path / "file")

    with pytest.raises(ConfigError) as caught:
        one(session)

    assert str(tmp_path / "file") in str(caught.value)
    assert [] == peer.creates


def test_a_refused_request_leaves_no_trace(peer: Peer, make: Callable[..., Session]) -> None:
    """A request with problems is not journaled and not sent."""
    session = make(peer.url)

    with pytest.raises(InvalidRequest):
        one(session, duration=99, quality="1080p")

    assert [] == peer.creates
    assert not session.home.exists()


def test_views_hear_of_every_change(peer: Peer, make: Callable[..., Session]) -> None:
    """A subscriber is told the states in their order, and one that raises stops nothing."""
    seen: list[str] = []
    session = make(peer.url)
    job = one(session)

    def broken(_: Job) -> None:
        raise ValueError

    job.subscribe(broken)
    unsubscribe = job.subscribe(lambda j: seen.append(j.status))
    job.wait(10)
    unsubscribe()

    order = list(dict.fromkeys(seen))
    path = ["queued", "submitting", "pending", "processing", "downloading", "completed"]
    assert "completed" == order[-1]
    assert [status for status in path if status in order] == order
