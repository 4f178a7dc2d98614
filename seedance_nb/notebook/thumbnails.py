"""Small pictures of inputs: an image, the first frame of a clip, the waves of a sound.

Needs the extra `media`; without it, and for a file that cannot be read, there is no picture.
"""

from __future__ import annotations

import array
import base64
import io
import threading
import warnings
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from seedance_nb.core.media import Media

__all__ = ["thumbnail"]

WIDE, TALL = 224, 136  # pixels; shown at half of that, so that it is sharp on dense screens
_REMEMBERED = 128
_LARGEST = 40_000_000  # pixels that are decoded for a small picture; a JPEG is read scaled down
_QUALITY = 74
_BARS = 56
_LEAP = WIDE // _BARS
_RATE = 8000  # samples a second, by which a sound is drawn
_LONGEST = 16 * _RATE
_WAVE = (47, 128, 237, 255)

_known: OrderedDict[tuple[str, str], str] = OrderedDict()
_guard = threading.Lock()


def thumbnail(name: str, media: Media, copy: Path | None = None) -> str:
    """A data URI of a few kilobytes; empty where there is no picture. Remembered by content.

    Args:
        name: Field of the request: images, videos or audios.
        media: The file.
        copy: Where its bytes are for certain; a file of the user's may have changed by now.
    """
    key = name, media.sha256
    with _guard:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    source = copy or media.source
    if source is None:
        return ""
    made = _made(name, media, source)
    with _guard:
        _known[key] = made
        while len(_known) > _REMEMBERED:
            _known.popitem(last=False)
    return made


def _made(name: str, media: Media, source: Path | bytes) -> str:
    try:
        import av  # noqa: PLC0415 - large, and not always installed
        from PIL import Image  # noqa: PLC0415 - not always installed
    except ImportError:
        return ""
    draw = {"images": _image, "videos": _frame, "audios": _waves}[name]
    # A damaged PNG is a SyntaxError to Pillow.
    errors = (
        *(OSError, ValueError, SyntaxError, LookupError, StopIteration),
        *(av.FFmpegError, Image.DecompressionBombError),
    )
    try:
        return _encoded(draw(media, io.BytesIO(source) if isinstance(source, bytes) else source))
    except errors:
        return ""


def _encoded(picture: Any) -> str:
    picture.thumbnail((WIDE, TALL))
    clear = picture.has_transparency_data
    kept = io.BytesIO()
    if clear:
        picture.convert("RGBA").save(kept, "PNG", optimize=True)
    else:
        picture.convert("RGB").save(kept, "JPEG", quality=_QUALITY, optimize=True)
    kind = "png" if clear else "jpeg"
    return f"data:image/{kind};base64," + base64.b64encode(kept.getvalue()).decode("ascii")


def _image(media: Media, source: Any) -> Any:
    from PIL import Image, ImageOps  # noqa: PLC0415 - looked for before

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # judged here
        picture = Image.open(source)
    with picture:
        width, height = picture.size
        if width * height > _LARGEST and media.format != "jpeg":
            raise ValueError
        picture.draft("RGB", (WIDE, TALL))
        picture.thumbnail((2 * WIDE, 2 * TALL), reducing_gap=2.0)
        return ImageOps.exif_transpose(picture)


def _frame(_: Media, source: Any) -> Any:
    import av  # noqa: PLC0415 - looked for before

    with av.open(source) as film:
        return next(film.decode(video=0)).to_image()


def _waves(_: Media, source: Any) -> Any:
    """How loud a sound is from its beginning to its end, as bars."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - looked for before

    samples = _samples(source)
    step = max(1, len(samples) // _BARS)
    heights = [max(map(abs, samples[at : at + step])) for at in range(0, len(samples), step)]
    loudest = max(1, *heights)
    picture = Image.new("RGBA", (WIDE, TALL), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    for number, height in enumerate(heights[:_BARS]):
        half = max(1, round(height / loudest * (TALL / 2 - 12)))
        left = number * _LEAP
        box = (left, TALL // 2 - half, left + _LEAP - 2, TALL // 2 + half)
        pen.rectangle(box, fill=_WAVE)
    return picture


def _samples(source: Any) -> array.array[int]:
    import av  # noqa: PLC0415 - looked for before

    samples: array.array[int] = array.array("h")
    resampler = av.AudioResampler(format="s16", layout="mono", rate=_RATE)
    with av.open(source) as sound:
        for frame in sound.decode(audio=0):
            for part in resampler.resample(frame):
                samples.frombytes(bytes(part.planes[0])[: 2 * part.samples])
            if len(samples) > _LONGEST:
                break
    return samples
