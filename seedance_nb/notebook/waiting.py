"""Waiting for jobs in a cell: interruptible, and with something to look at where nothing moves."""

from __future__ import annotations

import contextlib
import shutil
import sys
from typing import TYPE_CHECKING

from seedance_nb.core import apart
from seedance_nb.core.errors import SeedanceError, WaitTimeout
from seedance_nb.core.texts import say
from seedance_nb.core.words import columns
from seedance_nb.notebook import cells
from seedance_nb.runs.interrupt import Interrupted
from seedance_nb.runs.job import Jobs
from seedance_nb.runs.terminal import summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TextIO

    from seedance_nb.notebook.cells import FrontEnd
    from seedance_nb.notebook.stage import Panel
    from seedance_nb.runs.job import Job

MANY = 12  # jobs that get a line each
SLICE = 0.5  # seconds between two pictures of a cell that waits


def wants_to_wait(setting: str, front_end: FrontEnd, *, asked: bool | None) -> bool:
    """Whether a cell waits: what it says, else the setting, else where nothing could show it."""
    if asked is not None:
        return asked
    if setting != "auto":
        return setting == "always"
    return front_end in ("none", "colab", "terminal")


def after_cells(step: Callable[[], bool]) -> None:
    """Take a step at the end of this cell and of each later one, until it says that it is over.

    A run that nobody looks at keeps only what is shown on behalf of the cell that is running: what
    the background shows, it drops.
    """
    events = getattr(cells.current_shell(), "events", None)
    if events is None:
        return

    def take(*_: object) -> None:
        if step():
            events.unregister("post_run_cell", take)

    events.register("post_run_cell", take)


def asked_here(jobs: Iterable[Job]) -> list[Job]:
    """Those that the running cell asked for."""
    here = cells.record()
    names = ("number", "sha256")
    return [
        job
        for job in jobs
        if here.get("number") and all(job.state.cell.get(n) == here.get(n) for n in names)
    ]


def linger(jobs: Iterable[Job], setting: str, *, now: Callable[[], float]) -> None:
    """Wait for what the running cell asked for, as `%%seedance` does where nobody looks.

    How a job ended is told by what is shown of it.
    """
    awaited = asked_here(jobs) if wants_to_wait(setting, "none", asked=None) else []
    with contextlib.suppress(SeedanceError):
        wait_for(Jobs(awaited), timeout=None, now=now)


def wait_for(
    jobs: Jobs,
    *,
    timeout: float | None,
    now: Callable[[], float],
    paint: Callable[[], object] | None = None,
) -> None:
    """Wait until all have ended.

    Args:
        jobs: What to wait for.
        timeout: Seconds, or None.
        now: The clock.
        paint: Draws how they stand, twice a second; None where that happens by itself.

    Raises:
        Interrupted: By the user; the jobs go on.
        SeedanceError: The first error of a job, or `WaitTimeout`.
    """
    try:
        if paint is None:
            jobs.wait(timeout)
        else:
            _in_slices(jobs, timeout=timeout, now=now, paint=paint)
    except KeyboardInterrupt:
        raise Interrupted(jobs) from None


def _in_slices(
    jobs: Jobs,
    *,
    timeout: float | None,
    now: Callable[[], float],
    paint: Callable[[], object],
) -> None:
    began = now()
    while True:
        left = SLICE if timeout is None else min(SLICE, timeout - (now() - began))
        try:
            jobs.wait(max(left, 0.0))
        except WaitTimeout:
            over = timeout is not None and now() - began >= timeout
            running = [job.id for job in jobs if job.active]
            if not running:
                raise
            if over:
                raise WaitTimeout(seconds=timeout, job=", ".join(running)) from None
            paint()
        else:
            return


def differences(jobs: Sequence[Job]) -> list[str]:
    """Of each job in a line what sets it apart from the others."""
    several = len({job.take for job in jobs}) > 1
    takes = [say("panel.take", take=job.take) if several else "" for job in jobs]
    values = map(apart.caption, apart.differing([job.request for job in jobs]))
    return [" · ".join(filter(None, pair)) for pair in zip(takes, values, strict=True)]


class TerminalLine:
    """One line of a terminal, written over and over until it is final.

    Args:
        panels: What it tells about.
        stream: Where it is written; by default where `print` goes.
    """

    def __init__(self, panels: Sequence[Panel], stream: TextIO | None = None) -> None:
        self._panels = panels
        self._stream = stream or sys.stdout
        self._words: list[str] = []
        self._used = 0

    def paint(self) -> None:
        """Write how the first unfinished job stands; a file gets a line for each new word."""
        looks = [panel.look() for panel in self._panels]
        running = [index for index, look in enumerate(looks) if not look.settled]
        if not running:
            return
        left = f"[{len(looks) - len(running) + 1}/{len(looks)}] " if len(looks) > 1 else ""
        first = running[0]
        width = shutil.get_terminal_size().columns - len(left) - 1
        line = left + self._panels[first].line(looks[first], width=width)
        words = [look.word for look in looks]
        if self._stream.isatty():
            self._over(line)
        elif words != self._words:
            self._stream.write(line + "\n")
        self._words = words
        self._stream.flush()

    def end(self) -> None:
        """Write a last line for each job, and one for all; of many only what went wrong."""
        if self._stream.isatty():
            self._over("")
            self._stream.write("\r")
        jobs = [panel.job for panel in self._panels]
        for panel in self._panels:
            if len(jobs) <= MANY or panel.job.status != "completed":
                self._stream.write(panel.line() + "\n")
        if len(jobs) > 1:
            self._stream.write(summary(jobs) + "\n")
        self._stream.flush()

    def _over(self, line: str) -> None:
        used = columns(line)
        self._stream.write("\r" + line + " " * max(0, self._used - used))
        self._used = used
