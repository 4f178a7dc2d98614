"""The card of a job that went wrong: words made of its error and its state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from seedance_nb.core.errors import QuotaExceeded, TransportError
from seedance_nb.core.texts import say
from seedance_nb.runs.settings import EVOLINK

if TYPE_CHECKING:
    from seedance_nb.core.errors import SeedanceError
    from seedance_nb.runs.record import JobState

LONGEST_RAW = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Why a job went wrong: what happened, was money taken, is it worth retrying, what to do."""

    happened: str
    money: str
    again: str
    change: str = ""
    raw: str = ""


def card_of(state: JobState) -> Card | None:
    """The card of a job that did not go well; None for one that has no error."""
    error = state.error
    if error is None:
        return None
    return Card(
        happened=error.message,
        money=_money(state, error),
        again=_again(state, error),
        change=error.hint or _change(error),
        raw=(error.raw or "")[:LONGEST_RAW],
    )


def _change(error: SeedanceError) -> str:
    """What to do where the error itself names nothing."""
    if error.text_id == "error.job.stopped":
        return say("panel.change.nothing")
    return say(
        "panel.change.network" if isinstance(error, TransportError) else "panel.change.report"
    )


def _money(state: JobState, error: SeedanceError) -> str:
    if state.backend == "simulator":
        return say("panel.money.simulator")
    if state.credits_charged:
        return say("panel.money.yes.credits", credits=f"{state.credits_charged:g}")
    paid = state.status == "downloading" or error.billed == "yes"
    if paid:
        return say("panel.money.yes")
    if error.billed == "unknown" and state.base_url not in ("", EVOLINK):
        return say("panel.money.server", host=urlsplit(state.base_url).netloc)
    return say(f"panel.money.{error.billed}")


def _again(state: JobState, error: SeedanceError) -> str:
    if state.status == "uncertain":
        return say("panel.again.danger")
    if state.status == "downloading":
        return say("panel.again.fetch")
    if not state.is_final:
        return say("panel.again.resume")
    if isinstance(error, QuotaExceeded):
        return say("panel.again.credits", job=state.id)
    answers = {True: "yes", False: "no", None: "unknown"}
    return say(f"panel.again.{answers[is_worth_it(error)]}", job=state.id)


def is_worth_it(error: SeedanceError) -> bool | None:
    """Whether the same request may go well: some were called off or not paid for, not refused."""
    called_off = getattr(error, "code", None) == "request_cancelled"
    no_chance = called_off or error.text_id == "error.job.stopped"
    return True if no_chance or isinstance(error, QuotaExceeded) else error.retryable
