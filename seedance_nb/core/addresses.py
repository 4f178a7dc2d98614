"""Web addresses, judged by how they are spelt."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from typing import TypeAlias
from urllib.parse import urlsplit

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_BLANK = re.compile(r"[\s\x00-\x1f]")
# Each of one to four numbers in base 8, 10 or 16: 127.1 and 0x7f000001 are this machine, too.
_OLD = re.compile(r"(?:(?:0x[0-9a-f]+|\d+)(?:\.|$)){1,4}", re.ASCII)
# Endings that no public name has (RFC 6762, with its appendix G; RFC 8375).
_INSIDE = ("local", "internal", "intranet", "private", "corp", "home", "lan", "home.arpa")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_url(value: object) -> bool:
    """Whether it is an http(s) URL with a host and no blanks."""
    if not isinstance(value, str) or _BLANK.search(value):
        return False
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def is_loopback(host: str) -> bool:
    """Whether the name or address, as it is spelt, is this machine."""
    address = _address(host)
    if address is not None:
        return address.is_loopback
    return f".{_plain(host)}".endswith(".localhost")


def is_private(host: str) -> bool:
    """Whether the name or address, as it is spelt, is not on the public network."""
    address = _address(host)
    return is_loopback(host) or (address is not None and not _is_public(address))


def is_inside(host: str) -> bool:
    """Whether nobody outside can reach it: a private address, or a name of a local network."""
    name = _plain(host)
    local = "." not in name or name.endswith(tuple(f".{ending}" for ending in _INSIDE))
    return is_private(host) or (local and _address(host) is None)


def _is_public(address: _Address) -> bool:
    """Whether an address, and one of the old kind that it stands for, is on the public network."""
    inner: list[_Address | None] = []
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    public = address.is_global and not address.is_multicast
    return public and all(_is_public(one) for one in inner if one is not None)


def _plain(host: str) -> str:
    """A host as resolvers read it: ASCII for what looks like it, no dot at the end."""
    return unicodedata.normalize("NFKC", host).replace("。", ".").lower().rstrip(".")


def _address(host: str) -> _Address | None:
    name = _plain(host.strip("[]"))
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        pass
    try:
        return _of_numbers(name) if _OLD.fullmatch(name) else None
    except (ValueError, OverflowError):
        return None


def _base(number: str) -> int:
    if number.startswith("0x"):
        return 16
    return 8 if number.startswith("0") else 10


def _of_numbers(name: str) -> ipaddress.IPv4Address:
    """The address behind numbers of which the last one stands for all bytes that are left."""
    *first, last = (int(part, _base(part)) for part in name.split("."))
    left = 4 - len(first)
    return ipaddress.IPv4Address(bytes(first) + last.to_bytes(left, "big"))
