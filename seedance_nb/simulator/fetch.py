"""Gets a file from the web: http and https only, never for long, never more than is allowed."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from seedance_nb.simulator.checks import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["TooLarge", "Unreachable", "fetch", "is_reserved"]

_SECONDS = 10.0
_REDIRECTS = 3
_CHUNK = 1 << 16
_HEADERS = {"User-Agent": "seedance-simulator", "Accept": "*/*", "Accept-Encoding": "identity"}
_RESERVED = ("example.com", "example.net", "example.org", "example", "test", "invalid")
_PLAIN = "/%?:@!$&'()*+,;=~"
_OK = 200
_MOVED = frozenset({301, 302, 303, 307, 308})


class Unreachable(Exception):
    """The file cannot be had; the message says why."""


class TooLarge(Exception):
    """The file has more bytes than are allowed."""


def is_reserved(url: str) -> bool:
    """Whether the host is one that RFC 2606 keeps for examples: nobody can fetch from there."""
    host = f".{(urlsplit(url).hostname or '').rstrip('.')}"
    return any(host.endswith(f".{name}") for name in _RESERVED)


def fetch(url: str, target: Path, most: int, stopped: Callable[[], bool]) -> None:
    """Writes what is at `url` to `target`.

    Loopback addresses are fetched from where `url` itself names one: the simulator serves the
    user of this machine only. Private addresses are never fetched from, and a name or a redirect
    from elsewhere does not lead to this machine.

    Args:
        url: An http or https URL; three redirects are followed.
        target: The file to write.
        most: Bytes that are allowed.
        stopped: Asked between two chunks; once it is true the fetch is given up.

    Raises:
        Unreachable: There is no such file, or it takes longer than ten seconds.
        TooLarge: It has more than `most` bytes.
    """
    near, deadline = is_loopback(url), time.monotonic() + _SECONDS

    def late() -> bool:
        return stopped() or time.monotonic() > deadline

    try:
        for _ in range(_REDIRECTS + 1):
            place = _step(url, (target, most), late, near=near)
            if place is None:
                return
            url = urljoin(url, place)
    except TimeoutError:
        raise Unreachable("timed out") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Unreachable(_reason(error)) from error
    raise Unreachable("too many redirects")


def _step(url: str, goal: tuple[Path, int], late: Callable[[], bool], *, near: bool) -> str | None:
    """Fetches one URL; the next one where it is a redirect."""
    connection = _connection(url, near=near)
    try:
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", quote(path, safe=_PLAIN), headers=_HEADERS)
        answer = connection.getresponse()
        if answer.status in _MOVED and answer.headers["Location"]:
            return str(answer.headers["Location"])
        if answer.status != _OK:
            raise Unreachable(f"HTTP {answer.status}")
        _write(answer, *goal, late)
    finally:
        connection.close()
    return None


def _write(
    answer: http.client.HTTPResponse, target: Path, most: int, late: Callable[[], bool]
) -> None:
    expected = answer.length
    if expected is not None and expected > most:
        raise TooLarge
    size = 0
    with target.open("wb") as file:
        while chunk := answer.read1(_CHUNK):
            size += len(chunk)
            if size > most:
                raise TooLarge
            if late():
                raise TimeoutError
            file.write(chunk)
    if expected is not None and size < expected:
        raise Unreachable("the connection was cut")


def _connection(url: str, *, near: bool) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if parts.scheme == "http":
        plain = http.client.HTTPConnection(host, port, timeout=_SECONDS)
        plain.sock = _connect(host, port, near=near)
        return plain
    if parts.scheme != "https":
        raise Unreachable(f"{parts.scheme or 'no'} URL")
    context = ssl.create_default_context()
    safe = http.client.HTTPSConnection(host, port, timeout=_SECONDS, context=context)
    safe.sock = context.wrap_socket(_connect(host, port, near=near), server_hostname=host)
    return safe


def _connect(host: str, port: int, *, near: bool) -> socket.socket:
    """A connection to an allowed address; the name is not asked for again after the check."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]) for each in found]
    for each in addresses:
        if not _is_allowed(each, near=near):
            raise Unreachable("private address")
    error: OSError | None = None
    for each in addresses:
        try:
            return socket.create_connection((each, port), _SECONDS)
        except OSError as failure:
            error = failure
    raise error or OSError("no address")


def _is_allowed(address: str, *, near: bool) -> bool:
    known = ipaddress.ip_address(address.partition("%")[0])
    plain = getattr(known, "ipv4_mapped", None) or known
    return bool(plain.is_loopback) if near else bool(plain.is_global and not plain.is_multicast)


def _reason(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "the host name is not known"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    return type(error).__name__
