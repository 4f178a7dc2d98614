"""Reference to video: the references hang in the scene, framed and labelled by their tags."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFilter

from seedance_nb.simulator.canvas import FPS, Sprite, Stencil, ycc
from seedance_nb.simulator.pictures import reel, still
from seedance_nb.simulator.soundtrack import peaks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from seedance_nb.simulator.canvas import Canvas, Planes, Rgb
    from seedance_nb.simulator.inputs import Input
    from seedance_nb.simulator.lettering import Lettering

__all__ = ["Collage", "boxes"]

Box = tuple[int, int, int, int]

_MADE_UP_RATIO = 1.5
_SOUND_RATIO = 2.2
_WIDE = (0.4, 2.5)
_PAPER = (246, 244, 238, 255)
_NIGHT: Rgb = (24.0, 26.0, 40.0)


class Collage:
    """The cards of a clip: one for each image, video and sound, in their order."""

    def __init__(
        self, area: Box, inputs: Sequence[Input], lettering: Lettering, light: Rgb, seconds: int
    ) -> None:
        """Makes the cards.

        Args:
            area: Where they may hang, in pixels: left, top, right, bottom.
            inputs: What is shown.
            lettering: Writes the tags.
            light: Colour of the waves of a sound.
            seconds: Length of the clip.
        """
        gap = lettering.tag("@").stencil.full.height + 4
        places = boxes([_ratio(each) for each in inputs], area, gap)
        numbers: dict[str, int] = {}
        self._cards = []
        for index, (each, place) in enumerate(zip(inputs, places, strict=True)):
            numbers[each.kind] = numbers.get(each.kind, 0) + 1
            words = f"@{each.kind}{numbers[each.kind]}"
            tag = lettering.tag(words)
            if tag.stencil.full.width > place[2] - place[0] + gap:
                tag = lettering.mark(words)
            show = _shown(each, _inner(place), light, seconds)
            self._cards.append(_Card(place, tag, _frame(place), show, index * 1.7))

    def paint(self, canvas: Canvas, frame: int) -> None:
        """Hangs the cards up as they are in frame number `frame`."""
        for card in self._cards:
            card.paint(canvas, frame)


@dataclass(frozen=True, slots=True)
class _Card:
    """A framed picture that sways; `show` paints what is inside at a place of the canvas."""

    place: Box
    tag: Sprite
    frame: Sprite
    show: Callable[[Canvas, int, int, int], None]
    phase: float

    def paint(self, canvas: Canvas, number: int) -> None:
        left, top, right, bottom = self.place
        edge, shade = _edge(self.place), _shade(self.place)
        sway = min(right - left, bottom - top) / 40
        x = left + round(sway * math.sin(number / FPS * 0.9 + self.phase) / 2) * 2
        y = top + round(sway * math.sin(number / FPS * 1.3 + self.phase * 2) / 2) * 2
        canvas.stamp(self.frame, x - shade, y - shade)
        self.show(canvas, x + edge, y + edge, number)
        tag = self.tag.stencil.full
        across = (right - left - tag.width) // 4 * 2
        canvas.stamp(self.tag, x + across, y + bottom - top - tag.height // 4 * 2)


def boxes(ratios: Sequence[float], area: Box, gap: int) -> list[Box]:
    """Where pictures of these ratios (width by height) hang, as large as rows of them can be."""
    across, down = area[2] - area[0], area[3] - area[1]
    best: tuple[float, list[list[float]]] | None = None
    for count in range(1, len(ratios) + 1):
        rows = _rows(ratios, count)
        widest = max(sum(row) for row in rows)
        most = max(len(row) for row in rows)
        tall = min((down - gap * len(rows)) / len(rows), (across - gap * (most - 1)) / widest)
        if best is None or tall > best[0]:
            best = tall, rows
    return _placed(area, *best, gap) if best else []


def _rows(ratios: Sequence[float], count: int) -> list[list[float]]:
    """The pictures in that many rows, as even in their widths as it goes."""
    rows: list[list[float]] = [[] for _ in range(count)]
    whole, passed = sum(ratios), 0.0
    for ratio in ratios:
        rows[min(count - 1, int((passed + ratio / 2) / whole * count))].append(ratio)
        passed += ratio
    return [row for row in rows if row]


def _placed(area: Box, tall: float, rows: list[list[float]], gap: int) -> list[Box]:
    places: list[Box] = []
    whole = tall * len(rows) + gap * (len(rows) - 1)
    y = area[1] + (area[3] - area[1] - whole) / 2
    for row in rows:
        x = area[0] + (area[2] - area[0] - sum(row) * tall - gap * (len(row) - 1)) / 2
        for ratio in row:
            left, top = _even(x), _even(y)
            places.append((left, top, left + _even(tall * ratio), top + _even(tall)))
            x += tall * ratio + gap
        y += tall + gap
    return places


def _even(value: float) -> int:
    return int(value) // 2 * 2


def _ratio(each: Input) -> float:
    if each.kind == "audio":
        return _SOUND_RATIO
    ratio = each.width / each.height if each.width and each.height else _MADE_UP_RATIO
    return min(_WIDE[1], max(_WIDE[0], ratio))


def _edge(place: Box) -> int:
    """Width of the paper around a picture."""
    return max(2, min(place[2] - place[0], place[3] - place[1]) // 36 // 2 * 2)


def _shade(place: Box) -> int:
    return _edge(place) * 2


def _inner(place: Box) -> tuple[int, int]:
    edge = _edge(place)
    return (place[2] - place[0] - 2 * edge, place[3] - place[1] - 2 * edge)


def _frame(place: Box) -> Sprite:
    """Paper with a soft shadow around it."""
    shade = _shade(place)
    width, height = place[2] - place[0], place[3] - place[1]
    box = (shade, shade, shade + width - 1, shade + height - 1)
    picture = Image.new("RGBA", (width + 2 * shade, height + 2 * shade), (8, 8, 14, 0))
    ImageDraw.Draw(picture).rectangle(box, fill=(8, 8, 14, 150))
    picture = picture.filter(ImageFilter.GaussianBlur(shade / 2))
    ImageDraw.Draw(picture).rectangle(box, fill=_PAPER)
    return Sprite.of(picture)


def _shown(
    each: Input, size: tuple[int, int], light: Rgb, seconds: int
) -> Callable[[Canvas, int, int, int], None]:
    if each.kind == "audio":
        return _waves(each, size, light, seconds)
    full = Stencil.of(Image.new("L", size, 255))
    frames: Callable[[int], Planes]
    if each.kind == "video":
        frames = reel(each, size)
    else:
        picture = still(each, size)

        def frames(_: int) -> Planes:
            return picture

    def paint(canvas: Canvas, x: int, y: int, number: int) -> None:
        canvas.place(frames(number), x, y, full)

    return paint


def _waves(
    each: Input, size: tuple[int, int], light: Rgb, seconds: int
) -> Callable[[Canvas, int, int, int], None]:
    """The waves of a sound; those that have been heard are lit."""
    width, height = size
    mask = Image.new("L", size, 0)
    pen = ImageDraw.Draw(mask)
    step = max(4, width // 60 // 2 * 2)
    heights = peaks(each, width // step, seconds)
    loudest = max(0.01, *heights)
    for index, share in enumerate(heights):
        half = max(1, int(share / loudest * height * 0.42))
        x = index * step + step // 4
        pen.rectangle((x, height // 2 - half, x + step // 2, height // 2 + half), fill=255)
    stencil, full = Stencil.of(mask), Stencil.of(Image.new("L", size, 255))
    ground, dim, lit = ycc(_NIGHT), ycc((92.0, 98.0, 122.0)), ycc(light)

    def paint(canvas: Canvas, x: int, y: int, number: int) -> None:
        canvas.fill(ground, x, y, full)
        canvas.fill(dim, x, y, stencil)
        heard = round(width * (number + 1) / (seconds * FPS)) // 2 * 2
        if heard:
            canvas.fill(lit, x, y, stencil.window(0, heard))

    return paint
