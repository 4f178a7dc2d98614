"""What a folder knows of its jobs, and what this session writes into it.

The ledger is the journal with its fold: it answers who looks after a job, reads what other sessions
wrote, and turns each step of a job of ours into an event and a new state.
"""

from __future__ import annotations

import contextlib
import gc
import platform
import re
import sys
import threading
from typing import TYPE_CHECKING, Any

from seedance_nb.core.errors import ConfigError, SubmitUncertain
from seedance_nb.core.secret import hidden
from seedance_nb.runs import disk, recording
from seedance_nb.runs import journal as journals
from seedance_nb.runs.inputs import Inputs
from seedance_nb.runs.journal import Journal, Reader
from seedance_nb.runs.record import Fold, JobState, advance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from seedance_nb.core.request import VideoRequest
    from seedance_nb.runs.job import Job
    from seedance_nb.runs.journal import Event
    from seedance_nb.runs.library import Library
    from seedance_nb.runs.settings import Settings

_PARTS = ("seedance_nb", "IPython", "ipykernel", "ipywidgets", "httpx", "tornado", "av", "PIL")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_HISTORY = frozenset({"call", "session"})
# Events that must be on disk before what they announce is done; without them it is not done.
_BEFORE = frozenset({"asked", "submitting", "claimed", "adopted"})
# What is written as soon as there is room: without it nobody would know a paid task, and what was
# taken back would be sent by the next kernel.
_LATER = frozenset({"accepted", "cancelled"})


class Ledger:
    """The journal of a folder, read by all and written by this session.

    Args:
        home: The folder.
        session: The id under which this session writes.
        settings: Says which key must not get in, and whether texts may.
        library: The videos of the folder.
        now: Epoch seconds.
    """

    def __init__(
        self,
        home: Path,
        session: str,
        settings: Settings,
        *,
        library: Library,
        now: Callable[[], float],
    ) -> None:
        self.home = home
        self.session = session
        self.lock = threading.RLock()
        self.settings = settings
        self._now = now
        self._journal = Journal(home, session, now=now)
        self._reader = Reader(home)
        self._fold = Fold(library.video_from_record, located=Inputs(home).located)
        self._history: list[Event] = []
        self._begun = False
        self._missed: list[tuple[str, dict[str, Any]]] = []
        self._making_up = threading.Lock()
        self.permit: Callable[[Job], None] = lambda _: None

    # --- reading --------------------------------------------------------------------------------

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Read as one step, and without looking for garbage: with a long journal half the time."""
        with self.lock:
            paused = gc.isenabled()
            gc.disable()
            try:
                yield
            finally:
                if paused:
                    gc.enable()

    def refresh(self) -> None:
        """Read what is new in the journal."""
        with self.lock:
            events = self._reader.refresh()
            self._fold.add(events)
            self._history += (event for event in events if event["event"] in _HISTORY)

    def states(self) -> list[JobState]:
        """All jobs, the oldest first, as they must be read."""
        with self.reading():
            self.refresh()
            return [self.honest(state) for state in self._fold.states()]

    def history(self) -> tuple[list[Event], dict[str, JobState]]:
        """The calls and sessions that the journal tells of, and its jobs by id."""
        with self.reading():
            states = {state.id: state for state in self.states()}
            return list(self._history), states

    def honest(self, state: JobState) -> JobState:
        """The state as it must be read: a request that its session died over is uncertain."""
        if state.status != "submitting" or self.has_owner(state):
            return state
        error = SubmitUncertain("error.uncertain.died", job=state.id)
        return state.with_(status="uncertain", error=error, following=False)

    def is_mine(self, state: JobState) -> bool:
        """Whether this session looks after the job."""
        return state.session == self.session

    def has_owner(self, state: JobState) -> bool:
        """Whether a living session, this one or another, looks after the job."""
        if not state.following:
            return False
        if self.is_mine(state):
            return True  # no need to ask the disk
        takers = journals.claims(self.home, state.id)
        return journals.is_alive(self.home, takers[-1][1] if takers else state.session)

    # --- writing --------------------------------------------------------------------------------

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        """Look and ask as one step, for all threads and all kernels that share the folder."""
        try:
            with self.lock, disk.turn(self.home / "journal"):
                self._journal.mend()
                self.refresh()
                yield
        except OSError as error:
            raise self._unwritable(error) from None

    def record(self, job: Job, event: str, *, durable: bool = False, **data: Any) -> None:
        """Journal an event of a job and fold it into its state.

        Before a paid request goes out, a journal that cannot be written is an error; afterwards
        the job goes on without it, since the money is spent; its task is noted when it can be.
        """
        facts = {"job": job.id, "gen": job.state.gen, **data}
        if "error" in data and not self.settings.record_text:
            facts["error"] = recording.discreet(data["error"])
        try:
            self._begin()
            self._make_up()
            written = self._journal.append(event, durable=durable, **facts)
        except (OSError, ValueError) as error:
            if event in _BEFORE:
                raise self._unwritable(error) from None
            if event in _LATER and isinstance(error, OSError):
                self._missed.append((event, facts))
            self.fold(job, event, **data)
            return
        job.become(advance(job.state, self._fold.with_video({**written, **data})))

    def _make_up(self) -> None:
        """Write what there was no room for, each line once, whichever thread comes to it first."""
        with self._making_up:
            while self._missed:
                event, facts = self._missed[0]
                self._journal.append(event, durable=True, **facts)
                del self._missed[0]

    def fold(self, job: Job, event: str, **data: Any) -> None:
        """Fold an event that is not worth a line of the journal."""
        time = journals.timestamp(self._now())
        line = {"event": event, "job": job.id, "time": time, "session": self.session, **data}
        job.become(advance(job.state, self._fold.with_video(line)))

    def look_again(self, job: Job) -> bool:
        """Read the journal anew; whether the session that looks after the job still lives."""
        with self.lock:
            self.refresh()
            if job.id in self._fold:
                state = self._fold.state(job.id)
                if state.gen > job.state.gen or not self.is_mine(job.state):
                    job.become(state.with_(request=job.state.request or state.request))
        return self.has_owner(job.state)

    def take_over(self, job: Job) -> bool:
        """Take a job that is finished or whose session died; whether it is ours now."""
        with self.lock:
            self.refresh()
            state = self._fold.state(job.id)
            taken = [generation for generation, _ in journals.claims(self.home, job.id)]
            gen = max([state.gen, *taken]) + 1
            if self.has_owner(state) and not state.is_final:
                return False
            try:
                self._begin()
                if not journals.claim(self.home, job.id, self.session, generation=gen):
                    return False
            except OSError as error:
                raise self._unwritable(error) from None
            self.refresh()  # what its session still wrote, should it live where locks do not reach
            state = self._fold.state(job.id)
            request = job.state.request or state.request
            job.become(state.with_(gen=gen, request=request))
            self.record(job, "claimed", durable=True)
            if job.status == "submitting":
                error_ = SubmitUncertain("error.uncertain.died", job=job.id)
                self.record(job, "uncertain", durable=True, error=error_.to_dict())
        return True

    def is_taken(self, job: Job) -> bool:
        """Whether another session took a job of ours, as it may where locks are not shared."""
        takers = journals.claims(self.home, job.id)
        return bool(takers) and takers[-1] > (job.state.gen, self.session)

    def note_call(
        self,
        request: VideoRequest,
        jobs: Sequence[Job],
        call: Mapping[str, Any],
        *,
        takes: int,
        new: bool,
    ) -> None:
        """Journal that somebody asked, and which jobs were the answer."""
        self._begin()
        self._journal.append(
            "call",
            digest=request.digest,
            takes=takes,
            new=new,
            jobs=[{"job": job.id, "how": job.origin} for job in jobs],
            cell=self.call_facts(call),
        )

    def request_facts(self, request: VideoRequest) -> dict[str, Any]:
        """The fields of a request, fit to be written down."""
        return recording.request_facts(request, keep_text=self.settings.record_text)

    def call_facts(self, call: Mapping[str, Any]) -> dict[str, Any]:
        """What is known of the cell that asked, fit to be written down."""
        return recording.call_facts(call, redact=hidden, keep_text=self.settings.record_text)

    def sidecar(self, job: Job) -> Mapping[str, Any]:
        """What made the video, for the file beside it."""
        state = job.state
        return {
            "made_by": f"seedance_nb {_version()}",
            "request": self.request_facts(state.request) if state.request else None,
            "digest": state.digest,
            "take": state.take,
            "job": state.id,
            "task_id": state.task_id,
            "backend": state.backend,
            "base_url": state.base_url,
            "asked_at": journals.timestamp(state.asked_at) if state.asked_at else None,
            "credits": state.credits,
        }

    def tidy(self) -> None:
        """Mark the files of dead sessions of which nothing is left to resume."""
        with self.lock:
            self.refresh()
            busy = {state.session for state in self._fold.states() if not state.is_final}
            for session in journals.open_sessions(self.home):
                if session not in busy and session != self.session:
                    journals.retire(self.home, session)

    def close(self, *, final: bool) -> None:
        """Let go of the file; `final` says that nothing in it is left to resume."""
        with contextlib.suppress(OSError, ValueError):
            self._make_up()
        self._journal.close(final=final)

    def _begin(self) -> None:
        if not self._begun:
            self._journal.append(
                "session",
                catalog=self.settings.catalog,
                commit=_commit(self.home),
                system=platform.system(),
                versions=_versions(),
            )
            self._begun = True

    def _unwritable(self, error: Exception) -> ConfigError:
        reason = getattr(error, "strerror", None) or str(error)
        return ConfigError("error.disk.journal", home=str(self.home), reason=reason)


def _version() -> str:
    return str(sys.modules["seedance_nb"].__version__)


def _versions() -> dict[str, str]:
    """The versions of everything that has a part in it, as far as it is loaded."""
    loaded = {name: getattr(sys.modules.get(name), "__version__", None) for name in _PARTS}
    named = {name: version for name, version in loaded.items() if isinstance(version, str)}
    return {"python": platform.python_version(), **named}


def _commit(home: Path) -> str | None:
    """The git commit that the folder is at, read from its files; None outside a checkout."""
    git = next((folder / ".git" for folder in home.parents if (folder / ".git").exists()), None)
    try:
        found = _head(git) if git else ""
    except (OSError, ValueError):
        return None
    return found if _COMMIT.fullmatch(found) else None


def _head(git: Path) -> str:
    if git.is_file():  # a worktree, or a submodule
        git = git.parent / git.read_text("utf-8").removeprefix("gitdir:").strip()
    ref = (git / "HEAD").read_text("ascii").strip()
    if not ref.startswith("ref: "):
        return ref
    if (git / "commondir").is_file():
        git = git / (git / "commondir").read_text("utf-8").strip()
    if (git / ref[5:]).is_file():
        return (git / ref[5:]).read_text("ascii").strip()
    packed = (git / "packed-refs").read_text("utf-8").splitlines()
    return next((line.split()[0] for line in packed if line.endswith(f" {ref[5:]}")), "")
