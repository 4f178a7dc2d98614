"""What a path that is being typed may become: the folders and media files of that name."""

from __future__ import annotations

import os
from itertools import islice

__all__ = ["MOST", "line_typed", "offers"]

MOST = 8  # that are offered
_LOOKED_AT = 2_000  # entries of a folder
_LONGEST = 1_000  # characters of a path
_ENDINGS = {
    "images": (".jpg", ".jpeg", ".png", ".webp", ".heic", ".avif", ".gif", ".bmp", ".tif", ".tiff"),
    "videos": (".mp4", ".mov", ".webm", ".mkv", ".avi", ".m4v", ".gif"),
    "audios": (".wav", ".mp3", ".m4a", ".aac", ".flac", ".ogg", ".aiff", ".aif"),
}


def line_typed(before: str, after: str) -> int | None:
    """Which line of a text was just changed; None where lines came or went."""
    old, new = before.split("\n"), after.split("\n")
    changed = [at for at, line in enumerate(new) if at >= len(old) or line != old[at]]
    return changed[0] if len(changed) == 1 else None


def offers(line: str, name: str) -> list[str]:
    """Paths that begin like this one, as it is spelt; a folder ends with a slash.

    Args:
        line: What was typed so far.
        name: Field of the request: images, videos or audios.
    """
    if not line.strip() or "://" in line or line.startswith("data:") or len(line) > _LONGEST:
        return []
    folder, beginning = os.path.split(line)
    spelt = line[: len(line) - len(beginning)]
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as entries:  # noqa: PTH111 - as spelt
            found = [_named(entry) for entry in islice(entries, _LOOKED_AT)]
    except (OSError, ValueError):
        return []
    if beginning in found:
        return []
    wanted = [one for one in found if _is_offered(one, beginning, _ENDINGS[name])]
    wanted.sort(key=lambda one: (not one.casefold().startswith(beginning.casefold()), one))
    return [spelt + one for one in wanted[:MOST]]


def _named(entry: os.DirEntry[str]) -> str:
    try:
        return entry.name + "/" if entry.is_dir() else entry.name
    except OSError:
        return entry.name


def _is_offered(name: str, beginning: str, endings: tuple[str, ...]) -> bool:
    """Whether it goes on from what was typed, and can stand on a line."""
    folded = name.casefold()
    known = folded.endswith(endings) or name.endswith("/")
    hidden = name.startswith(".") and not beginning.startswith(".")
    fits = name.isprintable() and name == name.strip()
    return known and fits and not hidden and beginning.casefold() in folded
