"""Addresses: which may be followed, and what it means when one is refused."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from seedance_nb.core.addresses import is_loopback, is_private, is_url
from seedance_nb.core.errors import ProtocolError, SeedanceError, ServiceError
from seedance_nb.evolink.plain import clean, seconds

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    Resolve: TypeAlias = Callable[[str, int], Awaitable[list[str]]]

MOVED = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({408, 425, 429})
_REFUSED = range(400, 500)


def check(url: str, *, server: str) -> None:
    """Refuse a link that `server` must not lead us to, judged by how it is spelt.

    Raises:
        ProtocolError: It is no http(s) link, or leads into a private network.
    """
    if not is_url(url):
        raise trouble(ProtocolError, "address", detail=clean(url, 200))
    name = urlsplit(url).hostname or ""
    check_host(name, server=server, told=name)


def check_host(address: str, *, server: str, told: str) -> None:
    """Refuse an address that `server` must not lead us to: one that is not on the public network.

    Where the server is on this machine, this machine is allowed.

    Args:
        address: A name, or what a name resolves to.
        server: The service.
        told: What the link calls it.

    Raises:
        ProtocolError: It is refused.
    """
    if is_private(address) and not (is_loopback(address) and is_here(server)):
        raise trouble(ProtocolError, "private", host=clean(told, 200))


async def resolve(name: str, port: int) -> list[str]:
    """The addresses of a host, at least one.

    Raises:
        OSError: It has none, or nobody can be asked.
    """
    loop = asyncio.get_running_loop()
    rows = await loop.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


def proxy(url: str) -> str | None:
    """The proxy that the environment names for a URL.

    A proxy looks names up by itself, so that behind one a link is judged by its spelling only.
    """
    parts = urlsplit(url)
    name = parts.hostname or ""
    if is_loopback(name) or proxy_bypass(name):
        return None
    known = getproxies()
    found = known.get(parts.scheme) or known.get("all")
    return f"http://{found}" if found and "://" not in found else found


def refusal(status: int, headers: Mapping[str, str], url: str, *, now: float) -> ServiceError:
    """What an answer other than 200 to a result link means.

    Any refusal of the 4xx kind asks for a fresh link: stores answer expired signatures in many
    ways.
    """
    facts: dict[str, Any] = {"host": host(url), "status": status}
    expired = status in _REFUSED and status not in _LATER
    return ServiceError(
        "error.link.refused" if expired else "error.download.failed",
        billed="yes",
        retryable=True,
        http_status=status,
        retry_after=None if expired else seconds(headers.get("retry-after"), now),
        **facts,
    )


def trouble(cls: type[SeedanceError], what: str, /, **facts: Any) -> SeedanceError:
    """An error after the video was made, and so billed."""
    return cls(f"error.download.{what}", **{"billed": "yes", "retryable": False, **facts})


def announced(headers: Mapping[str, str]) -> int | None:
    """Size in bytes that the headers promise; None where they do not, or it is compressed."""
    length = headers.get("content-length", "")
    plain = headers.get("content-encoding", "identity").strip().lower() in ("", "identity")
    return int(length) if plain and length.isdecimal() and len(length) < 16 else None  # noqa: PLR2004


def joined(url: str, location: str | None) -> str | None:
    """Where a Location header leads from `url`."""
    try:
        return urljoin(url, location) if location else None
    except ValueError:
        return None


def origin(url: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port: two URLs with the same ones lead to the same server."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return parts.scheme, parts.hostname or "", port


def host(url: str) -> str:
    """Host and port, to be shown."""
    return clean(urlsplit(url).netloc.rpartition("@")[2], 200)


def is_here(url: str) -> bool:
    """Whether the URL leads to this machine."""
    return is_loopback(urlsplit(url).hostname or "")
