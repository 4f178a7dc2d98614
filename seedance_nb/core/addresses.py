"""Web addresses, judged by how they are spelt."""

from __future__ import annotations

import ipaddress
from typing import TypeAlias
from urllib.parse import urlsplit

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_url(value: object) -> bool:
    """Whether it is an http(s) URL with a host and no blanks."""
    if not isinstance(value, str) or any(c.isspace() or ord(c) < ord(" ") for c in value):
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
    return host.lower().rstrip(".") == "localhost" or host.lower().endswith(".localhost")


def is_private(host: str) -> bool:
    """Whether the name or address, as it is spelt, is not on the public network."""
    address = _address(host)
    return is_loopback(host) or (address is not None and not _is_public(address))


def _is_public(address: _Address) -> bool:
    """Whether an address, and one of the old kind that it stands for, is on the public network."""
    inner: list[_Address | None] = []
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    public = address.is_global and not address.is_multicast
    return public and all(_is_public(one) for one in inner if one is not None)


def _address(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
