"""Image to video: a slow move into the first image, and through a soft dissolve to the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from seedance_nb.simulator.canvas import Rgb, mix
from seedance_nb.simulator.palette import choose
from seedance_nb.simulator.pictures import still
from seedance_nb.simulator.scenery import noise
from seedance_nb.simulator.specks import Specks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedance_nb.simulator.canvas import Canvas, Planes
    from seedance_nb.simulator.chance import Chance
    from seedance_nb.simulator.inputs import Input

__all__ = ["Photo"]

_ZOOM = 0.2
_DISSOLVE = (0.28, 0.72)
_SOFT = 130
_RAGGED = 0.18
_WHITE: Rgb = (255.0, 255.0, 255.0)
_SMOOTH = Image.Resampling.BICUBIC


class Photo:
    """The moving picture of a clip with one or two given frames.

    The first frame is the first image and nothing else; the last one is the last image, if there
    are two.
    """

    def __init__(
        self,
        size: tuple[int, int],
        frames: int,
        images: Sequence[Input],
        prompt: str,
        chance: Chance,
    ) -> None:
        """Loads the images; `prompt` and `chance` decide where the picture moves to."""
        self._size = size
        self._frames = frames
        self._first = still(images[0], size)
        self._last = still(images[1], size) if len(images) > 1 else None
        self._focus = chance.uniform(0.2, 0.8), chance.uniform(0.3, 0.7)
        self._mask = _sweep(size, chance)
        self.mood, _ = choose(prompt, chance)
        self._specks = Specks(size, mix(self.mood.speck, _WHITE, 0.5), chance, rises=True)

    def paint(self, canvas: Canvas, frame: int) -> None:
        """Paints frame number `frame` over everything."""
        share = frame / max(1, self._frames - 1)
        mixed = _eased((share - _DISSOLVE[0]) / (_DISSOLVE[1] - _DISSOLVE[0]))
        if self._last is None or not mixed:
            planes = self._moved(self._first, _eased(share))
        elif mixed == 1:
            planes = self._moved(self._last, _eased(1 - share))
        else:
            first = self._moved(self._first, _eased(share))
            planes = self._dissolved(first, self._moved(self._last, _eased(1 - share)), mixed)
        for plane, picture in zip(canvas.planes, planes, strict=True):
            plane.paste(picture, (0, 0))

    def adorn(self, canvas: Canvas, frame: int) -> None:
        """Paints what drifts through the air in front of the picture."""
        self._specks.paint(canvas, frame)

    def _moved(self, planes: Planes, share: float) -> Planes:
        y, cb, cr = (_zoomed(each, 1 + _ZOOM * share, self._focus) for each in planes)
        return y, cb, cr

    def _dissolved(self, first: Planes, last: Planes, share: float) -> Planes:
        """The last picture sweeps over the first, with the soft edge of a mask."""
        edge = 255 - share * (255 + _SOFT)
        table = [round(min(255.0, max(0.0, (value - edge) * 255 / _SOFT))) for value in range(256)]
        full = self._mask.point(table)
        half = full.resize(first[1].size)
        y, cb, cr = (
            Image.composite(new, old, mask)
            for new, old, mask in zip(last, first, (full, half, half), strict=True)
        )
        return y, cb, cr


def _sweep(size: tuple[int, int], chance: Chance) -> Image.Image:
    """When each point changes, from 255 to 0: along a slant, with a ragged edge."""
    slant = Image.linear_gradient("L").rotate(chance.choice((60, 120, 240, 300)), _SMOOTH)
    middle = slant.crop((58, 58, 198, 198)).resize(size, _SMOOTH)
    return Image.blend(middle, noise((12, 8), chance).resize(size, _SMOOTH), _RAGGED)


def _zoomed(plane: Image.Image, zoom: float, focus: tuple[float, float]) -> Image.Image:
    width, height = plane.size
    across, down = width / zoom, height / zoom
    left, top = (width - across) * focus[0], (height - down) * focus[1]
    return plane.resize(
        plane.size, Image.Resampling.BILINEAR, (left, top, left + across, top + down)
    )


def _eased(share: float) -> float:
    """From 0 to 1, starting and ending gently."""
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)
