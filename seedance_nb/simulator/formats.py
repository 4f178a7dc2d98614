"""What a file is, by its first bytes; names and endings do not count."""

from __future__ import annotations

__all__ = ["HEAD", "MIME", "format_of"]

HEAD = 16
"""How many first bytes `format_of` looks at."""

MIME = {
    "jpeg": ("image/jpeg", ".jpg"),
    "png": ("image/png", ".png"),
    "gif": ("image/gif", ".gif"),
    "webp": ("image/webp", ".webp"),
    "mp3": ("audio/mpeg", ".mp3"),
    "wav": ("audio/wav", ".wav"),
    "mp4": ("video/mp4", ".mp4"),
    "mov": ("video/quicktime", ".mov"),
}
"""Format -> content type and ending, of all that may be uploaded."""

_MAGIC = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF8", "gif"),
    (b"ID3", "mp3"),
    (b"BM", "bmp"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"\x1aE\xdf\xa3", "webm"),
    (b"fLaC", "flac"),
    (b"OggS", "ogg"),
)
_STILLS = {b"heic": "heic", b"heix": "heic", b"mif1": "heic", b"avif": "avif", b"avis": "avif"}
_LAYER_THREE = 0b01


def format_of(head: bytes) -> str:
    """The format in one lower-case word, empty for one that is not known."""
    for start, name in _MAGIC:
        if head.startswith(start):
            return name
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav"}.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return _STILLS.get(head[8:12], "mov" if head[8:10] == b"qt" else "mp4")
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:  # noqa: PLR2004 - a sync word
        return "mp3" if head[1] >> 1 & 0b11 == _LAYER_THREE else ""
    return ""
