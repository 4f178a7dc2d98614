"""How long a WAV or MP3 lasts, by a walk over its chunks or frames; nothing is decoded."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seedance_nb.evolink.pictures import Cut

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["mp3", "mp3_start", "wav"]

_CHUNKS = 10_000
_OPEN = (0, 0xFFFFFFFF)  # a length that was not known when the head was written
_WALKED = 32 << 20  # bytes of an MP3 that are walked over; the service takes 15 MB
_SEARCHED = 64 * 1024  # bytes in which the next frame of an MP3 is looked for
_RATES = (44100, 48000, 32000)
_KBITS = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),  # MPEG 1
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),  # MPEG 2 and 2.5
)


def wav(file: BinaryIO, size: int) -> float | None:
    """Seconds of a WAV; None where its head does not say how many bytes a second has.

    Raises:
        Cut: It is shorter than it says, or has no sound in it.
    """
    at, rate = 12, 0
    for _ in range(_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:  # noqa: PLR2004 - name and length
            raise Cut
        kind, length = struct.unpack("<4sI", head)
        if kind == b"fmt " and length >= 12:  # noqa: PLR2004 - up to the bytes a second
            format_ = file.read(12)
            rate = int.from_bytes(format_[8:12], "little")
        if kind == b"data":
            length = size - at - 8 if length in _OPEN else length
            if at + 8 + length > size or not length:
                raise Cut
            return length / rate if rate else None
        at += 8 + length + length % 2
    raise Cut


@dataclass(frozen=True, slots=True)
class _Frame:
    """The head of a frame of an MP3: bytes, samples, samples a second, bytes to the Xing tag."""

    length: int
    samples: int
    rate: int
    side: int


def _frame(data: bytes, at: int) -> _Frame | None:
    """The frame whose head stands here; None where none does."""
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xE6 != 0xE2:  # noqa: PLR2004
        return None
    version, kbits = data[at + 1] >> 3 & 3, data[at + 2] >> 4
    rate, padding, mono = data[at + 2] >> 2 & 3, data[at + 2] >> 1 & 1, data[at + 3] >> 6 == 3  # noqa: PLR2004
    if version == 1 or kbits in (0, 15) or rate == 3:  # noqa: PLR2004 - reserved words
        return None
    first = version == 3  # noqa: PLR2004 - MPEG 1; 2 is MPEG 2, 0 is MPEG 2.5
    hertz = _RATES[rate] // (1 if first else 2 if version else 4)
    samples = 1152 if first else 576
    length = samples // 8 * _KBITS[not first][kbits] * 1000 // hertz + padding
    side = (17 if mono else 32) if first else (9 if mono else 17)
    return _Frame(length, samples, hertz, 4 + side)


def mp3_start(head: bytes) -> int:
    """Where the sound begins, behind the tags in front of it (ID3v2)."""
    at = 0
    while head[at : at + 3] == b"ID3" and len(head) >= at + 10:
        length = 0
        for byte in head[at + 6 : at + 10]:
            length = length << 7 | byte & 0x7F
        at += 10 + length + (10 if head[at + 5] & 0x10 else 0)
    return at


def mp3(file: BinaryIO, size: int) -> float | None:
    """Seconds of an MP3, by what its first frame says of all, or else by all of its frames.

    Raises:
        Cut: There is no frame in it, or fewer bytes than its first frame says.
    """
    file.seek(0)
    start = mp3_start(file.read(_SEARCHED))
    file.seek(start)
    data = file.read(_WALKED)
    at = _next(data, 0)
    frame = _frame(data, at) if at is not None else None
    if at is None or frame is None:
        raise Cut
    told = _told(data[at : at + 200], frame, size - start - at)
    if told is not None:
        return told
    return _walked(data, at) if start + len(data) >= size else None


def _next(data: bytes, at: int) -> int | None:
    """The next frame that is followed by another, or by the end."""
    last = min(len(data), at + _SEARCHED)
    while (at := data.find(b"\xff", at, last)) >= 0:
        frame = _frame(data, at)
        end = at + frame.length if frame else 0
        if frame and (end >= len(data) or _frame(data, end) or data[end : end + 3] == b"TAG"):
            return at
        at += 1
    return None


def _walked(data: bytes, at: int | None) -> float:
    seconds = 0.0
    while at is not None and (frame := _frame(data, at)):
        seconds += frame.samples / frame.rate
        at += frame.length
        if not _frame(data, at):
            at = _next(data, at)
    return seconds


def _told(head: bytes, frame: _Frame, rest: int) -> float | None:
    """What a first frame without sound says of the others (Xing, Info and VBRI tags)."""
    at = frame.side
    if head[at : at + 4] in (b"Xing", b"Info"):
        (flags,) = struct.unpack_from(">I", head, at + 4)
        at += 8
        frames = struct.unpack_from(">I", head, at)[0] if flags & 1 else 0
        at += 4 if flags & 1 else 0
        if flags & 2 and struct.unpack_from(">I", head, at)[0] > rest + frame.length:
            raise Cut
        at += (4 if flags & 2 else 0) + (100 if flags & 4 else 0) + (4 if flags & 8 else 0)
        # Behind the encoder's name: twelve bits of silence in front, twelve at the end.
        silence = int.from_bytes(head[at + 21 : at + 24], "big") if head[at : at + 1] else 0
        samples = frames * frame.samples - (silence >> 12) - (silence & 0xFFF)
        return samples / frame.rate if samples > 0 else None
    if head[36:40] == b"VBRI":
        length, frames = struct.unpack_from(">II", head, 46)
        if length > rest + frame.length:
            raise Cut
        return frames * frame.samples / frame.rate if frames else None
    return None
