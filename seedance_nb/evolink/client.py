"""The HTTP client: the only module that imports an HTTP library.

The key goes to the server's own origin and nowhere else: it is added to each API call by itself,
and never to a result link or a redirect. Nothing that is raised here holds a request or the key.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

import httpx

from seedance_nb.core.errors import (
    AuthError,
    ConfigError,
    ProtocolError,
    SeedanceError,
    SubmitUncertain,
    TransportError,
)
from seedance_nb.evolink import links, protocol
from seedance_nb.evolink.plain import clean

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterator,
        Callable,
        Generator,
        Mapping,
        Sequence,
    )

    from seedance_nb.core.secret import Secret
    from seedance_nb.evolink.protocol import Call, Credits, TaskReply

__all__ = ["Client", "Downloaded"]

LARGEST_ANSWER = 8 * 1024**2
LARGEST_VIDEO = 2 * 1024**3
LONGEST_DOWNLOAD = 3600.0
CALLS, DOWNLOADS = 16, 4  # at the same time
API_HOPS, LINK_HOPS = 3, 5
_CHUNK = 64 * 1024
_BAD = 400
_MOVED = frozenset({301, 302, 303, 307, 308})
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


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What came through a result link.

    Attributes:
        size: Bytes handed to `write`.
        expected: Bytes that the server announced, if it did.
        status: HTTP status.
    """

    size: int
    expected: int | None
    status: int


class Client:
    """Talks to one server, on one asyncio loop.

    Args:
        base_url: Of the server, without `/v1`.
        key: Goes to that server only.
        now: Epoch seconds.
        transport: Stands in for the network in tests.
        connect: Seconds for a connection to be made.
        create: Seconds without a byte of the answer to a create.
        read: The same for everything else.
        largest_video: Bytes after which a download is ended.
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
    ) -> None:
        self._base = base_url.rstrip("/")
        self._key = key
        self._now = now
        self._transport = transport
        self._connect = connect
        self._patience = {"create": create}
        self._read = read
        self._largest = largest_video
        self._wires = _Wires(transport)
        self._calls = asyncio.Semaphore(CALLS)
        self._downloads = asyncio.Semaphore(DOWNLOADS)

    def __repr__(self) -> str:
        """Which server."""
        return f"Client({links.host(self._base)!r})"

    async def create(self, body: Mapping[str, Any], *, idempotency_key: str) -> TaskReply:
        """Send the paid request, once.

        Raises:
            SubmitUncertain: Nobody knows whether it arrived.
            SeedanceError: See `protocol.not_accepted` for what is known of its fate.
        """
        data = await self.send(protocol.create(body, idempotency_key=idempotency_key))
        return protocol.read_task(data, created=True)

    async def query(self, task_id: str) -> TaskReply:
        """Look at a task."""
        data = await self.send(protocol.query(task_id))
        return protocol.read_task(data, expected_id=task_id)

    async def batch(self, task_ids: Sequence[str]) -> dict[str, TaskReply]:
        """Look at up to 50 tasks; those that the server leaves out are missing."""
        found = protocol.read_batch(await self.send(protocol.batch(task_ids)))
        return {task_id: found[task_id] for task_id in task_ids if task_id in found}

    async def credits(self) -> Credits:
        """The balances of key and account."""
        return protocol.read_credits(await self.send(protocol.credits()))

    async def send(self, call: Call) -> Any:
        """Exchange a call for its deciphered data.

        A redirect is followed only for reads and on the same origin.
        """
        self._check_key()
        url, hops = self._base + call.path, 0
        while True:
            status, headers, body = await self._exchange(call, url)
            onward = self._onward(call, url, status, headers) if hops < API_HOPS else None
            if onward is None:
                return self._deciphered(call, status, headers, body)
            url, hops = onward, hops + 1

    async def download(self, url: str, *, write: Callable[[bytes], object]) -> Downloaded:
        """Stream a result, without the key, through at most five checked redirects.

        Args:
            url: Its link.
            write: Takes the bytes as they come; what it raises passes through.

        Raises:
            ServiceError: The link was refused (`error.link.refused`: a fresh one is needed), or
                the host has a problem.
            TransportError: The network, or bytes are missing.
            ProtocolError: The link leads nowhere that a video may come from, or is too large.
        """
        async with self._downloads:
            try:
                async with asyncio.timeout(LONGEST_DOWNLOAD) as limit:
                    return await self._follow(url, write)
            except TimeoutError:
                if not limit.expired():
                    raise  # the disk's
        raise links.trouble(TransportError, "slow", minutes=LONGEST_DOWNLOAD / 60, retryable=True)

    def check_link(self, url: str) -> None:
        """Refuse a link that a server must not lead us to, judged by how it is spelt.

        Raises:
            ProtocolError: It is no http(s) link, or leads into a private network from a public
                server.
        """
        links.check(url, server=self._base)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._wires.aclose()

    # --- calls ----------------------------------------------------------------------------------

    def _check_key(self) -> None:
        # The library would quote a header that it refuses, key and all.
        if not all("!" <= sign <= "~" for sign in self._key.reveal()):
            raise AuthError("error.auth.shape", retryable=False)

    async def _exchange(self, call: Call, url: str) -> tuple[int, dict[str, str], bytes]:
        wire = self._wires.get(url, fresh=call.kind == "create")
        patience = self._patience.get(call.kind, self._read)
        timeout = httpx.Timeout(patience, connect=self._connect)
        request = wire.build_request(
            call.method, url, content=call.body, headers=call.headers, timeout=timeout
        )
        async with self._calls:
            try:
                async with asyncio.timeout(self._connect + patience):
                    answer = await self._answer(wire, request)
            except _NETWORK as exc:
                failure = self._failure(exc, url, paid=call.kind == "create")
            else:
                return answer
        raise failure  # outside the handler, so that it does not hold the library's exception

    async def _answer(
        self, wire: httpx.AsyncClient, request: httpx.Request
    ) -> tuple[int, dict[str, str], bytes]:
        response = await wire.send(request, auth=_Bearer(self._key), stream=True)
        async with _closing(response):
            body = await _body(response)
        headers = {name: self._hide(value) for name, value in response.headers.items()}
        clear = self._hide(body.decode("latin-1")).encode("latin-1")
        return response.status_code, headers, clear

    def _onward(self, call: Call, url: str, status: int, headers: Mapping[str, str]) -> str | None:
        if status not in _MOVED or call.method != "GET":
            return None
        onward = links.joined(url, headers.get("location"))
        return onward if onward and links.origin(onward) == links.origin(self._base) else None

    def _deciphered(self, call: Call, status: int, headers: dict[str, str], body: bytes) -> Any:
        try:
            return protocol.decipher(call, status, headers, body, now=self._now())
        except SeedanceError as error:
            failure = error
        for name in ("code", "request_id", "raw"):
            setattr(failure, name, self._hide(getattr(failure, name)))
        failure.values = {name: self._hide(value) for name, value in failure.values.items()}
        raise failure.with_traceback(None)

    def _hide(self, value: Any) -> Any:
        """A text without the key; a toy key may be a common word, and is left alone."""
        key = self._key.reveal()
        toy = len(key) < 8 or (len(key) < 16 and key.isalpha())  # noqa: PLR2004
        return self._key.redact(value) if isinstance(value, str) and not toy else value

    def _failure(self, exc: Exception, url: str, *, paid: bool) -> SeedanceError:
        host = links.host(url)
        reason = clean(self._hide(f"{type(exc).__name__}: {exc}".removesuffix(": ")))
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

    async def _follow(self, url: str, write: Callable[[bytes], object]) -> Downloaded:
        for _ in range(LINK_HOPS + 1):
            self.check_link(url)
            response = await self._opened(url)
            async with _closing(response):
                if response.status_code not in _MOVED:
                    return await self._drained(response, url, write)
                url = links.joined(url, response.headers.get("location")) or ""
        raise links.trouble(ProtocolError, "circle", count=LINK_HOPS)

    async def _opened(self, url: str) -> httpx.Response:
        wire = self._wires.get(url)
        timeout = httpx.Timeout(self._read, connect=self._connect)
        try:
            request = wire.build_request(
                "GET", url, headers={"Accept-Encoding": "identity"}, timeout=timeout
            )
            return await wire.send(request, auth=None, stream=True)
        except _NETWORK as exc:
            failure = self._failure(exc, url, paid=False)
        failure.billed = "yes"
        raise failure

    async def _drained(
        self, response: httpx.Response, url: str, write: Callable[[bytes], object]
    ) -> Downloaded:
        if response.status_code != httpx.codes.OK:
            raise links.refusal(response.status_code, response.headers, url, now=self._now())
        expected = links.announced(response.headers)
        size = 0
        async with contextlib.aclosing(_chunks(response)) as chunks:
            while chunk := await self._pull(chunks, url):
                size += len(chunk)
                if max(size, expected or 0) > self._largest:
                    raise links.trouble(ProtocolError, "size", size=self._largest)
                write(chunk)
        if expected is not None and size != expected:
            raise TransportError(
                "error.file.short", billed="yes", retryable=True, size=size, expected=expected
            )
        return Downloaded(size, expected, response.status_code)

    async def _pull(self, chunks: AsyncIterator[bytes], url: str) -> bytes:
        try:
            return await anext(chunks, b"")
        except _NETWORK as exc:
            failure = self._failure(exc, url, paid=False)
        failure.billed = "yes"
        raise failure


class _Wires:
    """The connections: through the proxies of the environment, but straight to this machine.

    The paid request has connections of its own, never used before, so that one which the server
    has dropped meanwhile cannot make its fate unknown.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport | None) -> None:
        self._transport = transport
        self._open: dict[tuple[bool, bool], httpx.AsyncClient] = {}
        self._trust: ssl.SSLContext | None = None
        self._closed = False

    def get(self, url: str, *, fresh: bool = False) -> httpx.AsyncClient:
        """The client for a URL."""
        if self._closed:
            raise TransportError("error.transport.closed", retryable=False)
        kind = (links.is_here(url), fresh)
        if kind not in self._open:
            self._open[kind] = self._make(direct=kind[0], fresh=fresh)
        return self._open[kind]

    def _make(self, *, direct: bool, fresh: bool) -> httpx.AsyncClient:
        try:
            self._trust = self._trust or httpx.create_ssl_context()
            return httpx.AsyncClient(
                transport=self._transport,
                trust_env=not direct,
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
        except (
            ValueError,
            ImportError,
            httpx.InvalidURL,
        ):  # HTTPS_PROXY, which may hold a password
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
    async for chunk in response.aiter_bytes(_CHUNK):
        yield chunk


def _because(exc: BaseException | None, kind: type[BaseException]) -> bool:
    while exc is not None:
        if isinstance(exc, kind):
            return True
        exc = exc.__cause__ or exc.__context__
    return False
