"""Files as inputs: opened, named by their content, and what their headers tell."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

from seedance_nb.core.errors import Problem
from seedance_nb.core.media import Media

_HEADER = 512 * 1024  # bytes in which a picture says how large it is, pictures of the camera too
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG: SOF0 to SOF15


def opened(field: str, item: object) -> Media | list[Problem]:
    """The file behind an input, with what its headers tell.

    Args:
        field: Field of the request.
        item: A path.

    Returns:
        The file, or what is wrong with it.
    """
    if not isinstance(item, str | Path) or "\0" in str(item):
        return [Problem(field, "problem.media.url", value=item)]
    path = Path(item).expanduser()
    try:
        if not path.is_file():
            return [Problem(field, "problem.media.url", value=str(item))]
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            head = file.read(_HEADER)
        size = path.stat().st_size
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return [Problem(field, "problem.file.unreadable", value=str(item), reason=reason)]
    width, height = dimensions(head) or (None, None)
    return Media(
        sha256=digest,
        size=size,
        name=path.name,
        format=_format(head),
        width=width,
        height=height,
        source=path,
    )


def _format(head: bytes) -> str:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8"):
        return "jpeg"
    return "webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else ""


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
