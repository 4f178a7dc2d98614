"""What a session does for jobs that exist: follow, fetch, stop, resume, adopt them."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import time
from typing import TYPE_CHECKING, Any

from seedance_nb.core import texts
from seedance_nb.core.errors import AuthError, ConfigError, SeedanceError
from seedance_nb.runs import candidates
from seedance_nb.runs.asking import new_name
from seedance_nb.runs.estimate import PriceBook
from seedance_nb.runs.inputs import Inputs
from seedance_nb.runs.job import Job, Jobs
from seedance_nb.runs.journal import timestamp
from seedance_nb.runs.ledger import Ledger
from seedance_nb.runs.library import Library
from seedance_nb.runs.purse import Purse
from seedance_nb.runs.record import JobState
from seedance_nb.runs.server import Outside, Server
from seedance_nb.runs.settings import say_where
from seedance_nb.runs.tracker import SLICE, Tracker, wait_for

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping

    from seedance_nb.core.errors import Billed
    from seedance_nb.core.request import VideoRequest
    from seedance_nb.core.secret import Secret
    from seedance_nb.evolink.client import Client
    from seedance_nb.evolink.protocol import TaskRow
    from seedance_nb.runs.settings import Settings


GRACE = 4.0  # seconds at the end for the answers to paid requests; Jupyter kills after five
HALT = 1.0  # seconds until a job that is stopped says so; a paid request may be on its way longer
LEFT = 3600.0  # seconds after which the temporary file of a dead process is nobody's


class Caretaker:
    """Looks after the jobs of one server, kept in one folder.

    Args:
        settings: What was resolved for it.
        now: Epoch seconds.
        sleep: Waits, in the background.
        rng: Source of ids, keys and jitter.
        make_client: Makes the client for a server; the real one by default.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        rng: random.Random | None = None,
        make_client: Callable[[str, Secret], Client] | None = None,
    ) -> None:
        self.settings = settings
        self.home = settings.home
        self.now = now
        self._rng = rng or random.SystemRandom()
        stamp = re.sub(r"[^0-9]", "", timestamp(now()))
        self.id = f"{stamp[:8]}-{stamp[8:14]}-{new_name(self._rng, 4)}"
        self.tracker = Tracker()
        self.library = Library(self.home)
        self.inputs = Inputs(self.home)
        self.viewer: Callable[[Job | Jobs], None] = lambda job: print(repr(job))  # noqa: T201
        self.caller: Callable[[], Mapping[str, Any]] = lambda: {"kind": "call"}
        self.siblings: Callable[[], Iterable[Caretaker]] = tuple  # the others of this process, too
        self.ledger = Ledger(self.home, self.id, settings, library=self.library, now=now)
        self._jobs: dict[str, Job] = {}
        self._lock = self.ledger.lock
        self.server = Server(
            settings,
            ledger=self.ledger,
            library=self.library,
            inputs=self.inputs,
            outside=Outside(now, sleep, self._rng.random, make_client),
        )
        prices = PriceBook(lambda: self.tracker.start(self.server.client.prices()))
        self.purse = Purse(self.ledger, prices, now=now)
        self.ledger.permit = self.purse.permit

    def __repr__(self) -> str:
        """Who answers, and where things are kept."""
        return f"<Session {self.where}; {self.home}>"

    # --- where ----------------------------------------------------------------------------------

    @property
    def backend(self) -> str:
        """ "live", "simulator" or "replay"."""  # noqa: D210
        return self.settings.backend

    @property
    def base_url(self) -> str:
        """The server, or EvoLink's; of a simulator that runs, its address."""
        simulator = self.simulator
        return simulator.url if simulator else self.settings.base_url

    @property
    def simulator(self) -> Any:
        """The simulator that this session runs, if it does."""
        return self.server.simulator

    @property
    def secret(self) -> Secret:
        """The key, which shows itself to nobody."""
        return self.settings.key

    @property
    def where(self) -> str:
        """Who answers, in words."""
        return say_where(self.backend, self.settings.server)

    # --- going on ------------------------------------------------------------------------------

    def resume(self, *, tell: Callable[[str], object] = print) -> Jobs:
        """Go on with everything that is not finished and was made on this server.

        What has a task is followed, what is done is fetched, what was queued and never sent is
        sent; an uncertain request is left to you. Jobs of a living kernel are watched.

        Args:
            tell: Gets one line about what is sent and what is left alone.
        """
        if self.settings.trouble:
            raise self.settings.trouble
        with self.ledger.asking():
            states = self.ledger.states()
        waiting = [state for state in states if not state.is_final]
        here = [state for state in waiting if self._is_here(state)]
        queued = [s for s in here if s.status == "queued" and not s.lacks_callback]
        unsent = [state for state in queued if not self.ledger.has_owner(state)]
        if unsent:
            asked = [state.request for state in unsent if state.request]
            cost = self.purse.estimate(asked).text
            tell(texts.say("session.resume.unsent", count=len(unsent), where=self.where, cost=cost))
        if len(here) < len(waiting):
            elsewhere = {say_where(s.backend, s.base_url) for s in waiting if s not in here}
            count, where = len(waiting) - len(here), "; ".join(sorted(elsewhere))
            tell(texts.say("session.resume.elsewhere", count=count, where=where))
        jobs = [self._job(state) for state in here]
        lost = [job for job in jobs if job.status == "queued" and job.state.lacks_callback]
        if lost:
            tell(texts.say("session.resume.callback", jobs=", ".join(job.id for job in lost)))
        for job in jobs:
            if job.status != "uncertain" and job not in lost:
                self.look_after(job)
        self.ledger.tidy()
        self.library.sweep(before=self.now() - LEFT)
        return Jobs(jobs)

    def adopt(self, task_id: str, request: VideoRequest | Job | None = None) -> Job:
        """Follow a task that was made elsewhere, or that an uncertain request may have made.

        Args:
            task_id: The service's name of it, `task-unified-...`.
            request: What was asked, where that is known: an uncertain job of the same request
                gets the task. Or the very job.

        Raises:
            ConfigError: Not a task id, or settings.
        """
        if not isinstance(task_id, str) or not task_id.startswith("task-unified-"):
            raise ConfigError("error.adopt.id", task_id=task_id)
        if self.settings.trouble:
            raise self.settings.trouble
        asked = request.request if isinstance(request, Job) else request
        with self.ledger.asking():
            states = [s for s in self.ledger.states() if self._is_here(s)]
            # An end is an end: the task of a job that was given up gets a new one, and its bill.
            gone = [s for s in states if s.is_given_up and _may_have(s, task_id, request)]
            mine = [s for s in states if s.task_id == task_id and s not in gone]
            mine = mine or [s for s in states if s.status == "uncertain" and _may_be(s, request)]
            job = self._job(mine[-1] if mine else JobState(id=new_name(self._rng, 8)))
            if job.state.task_id != task_id:
                asked = asked or next((s.request for s in gone), None)
                self._adopt(job, task_id, asked, known=bool(mine))
                self._unburden(gone)
        if not job.state.is_final:
            self.look_after(job)
        return job

    def _adopt(self, job: Job, task_id: str, request: VideoRequest | None, *, known: bool) -> None:
        if known and not self.ledger.is_mine(job.state):
            self.ledger.take_over(job)
        asked = {} if known else {
            "digest": request.digest if request else "",
            "request": self.ledger.request_facts(request) if request else None,
            "backend": self.backend,
            "base_url": self.settings.server,
        }  # fmt: skip
        self.ledger.record(job, "adopted", durable=True, task_id=task_id, **asked)

    def _unburden(self, states: Iterable[JobState]) -> None:
        for job in map(self._job, states):
            if self.ledger.is_mine(job.state) or self.ledger.take_over(job):
                self.ledger.record(job, "status", credits_reserved=0.0, credits_charged=0.0)

    def candidates(self, job: Job, timeout: float = 30) -> list[TaskRow] | None:
        """Tasks of the account that an uncertain request may have made, the newest first.

        They are of the same model, were made when the request was sent, and are in no journal
        here; their prompts are not told. None where the server has no such list.
        """
        if self.settings.trouble or not self._is_here(job.state):
            return None
        known = {state.task_id for state in self.ledger.states()}
        finding = candidates.find(self.server.client, job.state, known)
        try:
            return self.tracker.run(finding, timeout)
        except TimeoutError:
            return None

    def credits(self, timeout: float = 30) -> Any:
        """The balance of key and account, as `GET /v1/credits` tells it."""
        return self.tracker.run(self.server.client.credits(), timeout)

    # --- what a handle asks of its session -----------------------------------------------------

    def tick(self, job: Job) -> None:
        """Call the job's views now and then while it runs."""
        if job.active:
            self.tracker.tick(id(job), job.beat)

    def show(self, job: Job | Jobs) -> None:
        """Display a job, or several, in the way of the front end."""
        self.viewer(job)

    def halt(self, job: Job) -> None:
        """Take a queued job out of the queue, stop following one, give up one that is stuck."""
        if job.flow is not None and job.active:
            self.tracker.call(job.halted.set)
            wait_for([job.flow], HALT)
        elif job.state.error is not None and not job.state.is_final:
            self._give_up(job)
        elif not job.state.is_final and job.state.following:
            self.ledger.fold(job, "stopped")

    def _give_up(self, job: Job) -> None:
        """End a job that cannot go on: uncertain, forgotten by the service, in want of a key."""
        if self.ledger.is_mine(job.state) or self.ledger.take_over(job):
            billed: Billed = "yes" if job.status == "downloading" else "unknown"
            error = SeedanceError("error.job.givenup", job=job.id, billed=billed)
            if job.status == "queued":
                error = SeedanceError("error.job.stopped", job=job.id)
            self.ledger.record(job, "cancelled", durable=True, error=error.to_dict())

    def send_again(self, job: Job, cell: Mapping[str, Any] | None) -> Job:
        """A new job for the request of an ended one."""
        raise NotImplementedError

    def resend(self, job: Job) -> None:
        """Send an uncertain request once more with its own key."""
        if job.status != "uncertain" or job.active:
            status = texts.say(f"log.status.{job.status}")
            raise ConfigError("error.job.resend", job=job.id, status=status)
        self._check_here(job)
        if not self.ledger.is_mine(job.state) and not self.ledger.take_over(job):
            status = texts.say(f"log.status.{job.status}")
            raise ConfigError("error.job.again", job=job.id, status=status)
        self._pursue(job, "again")

    def fetch(self, job: Job) -> None:
        """Download what the service has and this folder lacks."""
        self._check_here(job)
        if job.status == "completed" and all(map(self.library.verify, job.state.videos)):
            return
        if job.task_id is None or job.status not in ("downloading", "completed"):
            raise ConfigError("error.job.fetch", job=job.id, status=job.status)
        if job.active:
            return
        if not self.ledger.is_mine(job.state) and not self.ledger.take_over(job):
            return
        if job.status == "completed":
            self.ledger.record(job, "missing")
        self.look_after(job)

    def look_after(self, job: Job) -> None:
        """Do for a job what is to be done, unless that is already so."""
        with self._lock:
            self._check_here(job)
            if job.active or job.state.is_final:
                return
            self.ledger.look_again(job)
            mine = self.ledger.is_mine(job.state)
            if mine or (not self.ledger.has_owner(job.state) and self.ledger.take_over(job)):
                if job.status == "uncertain":
                    return
                if not job.state.following or job.error:
                    self.ledger.record(job, "following")
                self._pursue(job)
            else:
                self._pursue(job, "watch")

    # --- inside ---------------------------------------------------------------------------------

    def go_on(self) -> None:
        """Follow what was left for want of a key that the service takes."""
        for job in self.unfinished():
            if isinstance(job.error, AuthError):
                self.look_after(job)

    def close(self) -> None:
        """End the background; the journal says what is left to resume.

        Paid requests that are on their way get a moment for their answer; no other ones begin.
        """
        if any(job.active for job in self._jobs.values()):
            with contextlib.suppress(TimeoutError):
                self.tracker.run(self._let_go(), GRACE)
        self.ledger.close(final=not self.unfinished())
        if self.server.is_open:
            with contextlib.suppress(TimeoutError):
                self.tracker.run(self.server.aclose(), 2)
        self.tracker.stop()
        self.server.stop_simulator()

    async def _let_go(self) -> None:
        while active := [job for job in list(self._jobs.values()) if job.active]:
            for job in active:
                if job.flow and job.status != "submitting":
                    job.flow.cancel()
            await asyncio.sleep(SLICE / 10)

    def unfinished(self) -> Jobs:
        """Jobs of this session that are not finished."""
        with self._lock:
            return Jobs(
                job for job in self._jobs.values()
                if self.ledger.is_mine(job.state) and not job.state.is_final
            )  # fmt: skip

    def at_work(self, job_id: str) -> Job | None:
        """The job of this id, if something is being done for it just now."""
        job = self._jobs.get(job_id)
        return job if job is not None and job.active else None

    def is_mine(self, state: JobState) -> bool:
        """Whether this process looks after the job, or did, with these settings or earlier ones."""
        return any(session.ledger.is_mine(state) for session in self._kin())

    def _kin(self) -> Iterator[Caretaker]:
        """This session, then the others of this process that work in the same folder."""
        yield self
        yield from (one for one in self.siblings() if one is not self and one.home == self.home)

    def _job(self, state: JobState) -> Job:
        """The one handle on a job; a handle that nothing is done for takes on what is known.

        What a session with earlier settings is at work on is in its hands.
        """
        for session in self._kin():
            if (busy := session.at_work(state.id)) is not None:
                return busy
        job = self._jobs.get(state.id)
        if job is None:
            job = self._jobs[state.id] = Job(state, self)
        elif state.gen > job.state.gen or not self.ledger.is_mine(job.state):
            job.become(state)
        return job

    def _pursue(self, job: Job, how: str = "run") -> None:
        pursuit = self.server.pursuit
        job.halted = asyncio.Event()
        work = {"run": pursuit.run, "watch": pursuit.watch, "again": pursuit.run_again}[how]
        job.flow = self.tracker.start(pursuit.do(job, work))
        self.tick(job)

    def _is_here(self, state: JobState) -> bool:
        return (state.backend, state.base_url) == (self.backend, self.settings.server)

    def _check_here(self, job: Job) -> None:
        if not self._is_here(job.state):
            where = say_where(job.backend, job.base_url)
            raise ConfigError("error.job.elsewhere", job=job.id, where=where)


def _may_be(state: JobState, what: VideoRequest | Job | None) -> bool:
    """Whether it is this job, or one of the same request."""
    if isinstance(what, Job):
        return state.id == what.id
    return what is not None and state.digest == what.digest


def _may_have(state: JobState, task_id: str, what: VideoRequest | Job | None) -> bool:
    """Whether a job that was given up is the one of this task."""
    return state.task_id == task_id or (isinstance(what, Job) and state.id == what.id)
