"""Specks of light that drift through the air."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFilter

from seedance_nb.simulator.canvas import FPS, Canvas, Rgb, Stencil, ycc

if TYPE_CHECKING:
    from seedance_nb.simulator.chance import Chance

__all__ = ["Speck", "Specks", "dot"]

_MANY = 26


@dataclass(frozen=True, slots=True)
class Speck:
    """A dot of light: where it starts, how it moves in pixels a frame, how it sways."""

    x: float
    y: float
    across: float
    down: float
    sway: float
    phase: float
    stencil: Stencil


class Specks:
    """All specks of a clip, of one colour."""

    def __init__(self, size: tuple[int, int], colour: Rgb, chance: Chance, *, rises: bool) -> None:
        """`size` is that of the picture in pixels; the specks rise or fall."""
        self._size = size
        self._colour = ycc(colour)
        self._specks = [_make(size, chance, rises=rises) for _ in range(_MANY)]

    def paint(self, canvas: Canvas, frame: int) -> None:
        """Paints the specks as they are in frame number `frame`."""
        width, height = self._size
        for speck in self._specks:
            sway = speck.sway * math.sin(frame / FPS * 1.3 + speck.phase)
            x = int(speck.x + speck.across * frame + sway) % (width + 40) - 20
            y = int(speck.y + speck.down * frame) % (height + 40) - 20
            canvas.fill(self._colour, x, y, speck.stencil)


def _make(size: tuple[int, int], chance: Chance, *, rises: bool) -> Speck:
    width, height = size
    unit = max(1, round(min(size) / 480))
    radius = chance.choice((2, 2, 3, 4)) * unit
    strength = chance.randrange(70, 200)
    speed = chance.uniform(0.2, 0.9) * unit
    return Speck(
        chance.uniform(0, width),
        chance.uniform(0, height),
        chance.uniform(-0.6, 0.6) * unit,
        -speed if rises else speed,
        chance.uniform(4, 18) * unit,
        chance.uniform(0, math.tau),
        dot(radius, strength),
    )


def dot(radius: int, strength: int) -> Stencil:
    """A soft disc; `strength` is that of its middle, 0-255."""
    side = 8 * radius
    mask = Image.new("L", (side, side), 0)
    ImageDraw.Draw(mask).ellipse(
        (side // 4, side // 4, side - side // 4, side - side // 4), fill=strength
    )
    return Stencil.of(mask.filter(ImageFilter.GaussianBlur(radius * 0.9)))
