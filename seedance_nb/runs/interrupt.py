"""What ends a waiting and not the job: Interrupt in a notebook, Ctrl-C, a cancelled `await`."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from seedance_nb.core.texts import say
from seedance_nb.core.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from seedance_nb.runs.job import Job

_MOST = 5  # jobs that are named


class _Told(BaseException):
    """One line in place of a traceback; the cell still counts as interrupted."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        ids = [job.id for job in jobs if job.active] or [job.id for job in jobs]
        text_id = "error.interrupted" if ids else "error.interrupted.asking"
        super().__init__(say(text_id, jobs=listed(ids, _MOST)))

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Interrupted(_Told, KeyboardInterrupt):
    """The user interrupted a `wait`, and the jobs go on; or, of no job, the asking."""


class WaitCancelled(_Told, asyncio.CancelledError):
    """An `await` was cancelled, as Interrupt does in a notebook; the jobs go on."""


@contextlib.contextmanager
def waiting_for(jobs: Sequence[Job]) -> Iterator[None]:
    """Let the views of the jobs know that somebody waits, and say what an interrupt means."""
    for job in jobs:
        job.waiters += 1
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(jobs) from None
    except asyncio.CancelledError:
        raise WaitCancelled(jobs) from None
    finally:
        for job in jobs:
            job.waiters -= 1
