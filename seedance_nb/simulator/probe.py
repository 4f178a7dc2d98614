"""Looks at an input and says whether the service would take it: limits of the model pages.

Bytes and formats are judged by the standard library; sizes, lengths and frame rates by Pillow
and PyAV. Where these are not installed, what they would tell is taken for granted.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from seedance_nb.simulator.formats import HEAD, format_of
from seedance_nb.simulator.inputs import Fault, Input

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["BOUNDS", "Bounds", "check_totals", "examine", "too_large", "unreachable"]

_MB = 10**6
_CUT = 0.5  # Seconds that a film may lack; the last frame and edit lists are no matter.
_SLACK = 0.05  # Containers round lengths, and 23.976 frames a second count as 24.


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one kind of input may be, both ends inclusive."""

    formats: tuple[str, ...]
    most_bytes: int
    sides: tuple[int, int] = (300, 6000)
    ratios: tuple[float, float] = (0.4, 2.5)
    area: tuple[int, int] | None = None
    seconds: tuple[float, float] | None = None
    fps: tuple[float, float] | None = None


BOUNDS: Mapping[str, Bounds] = {
    "image": Bounds(formats=("jpeg", "png", "webp"), most_bytes=30 * _MB),
    "video": Bounds(
        formats=("mp4", "mov"),
        most_bytes=50 * _MB,
        area=(409_600, 2_086_876),
        seconds=(2, 15),
        fps=(24, 60),
    ),
    "audio": Bounds(formats=("wav", "mp3"), most_bytes=15 * _MB, seconds=(2, 15)),
}
"""Kind of input -> its bounds, from the pages of image-to-video and reference-to-video."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a file tells of itself; None for what it has not, or nobody could read."""

    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    fps: float | None = None


def unreachable(kind: str, where: str, reason: str) -> Fault:
    """The fault of an input that cannot be downloaded."""
    if kind == "image":
        return _broken_image(f"{where} could not be downloaded ({reason})")
    return _invalid(
        f"{kind} could not be downloaded, please check URL accessibility", where, reason
    )


def too_large(kind: str, where: str) -> Fault:
    """The fault of an input with too many bytes."""
    most = BOUNDS[kind].most_bytes // _MB
    return Fault("invalid_parameters", f"file size exceeds {most}MB: {where}")


def examine(path: Path, kind: str, where: str) -> Input:
    """The facts of an input, without its content's name.

    Args:
        path: The file.
        kind: image, video or audio.
        where: How the input is called in messages, such as `image_urls[0]`.

    Raises:
        Fault: The service would not take it.
    """
    bounds = BOUNDS[kind]
    with path.open("rb") as file:
        form = format_of(file.read(HEAD))
    if form in {"heic", "avif"}:
        raise _broken_image(f"{where} is {form}")
    if form not in bounds.formats:
        taken = ", ".join(bounds.formats)
        raise _invalid("unsupported file type", where, f"{form or 'unknown'}, not one of {taken}")
    if path.stat().st_size > bounds.most_bytes:
        raise too_large(kind, where)
    read = {"image": _read_image, "video": _read_video, "audio": _read_audio}[kind]
    facts = read(path, form, where)
    _check_picture(kind, facts, where)
    _check_time(kind, facts, where)
    return Input(kind, "", path, facts.width or 0, facts.height or 0, facts.seconds or 0.0)


def check_totals(inputs: Sequence[Input]) -> None:
    """Holds the lengths of all inputs of a kind together against the bound of one.

    Raises:
        Fault: They are too long.
    """
    for kind in ("video", "audio"):
        most = (BOUNDS[kind].seconds or (0, 0))[1]
        total = sum(each.seconds for each in inputs if each.kind == kind)
        if total > most + _SLACK:
            words = f"Total {kind} duration must not exceed {most} seconds"
            raise _invalid(words, f"{kind}_urls", f"{total:.2f} s")


def _invalid(words: str, where: str, found: str) -> Fault:
    return Fault("invalid_parameters", f"{words}: {where} ({found})")


def _broken_image(words: str) -> Fault:
    return Fault("image_processing_error", f"Failed to process image: {words}")


def _check_picture(kind: str, facts: _Facts, where: str) -> None:
    width, height = facts.width, facts.height
    if not width or not height:
        return
    bounds, found = BOUNDS[kind], f"{width}x{height}"
    low, high = bounds.sides
    if not (low <= width <= high and low <= height <= high):
        raise _invalid(f"{kind} dimensions must be between {low} and {high}", where, found)
    narrow, wide = bounds.ratios
    if not narrow <= width / height <= wide:
        raise _invalid(f"{kind} aspect ratio must be between {narrow} and {wide}", where, found)
    if bounds.area and not bounds.area[0] <= width * height <= bounds.area[1]:
        few, many = bounds.area
        raise _invalid(f"{kind} pixels must be between {few} and {many}", where, found)


def _check_time(kind: str, facts: _Facts, where: str) -> None:
    bounds = BOUNDS[kind]
    if bounds.seconds and facts.seconds is not None:
        low, high = bounds.seconds
        if not low - _SLACK <= facts.seconds <= high + _SLACK:
            words = f"{kind.capitalize()} duration must be between {low}-{high} seconds"
            raise _invalid(words, where, f"{facts.seconds:.2f} s")
    if bounds.fps and facts.fps is not None:
        low, high = bounds.fps
        if not low - _SLACK <= facts.fps <= high + _SLACK:
            words = f"{kind} frame rate must be between {low} and {high} fps"
            raise _invalid(words, where, f"{facts.fps:.2f} fps")


def _library(name: str) -> Any:
    """A library of the extra `media`, None where it is not installed."""
    try:
        return import_module(name)
    except ImportError:
        return None


def _read_image(path: Path, form: str, where: str) -> _Facts:
    """The size by the header; the pixels are decoded only where the size is allowed."""
    plugin = _library(_PLUGINS[form][0])
    if plugin is None:
        return _Facts()
    try:
        # The plugin itself: `Image.open` warns of pictures that are refused here anyway.
        with getattr(plugin, _PLUGINS[form][1])(str(path)) as picture:
            _check_picture("image", _Facts(*picture.size), where)
            picture.load()
            turned = picture.getexif().get(_ORIENTATION, 1) in _LYING
            width, height = picture.size
    except (OSError, SyntaxError, ValueError, IndexError, KeyError, TypeError) as error:
        raise _broken_image(f"{where} is corrupt") from error
    return _Facts(height, width) if turned else _Facts(width, height)


_PLUGINS = {
    "jpeg": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "png": ("PIL.PngImagePlugin", "PngImageFile"),
    "webp": ("PIL.WebPImagePlugin", "WebPImageFile"),
}
_ORIENTATION = 0x0112
_LYING = frozenset({5, 6, 7, 8})


def _read_video(path: Path, form: str, where: str) -> _Facts:
    av = _library("av")
    if av is None:
        return _Facts()
    try:
        with av.open(str(path), format=form) as container:
            stream = container.streams.video[0]
            frame = next(container.decode(stream))
            sizes = (frame.width, frame.height)
            width, height = sizes[::-1] if getattr(frame, "rotation", 0) % 180 else sizes
            seconds, fps = _seconds(container, stream), stream.average_rate
            if seconds is not None and _reach(container, stream) < seconds - _CUT:
                raise _invalid("Failed to detect video duration", where, "cut off")
    except (av.error.FFmpegError, StopIteration, IndexError, ValueError) as error:
        raise _invalid("Failed to detect video duration", where, "corrupt") from error
    return _Facts(width, height, seconds, float(fps) if fps else None)


def _reach(container: Any, stream: Any) -> float:
    """How many seconds of a film are really there, by its packets; nothing is decoded."""
    container.seek(0)
    times = [packet.pts for packet in container.demux(stream) if packet.pts is not None]
    return float((max(times) - min(times)) * stream.time_base) if times else 0.0


def _read_audio(path: Path, form: str, where: str) -> _Facts:
    av = _library("av")
    if av is None:
        return _Facts()
    try:
        with av.open(str(path), format=form) as container:
            stream = container.streams.audio[0]
            next(container.decode(stream))
            seconds = _seconds(container, stream)
    except (av.error.FFmpegError, StopIteration, IndexError, ValueError) as error:
        raise _invalid("Failed to detect audio duration", where, "corrupt") from error
    return _Facts(seconds=seconds)


def _seconds(container: Any, stream: Any) -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return None if container.duration is None else container.duration / 1e6
