"""What was spent: by day, model and cell, as tables and bars; pure readings of the jobs' states."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seedance_nb.core.texts import say
from seedance_nb.notebook.look import BOX, FAINT, colour, pill, safe
from seedance_nb.notebook.tables import table_html, table_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from seedance_nb.runs.record import JobState

MOST_ROWS = 30  # of a table and of the chart, the latest
_TONES = {"spent": "busy", "reserved": "warn", "returned": "calm"}
_CHART = "display:grid;grid-template-columns:max-content 1fr max-content;gap:4px 10px;"
_CHART += "align-items:center;margin:8px 0"
_BAR = "display:flex;height:12px;border-radius:3px;overflow:hidden;background:rgba(128,128,128,.14)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Credits of some jobs.

    Attributes:
        spent: Charged; of completed videos whose charge was not told, what was reserved.
        reserved: Still held.
        returned: Reserved once and not charged.
        count: How many jobs.
        vague: Of how many of them nobody told anything.
    """

    spent: float = 0.0
    reserved: float = 0.0
    returned: float = 0.0
    count: int = 0
    vague: int = 0

    def __add__(self, other: Money) -> Money:
        return Money(**{name: getattr(self, name) + getattr(other, name) for name in _SUMS})


_SUMS = ("spent", "reserved", "returned", "count", "vague")


def money_of(state: JobState) -> Money:
    """What became of the credits of a job on a live account."""
    held, charged = state.credits_reserved or 0.0, state.credits_charged
    told = state.credits is not None
    if charged is not None:
        return Money(spent=charged, returned=max(0.0, held - charged), count=1)
    if state.is_refunded:
        return Money(returned=held, count=1)
    if state.status == "completed":
        return Money(spent=held, count=1, vague=int(not told))
    unsent = state.status == "queued"
    return Money(reserved=held, count=1, vague=int(not (told or unsent)))


def cost_text(states: Sequence[JobState], home: object) -> str:
    """The whole as text."""
    live = _live(states)
    if not live:
        return _nothing(states, home)
    parts = [_head(live)]
    parts += [table_text(head, rows) for head, rows in _tables(live)]
    return "\n\n".join(parts)


def cost_html(states: Sequence[JobState], home: object) -> str:
    """The whole as HTML."""
    live = _live(states)
    if not live:
        return f'<div style="{BOX}">{safe(_nothing(states, home))}</div>'
    tables = "".join(table_html(head, rows) for head, rows in _tables(live))
    return f'<div style="{BOX}"><b>{safe(_head(live))}</b>{_chart(live)}{tables}</div>'


# --- inside ---------------------------------------------------------------------------------------


def _live(states: Sequence[JobState]) -> list[JobState]:
    return [state for state in states if state.backend == "live"]


def _nothing(states: Sequence[JobState], home: object) -> str:
    return say("cost.none", home=home, count=len(states))


def _head(live: Sequence[JobState]) -> str:
    whole = sum(map(money_of, live), Money())
    amounts = {name: _amount(getattr(whole, name)) for name in _TONES}
    said = say("cost.total", count=whole.count, **amounts)
    held = sum(s.credits_reserved or 0.0 for s in live if _is_as_reserved(s))
    said += " " + say("cost.as.reserved", credits=_amount(held)) if held else ""
    return said + (" " + say("cost.vague", count=whole.vague) if whole.vague else "")


def _is_as_reserved(state: JobState) -> bool:
    return state.status == "completed" and state.credits_charged is None


def _tables(live: Sequence[JobState]) -> Iterable[tuple[list[str], list[list[str]]]]:
    columns = [say(f"cost.column.{name}") for name in ("count", *_TONES)]
    for kind, key in _KINDS.items():
        rows = [
            [label, str(money.count), *(_amount(getattr(money, name)) for name in _TONES)]
            for label, money in _grouped(live, key)
        ]
        yield [say(f"cost.by.{kind}"), *columns], rows


def _grouped(live: Iterable[JobState], key: Callable[[JobState], str]) -> list[tuple[str, Money]]:
    """The sums of each group, the latest group first."""
    found: dict[str, Money] = {}
    for state in live:
        label = key(state)
        found[label] = found.pop(label, Money()) + money_of(state)
    return list(found.items())[-MOST_ROWS:][::-1]


def _day(state: JobState) -> str:
    when = state.submitted_at or state.asked_at
    return "-" if when is None else time.strftime("%Y-%m-%d", time.localtime(when))


def _model(state: JobState) -> str:
    return str(state.request.model) if state.request else "-"


def _cell(state: JobState) -> str:
    number = state.cell.get("number")
    if number is None:
        return str(state.cell.get("kind") or "-")
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(state.asked_at or 0))
    return f"[{number}] {when}"


_KINDS: dict[str, Callable[[JobState], str]] = {"day": _day, "model": _model, "cell": _cell}


def _amount(credits_: float) -> str:
    return f"{credits_:,.2f}"


def _chart(live: Sequence[JobState]) -> str:
    """A bar for each day, as long as what it cost."""
    days = _grouped(live, _day)
    longest = max(sum(_parts(money).values()) for _, money in days)
    if not longest:
        return ""
    legend = " ".join(pill(say(f"cost.column.{name}"), tone) for name, tone in _TONES.items())
    rows = "".join(_bar(day, money, longest) for day, money in days)
    return f'<div style="margin:8px 0 0">{legend}</div><div style="{_CHART}">{rows}</div>'


def _bar(day: str, money: Money, longest: float) -> str:
    parts = "".join(
        f'<span title="{safe(say(f"cost.column.{name}"))} {_amount(value)}" style="display:block;'
        f'width:{100 * value / longest:.2f}%;background:{colour(_TONES[name])}"></span>'
        for name, value in _parts(money).items()
        if value
    )
    return (
        f'<div style="{FAINT}">{safe(day)}</div><div style="{_BAR}">{parts}</div>'
        f"<div>{_amount(money.spent)}</div>"
    )


def _parts(money: Money) -> dict[str, float]:
    return {name: getattr(money, name) for name in _TONES}
