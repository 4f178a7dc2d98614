"""What was exchanged for a job, for lessons: kept while the session lives, written nowhere."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from seedance_nb.core.texts import say
from seedance_nb.evolink.exchanges import LONGEST_TEXT, only_host, without_queries
from seedance_nb.evolink.plain import phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from seedance_nb.evolink.exchanges import Exchange
    from seedance_nb.runs.job import Job

MOST = 30  # exchanges that are kept from the beginning, and again from the end
_BAD = 400
_LOOKS = ("query", "batch")


class Exchanges:
    """The exchanges of a job in order; looks in a row that were answered alike count as one."""

    def __init__(self) -> None:
        self.rows: tuple[Exchange, ...] = ()  # replaced as a whole: views look from other threads
        self.gap = 0  # how many are missing in the middle
        self._hidden: dict[str, str] = {}

    def hide(self, urls: Iterable[str]) -> None:
        """Leave the addresses of uploads out of what follows."""
        self._hidden |= {without_queries(url)[: LONGEST_TEXT - 1]: only_host(url) for url in urls}

    def add(self, exchange: Exchange) -> None:
        """Take one in; called in the background."""
        for url, instead in self._hidden.items():
            body, answer = (t.replace(url, instead) for t in (exchange.body, exchange.answer))
            exchange = dataclasses.replace(exchange, body=body, answer=answer)
        known = self.rows
        if known and exchange.kind in _LOOKS and _alike(known[-1], exchange):
            again = dataclasses.replace(exchange, count=known[-1].count + 1)
            self.rows = (*known[:-1], again)
        elif len(known) < 2 * MOST:
            self.rows = (*known, exchange)
        else:
            self.gap += known[MOST].count
            self.rows = (*known[:MOST], *known[MOST + 1 :], exchange)


def _alike(one: Exchange, other: Exchange) -> bool:
    return (one.url, one.status, one.error) == (other.url, other.status, other.error)


def kept(job: Job) -> Exchanges:
    """What was exchanged for a job that a cell asks for: nothing, where it was there already."""
    known = None if job.origin in ("shown", "replayed") else job.exchanges
    return known or Exchanges()


def head(job: Job, found: Exchanges) -> str:
    """What there is to see, in a line."""
    if not found.rows:
        return say("explain.waiting" if job.active else "explain.none", job=job.id)
    count = found.gap + sum(row.count for row in found.rows)
    gap = say("explain.gap", count=found.gap) if found.gap else ""
    return say("explain.head", job=job.id, count=count) + gap


@dataclass(frozen=True, slots=True)
class Row:
    """An exchange in words: `GET /v1/tasks/ID x 7 -> 200 OK (0.02 s)`, and what lies behind it."""

    title: str
    good: bool
    sent: tuple[str, ...]
    came: tuple[str, ...]


def rows(found: Exchanges) -> list[Row]:
    """The exchanges in words."""
    return [
        Row(_title(one), one.status is not None and one.status < _BAD, _sent(one), _came(one))
        for one in found.rows
    ]


def _title(exchange: Exchange) -> str:
    elsewhere = exchange.kind in ("upload", "download")
    where = exchange.url if elsewhere else urlsplit(exchange.url).path
    times = f" \u00d7 {exchange.count}" if exchange.count > 1 else ""
    outcome = f"{exchange.status} {phrase(exchange.status)}".strip() if exchange.status else ""
    outcome = outcome or say("explain.lost", reason=exchange.error or "-")
    took = say("panel.seconds", count=f"{exchange.seconds:.2f}")
    return f"{exchange.method} {where}{times} \u2192 {outcome} ({took})"


def _sent(exchange: Exchange) -> tuple[str, ...]:
    body = [say("explain.file")] if exchange.kind == "upload" else exchange.body.splitlines()
    return (*_headers(exchange.sent), *body)


def _came(exchange: Exchange) -> tuple[str, ...]:
    video = exchange.kind == "download" and exchange.status in (200, 206)
    body = [say("explain.video")] if video else exchange.answer.splitlines()
    return (*_headers(exchange.came), *body)


def _headers(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (f"{name}: {value}" for name, value in pairs)


def text(job: Job, found: Exchanges) -> str:
    """All of it, for a terminal."""
    lines = [head(job, found)]
    for row in rows(found):
        lines += ["", row.title, *(f"  > {line}" for line in row.sent)]
        lines += [f"  < {line}" for line in row.came]
    return "\n".join(lines)
