"""The states of a job, as a table of moves.

Everything that decides whether a state may follow another is in this file.
"""

from __future__ import annotations

from typing import Literal, get_args

Status = Literal[
    "queued",
    "submitting",
    "uncertain",
    "pending",
    "processing",
    "downloading",
    "completed",
    "failed",
    "cancelled",
]

# queued       waits here for its turn, nothing sent
# submitting   the paid request is on its way
# uncertain    it went out and its fate is not known
# pending, processing   the service has it (its own words)
# downloading  the service is done; the file is not here yet
_AFTER_ACCEPT = frozenset({"pending", "processing", "downloading", "failed", "cancelled"})
MOVES: dict[str, frozenset[str]] = {
    "queued": frozenset({"submitting", "cancelled", "failed"}),
    "submitting": frozenset({"queued", "uncertain"}) | _AFTER_ACCEPT,
    "uncertain": frozenset({"submitting"}) | _AFTER_ACCEPT,
    "pending": _AFTER_ACCEPT - {"pending"},
    "processing": _AFTER_ACCEPT - {"pending", "processing"},
    "downloading": frozenset({"completed", "failed", "cancelled"}),
}
STATUSES: tuple[str, ...] = get_args(Status)
TERMINAL = frozenset(STATUSES) - MOVES.keys()
# Ends without a video: the same request may be sent anew.
FRUITLESS = TERMINAL - {"completed"}

# The service's words for a task. `cancelled` is in no schema but in callbacks and official clients.
SERVICE_WORDS: dict[str, str] = {
    "pending": "pending",
    "processing": "processing",
    "completed": "downloading",
    "failed": "failed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
}


def move(status: str, to: str) -> str:
    """The state after an attempt to go from `status` to `to`.

    A repeat changes nothing, and neither does a step that the table does not have: answers can
    arrive late or out of order, and a state never goes backwards.
    """
    return to if to in MOVES.get(status, frozenset()) else status


def observe(status: str, word: str) -> str:
    """The state after the service called its task `word`; an unknown word changes nothing."""
    return move(status, SERVICE_WORDS.get(word.strip().lower(), status))
