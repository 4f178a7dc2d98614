"""Which tasks of the account an uncertain request may have made: its user chooses among them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from seedance_nb.core.errors import SeedanceError
from seedance_nb.core.texts import say

if TYPE_CHECKING:
    from collections.abc import Collection

    from seedance_nb.evolink.api import Api
    from seedance_nb.evolink.protocol import TaskRow
    from seedance_nb.runs.record import JobState

BEFORE, AFTER = 300.0, 900.0  # seconds around the sending in which clocks may disagree
PAGES = 20  # of 50


async def find(api: Api, state: JobState, known: Collection[str | None]) -> list[TaskRow] | None:
    """The account's tasks of the same model, made when the request was sent, in no journal.

    Args:
        api: The server.
        state: The uncertain job.
        known: Tasks that the journal has.

    Returns:
        The newest first; None where the server has no list, or cannot be asked now.
    """
    sent = state.sent_at or state.asked_at or 0.0
    model = (state.request and state.request.model) or ""
    found: list[TaskRow] = []
    try:
        for page in range(1, PAGES + 1):
            rows = await api.tasks(model=model, page=page)
            found += rows
            oldest = min((row.created or 0.0 for row in rows), default=0.0)
            if oldest < sent - BEFORE:
                break
    except SeedanceError:
        return None
    return [
        row
        for row in {row.task_id: row for row in found}.values()
        if row.model == model and row.task_id not in known
        and sent - BEFORE <= (row.created or 0.0) <= sent + AFTER
    ]  # fmt: skip


def tell(state: JobState, rows: list[TaskRow] | None) -> str:
    """What to say about them, with a line to run for each; empty where nothing is known."""
    if rows is None:
        return ""
    model = state.request.model if state.request else "-"
    if not rows:
        return say("session.candidates.none", job=state.id, model=model)
    lines = [say("session.candidates.some", job=state.id, model=model)]
    for row in rows:
        made = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(row.created))
        took = say("panel.seconds", count=f"{row.duration:g}") if row.duration else ""
        facts = [made, row.word, say("panel.took", time=took) if took else ""]
        what = ", ".join(filter(None, facts))
        lines.append(f"  %seedance adopt {row.task_id} {state.id}  # {what}")
    return "\n".join(lines)
