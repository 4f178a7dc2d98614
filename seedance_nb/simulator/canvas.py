"""Pictures as the encoder wants them: a plane of brightness and two of colour, half as large.

Painting on the planes themselves is several times cheaper than on RGB: nothing is converted a
frame, and three quarters of the colour need no painting. BT.709, limited range.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "FPS",
    "Canvas",
    "Rgb",
    "Sprite",
    "Stencil",
    "Ycc",
    "gradient",
    "mix",
    "planes_of",
    "ycc",
]

Rgb: TypeAlias = tuple[float, float, float]
Ycc: TypeAlias = tuple[int, int, int]
Planes: TypeAlias = tuple[Image.Image, Image.Image, Image.Image]

FPS = 24
"""Frames a second of every clip."""

_Y = (0.2126, 0.7152, 0.0722)
_CB = (-0.1146, -0.3854, 0.5)
_CR = (0.5, -0.4542, -0.0458)
_ROWS = ((_Y, 219.0, 16.0), (_CB, 224.0, 128.0), (_CR, 224.0, 128.0))


def ycc(colour: Rgb) -> Ycc:
    """A colour of 0-255 parts as brightness, blueness and redness."""
    y, cb, cr = (
        round(base + scale / 255 * sum(a * b for a, b in zip(row, colour, strict=True)))
        for row, scale, base in _ROWS
    )
    return y, cb, cr


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """`one` at share 0, `other` at 1."""
    a, b, c = (x + (y - x) * share for x, y in zip(one, other, strict=True))
    return a, b, c


def planes_of(picture: Image.Image) -> Planes:
    """The planes of an RGB picture."""
    y, cb, cr = (
        picture.convert("L", (*(each * scale / 255 for each in row), base))
        for row, scale, base in _ROWS
    )
    return y, cb.reduce(2), cr.reduce(2)


@dataclass(frozen=True, slots=True)
class Stencil:
    """Where paint goes, 0-255, for the brightness and, at half size, for the colour."""

    full: Image.Image
    half: Image.Image

    @classmethod
    def of(cls, mask: Image.Image) -> Stencil:
        """From a mask of full size."""
        return cls(mask, mask.reduce(2))

    def window(self, x: int, width: int) -> Stencil:
        """The part from `x` on, as wide as given."""
        height = self.full.height
        full = self.full.crop((x, 0, x + width, height))
        left = x // 2
        return Stencil(full, self.half.crop((left, 0, left + (width + 1) // 2, self.half.height)))


@dataclass(frozen=True, slots=True)
class Sprite:
    """A picture with a shape."""

    planes: Planes
    stencil: Stencil

    @classmethod
    def of(cls, picture: Image.Image) -> Sprite:
        """From an RGBA picture."""
        return cls(planes_of(picture.convert("RGB")), Stencil.of(picture.getchannel("A")))


@dataclass(frozen=True, slots=True)
class Canvas:
    """A frame in the making; brightness may be wider than the picture, as the encoder pads it."""

    planes: Planes

    @classmethod
    def blank(cls, sizes: Sequence[tuple[int, int]]) -> Canvas:
        """A black one, of the sizes of the three planes."""
        y, cb, cr = (
            Image.new("L", size, value) for size, value in zip(sizes, (16, 128, 128), strict=True)
        )
        return cls((y, cb, cr))

    def copy(self) -> Canvas:
        """Another one that looks alike."""
        y, cb, cr = (plane.copy() for plane in self.planes)
        return Canvas((y, cb, cr))

    def faded(self, over: Canvas, share: float) -> Canvas:
        """This one at share 0, `over` at 1."""
        y, cb, cr = (
            Image.blend(own, other, share)
            for own, other in zip(self.planes, over.planes, strict=True)
        )
        return Canvas((y, cb, cr))

    def fill(self, colour: Ycc, x: int, y: int, stencil: Stencil) -> None:
        """Paints one colour through a stencil that lies at (x, y)."""
        self.planes[0].paste(colour[0], (x, y), stencil.full)
        for plane, value in zip(self.planes[1:], colour[1:], strict=True):
            plane.paste(value, (x // 2, y // 2), stencil.half)

    def place(self, planes: Planes, x: int, y: int, stencil: Stencil) -> None:
        """Paints a picture through a stencil; both lie at (x, y)."""
        self.planes[0].paste(planes[0], (x, y), stencil.full)
        for plane, picture in zip(self.planes[1:], planes[1:], strict=True):
            plane.paste(picture, (x // 2, y // 2), stencil.half)

    def stamp(self, sprite: Sprite, x: int, y: int) -> None:
        """Paints a sprite at (x, y)."""
        self.place(sprite.planes, x, y, sprite.stencil)

    def bar(self, colour: Ycc, box: tuple[int, int, int, int]) -> None:
        """Fills the rectangle (left, top, right, bottom)."""
        left, top, right, bottom = box
        self.planes[0].paste(colour[0], box)
        half = (left // 2, top // 2, (right + 1) // 2, (bottom + 1) // 2)
        for plane, value in zip(self.planes[1:], colour[1:], strict=True):
            plane.paste(value, half)


def gradient(size: tuple[int, int], stops: Sequence[tuple[float, Rgb]]) -> Planes:
    """A picture that changes from top to bottom; `stops` are (0 to 1, colour), rising."""
    width, height = size
    rows = [ycc(_at(stops, row / max(1, height - 1))) for row in range(height)]
    columns = []
    for index in range(3):
        column = Image.new("L", (1, height))
        column.putdata([row[index] for row in rows])
        columns.append(column)
    half = ((width + 1) // 2, (height + 1) // 2)
    y, cb, cr = columns
    return y.resize(size), cb.resize(half, Image.Resampling.BILINEAR), cr.resize(half)


def _at(stops: Sequence[tuple[float, Rgb]], place: float) -> Rgb:
    for (low, one), (high, other) in pairwise(stops):
        if place <= high:
            return mix(one, other, (place - low) / (high - low))
    return stops[-1][1]
