"""The lines of the journal: how an event is written, and what is believed of what is read."""

from __future__ import annotations

import json
import math
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Event: TypeAlias = dict[str, object]

VERSION = 1
JOB = re.compile(r"[a-z0-9]{4,40}")
BLOCK = 500  # lines that are decoded together
_UNREADABLE = (ValueError, RecursionError)
_KINDS: tuple[tuple[str, type], ...] = (("time", str), ("seq", int), ("gen", int))


def encode(event: Event) -> bytes:
    """An event as one line.

    Raises:
        ValueError: It is not JSON.
    """
    text = json.dumps(event, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # What UTF-8 cannot say (half of a surrogate pair) becomes its JSON escape.
    return text.encode("utf-8", "backslashreplace") + b"\n"


def parse(session: str, data: bytes) -> Iterator[Event]:
    """The events in whole lines of a session's file; a line that makes no sense is passed over."""
    for event in filter(_is_event, _decoded(data.split(b"\n")[:-1])):
        for key, kind in _KINDS:
            if key in event and type(event[key]) is not kind:
                del event[key]
        event["session"] = session
        yield event


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


_decode = json.JSONDecoder(parse_constant=_finite, parse_float=_finite).decode


def _decoded(lines: list[bytes]) -> Iterator[Any]:
    """The values of some lines, those left out that have none."""
    for start in range(0, len(lines), BLOCK):
        yield from _values(lines[start : start + BLOCK])


def _values(lines: list[bytes]) -> list[Any]:
    with suppress(*_UNREADABLE):  # together they are read quicker
        values: list[Any] = _decode(f"[{b','.join(lines).decode()}]")
        if len(values) == len(lines):
            return values
    found = []
    for line in lines:
        with suppress(*_UNREADABLE):
            found.append(_decode(line.decode()))
    return found


def _is_event(value: object) -> bool:
    facts = value if isinstance(value, dict) else {}
    kind, job = facts.get("event"), facts.get("job", "none")
    return isinstance(kind, str) and isinstance(job, str) and bool(JOB.fullmatch(job))
