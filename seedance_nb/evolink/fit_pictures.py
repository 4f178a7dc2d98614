"""Pictures cropped, scaled and converted, with Pillow; see `fit`."""

from __future__ import annotations

import importlib
import io
import warnings
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from PIL import Image, ImageOps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from seedance_nb.core.fitting import Plan
    from seedance_nb.core.media import Media

__all__ = ["ERRORS", "make", "measured"]

# A damaged PNG is a SyntaxError to Pillow.
ERRORS = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)
_QUALITIES = (95, 88, 78, 65, 50)
_TURNED = range(5, 9)  # orientations of Exif that exchange the sides
_ORIENTATION = 0x0112


def measured(file: Media) -> Media:
    """The file with its sides, where they were not known."""
    if file.width and file.height:
        return file
    with _opened(file) as picture:
        width, height = picture.size
        if picture.getexif().get(_ORIENTATION) in _TURNED:
            width, height = height, width
    return replace(file, width=width, height=height)


def make(file: Media, plan: Plan, path: Path) -> None:
    """Write the picture that the plan speaks of; what has transparent parts keeps them."""
    with _opened(file) as picture:
        if plan.sides and not plan.crop:
            least = min(plan.sides)
            picture.draft(None, (least, least))  # a JPEG need not be decoded in full size
        ImageOps.exif_transpose(picture, in_place=True)
        done = _plain(picture)
        profile = done.info.get("icc_profile") if picture.mode != "CMYK" else None
    if plan.crop:
        done = _cropped(done, plan.crop)
    if plan.sides and done.size != plan.sides:
        done = done.resize(plan.sides, Image.Resampling.LANCZOS)
    for form, options in _ways(plan.format, has_alpha="A" in done.getbands()):
        done.save(path, form, icc_profile=profile, exif=b"", **options)
        if path.stat().st_size <= plan.most_bytes:
            return


def _ways(form: str, *, has_alpha: bool) -> Iterator[tuple[str, dict[str, int]]]:
    """Formats and qualities, the best first."""
    if form == "png" or (form == "jpeg" and has_alpha):
        yield "PNG", {}
        form = "webp" if has_alpha else "jpeg"
    for quality in _QUALITIES:
        yield form.upper(), {"quality": quality}


@contextmanager
def _opened(file: Media) -> Iterator[Image.Image]:
    if file.format == "HEIC":
        with suppress(ImportError):
            importlib.import_module("pillow_heif").register_heif_opener()
    source = io.BytesIO(file.source) if isinstance(file.source, bytes) else file.source
    assert source is not None  # noqa: S101 - the caller looked
    with warnings.catch_warnings():
        # Large pictures are what this is for; Pillow still refuses those of 180 megapixels.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        picture = Image.open(source)
    with picture:
        yield picture


def _plain(picture: Image.Image) -> Image.Image:
    """With 8 bits for each of grey, or red, green and blue, and transparency where it has some.

    What is so already is not copied: a large picture would not fit into the memory twice.
    """
    mode = "L" if picture.mode in ("1", "L") else "RGB"
    mode = "RGBA" if picture.has_transparency_data else mode
    if picture.mode == mode:
        return picture
    if picture.mode.startswith("I;16"):
        return picture.point(lambda value: value * (1 / 256)).convert("L")
    return picture.convert(mode)


def _cropped(picture: Image.Image, sides: tuple[int, int]) -> Image.Image:
    left, top = (picture.width - sides[0]) // 2, (picture.height - sides[1]) // 2
    return picture.crop((left, top, left + sides[0], top + sides[1]))
