"""One picture of a video on disk, as Pillow's."""

from __future__ import annotations

import operator
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Any

from seedance_nb.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["frame"]


def frame(path: Path, index: float) -> Any:
    """One picture of a video; see `Video.frame`.

    Raises:
        ConfigError: There is no such frame or file, or the extra `media` is not installed.
    """
    try:
        import av  # noqa: PLC0415 - large, and not always installed
        from PIL import Image  # noqa: F401, PLC0415 - what `to_image` makes
    except ImportError:
        raise ConfigError("error.frame.media") from None
    try:
        index = index if isinstance(index, float) else operator.index(index)
    except TypeError:
        raise ConfigError("error.frame.index", value=index) from None
    try:
        with av.open(str(path), "r") as film:
            found = (_at if isinstance(index, float) else _numbered)(film, index)
            picture = None if found is None else found.to_image()
    except FileNotFoundError:
        raise ConfigError("error.file.gone", path=str(path)) from None
    except (av.FFmpegError, OSError, ValueError, IndexError):
        raise ConfigError("error.frame.broken", path=str(path)) from None
    if picture is None:
        raise ConfigError("error.frame.none", value=index, path=str(path))
    return picture


def _numbered(film: Any, index: float) -> Any:
    """By number: from 0 on, or from the end on if negative."""
    if index >= 0:
        return next(islice(film.decode(video=0), int(index), None), None)
    wanted = int(-index)
    last = deque(_late(film), wanted)
    if len(last) < wanted:  # there are more in front of the last point to begin at
        film.seek(0)
        last = deque(film.decode(video=0), wanted)
    return last[0] if len(last) == wanted else None


def _late(film: Any) -> Iterator[Any]:
    """The frames from the last one on that stands for itself."""
    film.seek(film.duration or 0)
    yield from film.decode(video=0)


def _at(film: Any, seconds: float) -> Any:
    """By time: what is seen then; from the end on if negative."""
    stream = film.streams.video[0]
    whole = (film.duration or 0) / 1_000_000
    moment = seconds + whole if seconds < 0 else seconds
    if not 0 <= moment <= whole:
        return None
    film.seek(int(moment / stream.time_base), stream=stream)
    found = None
    for shown in film.decode(video=0):
        if found is not None and shown.time > moment:
            break
        found = shown
    return found
