"""The state of a job, and the fold that makes it of the events in the journal.

A running job and one that is read back after a crash go through the same `advance`: what a person
sees live is what the journal will say tomorrow.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from seedance_nb.core import errors, task
from seedance_nb.core.errors import InvalidRequest, SeedanceError
from seedance_nb.core.request import VideoRequest
from seedance_nb.runs.journal import seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from seedance_nb.runs.journal import Event
    from seedance_nb.runs.library import Video


_BACKENDS = ("live", "simulator")
_ENDLESS = 10**9  # events, takes, takeovers: what counts further is no honest record


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """All that is known of a job; times are epoch seconds, None is what is not known.

    Attributes:
        id: Our own name of the job.
        session: The session that looks after it.
        gen: How often it was taken over from a session that died.
        digest: Name of what was asked; with `take` the identity of the request.
        request: The request; None for a task that was made elsewhere.
        base_url: Server it was made on; empty for the simulator, whose port changes.
        cell: Where in a notebook it was asked: number, id, hash.
        status: One of `task.STATUSES`.
        raw_status: The service's own last word.
        progress: Percent, as the service reports it.
        estimated_time: Seconds the service expected the task to take.
        polls: How often the service was asked about the task.
        error: Why it ended, or why it cannot go on by itself.
        trouble: What makes it late just now; it goes on by itself.
        following: Whether somebody is to look after it.
        videos: The verified files.
    """

    id: str
    session: str = ""
    gen: int = 0
    digest: str = ""
    take: int = 1
    request: VideoRequest | None = None
    callback_host: str | None = None
    backend: str = ""
    base_url: str = ""
    cell: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str = ""
    status: str = "queued"
    raw_status: str | None = None
    task_id: str | None = None
    progress: float | None = None
    estimated_time: float | None = None
    credits_reserved: float | None = None
    credits_charged: float | None = None
    asked_at: float | None = None
    sent_at: float | None = None
    submitted_at: float | None = None
    finished_at: float | None = None
    polls: int = 0
    error: SeedanceError | None = None
    trouble: SeedanceError | None = None
    following: bool = True
    videos: tuple[Video, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether nothing more can happen to it."""
        return self.status in task.TERMINAL

    @property
    def is_given_up(self) -> bool:
        """Whether the user ended it here, whatever the service makes of it."""
        return self.error is not None and self.error.text_id == "error.job.givenup"

    @property
    def is_refunded(self) -> bool:
        """Whether it ended without a video and free of charge: what was reserved came back."""
        free = self.error is None or self.error.billed == "no"
        return self.status in task.FRUITLESS and free

    @property
    def credits(self) -> float | None:
        """What was charged, or else what is reserved; None where that came back."""
        if self.credits_charged is not None:
            return self.credits_charged
        return None if self.is_refunded else self.credits_reserved

    @property
    def lacks_callback(self) -> bool:
        """Whether a callback was asked for whose address the journal does not keep."""
        known = self.request.callback_url if self.request else None
        return self.callback_host is not None and known is None

    def with_(self, **changes: Any) -> JobState:
        """A changed copy."""
        return dataclasses.replace(self, **changes)


def next_take(states: Iterable[JobState]) -> int:
    """The number of the take after all of these."""
    return max((state.take for state in states), default=0) + 1


def hopeful(states: Sequence[JobState], take: int) -> JobState | None:
    """The last job of a take that can still yield a video, or whose fate is not known."""
    of_take = [state for state in states if state.take == take]
    return next((s for s in reversed(of_take) if s.status not in task.FRUITLESS), None)


def _asked(state: JobState, event: Event) -> JobState:
    request = _request(event.get("request"))
    return state.with_(
        session=str(event.get("session", "")),
        digest=str(event.get("digest", "")),
        take=_whole(event.get("take")) or 1,
        request=request,
        callback_host=event.get("callback_host") or None,
        backend=backend if (backend := event.get("backend")) in _BACKENDS else "",
        base_url=_server(event.get("base_url", "")),
        cell=_mapping(event.get("cell")),
        idempotency_key=str(event.get("idempotency_key", "")),
        asked_at=seconds(event.get("time")),
    )


def _submitting(state: JobState, event: Event) -> JobState:
    key = event.get("idempotency_key")
    status = task.move(state.status, "submitting")
    return state.with_(
        status=status,
        error=None,
        following=True,
        sent_at=seconds(event.get("time")),
        idempotency_key=str(key) if key else state.idempotency_key,
    )


def _accepted(state: JobState, event: Event) -> JobState:
    seen = state.with_(
        task_id=str(event.get("task_id") or "") or state.task_id,
        submitted_at=seconds(event.get("time")),
        estimated_time=_number(event.get("estimated_time")),
        status=task.move(state.status, "pending"),
        error=None,
        following=True,
    )
    return _status(seen, event)


def _adopted(state: JobState, event: Event) -> JobState:
    known = state if state.digest or not event.get("backend") else _asked(state, event)
    status = "pending" if not known.is_final and known.task_id is None else known.status
    return known.with_(
        task_id=str(event.get("task_id") or ""),
        status=status,
        error=None,
        submitted_at=known.submitted_at or seconds(event.get("time")),
        session=str(event.get("session", "")),
        following=True,
    )


def _status(state: JobState, event: Event) -> JobState:
    word = event.get("word")
    status = task.observe(state.status, word) if isinstance(word, str) else state.status
    progress = _number(event.get("progress"))
    charged = _number(event.get("credits_charged"))
    reserved = _number(event.get("credits_reserved"))
    ended = status in task.TERMINAL and not state.is_final
    return state.with_(
        status=status,
        raw_status=word if isinstance(word, str) else state.raw_status,
        polls=_whole(event.get("polls")) or state.polls,
        progress=progress if progress is not None else state.progress,
        credits_reserved=reserved if reserved is not None else state.credits_reserved,
        credits_charged=charged if charged is not None else state.credits_charged,
        error=_error(event) or state.error,
        trouble=None,
        finished_at=seconds(event.get("time")) if ended else state.finished_at,
    )


def _refused(state: JobState, event: Event) -> JobState:
    if event.get("again"):
        return state.with_(status=task.move(state.status, "queued"), trouble=_error(event))
    return _ended(state, event, "failed")


def _ended(state: JobState, event: Event, status: str) -> JobState:
    return state.with_(
        status=task.move(state.status, status),
        error=_error(event),
        trouble=None,
        finished_at=seconds(event.get("time")),
    )


def _uncertain(state: JobState, event: Event) -> JobState:
    return state.with_(
        status=task.move(state.status, "uncertain"), error=_error(event), following=False
    )


def _downloaded(state: JobState, event: Event) -> JobState:
    video = event.get("video_object")
    videos = (*state.videos, video) if video is not None else state.videos
    if not event.get("last", True):
        return state.with_(videos=videos)
    return state.with_(
        videos=videos,
        status=task.move(state.status, "completed"),
        progress=100.0,
        error=None,
        trouble=None,
        finished_at=seconds(event.get("time")),
    )


def _claimed(state: JobState, event: Event) -> JobState:
    return state.with_(
        session=str(event.get("session", "")),
        gen=max(state.gen, _whole(event.get("gen"))),
        following=True,
    )


_ADVANCE: dict[str, Callable[[JobState, Event], JobState]] = {
    "asked": _asked,
    "submitting": _submitting,
    "accepted": _accepted,
    "adopted": _adopted,
    "status": _status,
    "progress": _status,  # never journaled: a look at the task that changed only its percentage
    "refused": _refused,
    "uncertain": _uncertain,
    "cancelled": lambda state, event: _ended(state, event, "cancelled"),
    "error": lambda state, event: state.with_(error=_error(event), trouble=None, following=False),
    "trouble": lambda state, event: state.with_(trouble=_error(event)),  # never journaled
    "stopped": lambda state, _: state.with_(following=False, trouble=None),
    "following": lambda state, _: state.with_(following=True, error=None),
    "downloaded": _downloaded,
    # A file that somebody deleted: the one way back from an end, and only to fetch it once more.
    "missing": lambda state, _: state.with_(status="downloading", videos=(), following=True),
    "claimed": _claimed,
}


def advance(state: JobState, event: Event) -> JobState:
    """The state after an event; an unknown kind changes nothing."""
    step = _ADVANCE.get(str(event.get("event")))
    return step(state, event) if step else state


class _Draft:
    """A state in the making: `advance` changes it in place, which is several times quicker."""

    status: str

    def __init__(self, job: str) -> None:
        vars(self).update(_DEFAULTS, id=job)

    @property
    def is_final(self) -> bool:
        return self.status in task.TERMINAL

    def with_(self, **changes: Any) -> _Draft:
        self.__dict__.update(changes)
        return self


_DEFAULTS = {  # only `cell` has no plain one; drafts share it, and replace it rather than change it
    fact.name: {} if fact.default is dataclasses.MISSING else fact.default
    for fact in dataclasses.fields(JobState)
}


class Fold:
    """Folds the events of a journal into the states of its jobs, in any order of arrival.

    Args:
        to_video: Turns the record of a file into a `Video`; None where it may not be trusted.
        located: Says of a request where the files are that it was made with.
    """

    def __init__(
        self,
        to_video: Callable[[Mapping[str, Any]], Video | None],
        *,
        located: Callable[[VideoRequest], VideoRequest] = lambda request: request,
    ) -> None:
        self._to_video = to_video
        self._located = located
        self._events: dict[str, list[Event]] = defaultdict(list)
        self._states: dict[str, JobState] = {}

    def add(self, events: Iterable[Event]) -> set[str]:
        """Take in events; the ids of the jobs that they concern."""
        touched = set()
        for event in events:
            job = event.get("job")
            if isinstance(job, str) and event.get("event") in _ADVANCE:
                self._events[job].append(event)
                self._states.pop(job, None)
                touched.add(job)
        return touched

    def __contains__(self, job: str) -> bool:
        """Whether the journal knows this job."""
        return job in self._events

    def state(self, job: str) -> JobState:
        """The state of a job that the journal knows."""
        if job not in self._states:
            draft = cast("JobState", _Draft(job))
            for event in sorted(self._events[job], key=_order):
                draft = advance(draft, self.with_video(event) if "video" in event else event)
            if draft.request is not None and draft.request.files:
                draft = draft.with_(request=self._located(draft.request))
            self._states[job] = JobState(**vars(draft))
        return self._states[job]

    def states(self) -> list[JobState]:
        """All jobs that were asked for, the oldest first."""
        known = [self.state(job) for job in self._events]
        return sorted((s for s in known if s.backend), key=lambda s: (s.asked_at or 0.0, s.id))

    def with_video(self, event: Event) -> Event:
        """The event with its file as a `Video`, if it has one."""
        record = event.get("video")
        if not isinstance(record, dict):
            return event
        return {**event, "video_object": self._to_video(record)}


def _order(event: Event) -> tuple[int, str, int]:
    # One generation of a job has one writer, so this order needs no clock.
    return _whole(event.get("gen")), str(event.get("session", "")), _whole(event.get("seq"))


def _request(data: object) -> VideoRequest | None:
    if not isinstance(data, dict):
        return None
    try:
        return VideoRequest.from_fields(data)
    except (InvalidRequest, TypeError):
        return None


def _error(event: Event) -> SeedanceError | None:
    data = event.get("error")
    if not isinstance(data, dict):
        return None
    try:
        return errors.from_dict(data)
    except (TypeError, KeyError, AttributeError):
        return SeedanceError()


def _number(value: object) -> float | None:
    try:
        return float(value) if type(value) in (int, float) else None  # type: ignore[arg-type]
    except OverflowError:
        return None


def _whole(value: object) -> int:
    return value if type(value) is int and 0 <= value < _ENDLESS else 0


def _server(value: object) -> str:
    """An address that can be shown; "//-", which no server has, for anything else."""
    with suppress(ValueError):
        if isinstance(value, str) and value.isprintable() and urlsplit(value):
            return value
    return "//-"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
