"""What a video will probably cost, and where that is known from; never a made-up number."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from seedance_nb.core import task
from seedance_nb.core.errors import SeedanceError
from seedance_nb.core.texts import say
from seedance_nb.evolink.prices import PriceList
from seedance_nb.runs.journal import timestamp
from seedance_nb.runs.tracker import wait_for

if TYPE_CHECKING:
    import concurrent.futures
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from seedance_nb.core.request import VideoRequest
    from seedance_nb.runs.record import JobState
    from seedance_nb.runs.settings import Settings

PATIENCE = 3.0  # seconds that the price list is waited for
AGAIN = 60.0  # seconds after which a list that did not come is asked for once more
UNFILTERED = 1.1  # times the price without the content filter (model pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What something will probably cost.

    Attributes:
        credits: At most so many, as far as the source can tell; None where nothing tells.
        source: "price list", "record", "simulator", "replay", "nothing" or "unknown".
        least: At least so many; None where `credits` is.
        facts: What the source is: its host, or the job and its date; why it is unknown; whether
            searches of the web come on top, which are charged one by one (and are in no cap).
    """

    credits: float | None
    source: str
    least: float | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Number and source, in words."""
        if self.credits is None:
            return say(f"estimate.unknown.{self.facts.get('why', 'price')}", **self.facts)
        amount = say("estimate.credits", amount=_span(self.least, self.credits))
        source = self.source.replace(" ", "_")
        said = say(f"estimate.{source}", amount=amount, **self.facts)
        return said + (say("estimate.searches") if self.facts.get("searches") else "")

    def __str__(self) -> str:
        """The same."""
        return self.text


def estimate(
    request: VideoRequest,
    settings: Settings,
    *,
    prices: PriceList | None,
    states: Sequence[JobState],
) -> Estimate:
    """What a request will probably cost.

    Args:
        request: What is asked for.
        settings: Who answers.
        prices: The public price list of the server, if it has come.
        states: The jobs of this folder, the oldest first.
    """
    if settings.backend != "live":
        return Estimate(credits=0.0, source=settings.backend, least=0.0)
    if request.videos:
        return Estimate(credits=None, source="unknown", facts={"why": "videos"})
    factor = 1.0 if request.content_filter else UNFILTERED
    price = prices.find(str(request.model), request.quality) if prices else None
    if price is not None:
        least, most = price.of(request.duration)
        host = urlsplit(settings.base_url).netloc
        return Estimate(
            credits=_cents(most * factor),
            source="price list",
            least=_cents(least * factor),
            facts={"host": host, "searches": request.web_search},
        )
    for state in reversed(states):
        rate = _rate(state) if _is_alike(state, request, settings) else None
        if rate is not None:
            amount = _cents(rate * request.duration * factor)
            facts = {
                "job": state.id,
                "date": timestamp(state.asked_at or 0.0)[:10],
                "searches": request.web_search,
            }
            return Estimate(credits=amount, source="record", least=amount, facts=facts)
    return Estimate(credits=None, source="unknown", facts={"why": "price"})


def total(estimates: Iterable[Estimate]) -> Estimate:
    """What several cost together; unknown as soon as one of them is."""
    found = list(estimates)
    open_ = [each for each in found if each.credits is None]
    if open_:
        return open_[0]
    if not found:
        return Estimate(credits=0.0, source="nothing", least=0.0)
    return Estimate(
        credits=_cents(sum(each.credits or 0.0 for each in found)),
        source=found[-1].source,
        least=_cents(sum(each.least or 0.0 for each in found)),
        facts={**found[-1].facts, "searches": any(each.facts.get("searches") for each in found)},
    )


def _is_alike(state: JobState, request: VideoRequest, settings: Settings) -> bool:
    asked = state.request
    if asked is None or asked.videos or state.status in task.FRUITLESS:
        return False
    here = (state.backend, state.base_url) == (settings.backend, settings.server)
    return here and (asked.model, asked.quality) == (request.model, request.quality)


def _rate(state: JobState) -> float | None:
    """Credits for a second of a video with the content filter."""
    if state.request is None or state.credits is None:
        return None
    factor = 1.0 if state.request.content_filter else UNFILTERED
    return state.credits / state.request.duration / factor


def _cents(amount: float) -> float:
    return round(amount, 4)


def _span(least: float | None, most: float) -> str:
    low, high = f"{least or 0:.4g}", f"{most:.4g}"
    return high if least is None or low == high else f"{low}\u2013{high}"


class PriceBook:
    """The public price list of a server, asked for once a session and without the key.

    Args:
        start: Asks for it in the background.
        clock: Seconds, for trying again.
    """

    def __init__(
        self,
        start: Callable[[], concurrent.futures.Future[Any]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._start = start
        self._clock = clock
        self._coming: concurrent.futures.Future[Any] | None = None
        self._asked = 0.0
        self._found: PriceList | None = None

    def get(self, patience: float = PATIENCE) -> PriceList | None:
        """The list, if it comes within so many seconds; it goes on coming meanwhile."""
        if self._found is None:
            self._look(patience)
        return self._found

    def _look(self, patience: float) -> None:
        if self._coming is None or (self._coming.done() and self._clock() - self._asked > AGAIN):
            self._asked = self._clock()
            try:
                self._coming = self._start()
            except SeedanceError:  # no server to ask
                return
        if wait_for([self._coming], patience) and self._coming.exception() is None:
            self._found = PriceList(self._coming.result())
