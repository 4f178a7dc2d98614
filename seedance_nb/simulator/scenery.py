"""The moving picture: sky, light, clouds, layers of land that drift past, and specks in the air."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw

from seedance_nb.simulator.canvas import FPS, Canvas, Rgb, Stencil, Ycc, gradient, mix, ycc
from seedance_nb.simulator.land import OUTLINES, plant, windows
from seedance_nb.simulator.palette import Land, Mood, choose
from seedance_nb.simulator.specks import Speck, Specks, dot

if TYPE_CHECKING:
    from seedance_nb.simulator.canvas import Planes
    from seedance_nb.simulator.chance import Chance

__all__ = ["Scenery", "noise"]

_LAYERS = 4
_CRESCENTS = 0.6
_WHITE: Rgb = (255.0, 255.0, 255.0)


@dataclass(frozen=True, slots=True)
class _Layer:
    """A strip of land that moves `speed` half pixels a frame and bobs by `swell` pixels."""

    stencil: Stencil
    planes: Planes
    top: int
    speed: int
    swell: float
    windows: Stencil | None = None


class Scenery:
    """All that moves behind the caption, for one clip."""

    def __init__(self, size: tuple[int, int], frames: int, prompt: str, chance: Chance) -> None:
        """Prepares everything that stays the same in all frames.

        Args:
            size: Width and height in pixels.
            frames: How many frames there will be: the land must be wide enough.
            prompt: Its words choose the mood.
            chance: Where all that is not asked for comes from.
        """
        self.size = size
        self.frames = frames
        self.mood, self.land = choose(prompt, chance)
        self._unit = max(1, round(min(size) / 480))
        self._leftward = chance.random() < 0.5  # noqa: PLR2004
        self._sky = _sky(size, self.mood, chance)
        self._light = _Light.of(size, self.mood, self.land, chance)
        self._cloud = self._make_cloud(chance)
        self._cloud_colour = ycc(mix(self.mood.low, _WHITE, 0.2 if self.mood.stars else 0.72))
        self._layers = [self._make_layer(depth, chance) for depth in range(_LAYERS)]
        rises = self.mood.stars or self.land in {"forest", "hills", "sea"}
        self._specks = Specks(size, self.mood.speck, chance, rises=rises)
        many = 60 if self.land == "sea" else 0
        self._glints = [self._make_glint(chance) for _ in range(many)]

    def paint(self, canvas: Canvas, frame: int) -> None:
        """Paints frame number `frame` over everything."""
        for plane, sky in zip(canvas.planes, self._sky, strict=True):
            plane.paste(sky, (0, 0))
        self._light.paint(canvas, frame / max(1, self.frames - 1))
        cloud = self._cloud.window(self._offset(1, frame), self.size[0])
        canvas.fill(self._cloud_colour, 0, self.size[1] // 24, cloud)
        for layer in self._layers:
            self._paint_layer(canvas, layer, frame)
        for glint in self._glints:
            if math.sin(frame / FPS * glint.sway + glint.phase) > 0:
                x = self._light.x_at(frame / max(1, self.frames - 1)) + glint.x
                canvas.fill(self._light.glow_colour, int(x), int(glint.y), glint.stencil)
        self._specks.paint(canvas, frame)

    def _paint_layer(self, canvas: Canvas, layer: _Layer, frame: int) -> None:
        offset = self._offset(layer.speed, frame)
        top = layer.top + round(layer.swell * math.sin(frame / FPS * 1.9 + layer.speed))
        stencil = layer.stencil.window(offset, self.size[0])
        canvas.place(layer.planes, 0, top, stencil)
        if layer.windows is not None:
            canvas.fill(ycc(self.mood.light), 0, top, layer.windows.window(offset, self.size[0]))

    def _offset(self, speed: int, frame: int) -> int:
        steps = frame if self._leftward else self.frames - frame
        return steps * speed * self._unit // 2

    def _strip_width(self, speed: int) -> int:
        return self.size[0] + self.frames * speed * self._unit // 2 + 4

    def _make_cloud(self, chance: Chance) -> Stencil:
        width, height = self._strip_width(1), self.size[1] // 2
        mask = noise((3 * width // height + 4, 6), chance).resize((width, height), _SMOOTH)
        finer = noise((8 * width // height + 4, 14), chance).resize((width, height), _SMOOTH)
        mask = Image.blend(mask, finer, 0.35).point(
            [min(105, max(0, (value - 128) * 2)) for value in range(256)]
        )
        fade = Image.linear_gradient("L").resize((width, height))
        edge = ImageChops.invert(fade)
        soft = ImageChops.multiply(edge, fade).point([min(255, 4 * each) for each in range(256)])
        return Stencil.of(ImageChops.multiply(mask, soft))

    def _make_layer(self, depth: int, chance: Chance) -> _Layer:
        width, height = self.size
        share = depth / (_LAYERS - 1)
        speed = (1, 2, 4, 7)[depth]
        head = height // 5
        top = int(height * (0.42 + 0.14 * depth))
        size = (self._strip_width(speed), height - top + height // 12)
        outline = OUTLINES[self.land](size, share, chance)
        mask = Image.new("L", (size[0] * 2, (size[1] + head) * 2), 0)
        pen = ImageDraw.Draw(mask)
        points = [(x * 2, (y + head) * 2) for x, y in outline]
        pen.polygon([(0, mask.height), *points, mask.size], fill=255)
        if self.land == "forest":
            plant(pen, points, share, chance)
        lit = self.land == "city" and depth > 0
        return _Layer(
            Stencil.of(mask.reduce(2)),
            self._land_colours((width, size[1] + head), head, share),
            top - head,
            speed,
            height / 90 * (0.4 + share) if self.land == "sea" else 0.0,
            windows((size[0], size[1] + head), outline, head, chance) if lit else None,
        )

    def _land_colours(self, size: tuple[int, int], head: int, share: float) -> Planes:
        body = mix(self.mood.far, self.mood.near, share)
        mist = mix(body, self.mood.low, 0.5 * (1 - share) + 0.1)
        crest = (
            mix(body, self.mood.low, 0.4)
            if self.land == "sea"
            else mix(body, self.mood.light, 0.08)
        )
        crown = head / size[1]
        stops = [(0.0, crest), (crown, crest), (crown + 0.13, body), (0.8, mist), (1.0, mist)]
        return gradient(size, stops)

    def _make_glint(self, chance: Chance) -> Speck:
        """A short stroke of light on the water, flickering, wider apart the nearer it is."""
        near = chance.random()
        width = int((10 + 34 * near) * self._unit)
        y = self.size[1] * (0.46 + 0.5 * near)
        x = chance.gauss(0, 0.25) * self.size[0] * (0.12 + 0.3 * near) - width / 2
        flicker = chance.uniform(2.0, 6.0)
        mask = Image.new("L", (width * 2, 8 * self._unit), 0)
        box = (2, 2 * self._unit, width * 2 - 3, 6 * self._unit)
        ImageDraw.Draw(mask).ellipse(box, fill=chance.randrange(70, 190))
        phase = chance.uniform(0, math.tau)
        return Speck(x, y, 0.0, 0.0, flicker, phase, Stencil.of(mask.reduce(2)))


_SMOOTH = Image.Resampling.BICUBIC


@dataclass(frozen=True, slots=True)
class _Light:
    """Sun or moon with its glow, on a slow arc."""

    glow: Stencil
    disc: Stencil
    glow_colour: Ycc
    disc_colour: Ycc
    start: tuple[float, float]
    end: tuple[float, float]

    @classmethod
    def of(cls, size: tuple[int, int], mood: Mood, land: Land, chance: Chance) -> _Light:
        width, height = size
        radius = int(min(size) * chance.uniform(0.055, 0.085))
        x = width * chance.uniform(0.25, 0.75)
        y = height * chance.uniform(0.2, 0.34)
        drift = width * chance.choice((-1, 1)) * 0.05
        rise = height * (0.06 if land == "sea" else chance.uniform(-0.05, 0.05))
        return cls(
            _glow(radius * 7),
            Stencil.of(_disc(radius, crescent=mood.stars and chance.random() < _CRESCENTS)),
            ycc(mood.light),
            ycc(mix(mood.light, _WHITE, 0.45)),
            (x - drift, y - rise),
            (x + drift, y + rise),
        )

    def x_at(self, share: float) -> float:
        return self.start[0] + (self.end[0] - self.start[0]) * share

    def paint(self, canvas: Canvas, share: float) -> None:
        x = self.x_at(share)
        y = self.start[1] + (self.end[1] - self.start[1]) * share
        for colour, stencil in ((self.glow_colour, self.glow), (self.disc_colour, self.disc)):
            half = stencil.full.width // 2
            canvas.fill(colour, int(x) - half, int(y) - half, stencil)


def _sky(size: tuple[int, int], mood: Mood, chance: Chance) -> Planes:
    planes = gradient(
        size, [(0.0, mood.high), (0.38, mood.middle), (0.72, mood.low), (1.0, mood.low)]
    )
    if mood.stars:
        canvas = Canvas(planes)
        radius = max(1, min(size) // 420)
        for _ in range(110):
            place = chance.randrange(0, size[0]), int(size[1] * 0.6 * chance.random() ** 1.4)
            canvas.fill(ycc((255, 250, 235)), *place, dot(radius, chance.randrange(60, 230)))
    return planes


def noise(size: tuple[int, int], chance: Chance) -> Image.Image:
    """Grey dots by chance, to be made larger and soft."""
    return Image.frombytes("L", size, chance.randbytes(size[0] * size[1]))


def _disc(radius: int, *, crescent: bool) -> Image.Image:
    side = 8 * radius
    mask = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(mask)
    pen.ellipse((2, 2, side - 3, side - 3), fill=250)
    if crescent:
        shift = side // 4
        pen.ellipse((shift, -shift // 2, side + shift, side - shift // 2), fill=0)
    return mask.reduce(4)


def _glow(radius: int) -> Stencil:
    fall = [int(150 * max(0.0, 1 - value / 180) ** 2.4) for value in range(256)]
    mask = Image.radial_gradient("L").resize((2 * radius, 2 * radius), _SMOOTH).point(fall)
    return Stencil.of(mask)
