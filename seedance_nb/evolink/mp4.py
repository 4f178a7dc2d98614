"""Whether a file is a whole, playable MP4, by a walk over its boxes (ISO/IEC 14496-12).

Only box headers, the index (``moov``) and the heads of fragments (``moof``) are read, so that a
big file costs no more than a small one. Nothing is decoded.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from operator import mul
from struct import Struct
from struct import error as StructError  # noqa: N812 - a class under a lower-case name
from typing import TYPE_CHECKING, BinaryIO, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Clip", "NotPlayable", "Reason", "examine", "inspect"]

Reason = Literal["not_mp4", "truncated", "no_index", "no_video", "no_data", "no_duration", "broken"]

_MAX_INDEX = 8 << 20  # bytes; an hour of video has an index of a few megabytes
_MAX_BOXES = 100_000
_U32 = Struct(">I")
_U64 = Struct(">Q")
_HEAD = Struct(">I4s")
_SIZE = Struct(">HH")
_PLAYED = (b"vide", b"soun")
_UNKNOWN = (0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """What the headers of a playable file say.

    Attributes:
        duration: Seconds.
        width: Pixels, as displayed: of a picture that is turned, the height of what is stored.
        height: Pixels, as displayed.
        has_audio: Whether there is sound.
        fps: Frames a second, on average; None where the headers do not say.
    """

    duration: float
    width: int
    height: int
    has_audio: bool
    fps: float | None = field(default=None, compare=False)


class NotPlayable(ValueError):
    """The file is not a whole, playable MP4; `reason` says in one word why."""

    def __init__(self, reason: Reason) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things lie in the file: the index, the fragments, and the ranges of media bytes."""

    index: memoryview
    fragments: list[tuple[int, int, int]]
    starts: list[int]
    ends: list[int]

    def need(self, start: int, length: int) -> None:
        """Refuse bytes that are not in the media of the file."""
        place = bisect_right(self.starts, start) - 1
        if place < 0 or start + length > self.ends[place]:
            raise NotPlayable("no_data")


@dataclass(frozen=True, slots=True)
class _Track:
    """One track of the index."""

    number: int
    kind: bytes
    scale: int
    length: int
    size: tuple[int, int]
    table: memoryview


def inspect(path: Path) -> Clip:
    """Return what an MP4 file holds, having checked that all its media bytes are there.

    Raises:
        NotPlayable: it is no MP4, or not a whole one, or nothing in it can be played.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return examine(file)


def examine(file: BinaryIO) -> Clip:
    """Return what an open MP4 or MOV holds; see `inspect`.

    Raises:
        NotPlayable: it is no MP4, or not a whole one, or nothing in it can be played.
        OSError: the file cannot be read.
    """
    try:
        return _clip(file, _layout(file))
    except StructError:
        raise NotPlayable("broken") from None


def _clip(file: BinaryIO, layout: _Layout) -> Clip:
    bodies = [body for kind, body in _boxes(layout.index) if kind == b"trak"]
    tracks = [_track(body) for body in bodies if _kind(body) in _PLAYED]
    counts = {track.number: _check_samples(track, layout) for track in tracks}
    later = _fragments(file, layout) if layout.fragments else {}
    playable = [track for track in tracks if counts[track.number] or later.get(track.number)]
    video = next((track for track in playable if track.kind == b"vide"), None)
    if video is None or 0 in video.size:
        raise NotPlayable("no_video")
    length, frames = later.get(video.number, (0, 0))
    duration = _seconds(video, length, layout.index)
    if not duration:
        raise NotPlayable("no_duration")
    ticks = _ticks(video.table) + length
    return Clip(
        duration=duration,
        width=video.size[0],
        height=video.size[1],
        has_audio=any(track.kind == b"soun" for track in playable),
        fps=(counts[video.number] + frames) * video.scale / ticks if ticks else None,
    )


def _layout(file: BinaryIO) -> _Layout:
    index = memoryview(b"")
    fragments: list[tuple[int, int, int]] = []
    media: list[tuple[int, int]] = []
    for kind, box, start, end in _top_level(file):
        if kind == b"moov" and not index:
            index = _read(file, start, end)
        elif kind == b"moof":
            fragments.append((box, start, end))
        elif kind == b"mdat":
            media.append((start, end))
    if not index:
        raise NotPlayable("no_index")
    return _Layout(index, fragments, [start for start, _ in media], [end for _, end in media])


def _top_level(file: BinaryIO) -> Iterator[tuple[bytes, int, int, int]]:
    """Yield kind, start, start of the content and end of each box of the file."""
    total = file.seek(0, 2)
    at = 0
    for _ in range(_MAX_BOXES):
        file.seek(at)
        head = file.read(16)
        if at == 0 and head[4:8] != b"ftyp":
            raise NotPlayable("not_mp4")
        if len(head) < _HEAD.size:
            raise NotPlayable("truncated")
        size, kind, skip = _box(head, total - at)
        if at + size > total:
            raise NotPlayable("truncated")
        yield kind, at, at + skip, at + size
        at += size
        if at == total:
            return
    raise NotPlayable("broken")


def _box(head: bytes | memoryview, rest: int) -> tuple[int, bytes, int]:
    """Return size, kind and length of the header of a box in `rest` bytes."""
    size, kind = _HEAD.unpack_from(head)
    skip = _HEAD.size
    if size == 1:
        (size,) = _U64.unpack_from(head, skip)
        skip += _U64.size
    elif size == 0:
        size = rest
    if size < skip:
        raise NotPlayable("broken")
    return size, kind, skip


def _read(file: BinaryIO, start: int, end: int) -> memoryview:
    if end - start > _MAX_INDEX:
        raise NotPlayable("broken")
    file.seek(start)
    return memoryview(file.read(end - start))


def _boxes(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Yield kind and content of the boxes in a box."""
    at = 0
    for _ in range(_MAX_BOXES):
        if at + _HEAD.size > len(data):
            return
        size, kind, skip = _box(data[at : at + 16], len(data) - at)
        if at + size > len(data):
            raise NotPlayable("broken")
        yield kind, data[at + skip : at + size]
        at += size
    raise NotPlayable("broken")


def _find(data: memoryview, *path: bytes) -> memoryview | None:
    """Return the content of the first box at a path; None if there is none."""
    for step in path:
        found = next((body for kind, body in _boxes(data) if kind == step), None)
        if found is None:
            return None
        data = found
    return data


def _need(data: memoryview, *path: bytes) -> memoryview:
    found = _find(data, *path)
    if found is None:
        raise NotPlayable("broken")
    return found


def _kind(body: memoryview) -> bytes:
    return _need(body, b"mdia", b"hdlr")[8:12].tobytes()


def _track(body: memoryview) -> _Track:
    header = _need(body, b"tkhd")
    (number,) = _U32.unpack_from(header, 20 if _is_long(header) else 12)
    scale, length = _header_times(_need(body, b"mdia", b"mdhd"))
    kind = _kind(body)
    table = _need(body, b"mdia", b"minf", b"stbl")
    size = (0, 0)
    if kind == b"vide":
        # A visual sample entry: 8 of count, 8 of header, 24 of other things, then the pixels.
        size = _SIZE.unpack_from(_need(table, b"stsd"), 40)
        if 0 in size:
            width, height = (_U32.unpack_from(header, len(header) - back)[0] for back in (8, 4))
            size = (width >> 16, height >> 16)
        size = size[::-1] if _is_turned(header) else size
    return _Track(number, kind, scale, length, size, table)


def _is_turned(header: memoryview) -> bool:
    """Whether the matrix of a track turns it by a quarter: its diagonal is empty."""
    first = 52 if _is_long(header) else 40
    return not any(_U32.unpack_from(header, first + at)[0] for at in (0, 16))


def _is_long(header: memoryview) -> bool:
    return header[:1].tobytes() == b"\1"


def _header_times(header: memoryview) -> tuple[int, int]:
    """Return time scale and duration of an ``mvhd`` or ``mdhd``; 0 for unknown."""
    if _is_long(header):
        (scale,), (length,) = _U32.unpack_from(header, 20), _U64.unpack_from(header, 24)
    else:
        (scale,), (length,) = _U32.unpack_from(header, 12), _U32.unpack_from(header, 16)
    return scale, 0 if length in _UNKNOWN else length


def _ratio(length: int, scale: int) -> float:
    return length / scale if scale else 0.0


def _check_samples(track: _Track, layout: _Layout) -> int:
    """Check that every chunk lies in the media of the file; return the number of samples."""
    uniform, count, ends = _sample_sizes(track.table)
    chunks = _chunks(track.table)
    runs = _table(_need(track.table, b"stsc"), 4, "I", 3)
    firsts, per_chunk = runs[0::3], runs[1::3]
    if count and not (chunks and len(firsts) and firsts[0] == 1 and 0 not in per_chunk):
        raise NotPlayable("broken")
    done = 0
    run = 0
    for number, start in enumerate(chunks, 1):
        if run + 1 < len(firsts) and firsts[run + 1] <= number:
            run += 1
        upto = min(count, done + per_chunk[run]) if count else 0
        length = uniform * (upto - done) if uniform else _between(ends, done, upto)
        if length:
            layout.need(start, length)
        done = upto
    if done < count:
        raise NotPlayable("broken")
    return count


def _ticks(table: memoryview) -> int:
    """How long all samples take; FFmpeg counts a frame more in the header where order changes."""
    times = _find(table, b"stts")
    runs = array("I") if times is None else _table(times, 4, "I", 2)
    return sum(map(mul, runs[0::2], runs[1::2]))


def _sample_sizes(table: memoryview) -> tuple[int, int, array[int]]:
    """Return the size that all samples share (or 0), their number, and their running sum."""
    box = _need(table, b"stsz")
    (uniform,), (count,) = _U32.unpack_from(box, 4), _U32.unpack_from(box, 8)
    sizes = array("I") if uniform else _table(box, 8, "I", 1)
    return uniform, count, array("Q", accumulate(sizes))


def _between(ends: array[int], first: int, last: int) -> int:
    if last == first:
        return 0
    return ends[last - 1] - (ends[first - 1] if first else 0)


def _chunks(table: memoryview) -> array[int]:
    short = _find(table, b"stco")
    return _table(_need(table, b"co64"), 4, "Q", 1) if short is None else _table(short, 4, "I", 1)


def _table(box: memoryview, at: int, code: Literal["I", "Q"], columns: int) -> array[int]:
    """Return the numbers of a table whose count of rows stands at an offset in its box."""
    (rows,) = _U32.unpack_from(box, at)
    numbers = array(code)
    raw = box[at + 4 : at + 4 + rows * columns * numbers.itemsize]
    if len(raw) < rows * columns * numbers.itemsize:
        raise NotPlayable("broken")
    numbers.frombytes(raw)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def _fragments(file: BinaryIO, layout: _Layout) -> dict[int, tuple[int, int]]:
    """Check the bytes of all fragments; return length, in its own scale, and samples by track."""
    extends = [body for kind, body in _boxes(_need(layout.index, b"mvex")) if kind == b"trex"]
    defaults = {_U32.unpack_from(body, 4)[0]: body for body in extends}
    found: dict[int, tuple[int, int]] = {}
    for box, start, end in layout.fragments:
        for kind, body in _boxes(_read(file, start, end)):
            if kind == b"traf":
                track, length, samples = _fragment(body, defaults, box, layout)
                before = found.get(track, (0, 0))
                found[track] = (before[0] + length, before[1] + samples)
    return found


def _fragment(
    body: memoryview, defaults: dict[int, memoryview], base: int, layout: _Layout
) -> tuple[int, int, int]:
    header = _need(body, b"tfhd")
    flags, track = _U32.unpack_from(header)[0], _U32.unpack_from(header, 4)[0]
    if track not in defaults:
        raise NotPlayable("broken")
    duration, size = (_U32.unpack_from(defaults[track], at)[0] for at in (12, 16))
    at = 8
    if flags & 0x1:
        (base,) = _U64.unpack_from(header, at)
        at += 8
    at += 4 if flags & 0x2 else 0
    if flags & 0x8:
        (duration,) = _U32.unpack_from(header, at)
        at += 4
    if flags & 0x10:
        (size,) = _U32.unpack_from(header, at)
    total = samples = 0
    end = base
    for kind, run in _boxes(body):
        if kind == b"trun":
            offset, length, amount = _run(run, duration, size)
            begin = end if offset is None else base + offset
            if amount:
                layout.need(begin, amount)
            end = begin + amount
            total += length
            samples += _U32.unpack_from(run, 4)[0]
    return track, total, samples


def _run(run: memoryview, duration: int, size: int) -> tuple[int | None, int, int]:
    """Return data offset, length in time and size in bytes of a run of samples."""
    (flags,), (count,) = _U32.unpack_from(run), _U32.unpack_from(run, 4)
    at = 8
    offset = None
    if flags & 0x1:
        (offset,) = Struct(">i").unpack_from(run, at)
        at += 4
    at += 4 if flags & 0x4 else 0
    fields = [bit for bit in (0x100, 0x200, 0x400, 0x800) if flags & bit]
    width = 4 * len(fields) * count
    if at + width > len(run):
        raise NotPlayable("broken")
    numbers = array("I", run[at : at + width].tobytes())
    if sys.byteorder == "little":
        numbers.byteswap()
    step = len(fields) or 1
    length = sum(numbers[0::step]) if flags & 0x100 else duration * count
    place = 1 if flags & 0x100 else 0
    amount = sum(numbers[place::step]) if flags & 0x200 else size * count
    return offset, length, amount


def _seconds(video: _Track, fragments: int, index: memoryview) -> float:
    scale, length = _header_times(_need(index, b"mvhd"))
    told = _ratio(length, scale)
    if not fragments:
        return told or _ratio(video.length, video.scale)
    duration = max(told, _ratio(video.length + fragments, video.scale))
    header = _find(index, b"mvex", b"mehd")
    if header is not None:
        (whole,) = (_U64 if _is_long(header) else _U32).unpack_from(header, 4)
        # The header knows the length of the whole: fragments that fall short are missing.
        if duration < 0.9 * _ratio(whole, scale):
            raise NotPlayable("truncated")
    return duration
