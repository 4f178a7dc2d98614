"""What the headers of a JPEG, PNG or WebP tell, and whether the file is whole; nothing is decoded.

A picture that says it is enormous therefore costs no more than a small one.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["Cut", "Sides", "jpeg", "png", "webp"]

_PARTS = 50_000  # of a picture; one of 30 MB has some thousands
_FILL = 1_000
_TAIL = 64 * 1024
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG: SOF0 to SOF15
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})  # JPEG: markers without a length
_SCAN, _APP1, _END = 0xDA, 0xE1, b"\xff\xd9"
_ORIENTATION = 0x0112  # of Exif; 5 to 8 are turned by a quarter
_EXIF = b"Exif\0\0"


class Cut(ValueError):
    """The file ends before what its headers announce."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Width and height in pixels, as displayed."""

    width: int
    height: int

    def turned(self, exif: bytes) -> Sides:
        """With the orientation that Exif data tell."""
        return Sides(self.height, self.width) if _orientation(exif) in range(5, 9) else self


def _take(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) < count:
        raise Cut
    return data


def _orientation(exif: bytes) -> int:
    """The orientation in Exif data, which are a small TIFF; 1 where there is none."""
    exif = exif.removeprefix(_EXIF)
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 1
    try:
        (at,) = struct.unpack_from(order + "I", exif, 4)
        (count,) = struct.unpack_from(order + "H", exif, at)
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            tag, _, _, value = struct.unpack_from(order + "HHIH", exif, entry)
            if tag == _ORIENTATION:
                return int(value)
    except struct.error:
        pass
    return 1


def jpeg(file: BinaryIO, size: int) -> Sides:
    """The sides of a JPEG, by its segments up to the first scan.

    Raises:
        Cut: There is no end of the image.
        ValueError: It says no size.
    """
    file.seek(2)
    sides, exif = None, b""
    for _ in range(_PARTS):
        marker = _marker(file)
        if marker in _BARE:
            continue
        (length,) = struct.unpack(">H", _take(file, 2))
        start = file.tell()
        if marker in _FRAMES:
            height, width = struct.unpack(">xHH", _take(file, 5))
            sides = Sides(width, height)
        elif marker == _APP1 and not exif:
            found = _take(file, length - 2) if length > len(_EXIF) else b""
            exif = found if found.startswith(_EXIF) else b""
        elif marker == _SCAN:
            break
        file.seek(start + length - 2)
    if sides is None or marker != _SCAN:
        raise ValueError
    if not _ends(file, size):
        raise Cut
    return sides.turned(exif)


def _marker(file: BinaryIO) -> int:
    first, kind = _take(file, 2)
    for _ in range(_FILL):
        if kind != 0xFF:  # noqa: PLR2004 - the beginning of each marker, and what fills up
            break
        (kind,) = _take(file, 1)
    if first != 0xFF or kind == 0xFF:  # noqa: PLR2004
        raise ValueError
    return kind


def _ends(file: BinaryIO, size: int) -> bool:
    """Whether the end of the image comes after here; cameras put more behind it."""
    here = file.tell()
    file.seek(max(here, size - _TAIL))
    if _END in file.read(_TAIL):
        return True
    file.seek(here)
    before = b""
    while block := file.read(1 << 20):
        if _END in before + block:
            return True
        before = block[-1:]
    return False


def png(file: BinaryIO, size: int) -> Sides:
    """The sides of a PNG, by the heads of its chunks.

    Raises:
        Cut: The last chunk is not there.
        ValueError: It says no size.
    """
    file.seek(8)
    sides, exif = None, b""
    for _ in range(_PARTS):
        length, kind = struct.unpack(">I4s", _take(file, 8))
        start = file.tell()
        if start + length + 4 > size:
            raise Cut
        if kind == b"IHDR" and length >= 8:  # noqa: PLR2004 - two numbers of four bytes
            sides = Sides(*struct.unpack(">II", _take(file, 8)))
        elif kind == b"eXIf":
            exif = _take(file, min(length, _TAIL))
        elif kind == b"IEND":
            break
        file.seek(start + length + 4)
    if sides is None or kind != b"IEND":
        raise ValueError
    return sides.turned(exif)


def webp(file: BinaryIO, size: int) -> Sides:
    """The sides of a WebP, by the heads of its chunks.

    Raises:
        Cut: It is shorter than it says.
        ValueError: It says no size.
    """
    file.seek(4)
    (length,) = struct.unpack("<I", _take(file, 4))
    end = 8 + length
    if end > size:
        raise Cut
    file.seek(12)
    sides, exif = None, b""
    for _ in range(_PARTS):
        start = file.tell() + 8
        if start > end:
            break
        kind, length = struct.unpack("<4sI", _take(file, 8))
        if sides is None:
            sides = _webp_sides(kind, file.read(10))
        elif kind == b"EXIF":
            file.seek(start)
            exif = file.read(min(length, _TAIL))
        file.seek(start + length + length % 2)
    if sides is None:
        raise ValueError
    return sides.turned(exif)


def _webp_sides(kind: bytes, head: bytes) -> Sides:
    if kind == b"VP8X":
        width, height = (int.from_bytes(side, "little") + 1 for side in (head[4:7], head[7:10]))
        return Sides(width, height)
    if kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return Sides((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", head, 6)
        return Sides(width & 0x3FFF, height & 0x3FFF)
    raise ValueError
