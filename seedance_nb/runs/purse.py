"""The money of a session: what things cost, what is spent, and what may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seedance_nb.core.errors import BudgetExceeded
from seedance_nb.runs import budget
from seedance_nb.runs.estimate import PATIENCE, Estimate, estimate, total

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from seedance_nb.core.request import VideoRequest
    from seedance_nb.runs.budget import Cap, Consent
    from seedance_nb.runs.estimate import PriceBook
    from seedance_nb.runs.job import Job
    from seedance_nb.runs.ledger import Ledger
    from seedance_nb.runs.record import JobState


class Purse:
    """Holds what is asked for against the caps.

    Args:
        ledger: Knows settings and jobs.
        prices: The public price list.
        now: Epoch seconds.
    """

    def __init__(self, ledger: Ledger, prices: PriceBook, *, now: Callable[[], float]) -> None:
        self._ledger = ledger
        self._prices = prices
        self._now = now
        self._began = now()
        self._cells: list[Cap] = []

    def estimate(self, requests: Sequence[VideoRequest], patience: float = PATIENCE) -> Estimate:
        """What these cost together.

        Args:
            requests: What would be asked for.
            patience: Seconds that the price list is waited for, the first time.
        """
        paid = self._ledger.settings.backend == "live" and bool(requests)
        prices = self._prices.get(patience) if paid else None
        states = self._ledger.states() if paid else []
        return total(
            estimate(request, self._ledger.settings, prices=prices, states=states)
            for request in requests
        )

    def prepare(self, consent: Consent, *, asks: bool = False) -> None:
        """Have the price list at hand, where it will be needed; not under the ledger's lock."""
        if self._ledger.settings.backend == "live" and (asks or self._caps(consent)):
            self._prices.get()

    def check(self, requests: Sequence[VideoRequest], consent: Consent) -> None:
        """Refuse requests that the caps do not allow; under the ledger's lock.

        Raises:
            BudgetExceeded: Names the cap.
        """
        caps = self._caps(consent)
        if caps and requests:
            states = self._ledger.states()
            wanted = [self._price(request, states) for request in requests]
            budget.check(caps, states, wanted, lambda state: self._of(state, states))

    def hold(self, jobs: Sequence[Job], consent: Consent) -> None:
        """Keep the cap of a call while its jobs are sent one after the other."""
        if consent.max_credits is not None:
            ids = frozenset(job.id for job in jobs)
            self._cells.append(budget.of_jobs(consent.max_credits, ids))

    def permit(self, job: Job) -> None:
        """The last look before a request is posted: what is queued does not count, only this one.

        A job that the cap of its own call refuses has ended, since nobody would know that cap
        after a restart; the other caps leave it in the queue, for a `resume` at better times.

        Raises:
            BudgetExceeded: What others took meanwhile leaves too little for it.
        """
        if job.state.backend != "live":
            return
        with self._ledger.lock:  # which whoever asks holds until all is asked for
            own = [cap for cap in self._cells if cap.counts(job.state)]
            try:
                self._permit(job, own)
            except BudgetExceeded as error:
                if job.status == "queued":
                    facts = error.to_dict()
                    self._ledger.record(job, "refused", durable=True, error=facts, again=False)
                raise
            self._permit(job, self._caps())

    def _permit(self, job: Job, caps: Sequence[Cap]) -> None:
        if not caps:
            return
        states = self._ledger.states()
        others = [s for s in states if s.id != job.id and s.status != "queued"]
        mine = self._of(job.state, states)
        budget.check(caps, others, [mine], lambda state: self._of(state, states))

    def _caps(self, consent: Consent | None = None) -> list[Cap]:
        settings, caps = self._ledger.settings, []
        if settings.backend != "live":
            return []
        if consent is not None and consent.max_credits is not None:
            caps.append(budget.of_jobs(consent.max_credits, ()))
        if settings.max_credits is not None:
            limit = settings.max_credits
            caps.append(budget.of_session(limit, self._ledger.session, self._began))
        if settings.max_credits_day is not None:
            caps.append(budget.of_day(settings.max_credits_day, self._now()))
        return caps

    def _price(self, request: VideoRequest, states: Sequence[JobState]) -> Estimate:
        prices = self._prices.get(0)
        return estimate(request, self._ledger.settings, prices=prices, states=states)

    def _of(self, state: JobState, states: Sequence[JobState]) -> Estimate:
        if state.request is None:
            return Estimate(credits=None, source="unknown")
        return self._price(state.request, states)
