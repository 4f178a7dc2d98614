"""Data and texts that came from outside, made fit to be shown and kept."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

DETAIL, RAW = 300, 2000  # characters of the service's own words, of its answer, that are kept
EXCERPT = 200  # characters of a senseless answer that a message quotes
_FAR = 1e11  # seconds of the year 5138; milliseconds of 1973
_TASK_ID = re.compile(r"(?!\.+$)[A-Za-z0-9._~:-]{1,200}")


def is_task_id(value: object) -> bool:
    """Whether it can be the ID of a task: `task-unified-...` of EvoLink, or another server's."""
    return isinstance(value, str) and bool(_TASK_ID.fullmatch(value))


def clean(text: str, most: int = DETAIL) -> str:
    """A text of the service, fit to be shown and kept: one line, no signatures, not too long."""
    text = text[: 10 * most + 1000].encode("utf-8", "replace").decode()
    # What stands behind `?` in a link is often a signature that opens it.
    text = re.sub(r"(https?:(?:\\*/){2}[^\s\"'<>?#]*)[?#][^\s\"'<>]*", r"\1", text)
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def shorten(data: Any) -> str:
    """JSON data or a text as one line, cut after 2000 characters."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return clean(text, RAW)


def parse(body: bytes) -> Any:
    """JSON data; None where it is none."""
    try:
        data = json.loads(body.decode("utf-8-sig"), parse_constant=lambda _: None)
        # Half a surrogate pair is legal JSON and can be neither sent nor written.
        whole = json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")
        return json.loads(whole)
    except (ValueError, RecursionError):
        return None


def seconds(value: str | None, now: float) -> float | None:
    """Seconds that a Retry-After header asks for, by number or date; None for anything else."""
    if not value or len(value) > 100:  # noqa: PLR2004
        return None
    try:
        if re.fullmatch(r"\d+(\.\d+)?", value.strip(), re.ASCII):
            return float(value)
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def number(value: object) -> float | None:
    """A finite number that is not negative; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) and value >= 0 else None
    except OverflowError:
        return None


def epoch(value: object) -> float | None:
    """Epoch seconds, also of milliseconds; None for what no clock shows."""
    found = number(value) or 0.0
    found = found / 1000 if found > _FAR else found
    return found if 0 < found <= _FAR else None


def destination(location: str | None) -> str:
    """Scheme and host of a Location header; where it has none, its path."""
    try:
        parts = urlsplit(location or "")
        host = parts.netloc.rpartition("@")[2]
        return clean(f"{parts.scheme}://{host}" if host else parts.path or "-", 200)
    except ValueError:
        return "-"


def phrase(status: int) -> str:
    """What HTTP calls a status; empty for one that it does not know."""
    return next((known.phrase for known in HTTPStatus if known == status), "")


def moment(text: str) -> float | None:
    """Epoch seconds of an ISO time; one without a zone is taken for UTC."""
    try:
        when = datetime.fromisoformat(text)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
