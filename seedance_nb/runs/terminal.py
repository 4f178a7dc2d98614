"""Jobs in a terminal: a line that says how far they have come, a table, and waiting for them."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from seedance_nb.core.apart import captions
from seedance_nb.core.errors import SeedanceError
from seedance_nb.core.texts import say
from seedance_nb.core.words import aligned
from seedance_nb.evolink.plain import clean
from seedance_nb.runs.budget import say_money
from seedance_nb.runs.settings import say_where
from seedance_nb.runs.tracker import SLICE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from seedance_nb.runs.job import Job, Jobs

GRACE = 30  # seconds that an interrupt leaves a request that is just on its way
MOST = 3  # jobs of a line that moves
PROMPT_WIDTH, NAME_WIDTH = 48, 40
STEP = 10  # percent of an upload between two lines
COLUMNS = (
    "job", "status", "prompt", "take", "apart", "asked", "where", "credits", "file",
)  # fmt: skip


def follow(
    jobs: Jobs, *, timeout: float | None, stream: TextIO, tell: Callable[[str], object]
) -> None:
    """Wait until nothing further happens to any of the jobs; how each ended is theirs to say.

    Args:
        jobs: What is waited for.
        timeout: Seconds after which the waiting ends; None for no end.
        stream: Gets the line.
        tell: Gets a word before an interrupt is obeyed, if there is something to wait for.
    """
    line = Line(jobs, stream)
    ends = [job.subscribe(line) for job in jobs]
    try:
        with contextlib.suppress(SeedanceError):
            jobs.wait(timeout)
    except KeyboardInterrupt:
        if is_sending(jobs):  # paid for: leave it the time to come back with its task
            tell(say("cli.interrupted.moment"))
            until(lambda: not is_sending(jobs), GRACE)
        raise
    finally:
        for end in ends:
            end()
        line.close()


def wait_accepted(jobs: Jobs, most: int) -> None:
    """Wait until the service has answered as many requests as it takes at a time."""

    def answered() -> bool:
        count = sum(job.status not in ("queued", "submitting") or not job.active for job in jobs)
        return count >= min(len(jobs), most) and not is_sending(jobs)

    until(answered)


def is_sending(jobs: Iterable[Job]) -> bool:
    """Whether a paid request is just on its way."""
    return any(job.status == "submitting" and job.active for job in jobs)


def until(condition: Callable[[], bool], seconds: float | None = None) -> None:
    """Wait for a condition, in slices that leave Ctrl-C a chance."""
    pause, deadline = threading.Event(), time.monotonic() + (seconds or float("inf"))
    while not condition() and time.monotonic() < deadline:
        pause.wait(SLICE)


def table(jobs: Iterable[Job]) -> list[str]:
    """Lines of a table with one row a job, newest first; without the columns that are empty."""
    found = list(jobs)
    apart = captions([job.request for job in found])
    rows = [_row(job, words) for job, words in zip(found, apart, strict=True)][::-1]
    filled = [index for index in range(len(COLUMNS)) if any(row[index] for row in rows)]
    head = [say(f"magic.column.{COLUMNS[index]}") for index in filled]
    return lines(head, [[row[index] for index in filled] for row in rows])


def summary(jobs: Sequence[Job]) -> str:
    """How many ended in which way, and what all cost."""
    counts: dict[str, int] = {}
    for job in jobs:
        counts[job.status] = counts.get(job.status, 0) + 1
    parts = [f"{say(f'panel.word.{status}')} {count}" for status, count in counts.items()]
    parts.append(say_money(job.state for job in jobs))
    return say("cli.sum", count=len(jobs), what=" · ".join(filter(None, parts)))


def lines(head: list[str] | None, rows: list[list[str]]) -> list[str]:
    """Lines of a table; none without rows."""
    if not rows:
        return []
    return aligned([head, *rows] if head else rows)


def ways_on(jobs: Iterable[Job]) -> list[str]:
    """What can be done about jobs that are not finished; each kind has its own way."""
    left = [job for job in jobs if not job.state.is_final]
    ways = [say("cli.uncertain", job=job.id) for job in left if job.status == "uncertain"]
    ways += [say("cli.unsent")] if any(job.status == "queued" for job in left) else []
    sent = any(job.task_id or job.status == "submitting" for job in left)
    ways += [say("cli.goon")] if sent else []
    return ways


def _row(job: Job, apart: str) -> list[str]:
    state = job.state
    asked = time.localtime(state.asked_at) if state.asked_at else None
    prompt = clean(job.request.prompt, PROMPT_WIDTH) if job.request else ""
    money = None if job.backend == "simulator" else job.credits
    files = ", ".join(_near(video.path) for video in job.videos)
    return [
        job.id,
        say(f"panel.word.{job.status}"),
        prompt,
        str(job.take),
        apart,
        time.strftime("%Y-%m-%d %H:%M", asked) if asked else "",
        say_where(job.backend, job.base_url, short=True),
        "" if money is None else f"{money:g}",
        files or (job.error.message if job.error else ""),
    ]


def _near(path: Path) -> str:
    """A path as it is written from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


class Line:
    """How far jobs have come: one line that moves in a terminal, one a change elsewhere."""

    def __init__(self, jobs: Jobs, stream: TextIO) -> None:
        self._jobs = jobs
        self._stream = stream
        self._moves = stream.isatty()
        self._last = ""
        self._closed = False
        self._lock = threading.Lock()

    def __call__(self, _: Job) -> None:
        """Write what has changed; called in the background."""
        with self._lock:
            text = self._text()
            if self._closed or text == self._last:
                return
            self._stream.write(f"\r\x1b[K{text}" if self._moves else f"{text}\n")
            self._stream.flush()
            self._last = text

    def close(self) -> None:
        """End the line; nothing is written after this."""
        with self._lock:
            if self._moves and self._last and not self._closed:
                self._stream.write("\n")
            self._closed = True

    def _text(self) -> str:
        done = sum(job.state.is_final for job in self._jobs)
        job = next((job for job in self._jobs if not job.state.is_final), self._jobs[-1])
        parts = [job.id, self._word(job)]
        if len(self._jobs) > 1:
            parts.insert(0, say("cli.progress", done=done, count=len(self._jobs)))
        percent, left = job.expected_progress(), job.eta
        if self._moves and job.status in ("pending", "processing"):
            parts += [f"{percent:.0f} %"] if percent is not None else []
            parts += [say("cli.left", seconds=left)] if left else []
        trouble = job.state.trouble
        parts += [say("cli.trouble", reason=trouble.message)] if trouble else []
        others = [one for one in self._jobs if not one.state.is_final and one is not job]
        parts += [f"{one.id} {self._word(one)}" for one in others[: MOST - 1]]
        parts += [f"+{len(others) - MOST + 1}"] if len(others) >= MOST else []
        return "  ".join(parts)

    def _word(self, job: Job) -> str:
        """Its status; of a queued one whose inputs go up, how much of which one has."""
        sending = job.uploading if job.status == "queued" else None
        if sending is None:
            return say(f"panel.word.{job.status}")
        name, share = sending
        percent = int(100 * share)
        percent -= 0 if self._moves else percent % STEP
        return say("panel.word.uploading", name=clean(name, NAME_WIDTH), percent=percent)
