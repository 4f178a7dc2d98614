"""The handle on a job, and a sequence of such handles."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, overload

from seedance_nb.core import schedule, task
from seedance_nb.core.errors import ConfigError, SeedanceError, WaitTimeout
from seedance_nb.core.request import VideoRequest
from seedance_nb.core.texts import say
from seedance_nb.core.words import nearest
from seedance_nb.runs import dataframe
from seedance_nb.runs.explain import Exchanges
from seedance_nb.runs.interrupt import waiting_for
from seedance_nb.runs.tracker import SLICE, guarded, wait_for

if TYPE_CHECKING:
    import concurrent.futures
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

    from seedance_nb.evolink.protocol import TaskReply
    from seedance_nb.runs.library import Video
    from seedance_nb.runs.record import JobState

_ASKED = tuple(field.name for field in dataclasses.fields(VideoRequest))


class Keeper(Protocol):
    """The session, as far as a handle needs it."""

    def now(self) -> float:
        """Epoch seconds."""

    def tick(self, job: Job) -> None:
        """Call the job's views now and then while it runs."""

    def halt(self, job: Job) -> None:
        """Stop looking after it."""

    def send_again(self, job: Job, cell: Mapping[str, Any] | None) -> Job:
        """A new job for the same request."""

    def resend(self, job: Job) -> None:
        """Send an uncertain request once more with its own key."""

    def fetch(self, job: Job) -> None:
        """Download what is missing."""

    def show(self, job: Job | Jobs) -> None:
        """Display it, or all of them."""


class Job:
    """One request and what becomes of it.

    A job belongs to the background: all attributes may change between two looks, `wait()` and
    `await` end when nothing further will happen by itself. What is not known yet is None.
    """

    def __init__(self, state: JobState, keeper: Keeper) -> None:
        self._state = state
        self._keeper = keeper
        self._views: list[Callable[[Job], None]] = []
        self._lock = threading.Lock()
        self.flow: concurrent.futures.Future[None] | None = None
        self.halted = asyncio.Event()
        self.reply: TaskReply | None = None
        self.links: dict[int, str] = {}
        self.exchanges: Exchanges | None = None
        self.origin = ""
        self.waiters = 0
        self.find_place: Callable[[], int | None] = lambda: None
        self.find_upload: Callable[[], tuple[str, float] | None] = lambda: None

    # --- what is known --------------------------------------------------------------------------

    @property
    def state(self) -> JobState:
        """All that is known, at one instant."""
        return self._state

    @property
    def id(self) -> str:
        """Our own name of the job: eight letters and digits."""
        return self._state.id

    @property
    def task_id(self) -> str | None:
        """The service's name of the task."""
        return self._state.task_id

    @property
    def request(self) -> VideoRequest | None:
        """What was asked; None for a task that was made elsewhere."""
        return self._state.request

    @property
    def take(self) -> int:
        """Which take of the request it is, from 1."""
        return self._state.take

    @property
    def status(self) -> str:
        """One of queued, submitting, uncertain, pending, processing, downloading, completed,
        failed, cancelled.
        """  # noqa: D205 - a list of words
        return self._state.status

    @property
    def raw_status(self) -> str | None:
        """The service's own last word for the task."""
        return self._state.raw_status

    @property
    def progress(self) -> float | None:
        """Percent, 0 to 100, as the service reports it."""
        return self._state.progress

    @property
    def eta(self) -> float | None:
        """Seconds that are probably left, by the service's estimate."""
        state = self._state
        if state.is_final or not state.estimated_time or not state.submitted_at:
            return None
        return max(0.0, state.submitted_at + state.estimated_time - self._keeper.now())

    @property
    def credits(self) -> float | None:
        """Credits charged, or else reserved; None where they came back."""
        return self._state.credits

    @property
    def error(self) -> SeedanceError | None:
        """Why it ended, or why it cannot go on by itself."""
        return self._state.error

    @property
    def following(self) -> bool:
        """Whether it is being looked after."""
        return self._state.following and self.active

    @property
    def active(self) -> bool:
        """Whether something is being done for it just now."""
        return self.flow is not None and not self.flow.done()

    @property
    def place(self) -> int | None:
        """Its place in the queue, from 1; None where it waits in none."""
        return self.find_place()

    @property
    def uploading(self) -> tuple[str, float] | None:
        """The input that is on its way to the service, and the share of it that was sent, 0 to 1.

        None while there is none.
        """
        return self.find_upload()

    @property
    def backend(self) -> str:
        """What it was made on: "live" or "simulator"."""
        return self._state.backend

    @property
    def base_url(self) -> str:
        """Server it was made on; empty for the simulator."""
        return self._state.base_url

    @property
    def videos(self) -> tuple[Video, ...]:
        """The verified files, with their links where this session knows them."""
        return tuple(
            dataclasses.replace(video, url=self.links.get(index, video.url))
            for index, video in enumerate(self._state.videos)
        )

    @property
    def video(self) -> Video | None:
        """The first verified file."""
        videos = self.videos
        return videos[0] if videos else None

    # --- waiting --------------------------------------------------------------------------------

    def wait(self, timeout: float | None = None) -> Job:
        """Block until nothing further happens by itself; the job when it is completed.

        Interrupt and Ctrl-C end the waiting, not the job.

        Args:
            timeout: Seconds after which the waiting ends.

        Raises:
            SeedanceError: `job.error`: `TaskFailed` when the service says failed or cancelled,
                `SubmitUncertain`, `WaitTimeout`, or why it could not be sent or fetched.
            KeyboardInterrupt: The user did not want to wait longer.
        """
        with waiting_for([self]):
            while self.flow is not None and not self.flow.done():
                if not wait_for([self.flow], timeout):
                    raise WaitTimeout(seconds=timeout, job=self.id)
        self._publish()
        return self._outcome()

    def __await__(self) -> Generator[Any, None, Job]:
        """Like `wait`, without blocking the kernel: buttons and other tasks go on."""
        return self._waited().__await__()

    async def _waited(self) -> Job:
        with waiting_for([self]):
            while self.flow is not None and not self.flow.done():
                # A kernel's loop that sleeps does not hear Interrupt: it is woken now and then.
                await asyncio.wait({asyncio.wrap_future(self.flow)}, timeout=SLICE)
        self._publish()
        return self._outcome()

    def _outcome(self) -> Job:
        if self.status == "completed":
            return self
        raise self.error or WaitTimeout("error.wait.unfollowed", job=self.id)

    # --- doing ----------------------------------------------------------------------------------

    def stop(self) -> Job:
        """Take a queued job out of the queue; stop following one that was sent.

        EvoLink documents no cancel call: a task that was sent runs on and is billed, and
        `resume()` follows it again.
        """
        self._keeper.halt(self)
        return self

    def again(self, *, cell: Mapping[str, Any] | None = None) -> Job:
        """Send a failed request again; of a completed one, make a new take.

        Args:
            cell: What asks; the running cell by default.
        """
        return self._keeper.send_again(self, cell)

    def resend(self) -> Job:
        """Send an uncertain request once more, with the same idempotency key.

        A server that honours the key answers with the first task; one that does not makes a
        second one, and charges for it.
        """
        self._keeper.resend(self)
        return self

    def fetch(self) -> Job:
        """Download what the service has and this folder lacks; never a new request."""
        self._keeper.fetch(self)
        return self

    def explain(self) -> Job:
        """Keep from now on what is exchanged with the service for it, to be shown."""
        self.exchanges = self.exchanges or Exchanges()
        return self

    def show(self) -> None:
        """Display the job as it is now."""
        self._keeper.show(self)

    # --- views ----------------------------------------------------------------------------------

    def subscribe(self, view: Callable[[Job], None]) -> Callable[[], None]:
        """Call `view` at each change and twice a second while the job runs; the way to end that.

        It is called on the background thread, and once more by a `wait` that ends.
        """
        with self._lock:
            self._views.append(view)
        self._keeper.tick(self)
        return lambda: self._unsubscribe(view)

    def _unsubscribe(self, view: Callable[[Job], None]) -> None:
        with self._lock:
            if view in self._views:
                self._views.remove(view)

    def become(self, state: JobState) -> None:
        """Take on a new state and tell the views."""
        self._state = state
        self._publish()

    def beat(self) -> bool:
        """Tell the views that time has passed; False when there is nothing left to tell."""
        self._publish()
        return self.active and bool(self._views)

    def _publish(self) -> None:
        with self._lock:
            views = list(self._views)
        for view in views:
            guarded(lambda view=view: view(self))  # type: ignore[misc]

    def expected_progress(self) -> float | None:
        """Percent for a bar between two looks at the task."""
        state = self._state
        elapsed = self._keeper.now() - (state.submitted_at or self._keeper.now())
        return schedule.expected_progress(
            elapsed, estimated_time=state.estimated_time, observed=state.progress or 0.0
        )

    def _ipython_display_(self) -> None:
        """A job as the value of a cell shows itself as its panel does."""
        self._keeper.show(self)

    def __repr__(self) -> str:
        """Id, status and file: one line that reads well anywhere."""
        file = f" {self.video.path}" if self.video else ""
        return f"<Job {self.id} {self.status}{file}>"


class Jobs(Sequence[Job]):
    """Several jobs, in order."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._jobs = tuple(jobs)

    @overload
    def __getitem__(self, key: int | str) -> Job: ...
    @overload
    def __getitem__(self, key: slice) -> Jobs: ...

    def __getitem__(self, key: int | str | slice) -> Job | Jobs:
        """By position, or by id, task id or the beginning of one."""
        if isinstance(key, slice):
            return Jobs(self._jobs[key])
        if isinstance(key, int):
            return self._jobs[key]
        return self.find(key)

    def find(self, name: str, *, home: object = None) -> Job:
        """The job with this id, task id, or beginning of one.

        Raises:
            ConfigError: There is none, or more than one.
        """
        name = str(name)
        names = [(job, (job.id, job.task_id or "")) for job in self._jobs]
        exact = [job for job, known in names if name and name in known]
        found = exact or [
            job for job, known in names if name and any(word.startswith(name) for word in known)
        ]
        if len(found) == 1 or exact:
            return found[-1]
        if not found:
            close = nearest(name, [job.id for job in self._jobs])
            text_id = "error.job.unknown.close" if close else "error.job.unknown"
            place = home or say("jobs.these")
            raise ConfigError(text_id, job=name, home=place, close=close)
        choices = ", ".join(job.id for job in found[:8])
        raise ConfigError("error.job.ambiguous", job=name, choices=choices)

    if not TYPE_CHECKING:  # for a type checker there is no such attribute

        def __getattr__(self, name: str) -> NoReturn:
            """What only a single job has is refused with the way to get it."""
            if name.startswith("_") or not hasattr(Job, name):
                raise AttributeError(
                    f"'Jobs' object has no attribute {name!r}", name=name, obj=self
                )
            raise AttributeError(
                say("error.jobs.one", count=len(self), name=name), name=name, obj=self
            )

    def __len__(self) -> int:
        """How many."""
        return len(self._jobs)

    def __iter__(self) -> Iterator[Job]:
        """One after the other."""
        return iter(self._jobs)

    def filter(self, **fields: object) -> Jobs:
        """Those of which this holds: `jobs.filter(status="failed", duration=8)`.

        Args:
            fields: Attributes of a job, or of its request.

        Raises:
            ConfigError: They have no such attribute.
        """
        known = [name for name in (*dir(Job), *_ASKED) if not name.startswith("_")]
        for name in fields:
            if name not in known:
                close = nearest(name, known)
                text_id = "error.jobs.filter.close" if close else "error.jobs.filter"
                raise ConfigError(text_id, name=name, close=close)
        return Jobs(
            job
            for job in self._jobs
            if all(_told(job, name) == value for name, value in fields.items())
        )

    def to_dataframe(self) -> Any:
        """The jobs as a table of pandas, one row a job, one column for each thing asked or known.

        Raises:
            ConfigError: pandas is not installed.
        """
        return dataframe.make([dataframe.row(job.state) for job in self._jobs])

    def wait(self, timeout: float | None = None) -> Jobs:
        """Block until each of them has ended; then raise the first error, if there is one."""
        flows = [job.flow for job in self._jobs if job.flow is not None]
        with waiting_for(self):
            if not wait_for(flows, timeout):
                raise WaitTimeout(seconds=timeout, job=", ".join(j.id for j in self if j.active))
        return self._outcome([_error_of(job) for job in self._jobs])

    def __await__(self) -> Generator[Any, None, Jobs]:
        """Like `wait`, without blocking the kernel."""
        return self._waited().__await__()

    async def _waited(self) -> Jobs:
        with waiting_for(self):
            errors = [await _quietly(job) for job in self._jobs]
        return self._outcome(errors)

    def _outcome(self, errors: Sequence[SeedanceError | None]) -> Jobs:
        first = next((error for error in errors if error is not None), None)
        if first is not None:
            raise first
        return self

    def _ipython_display_(self) -> None:
        """Jobs as the value of a cell show themselves as a board; in a script as a line."""
        if self._jobs:
            self._jobs[0]._keeper.show(self)  # noqa: SLF001 - of the same module
        else:
            print(repr(self))  # noqa: T201 - what a cell would show

    def __repr__(self) -> str:
        """How many in which state."""
        counts = {s: sum(j.status == s for j in self._jobs) for s in task.STATUSES}
        inside = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
        return f"<Jobs {inside or 'none'}>"


def _told(job: Job, name: str) -> object:
    """An attribute of a job, or of its request; None where a task was made elsewhere."""
    return getattr(job.request if name in _ASKED else job, name, None)


def _error_of(job: Job) -> SeedanceError | None:
    try:
        job.wait()
    except SeedanceError as error:
        return error
    return None


async def _quietly(job: Job) -> SeedanceError | None:
    try:
        await job
    except SeedanceError as error:
        return error
    return None
