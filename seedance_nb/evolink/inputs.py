"""Local media, checked before anything is sent: what the headers of a file tell, read without more.

Limits of images (model pages: image-to-video, reference-to-video): JPEG, PNG or WebP, at most
30 MB, sides of 300 to 6000 pixels, ratio of width to height 0.4 to 2.5.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

from seedance_nb.core.addresses import is_url
from seedance_nb.core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = {"images": 30 * 10**6, "videos": 50 * 10**6, "audios": 15 * 10**6}
SIDES, RATIOS = (300, 6000), (0.4, 2.5)
_HEADER = 512 * 1024  # bytes in which a picture says how large it is, pictures of the camera too
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG: SOF0 to SOF15


def problems(field: str, item: object) -> list[Problem]:
    """What is wrong with a local file as an input; nothing for a URL or where there is no file."""
    if not isinstance(item, str) or is_url(item) or "\0" in item:
        return []
    path = Path(item).expanduser()
    try:
        if not path.is_file():
            return []
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEADER)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return [Problem(field, "problem.file.unreadable", value=item, reason=reason)]
    found = list(_image(field, item, head)) if field == "images" else []
    most = MOST_BYTES[field]
    if size > most:
        megabytes, limit = f"{size / 10**6:.1f}", most // 10**6
        found.insert(
            0, Problem(field, "problem.file.size", value=item, size=megabytes, limit=limit)
        )
    return found


def _image(field: str, item: str, head: bytes) -> Iterator[Problem]:
    sides = dimensions(head)
    if sides is None:
        yield Problem(field, "problem.file.format", value=item)
        return
    width, height = sides
    low, high = SIDES
    facts = {"value": item, "width": width, "height": height}
    if not (low <= width <= high and low <= height <= high):
        yield Problem(field, "problem.file.sides", low=low, high=high, **facts)
    if not RATIOS[0] <= width / max(height, 1) <= RATIOS[1]:
        yield Problem(field, "problem.file.ratio", low=RATIOS[0], high=RATIOS[1], **facts)


def dimensions(head: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a JPEG, PNG or WebP, from its first bytes; None for others."""
    try:
        if head.startswith(b"\x89PNG\r\n\x1a\n"):
            width, height = struct.unpack_from(">II", head, 16)
            return width, height
        if head.startswith(b"\xff\xd8"):
            return _jpeg(head)
        if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
            return _webp(head)
    except (struct.error, IndexError):
        return None
    return None


def _jpeg(head: bytes) -> tuple[int, int] | None:
    at = 2
    while head[at] == 0xFF:  # noqa: PLR2004 - the beginning of each marker
        marker = head[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", head, at + 5)
            return width, height
        at += 2 + struct.unpack_from(">H", head, at + 2)[0]
    return None


def _webp(head: bytes) -> tuple[int, int] | None:
    kind = head[12:16]
    if kind == b"VP8X":
        sides = head[24:27], head[27:30]
        width, height = (int.from_bytes(side, "little") + 1 for side in sides)
        return width, height
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None
