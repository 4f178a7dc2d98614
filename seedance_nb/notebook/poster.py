"""The first picture of a video, for a grid that is looked at before it is played."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

WIDE = 320  # pixels
QUALITY = 70  # of the JPEG: about 10 kB a picture


def poster(path: Path) -> str:
    """The first picture as a small JPEG in a data URI.

    Empty without the extra `media`, or where the file cannot be read: a browser that has the video
    then shows its first picture by itself.
    """
    try:
        import av  # noqa: PLC0415 - large, and not always installed
        from PIL import Image  # noqa: F401, PLC0415 - what `to_image` makes
    except ImportError:
        return ""
    try:
        with av.open(str(path)) as film:
            picture = next(film.decode(video=0)).to_image()  # type: ignore[no-untyped-call]
    except (av.FFmpegError, OSError, ValueError, StopIteration, IndexError):
        return ""
    picture.thumbnail((WIDE, 2 * WIDE))
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=QUALITY, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(kept.getvalue()).decode("ascii")
