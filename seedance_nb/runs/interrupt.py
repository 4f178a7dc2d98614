"""What ends a waiting and not the job: Interrupt in a notebook, Ctrl-C, a cancelled `await`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from seedance_nb.core.texts import say

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST = 5  # jobs that are named


class _Told(BaseException):
    """One line in place of a traceback; the cell still counts as interrupted."""

    def __init__(self, jobs: Iterable[Any]) -> None:
        ids = [str(job.id) for job in jobs]
        names = ", ".join(ids[:_MOST]) + (" ..." if len(ids) > _MOST else "")
        super().__init__(say("error.interrupted", jobs=names))

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Interrupted(_Told, KeyboardInterrupt):
    """The user interrupted a `wait`; the jobs go on."""


class WaitCancelled(_Told, asyncio.CancelledError):
    """An `await` was cancelled, as Interrupt does in a notebook; the jobs go on."""
