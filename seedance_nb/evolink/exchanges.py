"""What went over the wire, for lessons: plain data that can be shown to anybody.

The key is never in it, nor a query of a link, nor the address that an upload was given.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias
from urllib.parse import urlsplit

from seedance_nb.core.errors import SeedanceError
from seedance_nb.core.secret import HIDDEN
from seedance_nb.evolink.plain import parse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    Observer: TypeAlias = Callable[["Exchange"], object]

LONGEST_TEXT, LONGEST_BODY = 300, 3000  # characters of a text in a body, and of a whole body
_SENT = ("Authorization", "Content-Type", "Content-Length", "Idempotency-Key", "Range", "If-Range")
_CAME = ("Content-Type", "Content-Length", "Content-Range", "Retry-After", "Location",
         "X-Request-Id", "Idempotency-Replayed")  # fmt: skip
_LINK = re.compile(r"(https?:(?:\\*/){2})([^\s\"'<>/?#]*)([^\s\"'<>?#]*)([^\s\"'<>]*)")
_UPLOADED = ("file_url", "download_url")

# Who is told what the task that runs just now exchanges, besides who asked.
observers: ContextVar[tuple[Observer, ...]] = ContextVar("observers", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer.

    Attributes:
        kind: "create", "query", "batch", "upload", "download" and the like.
        method: HTTP method.
        url: Where it went, without a query.
        sent: The headers that matter; of the key only that it was there.
        body: JSON of the request, indented and shortened; empty without one.
        status: HTTP status; None where no answer came.
        came: The headers of the answer that matter.
        answer: JSON of the answer, likewise.
        error: Why no answer came, in words.
        seconds: How long it took.
        count: How many of the kind in a row this stands for; it is the last of them.
    """

    kind: str
    method: str
    url: str
    sent: tuple[tuple[str, str], ...] = ()
    body: str = ""
    status: int | None = None
    came: tuple[tuple[str, str], ...] = ()
    answer: str = ""
    error: str = ""
    seconds: float = 0.0
    count: int = 1


class Sent(Protocol):
    """A request of the HTTP library, as far as it is looked at."""

    @property
    def method(self) -> str:
        """HTTP method."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What goes with it."""


@dataclass(slots=True)
class Note:
    """What was sent and came back, filled in as it is known; without a request nothing was sent.

    The headers of a request are looked at in the end, when all of them are there.
    """

    request: Sent | None = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@contextlib.asynccontextmanager
async def noted(
    kind: str, url: str, body: object = None, *, hide: Callable[[str], str] = str
) -> AsyncIterator[Note]:
    """Tell the observers of a request when it has its answer, or has failed.

    Args:
        kind: What it is for.
        url: Where it goes, by name.
        body: Its JSON in UTF-8; anything else is not shown.
        hide: Takes the key out of what is sent; what came is without it.
    """
    note, watching = Note(), observers.get()
    clock = asyncio.get_running_loop().time
    began, error = clock(), ""
    try:
        yield note
    except SeedanceError as failure:
        error = failure.message
        raise
    finally:
        if watching and note.request is not None:
            exchange = Exchange(
                kind=kind,
                method=note.request.method,
                url=without_queries(url),
                sent=_headers(note.request.headers, _SENT),
                body=hide(_shown(body)) if isinstance(body, bytes) else "",
                status=note.status,
                came=_headers(note.headers, _CAME),
                answer=_shown(note.body, uploaded=kind == "upload"),
                error=error if note.status is None else "",
                seconds=clock() - began,
            )
            for observer in watching:
                observer(exchange)
        note.request = None  # no traceback shall lead to it


def without_queries(text: str) -> str:
    """A text whose links have lost user and query: what stands there often opens them."""
    return _LINK.sub(lambda link: link[1] + link[2].rpartition("@")[2] + link[3], text)


def only_host(url: str) -> str:
    """Of an address that opens a file only the host."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/{HIDDEN}"


def _headers(found: Mapping[str, str], names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    known = {name.lower(): value for name, value in found.items()}
    told = [(name, known[name.lower()]) for name in names if name.lower() in known]
    return tuple((name, _header(name, value)[:LONGEST_TEXT]) for name, value in told)


def _header(name: str, value: str) -> str:
    if name == "Authorization":
        return f"Bearer {HIDDEN}"
    return without_queries(value).partition("?")[0] if name == "Location" else value


def _shown(body: bytes, *, uploaded: bool = False) -> str:
    """JSON as it is read by people; empty for anything else."""
    data = parse(body) if body else None
    if data is None:
        return ""
    text = json.dumps(_cut(data, uploaded=uploaded), ensure_ascii=False, indent=2)
    return text if len(text) <= LONGEST_BODY else text[: LONGEST_BODY - 1] + "…"


def _cut(data: Any, *, uploaded: bool, name: str = "") -> Any:
    """The same data with shorter texts, and without what opens a file."""
    if isinstance(data, dict):
        return {key: _cut(value, uploaded=uploaded, name=key) for key, value in data.items()}
    if isinstance(data, list):
        return [_cut(value, uploaded=uploaded) for value in data]
    if not isinstance(data, str):
        return data
    if name == "callback_url" or (uploaded and name in _UPLOADED):
        return only_host(data)
    text = without_queries(data)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
