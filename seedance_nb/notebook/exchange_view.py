"""What was sent and answered, below the panel of a job: static HTML that opens and folds."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from seedance_nb.core import task
from seedance_nb.core.texts import say
from seedance_nb.notebook.look import BOX, FAINT, code_in, colour, safe
from seedance_nb.runs import explain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from seedance_nb.runs.explain import Exchanges, Row
    from seedance_nb.runs.job import Job

_MONO = "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:12px"
_BLOCK = (
    f"{_MONO};margin:2px 0 6px;padding:6px 10px;border-radius:6px;max-height:260px;overflow:auto;"
    "background:rgba(128,128,128,.12);white-space:pre-wrap;word-break:break-word"
)
_OPENS = "cursor:pointer;padding:2px 0"


def exchange_html(job: Job, found: Exchanges) -> str:
    """All exchanges of a job as HTML: one fold a job, in it one for each exchange."""
    head = code_in(explain.head(job, found))
    if not found.rows:
        return f'<div style="{BOX};{FAINT}">{head}</div>'
    inside = "".join(map(_row, explain.rows(found)))
    summary = f'<summary style="{_OPENS};font-weight:600">{head}</summary>'
    return f'<div style="{BOX}"><details open>{summary}{inside}</details></div>'


def _row(row: Row) -> str:
    tone = colour("good" if row.good else "bad", 0.6)
    line = f"border-left:3px solid {tone};padding:0 0 0 10px;margin:6px 0 0"
    title = f'<summary style="{_OPENS};{_MONO}">{safe(row.title)}</summary>'
    parts = _part("explain.sent", row.sent) + _part("explain.came", row.came)
    return f'<details style="{line}">{title}{parts}</details>'


def _part(head_id: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    head = f'<div style="{FAINT};font-size:12px">{safe(say(head_id))}</div>'
    return f'{head}<div style="{_BLOCK}">{"<br>".join(map(safe, lines))}</div>'


class Exhibit:
    """The exchanges of a job on show: renewed when there is another one, and in the end.

    Args:
        job: Whose they are.
        publish: Shows an output, or replaces the one of that id.
    """

    def __init__(self, job: Job, publish: Callable[..., None]) -> None:
        self._job = job
        self._found = explain.kept(job)
        self._publish = publish
        self._id = f"seedance-http-{job.id}-{id(self):x}"
        self._shown: set[object] = set()

    def show(self) -> None:
        """Display them in the running cell, and keep that up to date."""
        self._put(update=False)
        if self._job.status not in task.TERMINAL:
            self._job.subscribe(self._see)

    def _see(self, _: Job) -> None:
        """Called by the job, on the background thread or by a `wait` that ends."""
        self._put(update=True)

    def _put(self, *, update: bool) -> None:
        turn = self._turn()
        if turn in self._shown:
            return
        self._shown.add(turn)
        html, plain = (make(self._job, self._found) for make in (exchange_html, explain.text))
        bundle = {"text/html": html, "text/plain": plain}
        self._publish(bundle, self._id, update=update)

    def _turn(self) -> object:
        """What it takes to be drawn anew: an exchange of another kind, not a look like the last.

        In the end it is drawn once more with all counts, and by a cell that waits: runs without a
        front end keep only what comes while their cell is the running one.
        """
        rows = self._found.rows
        if self._job.active and self._job.status not in task.TERMINAL:
            return len(rows), rows[-1].status if rows else None
        here = threading.current_thread() is threading.main_thread()
        return sum(row.count for row in rows), "end", here
