"""Inputs as pictures: loaded, turned upright, cropped; made up where there is no file."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
from PIL import Image, ImageOps

from seedance_nb.simulator.canvas import FPS, Canvas, planes_of
from seedance_nb.simulator.chance import Chance
from seedance_nb.simulator.scenery import Scenery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from av.container import InputContainer
    from av.video.frame import VideoFrame

    from seedance_nb.simulator.canvas import Planes
    from seedance_nb.simulator.inputs import Input

__all__ = ["reel", "still"]

_MADE_UP_FRAMES = 15 * FPS
_BT709 = 1


def still(each: Input, size: tuple[int, int]) -> Planes:
    """An image that fills `size`; what does not fit its ratio is cropped evenly."""
    if each.path is None:
        return _made_up(each, size)(0)
    with Image.open(each.path) as picture:
        upright = ImageOps.exif_transpose(picture)
    if upright.has_transparency_data:
        whole = upright.convert("RGBA")
        ground = Image.new("RGBA", whole.size, (255, 255, 255, 255))
        upright = Image.alpha_composite(ground, whole)
    return planes_of(ImageOps.fit(upright.convert("RGB"), size, Image.Resampling.LANCZOS))


def reel(each: Input, size: tuple[int, int]) -> Callable[[int], Planes]:
    """A film of `size`: a function that is asked for frame after frame, 24 a second.

    Once the film is over it begins anew.
    """
    if each.path is None:
        return _made_up(each, size)
    frames = _frames(str(each.path), size)
    return lambda _: next(frames)


def _made_up(each: Input, size: tuple[int, int]) -> Callable[[int], Planes]:
    chance = Chance(each.content)
    scenery = Scenery(size, _MADE_UP_FRAMES, "", chance)
    half = ((size[0] + 1) // 2, (size[1] + 1) // 2)

    def paint(number: int) -> Planes:
        canvas = Canvas.blank([size, half, half])
        scenery.paint(canvas, number % _MADE_UP_FRAMES)
        return canvas.planes

    return paint


def _frames(path: str, size: tuple[int, int]) -> Iterator[Planes]:
    """The frames of a file at 24 a second, for ever; each frame is decoded when it is due."""
    with av.open(path) as container:
        container.streams.video[0].thread_type = "AUTO"
        while True:
            yield from _round(container, size)
            container.seek(0)


def _round(container: InputContainer, size: tuple[int, int]) -> Iterator[Planes]:
    due = Fraction(0)
    planes: Planes | None = None
    start: float | None = None
    for frame in container.decode(video=0):
        time = frame.time or 0.0
        start = time if start is None else start
        if time - start + 1e-3 < due:
            continue
        planes = _planes(frame, size)
        while due <= time - start + 1e-3:
            yield planes
            due += Fraction(1, FPS)
    if planes is None:
        message = "no frame can be decoded"
        raise OSError(message)


def _planes(frame: VideoFrame, size: tuple[int, int]) -> Planes:
    turn = getattr(frame, "rotation", 0) % 360
    width, height = size[::-1] if turn % 180 else size
    small = frame.reformat(width, height, "yuv420p", dst_colorspace=_BT709)
    planes = []
    for plane in small.planes:
        whole = Image.frombuffer(
            "L", (plane.line_size, plane.height), bytes(plane), "raw", "L", 0, 1
        )
        flat = whole.crop((0, 0, plane.width, plane.height))
        planes.append(flat.rotate(turn, expand=True) if turn else flat)
    y, cb, cr = planes
    return y, cb, cr
