"""Web addresses, judged by how they are spelt."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


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
    return is_loopback(host) or (address is not None and not address.is_global)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
