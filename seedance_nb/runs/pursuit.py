"""What is done for a job, step by step, until nothing further happens by itself.

Each step is an event: journaled where it must outlive the kernel, and folded into the job's state.
A paid request is journaled before it goes out and its task id right after, and one whose fate is
not known is never repeated here.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Protocol

from seedance_nb.core import schedule
from seedance_nb.core.errors import (
    AuthError,
    ConfigError,
    InvalidRequest,
    ProtocolError,
    SeedanceError,
    SubmitUncertain,
    TransportError,
)
from seedance_nb.evolink import protocol
from seedance_nb.runs.library import disk_error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from seedance_nb.evolink.client import Client
    from seedance_nb.evolink.protocol import TaskReply
    from seedance_nb.runs.job import Job
    from seedance_nb.runs.library import Incoming, Library, Video
    from seedance_nb.runs.tracker import Poller

WATCH = 1.0  # seconds between two looks at the journal of a living session
NEW_TASK = 60.0  # seconds in which a new task may not yet be known to every server
LINK_TRIES = 2  # fresh links asked for after one was refused
DOWNLOAD_TRIES = 6  # starts of a download over a bad network
LINK_LIFE = 24 * 3600.0  # results are kept for 24 hours (quickstart)


class Desk(Protocol):
    """The session, as far as a pursuit needs it."""

    def record(self, job: Job, event: str, *, durable: bool = False, **data: Any) -> None:
        """Journal an event of a job and fold it into its state."""

    def fold(self, job: Job, event: str, **data: Any) -> None:
        """Fold an event that is not worth a line of the journal."""

    def look_again(self, job: Job) -> bool:
        """Read the journal anew; whether the session that looks after the job still lives."""

    def take_over(self, job: Job) -> bool:
        """Take the job of a dead session; whether it is ours now."""

    def sidecar(self, job: Job) -> Mapping[str, Any]:
        """What made the video, for the file beside it."""


class Pursuit:
    """Looks after jobs on one server.

    Args:
        desk: Keeps the journal.
        client: Talks to the server.
        poller: Looks at tasks.
        library: Keeps the files.
        slots: Bounds the tasks in flight.
        now: Epoch seconds.
        sleep: Waits; asyncio's in earnest.
        jitter: A number in [0, 1).
    """

    def __init__(  # noqa: PLR0913 - what the outside world is, handed in
        self,
        desk: Desk,
        *,
        client: Client,
        poller: Poller,
        library: Library,
        slots: asyncio.Semaphore,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        jitter: Callable[[], float],
    ) -> None:
        self._desk = desk
        self._client = client
        self._poller = poller
        self._library = library
        self._slots = slots
        self._now = now
        self._sleep = sleep
        self._jitter = jitter
        self._queue: dict[str, Job] = {}  # in the order of their turns

    async def run(self, job: Job) -> None:
        """Do all there is to do for a job of ours."""
        await self._guarded(job, self._in_turn if job.status == "queued" else self._resumed)

    async def run_again(self, job: Job) -> None:
        """Send an uncertain request once more, because its user says so, and go on."""
        await self._guarded(job, self._resent)

    async def _resumed(self, job: Job) -> None:
        await self._follow(job, at_once=True)

    async def _resent(self, job: Job) -> None:
        await self._submit(job)
        await self._follow(job)

    async def _guarded(self, job: Job, work: Callable[[Job], Awaitable[None]]) -> None:
        try:
            await work(job)
            if job.status == "downloading" and job.state.following:
                await self._download(job)
        except SeedanceError as error:
            self._end(job, error)
        except Exception as exc:  # noqa: BLE001 - the one net: a job must end in a stated way
            reason = f"{type(exc).__name__}: {exc}"
            self._end(job, SeedanceError("error.internal", reason=reason, billed="unknown"))

    async def watch(self, job: Job) -> None:
        """Watch the job of another session; take it over when that one dies."""
        while self._desk.look_again(job):
            if job.state.is_final or job.status == "uncertain" or not job.state.following:
                return
            if await self._pause(job, WATCH):
                return
        if job.state.is_final or job.status == "uncertain":
            return
        if self._desk.take_over(job):
            await self.run(job)
        else:  # somebody else was quicker
            await self._pause(job, WATCH)
            await self.watch(job)

    def _end(self, job: Job, error: SeedanceError) -> None:
        with contextlib.suppress(OSError, ConfigError):
            self._desk.record(job, "error", error=error.to_dict())
            return
        self._desk.fold(job, "error", error=error.to_dict())

    async def _pause(self, job: Job, seconds: float) -> bool:
        """Wait; True at once when the user stops the job."""
        if job.halted.is_set():
            return True
        sleeping = asyncio.ensure_future(self._sleep(seconds))
        halting = asyncio.ensure_future(job.halted.wait())
        await asyncio.wait({sleeping, halting}, return_when=asyncio.FIRST_COMPLETED)
        sleeping.cancel()
        halting.cancel()
        return job.halted.is_set()

    # --- submitting -----------------------------------------------------------------------------

    async def _in_turn(self, job: Job) -> None:
        self._queue[job.id] = job
        job.find_place = lambda: self._place(job)
        turn = asyncio.ensure_future(self._slots.acquire())
        halting = asyncio.ensure_future(job.halted.wait())
        await asyncio.wait({turn, halting}, return_when=asyncio.FIRST_COMPLETED)
        halting.cancel()
        self._queue.pop(job.id, None)
        if not turn.done():
            turn.cancel()
        elif job.halted.is_set():
            self._slots.release()
        if job.halted.is_set():
            self._cancel(job)
            return
        try:
            await self._submit(job)
            await self._follow(job)
        finally:
            self._slots.release()

    def _place(self, job: Job) -> int | None:
        waiting = list(self._queue)  # one step, since others ask from their own threads
        return waiting.index(job.id) + 1 if job.id in waiting else None

    def _cancel(self, job: Job) -> None:
        error = SeedanceError("error.job.stopped", job=job.id)
        self._desk.record(job, "cancelled", error=error.to_dict())

    async def _submit(self, job: Job) -> None:
        """Send the paid request; again only where it was surely not accepted."""
        started, failures = self._now(), 0
        while True:
            error = await self._post(job)
            if error is None or job.status != "submitting":
                return
            failures += 1
            waited, busy = self._now() - started, error.http_status is not None
            again = protocol.try_again(error) and schedule.may_resubmit(waited, busy=busy)
            self._desk.record(job, "refused", durable=True, error=error.to_dict(), again=again)
            if not again:
                return
            wait = schedule.backoff(failures, retry_after=error.retry_after, jitter=self._jitter())
            if await self._pause(job, wait):
                self._cancel(job)
                return

    async def _post(self, job: Job) -> SeedanceError | None:
        """One attempt; an error that is returned means: surely not accepted."""
        request, key = job.state.request, job.state.idempotency_key
        if request is None or request.digest != job.state.digest:
            raise ConfigError("error.job.norequest", job=job.id)
        if request.files:
            raise ConfigError("error.upload.none", name=request.files[0].name or "-")
        self._desk.record(job, "submitting", durable=True, idempotency_key=key)
        try:
            reply = await self._client.create(request.to_wire(), idempotency_key=key)
        except SeedanceError as error:
            if protocol.not_accepted(error):
                return error
            uncertain = _uncertain(job, error)
            self._desk.record(job, "uncertain", durable=True, error=uncertain.to_dict())
            return uncertain
        facts = {name: getattr(reply, name) for name in ("task_id", "estimated_time")}
        self._desk.record(job, "accepted", durable=True, **facts, **_facts(reply))
        job.reply = reply
        return None

    # --- following ------------------------------------------------------------------------------

    async def _follow(self, job: Job, *, at_once: bool = False) -> None:
        polls = failures = 0
        trouble: SeedanceError | None = None
        while job.status in ("pending", "processing"):
            elapsed = self._now() - (job.state.submitted_at or self._now())
            if schedule.is_over(elapsed) and polls:
                hours = schedule.GIVE_UP / 3600
                raise SeedanceError(
                    "error.stale", hours=hours, task_id=job.task_id, billed="unknown"
                )
            wait = self._wait(job, elapsed, polls, failures, trouble)
            if await self._pause(job, 0 if at_once else wait):
                self._desk.record(job, "stopped")
                return
            at_once = False
            try:
                reply = await self._poller.look(str(job.task_id))
            except SeedanceError as error:
                if not _passes(error, elapsed):
                    raise
                failures, trouble = failures + 1, error
                self._desk.fold(job, "trouble", error=error.to_dict())
            else:
                polls, failures, trouble = polls + 1, 0, None
                self._observe(job, reply, polls)

    def _wait(
        self,
        job: Job,
        elapsed: float,
        polls: int,
        failures: int,
        trouble: SeedanceError | None,
    ) -> float:
        hint = trouble.retry_after if trouble else None
        if failures:
            return schedule.backoff(failures, retry_after=hint, jitter=self._jitter())
        return schedule.next_poll(
            polls,
            estimated_time=job.state.estimated_time,
            elapsed=elapsed,
            jitter=self._jitter(),
        )

    def _observe(self, job: Job, reply: TaskReply, polls: int) -> None:
        job.reply = reply
        facts = {**_facts(reply), "polls": polls}
        if reply.failure:
            facts["error"] = reply.failure.to_dict()
        if reply.word != job.raw_status or reply.failure:
            self._desk.record(job, "status", **facts)
        else:
            self._desk.fold(job, "progress", **facts)

    # --- downloading ----------------------------------------------------------------------------

    async def _download(self, job: Job) -> None:
        refused = failures = 0
        while job.status == "downloading":
            try:
                await self._fetch_all(job, job.reply or await self._ask(job))
            except OSError as error:
                raise disk_error(error, self._library.folder, billed="yes") from None
            except SeedanceError as error:
                job.reply = None
                refused += error.text_id.startswith("error.link.")
                failures += 1
                if refused > LINK_TRIES or failures >= DOWNLOAD_TRIES or not _may_refetch(error):
                    raise
                self._desk.fold(job, "trouble", error=error.to_dict())
                if await self._pause(job, schedule.backoff(failures, jitter=self._jitter())):
                    self._desk.record(job, "stopped")
                    return

    async def _ask(self, job: Job) -> TaskReply:
        """The task once more, for fresh links."""
        reply = await self._poller.look(str(job.task_id))
        job.reply = reply
        return reply

    async def _fetch_all(self, job: Job, reply: TaskReply) -> None:
        if not reply.results:
            raise ProtocolError("error.results", billed="yes", raw=reply.raw)
        expires_at = (reply.created or self._now()) + LINK_LIFE
        for index, url in enumerate(reply.results):
            if index < len(job.state.videos):
                continue
            video = await self._fetch(job, url, index, expires_at)
            last = index + 1 == len(reply.results)
            record = video.to_record(self._library.home)
            self._desk.record(job, "downloaded", durable=last, video=record, last=last)
            job.links[index] = url

    async def _fetch(self, job: Job, url: str, index: int, expires_at: float) -> Video:
        incoming: Incoming
        with self._library.incoming(job.id, index) as incoming:
            got = await self._client.download(url, write=incoming.write)
            return await asyncio.to_thread(
                incoming.finish,
                got.expected,
                self._desk.sidecar(job),
                url=url,
                expires_at=expires_at,
            )


def _facts(reply: TaskReply) -> dict[str, Any]:
    return {
        "word": reply.word,
        "progress": reply.progress,
        "credits_reserved": reply.credits_reserved,
        "credits_charged": reply.credits_charged,
    }


def _uncertain(job: Job, error: SeedanceError) -> SubmitUncertain:
    return SubmitUncertain(
        job=job.id,
        detail=error.message,
        code=error.code,
        http_status=error.http_status,
        request_id=error.request_id,
        raw=error.raw,
    )


def _passes(error: SeedanceError, elapsed: float) -> bool:
    """Whether a look that failed says nothing about the task, so that the next may succeed."""
    if error.http_status == 404:  # noqa: PLR2004
        return elapsed < NEW_TASK
    return not isinstance(error, AuthError | InvalidRequest | ConfigError)


def _may_refetch(error: SeedanceError) -> bool:
    if error.text_id.startswith("error.link.") or isinstance(error, TransportError):
        return True
    return bool(error.retryable)
