"""What all endpoints share: the store, the clock, the scenario, the links and the log of calls."""

from __future__ import annotations

import hashlib
import hmac
import math
import threading
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, overload

from seedance_nb.simulator import answers, scenario
from seedance_nb.simulator.checks import REFUSALS, Json, Refusal
from seedance_nb.simulator.intake import Intake
from seedance_nb.simulator.shelf import Shelf
from seedance_nb.simulator.store import digest
from seedance_nb.simulator.studio import shots_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from tornado.httputil import HTTPServerRequest

    from seedance_nb.simulator.answers import Record
    from seedance_nb.simulator.courier import Courier
    from seedance_nb.simulator.store import Store
    from seedance_nb.simulator.studio import Studio

__all__ = ["Desk", "Request", "RequestLog", "Terms"]

_LINK_SECONDS = 24 * 3600
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
_LOG_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class Request:
    """One call that came: `headers` has lower-case names and never a key."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Json
    status: int
    time: float


class RequestLog(Sequence[Request]):
    """The calls that came, oldest first; safe to read while more are coming."""

    def __init__(self) -> None:
        """Empty."""
        self._calls: deque[Request] = deque(maxlen=_LOG_LENGTH)
        self._lock = threading.Lock()

    def add(self, call: Request) -> None:
        """Appends a call."""
        with self._lock:
            self._calls.append(call)

    def clear(self) -> None:
        """Forgets all calls."""
        with self._lock:
            self._calls.clear()

    def where(self, *, method: str | None = None, path: str = "") -> list[Request]:
        """The calls with this method whose path starts with `path`."""
        return [
            call
            for call in self._copy()
            if (method is None or call.method == method) and call.path.startswith(path)
        ]

    @overload
    def __getitem__(self, index: int) -> Request: ...
    @overload
    def __getitem__(self, index: slice) -> list[Request]: ...
    def __getitem__(self, index: int | slice) -> Request | list[Request]:
        """The calls by number."""
        return self._copy()[index]

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._calls)

    def _copy(self) -> list[Request]:
        with self._lock:
            return list(self._calls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was asked for when the simulator was made."""

    catalog: str
    seed: int
    time_scale: float
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    entropy: Callable[[int], bytes]


class Desk:
    """Accepts creates and tells how tasks stand."""

    def __init__(self, terms: Terms, store: Store, studio: Studio, courier: Courier) -> None:
        """`courier` brings the callbacks; `base_url` is set once the port is known."""
        self.terms = terms
        self.store = store
        self.studio = studio
        self.requests = RequestLog()
        self.base_url = ""
        self._courier = courier
        self.shelf = Shelf(store.home / "uploads", terms.clock)
        self._intake = Intake(store, self.shelf, terms.clock, self._film)
        self._secret = store.secret(terms.entropy(32))
        self._row = scenario.SCENARIOS["normal"]
        self._refused = 0
        self._queries: Counter[str] = Counter()
        self._dead_links: Counter[str] = Counter()

    @property
    def scenario_row(self) -> scenario.Scenario:
        """How the service behaves to calls that come now."""
        return self._row

    def play(self, name: str) -> None:
        """Changes the scenario for the creates to come; running tasks keep theirs."""
        self._row = scenario.find(name)
        self._refused = 0

    def now(self) -> float:
        """Epoch seconds."""
        return self.terms.clock()

    def request_id(self) -> str:
        """A new id for an answer."""
        return f"req-{self.terms.entropy(8).hex()}"

    def refusal_of_create(self) -> Refusal | None:
        """What the scenario answers to this create instead of a task."""
        row = self._row
        if row.refusal is None or self._refused == row.refused_creates:
            return None
        self._refused += 1
        refusal = REFUSALS[row.refusal]
        if refusal.retry_after is None:
            return refusal
        return replace(refusal, retry_after=math.ceil(refusal.retry_after * self.terms.time_scale))

    def accept(self, request: dict[str, Json], key: str | None) -> Record:
        """Makes a task of a request that passed the checks, or finds the one of `key`."""
        quality, duration = request.get("quality", "720p"), request.get("duration", 5)
        draft = answers.Record("", 0.0, request, self._row.name, 0.0, 0)
        real = scenario.real_seconds(draft.tier, str(quality), int(str(duration)))
        record = self.store.add(
            request,
            created=self.now(),
            scenario=self._row.name,
            seconds=real * self.terms.time_scale,
        )
        if key:
            record = self.store.claim_key(key, digest(request), record).record
        self.take_on(record)
        return record

    def take_on(self, record: Record) -> None:
        """Keeps the record and sets to work on it; harmless when done already."""
        self.store.keep(record)
        record = self.store.get(record.id) or record
        if record.has_inputs and record.outcome is None:
            self._intake.ask(record)
        else:
            self._film(record)
        self._courier.follow(record, partial(self.answer, record))

    def stop(self) -> None:
        """Gives up what is being fetched."""
        self._intake.stop()

    def _film(self, record: Record) -> None:
        """Has the clips of a task made that is going to complete."""
        if record.state(math.inf).status == "completed":
            for shot in shots_of(record):
                self.studio.ask(shot)

    def resume_callbacks(self) -> None:
        """Follows the tasks whose callbacks an earlier process did not make."""
        for record in self.store.untold():
            if record.has_inputs and record.outcome is None:
                self._intake.ask(record)
            self._courier.follow(record, partial(self.answer, record))

    def query_fails(self, record: Record) -> bool:
        """Whether this query is one of those that the scenario lets fail."""
        self._queries[record.id] += 1
        return self._queries[record.id] <= scenario.find(record.scenario).failed_queries

    def answer(self, record: Record) -> dict[str, object]:
        """The body of a query, with fresh links."""
        record, now = self.store.get(record.id) or record, self.now()
        if record.has_inputs and record.outcome is None:
            self._intake.ask(record)  # An earlier process made the task and did not get to it.
        links: list[str] = []
        if record.state(now).status == "completed":
            seconds = self._link_seconds(record)
            links = [self._link(record, i, seconds) for i in range(len(shots_of(record)))]
        return answers.query_answer(record, now, links)

    def link_holds(self, path: str, expires: str, signature: str) -> bool:
        """Whether a result link is one of ours and has not expired."""
        true = self._sign(path, expires)
        if not expires.isdecimal() or not hmac.compare_digest(true, signature):
            return False
        return self.now() < int(expires)

    def note(self, request: HTTPServerRequest, body: Json, status: int) -> None:
        """Writes a call into the log, without the key that came with it."""
        headers = {
            name.lower(): value
            for name, value in request.headers.get_all()
            if name.lower() not in _SECRET_HEADERS
        }
        method, path, query = request.method or "", request.path, request.query
        self.requests.add(Request(method, path, query, headers, body, status, self.now()))

    def _link_seconds(self, record: Record) -> int:
        if self._dead_links[record.id] == scenario.find(record.scenario).dead_links:
            return _LINK_SECONDS
        self._dead_links[record.id] += 1
        return -1

    def _link(self, record: Record, index: int, seconds: int) -> str:
        expires = int(self.now()) + seconds
        path = f"/media/{record.id}{f'-{index + 1}' if index else ''}.mp4"
        signature = self._sign(path, str(expires))
        return f"{self.base_url}{path}?expires={expires}&signature={signature}"

    def _sign(self, path: str, expires: str) -> str:
        text = f"{path}?{expires}".encode()
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()[:32]
