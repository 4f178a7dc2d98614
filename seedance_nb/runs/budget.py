"""Caps on what may be spent, and the yes: plain sums over the states of jobs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seedance_nb.core import task
from seedance_nb.core.errors import BudgetExceeded, InvalidRequest
from seedance_nb.core.options import cap_problems
from seedance_nb.core.texts import say

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from seedance_nb.core.errors import SeedanceError
    from seedance_nb.runs.estimate import Estimate
    from seedance_nb.runs.record import JobState

OF_CALL = "--max-credits"
FREE_TAKES = 4  # that a live account makes without a yes
_SLACK = 1e-6  # credits that sums of floats may be off


@dataclass(frozen=True, slots=True)
class Consent:
    """What a user allows with a call.

    Attributes:
        yes: Whether spending was agreed to.
        max_credits: The cap of this call alone.
        line: How the same is asked with a yes.
    """

    yes: bool = False
    max_credits: float | None = None
    line: str = "yes=True"

    def __post_init__(self) -> None:
        if problems := cap_problems(self.max_credits):
            raise InvalidRequest(problems=problems)


NO_CONSENT = Consent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What a call would do.

    Attributes:
        fresh: How many videos it would send for, by request.
        cost: Of these.
        refusal: Why it would be refused; None where it would not.
    """

    fresh: tuple[int, ...]
    cost: Estimate
    refusal: SeedanceError | None = None

    def lines(self, takes: int) -> list[str]:
        """What is here already of each request's takes, cost and refusal, in words."""
        count, everything = sum(self.fresh), takes * len(self.fresh)
        lines = []
        if 0 < count < everything:
            lines.append(say("dry.here", count=everything - count, all=everything))
        lines.append(say("dry.estimate", cost=self.cost.text))
        if self.refusal is not None:
            lines.append(say("dry.refused", message=self.refusal))
        return lines


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit on credits.

    Attributes:
        name: How the user spells it.
        limit: Credits.
        counts: Whether it counts a job.
    """

    name: str
    limit: float
    counts: Callable[[JobState], bool]


def of_session(limit: float, session: str, began: float) -> Cap:
    """The cap on what a session sends, whoever asked for it."""

    def counts(state: JobState) -> bool:
        sent = state.submitted_at
        return state.session == session and (sent is None or sent >= began)

    return Cap("max_credits", limit, counts)


def of_day(limit: float, now: float) -> Cap:
    """The cap on what this folder's jobs cost since midnight here."""
    today = time.localtime(now)[:3]

    def counts(state: JobState) -> bool:
        when = state.submitted_at or state.asked_at or now
        return time.localtime(when)[:3] == today or not (state.submitted_at or state.is_final)

    return Cap("max_credits_day", limit, counts)


def of_jobs(limit: float, jobs: Collection[str]) -> Cap:
    """The cap on the jobs of one call."""
    return Cap(OF_CALL, limit, lambda state: state.id in jobs)


def committed(state: JobState, price: Callable[[JobState], Estimate]) -> float | None:
    """Credits that a job took, holds or may yet take; None where nobody knows.

    Args:
        state: The job.
        price: What it would cost by estimate.
    """
    if state.backend != "live":
        return 0.0
    if state.credits_charged is not None:
        return state.credits_charged
    if state.is_refunded:
        return 0.0
    if state.credits_reserved is not None:
        return state.credits_reserved
    if state.request is None:
        return 0.0  # made elsewhere
    return price(state).credits


def check(
    caps: Iterable[Cap],
    states: Iterable[JobState],
    wanted: Collection[Estimate],
    price: Callable[[JobState], Estimate],
) -> None:
    """Refuse what would exceed a cap, or cannot be held against it.

    Args:
        caps: The limits.
        states: The jobs that are there already.
        wanted: What the new ones would cost.
        price: What a job would cost by estimate.

    Raises:
        BudgetExceeded: Names the cap.
    """
    known = list(states)
    for cap in caps:
        if not wanted:
            continue
        open_ = next((each for each in wanted if each.credits is None), None)
        if open_ is not None:
            raise BudgetExceeded("error.budget.unknown", cap=cap.name, limit=cap.limit,
                                 why=open_.text)  # fmt: skip
        spent = {state.id: committed(state, price) for state in known if cap.counts(state)}
        vague = [job for job, amount in spent.items() if amount is None]
        if vague:
            raise BudgetExceeded("error.budget.vague", cap=cap.name, limit=cap.limit,
                                 jobs=", ".join(vague[:5]))  # fmt: skip
        before = sum(amount or 0.0 for amount in spent.values())
        more = sum(each.credits or 0.0 for each in wanted)
        if before + more > cap.limit + _SLACK:
            raise BudgetExceeded(_over(cap, before), cap=cap.name, limit=cap.limit,
                                 spent=before, more=more, count=len(wanted))  # fmt: skip


def _over(cap: Cap, spent: float) -> str:
    """Which text says it: the cap of a call knows of nothing before that call."""
    if cap.name != OF_CALL:
        return "error.budget.over"
    return "error.budget.over.call.spent" if spent else "error.budget.over.call"


def say_money(states: Iterable[JobState]) -> str:
    """What live jobs took and hold, in words; empty without any.

    Of a completed one whose charge the service did not tell, what was reserved counts.
    """
    live = [state for state in states if state.backend == "live"]
    if not live:
        return ""
    told = [s for s in live if s.credits_charged is not None or s.status == "completed"]
    spent = sum(state.credits or 0.0 for state in told)
    open_ = [s for s in live if s not in told and s.status not in task.FRUITLESS]
    reserved = sum(state.credits_reserved or 0.0 for state in open_)
    return say("sum.money", spent=f"{spent:g}", reserved=f"{reserved:g}")


def check_yes(consent: Consent, count: int, cost: Estimate, where: str) -> None:
    """Refuse a sweep, or many takes, that was not agreed to.

    Raises:
        BudgetExceeded: Says what it would do and cost, and the line to run.
    """
    if count and not consent.yes:
        raise BudgetExceeded(
            "error.yes", count=count, where=where, cost=cost.text, line=consent.line
        )


def say_plan(
    plan: Sequence[tuple[object, Mapping[int, JobState | None]]], cost: Estimate, where: str
) -> str:
    """How many videos a sweep has, how many of them are new, and what they cost, in words."""
    known = [state for _, takes in plan for state in takes.values()]
    fresh = sum(state is None for state in known)
    return say(
        "sweep.plan", count=len(known), requests=len(plan), fresh=fresh, cost=cost.text, where=where
    )
