"""What a file is, by its content: format, sides, length, frame rate, and whether it is whole.

Told from headers with the standard library alone; what these leave open is asked of the extra
`media`, and stays None without it. No more than one picture is decoded.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from seedance_nb.core.catalog import LIMITS
from seedance_nb.evolink import mp4, pictures, sound

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

__all__ = ["Facts", "probe"]

_HEAD = 4096
# What the service does not take is named as people name it, so that a refusal can say it.
_SIGNS = (
    (0, b"\xff\xd8\xff", "jpeg"), (0, b"\x89PNG\r\n\x1a\n", "png"), (0, b"GIF8", "GIF"),
    (0, b"BM", "BMP"), (0, b"II*\0", "TIFF"), (0, b"MM\0*", "TIFF"), (0, b"8BPS", "PSD"),
    (0, b"\0\0\1\0", "ICO"), (4, b"JXL ", "JPEG XL"), (0, b"\xff\x0a", "JPEG XL"),
    (4, b"jP  ", "JPEG 2000"), (0, b"fLaC", "FLAC"), (0, b"OggS", "OGG"), (0, b"FORM", "AIFF"),
    (0, b"#!AMR", "AMR"), (0, b"FLV", "FLV"), (0, b"0&\xb2u\x8ef\xcf\x11", "WMV"),
    (0, b"\0\0\1\xba", "MPEG"), (0, b"\0\0\1\xb3", "MPEG"), (0, b"RF64", "RF64"),
    (0, b"%PDF", "PDF"), (0, b"PK\3\4", "ZIP"), (0, b"ADIF", "AAC"), (0, b"MThd", "MIDI"),
    *((4, kind, "mov") for kind in (b"moov", b"mdat", b"wide", b"pnot")),
)  # fmt: skip
_RIFF = {b"WEBP": "webp", b"WAVE": "wav", b"AVI ": "AVI"}
_BRANDS = {
    "HEIC": {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"},
    "AVIF": {b"avif", b"avis"}, "mov": {b"qt  "}, "M4A": {b"M4A ", b"M4B ", b"M4P "},
    "CR3": {b"crx "},
}  # fmt: skip
_MARKUP = ((b"<svg", "SVG"), (b"<!doctype html", "HTML"), (b"<html", "HTML"))
_CUT = {"truncated", "no_data", "no_index"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a file.

    Attributes:
        format: One of `catalog.FORMATS`, or another word for what the service does not take.
        width: Pixels, as displayed.
        height: Pixels, as displayed.
        duration: Seconds.
        fps: Frames a second.
        flaw: "truncated", "broken" or "empty" (no picture or sound in it); else "".
    """

    format: str
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    fps: float | None = None
    flaw: str = ""


def probe(file: BinaryIO, size: int) -> Facts:
    """What a file is.

    Args:
        file: Open for reading, seekable.
        size: Its bytes.
    """
    file.seek(0)
    form = _format(file, file.read(_HEAD))
    read = _READERS.get(form)
    if read is None:
        return Facts(format=form)
    try:
        facts = read(file, size)
    except pictures.Cut:
        return Facts(format=form, flaw="truncated")
    except (ValueError, struct.error):
        return Facts(format=form, flaw="broken")
    return _completed(replace(facts, format=form), file)


def _format(file: BinaryIO, head: bytes) -> str:
    if head[4:8] == b"ftyp":
        return _brand(head)
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "RIFF")
    if head[:4] == b"\x1aE\xdf\xa3":
        return "WebM" if b"webm" in head[:64] else "Matroska"
    for at, sign, form in _SIGNS:
        if head[at : at + len(sign)] == sign:
            return form
    return _text(head) or _sound(file, head)


def _brand(head: bytes) -> str:
    """The format of a file of boxes, by what it says it is and what it says it is like."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    alike = {head[at : at + 4] for at in range(16, end, 4)}
    major = head[8:12]
    if major in _BRANDS["HEIC"] and alike & _BRANDS["AVIF"]:
        return "AVIF"
    return next((form for form, brands in _BRANDS.items() if major in brands), "mp4")


def _text(head: bytes) -> str:
    words = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not words.startswith(b"<"):
        return ""
    return next((form for mark, form in _MARKUP if mark in words), "XML")


def _sound(file: BinaryIO, head: bytes) -> str:
    """An MP3 or AAC, which may have tags in front."""
    start = sound.mp3_start(head)
    if start:
        file.seek(start)
        behind = file.read(4)
        if behind == b"fLaC":
            return "FLAC"
        return "AAC" if _is_adts(behind) else "mp3"
    if _is_adts(head):
        return "AAC"
    # Layer III, and no mark of a text in UTF-16.
    is_mp3 = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2  # noqa: PLR2004
    return "mp3" if is_mp3 else ""


def _is_adts(head: bytes) -> bool:
    return len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0  # noqa: PLR2004


def _picture(read: Callable[[BinaryIO, int], pictures.Sides]) -> Callable[[BinaryIO, int], Facts]:
    def facts(file: BinaryIO, size: int) -> Facts:
        sides = read(file, size)
        return Facts(format="", width=sides.width, height=sides.height)

    return facts


def _heard(read: Callable[[BinaryIO, int], float | None]) -> Callable[[BinaryIO, int], Facts]:
    return lambda file, size: Facts(format="", duration=read(file, size))


def _film(file: BinaryIO, _: int) -> Facts:
    try:
        clip = mp4.examine(file)
    except mp4.NotPlayable as refusal:
        if refusal.reason in _CUT:
            raise pictures.Cut from None
        flaws = {"no_video": "empty", "broken": "broken"}
        # Without a flaw it is a MOV of the old kind, or one that does not say how long it is.
        return Facts(format="", flaw=flaws.get(refusal.reason, ""))
    return Facts(
        format="", width=clip.width, height=clip.height, duration=clip.duration, fps=clip.fps
    )


_READERS: dict[str, Callable[[BinaryIO, int], Facts]] = {
    "jpeg": _picture(pictures.jpeg),
    "png": _picture(pictures.png),
    "webp": _picture(pictures.webp),
    "wav": _heard(sound.wav),
    "mp3": _heard(sound.mp3),
    "mp4": _film,
    "mov": _film,
}


def _completed(facts: Facts, file: BinaryIO) -> Facts:
    """With what only the extra `media` can tell, where the headers leave something open.

    A film whose boxes make no sense to us may make sense to it.
    """
    asked = next(limits.facts for limits in LIMITS.values() if facts.format in limits.formats)
    known = all(getattr(facts, fact) is not None for fact in asked)
    if known or facts.flaw not in ("", "broken"):
        return facts
    try:
        import av  # noqa: PLC0415 - large, and not always installed
    except ImportError:
        return facts
    file.seek(0)
    found: dict[str, Any] = {}
    try:
        with av.open(file, "r") as container:
            if container.duration:
                found["duration"] = container.duration / av.time_base
            if "fps" in asked:
                found |= _seen(container)
    except (av.FFmpegError, OSError, ValueError, LookupError, StopIteration):
        return replace(facts, flaw="broken")
    return replace(facts, **found, flaw="")


def _seen(container: Any) -> dict[str, Any]:
    """Sides and frame rate by the first picture, the only one that is decoded."""
    rate = container.streams.video[0].average_rate
    first = next(container.decode(video=0))
    return {"width": first.width, "height": first.height, "fps": float(rate) if rate else None}
