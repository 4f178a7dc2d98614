"""The shapes of the land: outlines of hills, waves, peaks and roofs, with trees and windows."""

from __future__ import annotations

import math
from itertools import pairwise, product
from typing import TYPE_CHECKING, TypeAlias

from PIL import Image, ImageDraw

from seedance_nb.simulator.canvas import Stencil

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from seedance_nb.simulator.chance import Chance
    from seedance_nb.simulator.palette import Land

__all__ = ["OUTLINES", "Outline", "plant", "windows"]

Outline: TypeAlias = "list[tuple[int, int]]"


def _waves(
    size: tuple[int, int],
    chance: Chance,
    parts: Sequence[tuple[float, float]],
    shape: Callable[[float], float] = math.sin,
) -> Outline:
    """A line of added waves; `parts` are (length in heights of the strip, share of its height)."""
    width, height = size
    phases = [(length, share, chance.uniform(0, math.tau)) for length, share in parts]
    step = max(2, height // 60)
    whole = sum(share for _, share, _ in phases)
    return [
        (
            x,
            int(
                height
                * (whole + sum(s * shape(math.tau * x / (height * k) + p) for k, s, p in phases))
            ),
        )
        for x in [*range(0, width, step), width]
    ]


def _hills(size: tuple[int, int], share: float, chance: Chance) -> Outline:
    del share
    return _waves(size, chance, [(chance.uniform(1.7, 2.6), 0.1), (0.9, 0.03), (0.31, 0.008)])


def _dunes(size: tuple[int, int], share: float, chance: Chance) -> Outline:
    del share
    parts = [(chance.uniform(2.2, 3.2), 0.12), (1.1, 0.035)]
    return _waves(size, chance, parts, lambda x: 1 - 2 * abs(math.sin(x / 2)) ** 0.8)


def _sea(size: tuple[int, int], share: float, chance: Chance) -> Outline:
    length = 0.25 + 0.55 * share
    parts = [(length, 0.014 + 0.02 * share), (length * 2.7, 0.012)]
    return _waves(size, chance, parts, lambda x: 2 * abs(math.sin(x / 2)) - 1)


def _mountains(size: tuple[int, int], share: float, chance: Chance) -> Outline:
    width, height = size
    line = [chance.random() for _ in range(width // (height or 1) * 2 + 4)]
    swing = 0.55
    while len(line) < width / 5:
        middles = [(a + b) / 2 + chance.uniform(-swing, swing) / 2 for a, b in pairwise(line)]
        line = [each for pair in zip(line, middles, strict=False) for each in pair] + line[-1:]
        swing *= 0.52
    low, high = min(line), max(line)
    tall = 0.42 - 0.12 * share
    step = width / (len(line) - 1)
    return [
        (round(index * step), int(height * tall * (1 - (each - low) / (high - low))))
        for index, each in enumerate(line)
    ]


def _city(size: tuple[int, int], share: float, chance: Chance) -> Outline:
    width, height = size
    points: Outline = []
    x = 0
    while x < width:
        wide = int(height * chance.uniform(0.08, 0.17) * (0.7 + share))
        top = int(height * chance.uniform(0.02, 0.34))
        points += [(x, top), (min(width, x + wide), top)]
        x += wide
    return points


OUTLINES: dict[Land, Callable[[tuple[int, int], float, Chance], Outline]] = {
    "mountains": _mountains,
    "forest": _hills,
    "hills": _hills,
    "dunes": _dunes,
    "sea": _sea,
    "city": _city,
}


def plant(pen: ImageDraw.ImageDraw, points: Outline, share: float, chance: Chance) -> None:
    """Draws fir trees along an outline."""
    spacing = points[1][0] - points[0][0]
    tall = spacing * (9 + 16 * share)
    for x, y in points:
        if chance.random() < 0.33:  # noqa: PLR2004
            size = tall * chance.uniform(0.6, 1.15)
            for part in range(3):
                top = y - size * (1 - 0.27 * part)
                half = size * (0.10 + 0.055 * part)
                pen.polygon(
                    [(x, top), (x - half, top + size * 0.45), (x + half, top + size * 0.45)],
                    fill=255,
                )


def windows(size: tuple[int, int], outline: Outline, head: int, chance: Chance) -> Stencil:
    """Lit windows in the houses of an outline, two points a house."""
    mask = Image.new("L", size, 0)
    pen = ImageDraw.Draw(mask)
    step = max(4, (size[1] - head) // 26)
    for (left, top), (right, _) in zip(outline[::2], outline[1::2], strict=True):
        columns = range(left + step, right - step, step)
        rows = range(head + top + step, size[1], step + step // 3)
        for x, y in product(columns, rows):
            if chance.random() < 0.3:  # noqa: PLR2004
                pen.rectangle((x, y, x + step // 2 - 1, y + step // 2), fill=150)
    return Stencil.of(mask)
