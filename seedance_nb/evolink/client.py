"""The HTTP client: the only module that imports an HTTP library.

The key goes to the server's own origin and nowhere else: it is added to each API call by itself,
and never to a result link or a redirect. Nothing that is raised here holds a request or the key.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

import httpx

from seedance_nb.core.errors import (
    ConfigError,
    SeedanceError,
    SubmitUncertain,
    TransportError,
)
from seedance_nb.evolink import links
from seedance_nb.evolink.api import Api
from seedance_nb.evolink.discreet import discreet
from seedance_nb.evolink.downloads import Answer, Fetcher
from seedance_nb.evolink.exchanges import noted
from seedance_nb.evolink.keys import Keys
from seedance_nb.evolink.plain import clean

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator

    from seedance_nb.core.secret import Secret
    from seedance_nb.evolink.downloads import Download
    from seedance_nb.evolink.links import Resolve
    from seedance_nb.evolink.protocol import Call

__all__ = ["Client"]

LARGEST_ANSWER = 8 * 1024**2
LARGEST_VIDEO = 2 * 1024**3
LONGEST_DOWNLOAD = LONGEST_UPLOAD = 3600.0
CALLS, DOWNLOADS = 16, 4  # at the same time
_BAD = 400
_NETWORK = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError)
# Failures before the first byte of a request; after any other nobody knows what arrived.
_UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)


class Client(Api):
    """Talks to one server, on one asyncio loop.

    Args:
        base_url: Of the server, without `/v1`.
        key: Goes to that server only.
        now: Epoch seconds.
        transport: Stands in for the network in tests.
        connect: Seconds for a connection to be made.
        create: Seconds without a byte of the answer to a create, or to an upload, which the server
            puts away before it answers.
        read: The same for everything else.
        largest_video: Bytes after which a download is ended.
        resolve: Stands in for the name service in tests; where only `transport` is given, no name
            is looked up.
    """

    def __init__(  # noqa: PLR0913 - the outside world and the limits, handed in
        self,
        base_url: str,
        *,
        key: Secret,
        now: Callable[[], float],
        transport: httpx.AsyncBaseTransport | None = None,
        connect: float = 10.0,
        create: float = 60.0,
        read: float = 30.0,
        largest_video: int = LARGEST_VIDEO,
        resolve: Resolve | None = None,
    ) -> None:
        super().__init__(base_url, keys=Keys(key), now=now)
        self._connect = connect
        self._patience = {"create": create, "upload": create}
        self._read = read
        look_up = resolve or (links.resolve if transport is None else None)
        self._fetcher = Fetcher(
            self._base, self._link, resolve=look_up, now=now, largest=largest_video
        )
        self._wires = _Wires(transport)
        self._calls = asyncio.Semaphore(CALLS)
        self._downloads = asyncio.Semaphore(DOWNLOADS)

    def __repr__(self) -> str:
        """Which server."""
        return f"Client({links.host(self._base)!r})"

    def use(self, key: Secret) -> None:
        """Go on with another key, also in what is under way."""
        self._keys.use(key)

    async def download(self, url: str, into: Download) -> None:
        """Stream a result, without the key, through at most five checked redirects.

        Args:
            url: Its link.
            into: Takes the bytes; of a download that broke off only the rest is asked for, where
                the server offers parts.

        Raises:
            ServiceError: The link was refused (`error.link.refused`: a fresh one is needed), or
                the host has a problem.
            TransportError: The network, or bytes are missing.
            ProtocolError: The link leads nowhere that a video may come from, or is too large.
        """
        async with self._downloads:
            try:
                async with asyncio.timeout(LONGEST_DOWNLOAD) as limit:
                    return await self._fetcher.fetch(url, into)
            except TimeoutError:
                if not limit.expired():
                    raise  # the disk's
        raise links.trouble(TransportError, "slow", minutes=LONGEST_DOWNLOAD / 60, retryable=True)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._wires.aclose()

    # --- calls ----------------------------------------------------------------------------------

    async def exchange(self, call: Call, url: str) -> tuple[int, dict[str, str], bytes]:
        """Send a call; see `Api`."""
        wire = self._wires.get(url, fresh=call.kind in ("create", "upload"))
        patience = self._patience.get(call.kind, self._read)
        longest = LONGEST_UPLOAD if call.kind == "upload" else self._connect + patience
        timeout = httpx.Timeout(patience, connect=self._connect)
        request = wire.build_request(
            call.method, url, content=call.body, headers=call.headers, timeout=timeout
        )
        hide = self._keys.hide
        async with self._calls, noted(call.kind, url, call.body, hide=hide) as note:
            note.request = request
            try:
                async with asyncio.timeout(longest):
                    answer = await self._answer(wire, request, public=call.kind == "prices")
            except _NETWORK as exc:
                failure = self._failure(exc, url, paid=call.kind == "create")
            else:
                note.status, note.headers, note.body = answer
                return answer
            raise failure  # outside the handler, so that it does not hold the library's exception

    async def _answer(
        self, wire: httpx.AsyncClient, request: httpx.Request, *, public: bool
    ) -> tuple[int, dict[str, str], bytes]:
        auth = None if public else _Bearer(self._keys.current)
        response = await wire.send(request, auth=auth, stream=True)
        async with _closing(response):
            body = await _body(response)
        headers = {name: self._keys.hide(value) for name, value in response.headers.items()}
        clear = self._keys.hide(body.decode("latin-1")).encode("latin-1")
        return response.status_code, headers, clear

    def _failure(self, exc: Exception, url: str, *, paid: bool) -> SeedanceError:
        host = links.host(url)
        reason = clean(self._keys.hide(f"{type(exc).__name__}: {exc}".removesuffix(": ")))
        insecure = _because(exc, ssl.SSLError)
        if isinstance(exc, _UNSENT):
            text = "error.transport.tls" if insecure else "error.transport.connect"
            lasting = isinstance(exc, httpx.UnsupportedProtocol | httpx.InvalidURL)
            lasting = lasting or _because(exc, ssl.SSLCertVerificationError)
            return TransportError(text, retryable=not lasting, host=host, reason=reason)
        if paid:
            return SubmitUncertain("error.sent.lost", host=host, reason=reason)
        return TransportError("error.transport.broken", retryable=True, host=host, reason=reason)

    # --- downloads ------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def _link(
        self, url: str, headers: dict[str, str], *, place: str | None, proxy: str | None
    ) -> AsyncGenerator[Answer, None]:
        """Ask a result link, without the key: see `downloads.Open`."""
        timeout = httpx.Timeout(self._read, connect=self._connect)
        async with noted("download", url) as note:
            try:
                wire = self._wires.link(proxy)
                request = note.request = _pinned(wire, url, place, headers, timeout)
                response = await wire.send(request, auth=None, stream=True)
            except _NETWORK as exc:
                failure = self._failure(exc, url, paid=False)
            else:
                note.status, note.headers = response.status_code, response.headers
                pulled = contextlib.aclosing(self._pulled(response, url))
                async with _closing(response), pulled as chunks:
                    yield Answer(response.status_code, response.headers, chunks)
                return
            failure.billed = "yes"
            raise failure

    async def _pulled(self, response: httpx.Response, url: str) -> AsyncGenerator[bytes, None]:
        async with contextlib.aclosing(_chunks(response)) as chunks:
            while chunk := await self._pull(chunks, url):
                yield chunk

    async def _pull(self, chunks: AsyncIterator[bytes], url: str) -> bytes:
        try:
            return await anext(chunks, b"")
        except _NETWORK as exc:
            failure = self._failure(exc, url, paid=False)
        failure.billed = "yes"
        raise failure


class _DiscreetClient(httpx.AsyncClient):
    async def send(self, *args: Any, **kwargs: Any) -> httpx.Response:
        with discreet():
            return await super().send(*args, **kwargs)


class _Wires:
    """The connections: through the proxies of the environment, but straight to this machine.

    The paid request has connections of its own, never used before, so that one which the server
    has dropped meanwhile cannot make its fate unknown. So has each download: a connection that was
    made for one name is not used for another at the same address.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport | None) -> None:
        self._transport = transport
        self._open: dict[tuple[bool, bool, str | None], httpx.AsyncClient] = {}
        self._trust: ssl.SSLContext | None = None
        self._closed = False

    def get(self, url: str, *, fresh: bool = False) -> httpx.AsyncClient:
        """The client for a URL of the service."""
        return self._one(links.is_here(url), fresh, None)

    def link(self, proxy: str | None) -> httpx.AsyncClient:
        """The client for a result link."""
        return self._one(True, True, proxy)  # noqa: FBT003 - direct and fresh

    def _one(self, direct: bool, fresh: bool, proxy: str | None) -> httpx.AsyncClient:  # noqa: FBT001
        if self._closed:
            raise TransportError("error.transport.closed", retryable=False)
        kind = (direct, fresh, proxy)
        if kind not in self._open:
            self._open[kind] = self._make(direct=direct, fresh=fresh, proxy=proxy)
        return self._open[kind]

    def _make(self, *, direct: bool, fresh: bool, proxy: str | None) -> httpx.AsyncClient:
        try:
            self._trust = self._trust or httpx.create_ssl_context()
            return _DiscreetClient(
                transport=self._transport,
                trust_env=not direct,
                proxy=proxy,
                verify=self._trust,
                limits=httpx.Limits(max_keepalive_connections=0 if fresh else 20),
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
                headers={"User-Agent": "seedance-nb"},
            )
        except OSError as exc:  # SSL_CERT_FILE
            reason = clean(f"{type(exc).__name__}: {exc}")
            failure: SeedanceError = TransportError(
                "error.transport.tls", retryable=False, host="-", reason=reason
            )
        except (ValueError, ImportError, httpx.InvalidURL):
            # HTTPS_PROXY, which may hold a password
            failure = ConfigError("error.proxy", retryable=False)
        raise failure

    async def aclose(self) -> None:
        """Close them all."""
        self._closed = True
        while self._open:
            _, client = self._open.popitem()
            await client.aclose()


class _Bearer(httpx.Auth):
    """Adds the key to one request."""

    def __init__(self, key: Secret) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        yield request


def _pinned(
    wire: httpx.AsyncClient,
    url: str,
    place: str | None,
    headers: dict[str, str],
    timeout: httpx.Timeout,
) -> httpx.Request:
    """A request that goes to the address that was judged, and is still about the name."""
    named = httpx.URL(url)
    return wire.build_request(
        "GET",
        named.copy_with(host=place) if place else named,
        headers={"Host": named.netloc.decode("ascii"), **headers},
        extensions={"sni_hostname": named.raw_host.decode("ascii")},
        timeout=timeout,
    )


@contextlib.asynccontextmanager
async def _closing(response: httpx.Response) -> AsyncIterator[None]:
    try:
        yield
    finally:
        with contextlib.suppress(*_NETWORK):
            await response.aclose()


async def _body(response: httpx.Response) -> bytes:
    """What an answer says, up to a length beyond which it says nothing sensible."""
    body = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > LARGEST_ANSWER:
                break
    except httpx.HTTPError:
        if response.status_code < _BAD:
            raise  # a refusal stands, whatever else it wanted to say
    return bytes(body)


async def _chunks(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    async for chunk in response.aiter_bytes():
        yield chunk


def _because(exc: BaseException | None, kind: type[BaseException]) -> bool:
    while exc is not None:
        if isinstance(exc, kind):
            return True
        exc = exc.__cause__ or exc.__context__
    return False
