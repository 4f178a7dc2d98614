"""Answers from a recording: journal and videos that an earlier run left in a folder or a zip.

Nothing is sent and nothing is written: a request is looked up by what it asks for and by its take.
"""

from __future__ import annotations

import asyncio
import dataclasses
import difflib
import shutil
import tempfile
import weakref
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from seedance_nb.core import task
from seedance_nb.core.catalog import FORMATS
from seedance_nb.core.errors import ConfigError, InvalidRequest, Problem
from seedance_nb.core.request import canonical_json
from seedance_nb.runs.budget import NO_CONSENT, Consent
from seedance_nb.runs.job import Job, Jobs
from seedance_nb.runs.session import Session

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from seedance_nb.core.request import VideoRequest
    from seedance_nb.runs.record import JobState
    from seedance_nb.runs.settings import Settings

STEP = 0.25  # seconds between two pictures of a job that is played at a pace
MOST_BYTES = 20 * 1024**3  # that a zip may unpack to
MOST_TIMES = 200  # its own size that it may unpack to: no journal packs so well, and no video
_SMALL = 64 * 1024**2  # bytes that are no matter
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (
    OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zlib.error, zipfile.BadZipFile
)  # fmt: skip
_INPUTS = tuple(ending for _, ending, _ in FORMATS.values())
_FOLDERS = {"journal": (".jsonl",), "videos": (".mp4", ".json"), "inputs": _INPUTS}


def opened(place: Path) -> Path:
    """The folder of a recording; a zip is unpacked into a temporary one.

    Only journals, inputs, videos and what stands beside them are taken out of a zip, each by its
    bare name, so a zip that a stranger made writes nowhere else.

    Raises:
        ConfigError: There is no recording, or the zip cannot be read.
    """
    if place.is_dir():
        return place
    if not place.is_file():
        raise ConfigError("error.replay.nothing", path=str(place))
    folder = Path(tempfile.mkdtemp(prefix="seedance-replay-"))
    weakref.finalize(opened, shutil.rmtree, folder, ignore_errors=True)
    try:
        with zipfile.ZipFile(place) as archive:
            for info in _wanted(archive.infolist(), place.stat().st_size):
                _unpack(archive, info, folder)
    except _BROKEN as error:
        reason = str(error) or type(error).__name__
        raise ConfigError("error.replay.zip", path=str(place), reason=reason) from None
    return folder


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, folder: Path) -> None:
    name = PurePosixPath(info.filename)
    target = folder / name.parts[0] / name.name
    target.parent.mkdir(exist_ok=True)
    with archive.open(info) as source, target.open("xb") as file:
        shutil.copyfileobj(source, file)


def _wanted(infos: Iterable[zipfile.ZipInfo], packed: int) -> list[zipfile.ZipInfo]:
    """The members of a zip of so many bytes that belong to a recording."""
    wanted = []
    for info in infos:
        parts = PurePosixPath(info.filename).parts
        endings = _FOLDERS.get(parts[0], ()) if len(parts) == len(("folder", "file")) else ()
        if parts and parts[-1].endswith(endings or ("\0",)) and "\\" not in info.filename:
            wanted.append(info)
    if sum(info.file_size for info in wanted) > min(MOST_BYTES, max(_SMALL, MOST_TIMES * packed)):
        msg = "too large"
        raise zipfile.BadZipFile(msg)
    if any(info.compress_type not in _PACKED for info in wanted):
        msg = "unknown compression"
        raise zipfile.BadZipFile(msg)
    return wanted


def answer(states: Sequence[JobState], request: VideoRequest, take: int) -> JobState:
    """The recorded job of a request; live ones go first, then those with a video, then the latest.

    Raises:
        InvalidRequest: It was not recorded; names the nearest that was, and what differs.
    """
    same = [s for s in states if s.digest == request.digest and s.take == take and s.is_final]
    if same:
        return max(same, key=_worth)
    known = [(state.request, state.id) for state in states if state.request and state.is_final]
    if not known:
        raise InvalidRequest(problems=[Problem("prompt", "problem.replay.empty")])
    nearest, job = max(known, key=lambda other: _likeness(request, other[0]))
    if nearest.digest == request.digest:
        takes = sorted({s.take for s in states if s.digest == request.digest and s.is_final})
        found = ", ".join(map(str, takes))
        problem = Problem("takes", "problem.replay.take", take=take, found=found)
        raise InvalidRequest(problems=[problem])
    raise InvalidRequest(problems=list(_differences(request, nearest, job)))


def _worth(state: JobState) -> tuple[bool, bool, float]:
    completed = state.status not in task.FRUITLESS
    return state.backend == "live", completed, state.asked_at or 0.0


def _likeness(one: VideoRequest, other: VideoRequest) -> float:
    texts = canonical_json(one.canonical), canonical_json(other.canonical)
    return difflib.SequenceMatcher(None, *texts).ratio()


def _differences(asked: VideoRequest, recorded: VideoRequest, job: str) -> Iterable[Problem]:
    for name, value in asked.canonical.items():
        was = recorded.canonical[name]
        if value != was:
            yield Problem(name, "problem.replay.other", value=value, was=was, job=job)


class ReplaySession(Session):
    """A session that answers from its folder or zip, by identity, and writes nothing."""

    def __init__(self, settings: Settings) -> None:
        self._place = settings.home
        super().__init__(_changed(settings, opened(settings.home)))
        self._given: dict[str, int] = {}
        self._shown: dict[str, Job] = {}

    def ask(  # noqa: PLR0913 - what a cell can ask for
        self,
        requests: Sequence[VideoRequest],
        *,
        takes: int = 1,
        new: bool = False,
        cell: Mapping[str, Any] | None = None,  # noqa: ARG002 - nothing is written down
        consent: Consent = NO_CONSENT,  # noqa: ARG002 - nor paid
        tell: Callable[[str], object] | None = None,  # noqa: ARG002 - nor announced
        explain: bool = False,  # noqa: ARG002 - nor exchanged
    ) -> Jobs:
        """The recorded jobs of requests; each `new` gets the take after the last one given.

        Raises:
            InvalidRequest: One was not recorded; names the nearest that was, and what differs.
            ConfigError: The video of one is gone, or is not the one that was recorded.
        """
        states = self.ledger.states()
        found = []
        for request in requests:
            first = self._given.get(request.digest, 0) + 1 if new else 1
            found += [(request, take) for take in range(first, first + takes)]
        replayed = [answer(states, *each).with_(request=each[0]) for each in found]
        lost = [state for state in replayed if not self._is_whole(state)]
        if lost:
            raise ConfigError("error.replay.file", path=lost[0].videos[0].path, job=lost[0].id)
        for request, take in found:
            self._given[request.digest] = max(self._given.get(request.digest, 0), take)
        return Jobs(map(self._replayed, replayed))

    def send_again(self, job: Job, cell: Mapping[str, Any] | None = None) -> Job:
        """What the recording has of asking again: the next take, or how a failed one went on."""
        if job.request is None:
            raise ConfigError("error.job.norequest", job=job.id)
        if job.status == "completed":
            return self.ask([job.request], new=True, cell=cell)[0]
        return self._replayed(answer(self.ledger.states(), job.request, job.take))

    def serves(self, settings: Settings) -> bool:
        """Whether these settings mean the same recording."""
        return (settings.backend, settings.home) == ("replay", self._place)

    def update(self, settings: Settings) -> None:
        """Go on with changed settings."""
        super().update(_changed(settings, self.home))

    def jobs(self) -> Jobs:
        """Those that were asked for so far, as it was when they were recorded; at first all."""
        return Jobs(self._shown.values()) if self._shown else super().jobs()

    def states(self) -> list[JobState]:
        """All that was recorded, asked for or not: what it cost, and what belongs to it."""
        return self.ledger.states()

    def job(self, name: str | None = None) -> Job:
        """The job with this id, task id or beginning of one, asked for or not; the latest.

        Raises:
            ConfigError: There is none, or more than one.
        """
        return super().job(name) if name is None else super().jobs().find(name, home=self.home)

    def _replayed(self, state: JobState) -> Job:
        job = self._shown[state.id] = Job(state, self)
        job.origin = "replayed"
        if self.settings.replay_pace:
            pace = self.settings.replay_pace
            job.flow = self.tracker.start(play(job, state, pace=pace, now=self.now))
            self.tick(job)
        return job


def _changed(settings: Settings, home: Path) -> Settings:
    """The settings of a replay: whatever wants a service is told that there is none."""
    return dataclasses.replace(settings, home=home, trouble=ConfigError("error.replay.only"))


async def play(
    job: Job,
    state: JobState,
    *,
    pace: float,
    now: Callable[[], float],
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> None:
    """Let a recorded job take its time again, shortened by `pace`.

    Args:
        job: The handle that is shown.
        state: How it ended.
        pace: Factor on the time it took.
        now: Epoch seconds.
        sleep: Waits.
    """
    began = now()
    took = (state.finished_at or 0.0) - (state.submitted_at or state.finished_at or 0.0)
    whole = max(took, 0.0) * pace
    running = {"videos": (), "error": None, "submitted_at": began, "estimated_time": whole}
    while (elapsed := now() - began) < whole:
        percent = round(100 * elapsed / whole)
        job.become(state.with_(status="processing", progress=percent, **running))
        await sleep(min(STEP, whole - elapsed))
    job.become(state)
