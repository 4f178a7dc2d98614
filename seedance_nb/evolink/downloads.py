"""A file on its way from a result link: where the link leads, what came, how it goes on.

No I/O of its own: the client hands in how a link is asked and how a name is looked up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from seedance_nb.core.errors import ProtocolError, TransportError
from seedance_nb.evolink import links
from seedance_nb.evolink.plain import clean

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from contextlib import AbstractAsyncContextManager

    from seedance_nb.evolink.links import Resolve

HOPS = 5
_WHOLE, _PART, _NO_SUCH_PART = 200, 206, 416
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")


class Download:
    """What came of a file so far; handed to the client again, it goes on where it broke off.

    Args:
        write: Takes the bytes as they come; what it raises passes through.
        restart: Forgets all that was written.

    Attributes:
        size: Bytes that were handed to `write`.
        came: Those of the last attempt.
        expected: Bytes of the whole file, where the server announced them.
    """

    def __init__(self, write: Callable[[bytes], object], restart: Callable[[], object]) -> None:
        self.size = self.came = 0
        self.expected: int | None = None
        self._write = write
        self._restart = restart
        self._mark: str | None = None  # ETag
        self._in_parts = False

    def ask(self) -> dict[str, str]:
        """The headers of the next request: for what is missing, where the server offers parts."""
        self.came = 0
        plain = {"Accept-Encoding": "identity"}
        if not self.size or not self._in_parts:
            return plain
        strong = self._mark is not None and not self._mark.startswith("W/")
        same = {"If-Range": self._mark} if self._mark and strong else {}
        return {**plain, "Range": f"bytes={self.size}-", **same}

    def begin(self, status: int, headers: Mapping[str, str]) -> bool:
        """Whether the body that follows is what is missing.

        Where it is a part that does not fit, all is forgotten, so that the next `ask` is for the
        whole file.

        Args:
            status: 200, or what answers a request for a part.
            headers: Of the answer, names in lower case.
        """
        if status == _PART and self.size and self._fits(headers):
            return True
        self.forget()
        if status != _WHOLE:
            return False
        self.expected = links.announced(headers)
        self._mark = headers.get("etag")
        offered = headers.get("accept-ranges", "").strip().lower() != "none"
        known = self.expected is not None or self._mark is not None
        self._in_parts = offered and known
        return True

    def answers(self, status: int) -> bool:
        """Whether a status is an answer to what was asked, rather than a refusal."""
        return status == _WHOLE or (self.size > 0 and status in (_PART, _NO_SUCH_PART))

    def take(self, data: bytes, *, largest: int) -> None:
        """Add bytes as they come.

        Raises:
            ProtocolError: There are more than `largest`, or that was announced.
        """
        if max(self.size + len(data), self.expected or 0) > largest:
            raise links.trouble(ProtocolError, "size", size=largest)
        self._write(data)
        self.size += len(data)
        self.came += len(data)

    def end(self) -> None:
        """Hold what came to what was announced.

        Raises:
            TransportError: Bytes are missing, or there are too many.
        """
        size, expected = self.size, self.expected
        if expected is None or size == expected:
            return
        if size > expected:
            self.forget()
        raise TransportError(
            "error.file.short", billed="yes", retryable=True, size=size, expected=expected
        )

    def forget(self) -> None:
        """Begin anew."""
        if self.size:
            self._restart()
            self.size = 0
        self.expected, self._mark, self._in_parts = None, None, False

    def _fits(self, headers: Mapping[str, str]) -> bool:
        """Whether a part begins where ours ends, and is one of the same file."""
        found = _RANGE.fullmatch(headers.get("content-range", "").strip())
        encoding = headers.get("content-encoding", "identity").strip().lower()
        encoded = encoding not in {"", "identity"}
        if found is None or encoded or int(found[1]) != self.size:
            return False
        if self._mark is not None and headers.get("etag", self._mark) != self._mark:
            return False
        total = None if found[3] == "*" else int(found[3])
        if total is not None and self.expected is not None and total != self.expected:
            return False
        self.expected = self.expected if total is None else total
        return True


@dataclass(frozen=True, slots=True)
class Answer:
    """What a link answered: status, headers by any spelling, and the body as it comes."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


class Open(Protocol):
    """Asks a link: connects to `place`, or to what the name means to `proxy` or the library.

    Raises:
        TransportError: `error.transport.connect` where no connection came about.
    """

    def __call__(
        self, url: str, headers: dict[str, str], *, place: str | None, proxy: str | None
    ) -> AbstractAsyncContextManager[Answer]:
        """An answer that is let go of at the end."""


class Fetcher:
    """Follows result links, each address judged before anything is sent there.

    Args:
        server: Whose links they are.
        ask: Asks a link.
        resolve: Looks a name up; None where the network is a stand-in.
        now: Epoch seconds.
        largest: Bytes after which a download is ended.
    """

    def __init__(
        self,
        server: str,
        ask: Open,
        *,
        resolve: Resolve | None,
        now: Callable[[], float],
        largest: int,
    ) -> None:
        self._server = server
        self._ask = ask
        self._resolve = resolve
        self._now = now
        self._largest = largest

    async def fetch(self, url: str, into: Download) -> None:
        """Bring a file, or what is missing of it: see `Client.download`."""
        hops = 0
        while hops <= HOPS:
            onward = await self._visit(url, into)
            if onward is None:
                return
            url, hops = onward, hops + 1
        raise links.trouble(ProtocolError, "circle", count=HOPS)

    async def _visit(self, url: str, into: Download) -> str | None:
        """Take what a link has; where it leads on."""
        links.check(url, server=self._server)
        proxy = links.proxy(url) if self._resolve else None
        places = await self._places(url) if proxy is None else [None]
        for place in places[:-1]:
            try:
                return await self._take(url, into, place, proxy)
            except TransportError as error:
                if error.text_id != "error.transport.connect":
                    raise
        return await self._take(url, into, places[-1], proxy)

    async def _take(
        self, url: str, into: Download, place: str | None, proxy: str | None
    ) -> str | None:
        async with self._ask(url, into.ask(), place=place, proxy=proxy) as answer:
            if answer.status in links.MOVED:
                return links.joined(url, answer.headers.get("location")) or ""
            if not into.answers(answer.status):
                raise links.refusal(answer.status, answer.headers, url, now=self._now())
            if not into.begin(answer.status, answer.headers):
                return url  # once more, for the whole file
            async for chunk in answer.chunks:
                into.take(chunk, largest=self._largest)
        into.end()
        return None

    async def _places(self, url: str) -> list[str | None]:
        """What to connect to, the best first, each judged."""
        name = urlsplit(url).hostname or ""
        if self._resolve is None:
            return [None]
        try:
            found = await self._resolve(name, urlsplit(url).port or 0)
        except (OSError, UnicodeError) as error:
            reason = clean(f"{type(error).__name__}: {error}")
            facts: dict[str, Any] = {"host": links.host(url), "reason": reason}
            raise TransportError(
                "error.transport.connect", billed="yes", retryable=True, **facts
            ) from None
        for address in found:
            links.check_host(address, server=self._server, told=name)
        return [*found]
