"""What is done for a job, step by step, until nothing further happens by itself.

Each step is an event: journaled where it must outlive the kernel, and folded into the job's state.
A paid request is journaled before it goes out and its task id right after, and one whose fate is
not known is never repeated here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seedance_nb.core import schedule
from seedance_nb.core.errors import (
    AuthError,
    ConfigError,
    RateLimited,
    SeedanceError,
    SubmitUncertain,
)
from seedance_nb.core.texts import say
from seedance_nb.evolink import protocol
from seedance_nb.evolink.exchanges import observers
from seedance_nb.runs.delivery import Delivery, is_lasting, is_odd
from seedance_nb.runs.uploads import Supply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from seedance_nb.evolink.client import Client
    from seedance_nb.evolink.protocol import TaskReply
    from seedance_nb.runs.job import Job
    from seedance_nb.runs.ledger import Ledger
    from seedance_nb.runs.library import Library
    from seedance_nb.runs.slots import Slots
    from seedance_nb.runs.tracker import Poller
    from seedance_nb.runs.uploads import Uploads

WATCH = 1.0  # seconds between two looks at the journal of a living session
NEW_TASK = 60.0  # seconds in which a new task may not yet be known to every server
NEW_LOOKS = 8  # the same, in looks that fail: clocks jump
ODD_LOOKS = 5  # refusals in a row that do not come from the service: gateways, firewalls
UNAUTHORIZED = 401
LAST_LOOKS = 60  # about an hour of failing looks at a task that is too old


class Pursuit:
    """Looks after jobs on one server.

    Args:
        ledger: Keeps the journal.
        client: Talks to the server.
        poller: Looks at tasks.
        library: Keeps the files.
        uploads: The addresses of inputs.
        slots: Bounds the tasks in flight.
        now: Epoch seconds.
        sleep: Waits; asyncio's in earnest.
        jitter: A number in [0, 1).
    """

    def __init__(  # noqa: PLR0913 - what the outside world is, handed in
        self,
        ledger: Ledger,
        *,
        client: Client,
        poller: Poller,
        library: Library,
        uploads: Uploads,
        slots: Slots,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        jitter: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._client = client
        self._poller = poller
        self._slots = slots
        self._now = now
        self._sleep = sleep
        self._jitter = jitter
        self._queue: dict[str, Job] = {}  # in the order of their turns
        self._served = False  # whether the service has taken the key
        self._delivery = Delivery(
            ledger, client=client, poller=poller, library=library,
            now=now, pause=self._pause, jitter=jitter,
        )  # fmt: skip
        self._supply = Supply(ledger, uploads, now=now, pause=self._pause, jitter=jitter)

    async def do(self, job: Job, work: Callable[[Job], Awaitable[None]]) -> None:
        """Do one of the works below for a job, which ends in a stated way whatever happens."""
        if job.exchanges is not None:
            observers.set((job.exchanges.add,))
        try:
            await work(job)
        except SeedanceError as error:
            self._end(job, error)
        except Exception as exc:  # noqa: BLE001 - the one net
            reason = f"{type(exc).__name__}: {exc}"
            self._end(job, SeedanceError("error.internal", reason=reason, billed="unknown"))

    async def run(self, job: Job) -> None:
        """Do all there is to do for a job of ours."""
        if job.status == "queued":
            await self._in_turn(job)
        else:
            await self._follow(job, at_once=True)
        await self._deliver(job)

    async def run_again(self, job: Job) -> None:
        """Send an uncertain request once more, because its user says so, and go on."""
        await self._submit(job)
        await self._follow(job)
        await self._deliver(job)

    async def watch(self, job: Job) -> None:
        """Watch the job of another session; take it over when that one dies."""
        while True:
            left = not self._ledger.look_again(job)
            if job.state.is_final or job.status == "uncertain":
                return
            if left and self._ledger.take_over(job):
                await self.run(job)
                return
            if await self._pause(job, WATCH):
                return

    async def _deliver(self, job: Job) -> None:
        if job.status == "downloading" and job.state.following:
            await self._delivery.run(job)

    def _end(self, job: Job, error: SeedanceError) -> None:
        if job.status == "uncertain":
            self._doubt(job, error)
            return
        if job.task_id is not None and error.billed != "yes":
            # A look at a task costs nothing; the task itself may, and does once it is completed.
            error.billed = "yes" if job.status == "downloading" else "unknown"
        self._ledger.record(job, "error", error=error.to_dict())

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
        flown = False
        try:
            await self._submit(job)
            if flown := job.task_id is not None:
                self._slots.accepted()
            await self._follow(job)
        finally:
            self._slots.release(flown=flown)

    def _place(self, job: Job) -> int | None:
        waiting = list(self._queue)  # one step, since others ask from their own threads
        return waiting.index(job.id) + 1 if job.id in waiting else None

    def _cancel(self, job: Job) -> None:
        if job.status == "uncertain":
            return
        error = SeedanceError("error.job.stopped", job=job.id)
        self._ledger.record(job, "cancelled", error=error.to_dict())

    async def _submit(self, job: Job) -> None:
        """Send the paid request; again only where it was surely not accepted.

        Of a request that was uncertain, a refusal tells nothing: its first attempt may count.
        """
        started, failures, doubtful = self._now(), 0, job.status == "uncertain"
        while True:
            urls = await self._supplied(job)
            error = await self._post(job, urls) if urls is not None else None
            if error is None or job.status != "submitting":
                return
            await self._supply.failed(job, error)
            if isinstance(error, RateLimited):
                self._slots.crowded()
            failures += 1
            waited, busy = self._now() - started, error.http_status is not None
            again = protocol.try_again(error) and schedule.may_resubmit(waited, busy=busy)
            kept = not doubtful and self._wants_a_key(error)
            if doubtful:
                self._doubt(job, error)
            else:
                facts = {"error": error.to_dict(), "again": again or kept}
                self._ledger.record(job, "refused", durable=True, **facts)
            if kept:
                raise error
            if not again:
                return
            wait = schedule.backoff(failures, retry_after=error.retry_after, jitter=self._jitter())
            if await self._pause(job, wait):
                self._cancel(job)
                return

    def _wants_a_key(self, error: SeedanceError) -> bool:
        """Whether the key is no longer taken: then what was not sent waits for another one."""
        return self._served and isinstance(error, AuthError) and error.http_status == UNAUTHORIZED

    async def _supplied(self, job: Job) -> Mapping[str, str] | None:
        """The addresses of its inputs; None where that was the end, with nothing sent."""
        try:
            urls = await self._supply.addresses(job)
        except SeedanceError as error:
            if job.status == "uncertain" or self._wants_a_key(error):
                raise
            self._ledger.record(job, "refused", durable=True, error=error.to_dict(), again=False)
            return None
        if urls is None:
            self._cancel(job)
        return urls

    async def _post(self, job: Job, urls: Mapping[str, str]) -> SeedanceError | None:
        """One attempt; an error that is returned means: surely not accepted."""
        request, key = job.state.request, job.state.idempotency_key
        if request is None or request.digest != job.state.digest:
            raise ConfigError("error.job.norequest", job=job.id)
        for media in request.files:
            if str(media) not in urls:
                raise ConfigError("error.upload.none", name=media.label)
        if job.exchanges is not None:
            job.exchanges.hide(urls.values())
        self._ledger.permit(job)
        if self._ledger.is_taken(job):
            raise ConfigError("error.job.taken", job=job.id)
        self._ledger.record(job, "submitting", durable=True, idempotency_key=key)
        try:
            reply = await self._client.create(request.to_wire(urls), idempotency_key=key)
        except SeedanceError as error:
            if protocol.not_accepted(error):
                return error
            uncertain = _uncertain(job, error, error.message)
            self._ledger.record(job, "uncertain", durable=True, error=uncertain.to_dict())
            return uncertain
        facts = {name: getattr(reply, name) for name in ("task_id", "estimated_time")}
        self._served = True
        self._ledger.record(job, "accepted", durable=True, **facts, **_facts(reply))
        job.reply = reply
        return None

    def _doubt(self, job: Job, error: SeedanceError) -> None:
        """Leave a request as uncertain as it was, since sending it again came to nothing."""
        detail = say("error.sent.again", detail=error.message)
        facts = _uncertain(job, error, detail).to_dict()
        self._ledger.record(job, "uncertain", durable=True, error=facts)

    # --- following ------------------------------------------------------------------------------

    async def _follow(self, job: Job, *, at_once: bool = False) -> None:
        looks = _Looks()
        while job.status in ("pending", "processing"):
            if looks.over:
                hours = schedule.GIVE_UP / 3600
                raise SeedanceError(
                    "error.stale", hours=hours, task_id=job.task_id, billed="unknown"
                )
            wait = looks.wait(job.state.estimated_time, self._age(job), self._jitter())
            if await self._pause(job, 0 if at_once else wait):
                self._ledger.record(job, "stopped")
                return
            at_once = False
            try:
                reply = await self._poller.look(str(job.task_id))
            except SeedanceError as error:
                if not looks.pass_over(error, self._age(job)):
                    raise
                self._ledger.fold(job, "trouble", error=error.to_dict())
            else:
                self._served = True
                looks.succeed(self._age(job))
                self._observe(job, reply, looks.polls)
                if reply.failure:
                    await self._supply.failed(job, reply.failure)

    def _age(self, job: Job) -> float:
        """Seconds since the task was made, by a clock that may jump: laptops sleep."""
        return self._now() - (job.state.submitted_at or self._now())

    def _observe(self, job: Job, reply: TaskReply, polls: int) -> None:
        job.reply = reply
        facts = {**_facts(reply), "polls": polls}
        cost = (reply.credits_reserved, reply.credits_charged)
        known = (None, job.state.credits_reserved, job.state.credits_charged)
        if reply.word != job.raw_status or reply.failure or any(one not in known for one in cost):
            self._ledger.record(job, "status", **facts)
        else:
            self._ledger.fold(job, "progress", **facts)


def _facts(reply: TaskReply) -> dict[str, Any]:
    return {
        "word": reply.word,
        "progress": reply.progress,
        "credits_reserved": reply.credits_reserved,
        "credits_charged": reply.credits_charged,
        **({"error": reply.failure.to_dict()} if reply.failure else {}),
    }


def _uncertain(job: Job, error: SeedanceError, detail: str) -> SubmitUncertain:
    return SubmitUncertain(
        job=job.id,
        detail=detail,
        code=error.code,
        http_status=error.http_status,
        request_id=error.request_id,
        raw=error.raw,
    )


@dataclass
class _Looks:
    """The looks at a task so far: how many, how many in a row failed, whether it is enough."""

    polls: int = 0
    failures: int = 0
    trouble: SeedanceError | None = None
    over: bool = False

    def wait(self, estimated_time: float | None, age: float, jitter: float) -> float:
        """Seconds until the next one."""
        if self.trouble is not None:
            hint = self.trouble.retry_after
            return schedule.backoff(self.failures, retry_after=hint, jitter=jitter)
        return schedule.next_poll(
            self.polls, estimated_time=estimated_time, elapsed=age, jitter=jitter
        )

    def succeed(self, age: float) -> None:
        """Take note of an answer about a task of this age."""
        self.polls, self.failures, self.trouble = self.polls + 1, 0, None
        self.over = schedule.is_over(age)

    def pass_over(self, error: SeedanceError, age: float) -> bool:
        """Whether a look that failed says nothing about the task, so that the next may succeed."""
        if is_lasting(error) and (not is_odd(error) or self.failures >= ODD_LOOKS):
            return False
        if error.http_status == 404 and (age > NEW_TASK or self.failures >= NEW_LOOKS):  # noqa: PLR2004
            return False
        self.failures, self.trouble = self.failures + 1, error
        # Nobody gives up on a task that was not seen since the laptop slept for a day.
        self.over = schedule.is_over(age) and self.failures >= LAST_LOOKS
        return True
