"""Words in the picture: a font that has the glyphs, lines that fit, plates to put them on."""

from __future__ import annotations

import os
import re
import sys
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from PIL import Image, ImageDraw, ImageFont

from seedance_nb.simulator.canvas import Sprite

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Lettering"]

Font: TypeAlias = "ImageFont.FreeTypeFont | ImageFont.ImageFont"

_FAVOURITES = (
    "notosanscjk-regular",
    "notosanscjksc-regular",
    "notosanssc-regular",
    "sourcehansanssc-regular",
    "sourcehansanscn-regular",
    "pingfang",
    "hiragino sans gb",
    "stheiti light",
    "msyh",
    "simhei",
    "wqy-microhei",
    "wqy-zenhei",
    "droidsansfallbackfull",
    "droidsansfallback",
    "notosans-regular",
    "dejavusans",
    "segoeui",
    "arial unicode",
    "arial",
)
"""Stems of font files in lower case, the best first; Chinese ones have Latin letters too."""

_MOST_LINES = 3
_UNASSIGNED = "\u0378\uffff\U0010fffd"
_CLOSING = "，。！？、；：”’）》」』】,.!?;:)"
_CJK = r"⺀-鿿가-힯豈-﫿＀-￯"
_TOKENS = re.compile(rf"[^\s{_CJK}]+[{_CLOSING}]*\s*|\S[{_CLOSING}]*\s*")
_INK = (255, 255, 255, 240)
_PALE = (255, 255, 255, 205)
_PLATE = (10, 12, 22, 128)


def _folders() -> Iterator[Path]:
    if sys.platform == "win32":
        yield Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts"
    elif sys.platform == "darwin":
        yield from (Path("/System/Library/Fonts"), Path("/Library/Fonts"))
        yield Path.home() / "Library" / "Fonts"
    else:
        yield from (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
        yield from (Path.home() / ".fonts", Path.home() / ".local" / "share" / "fonts")


@lru_cache(maxsize=1)
def _font_files() -> tuple[Path, ...]:
    """The favourite fonts of this machine, the best first."""
    found: dict[str, Path] = {}
    walks = chain.from_iterable(os.walk(folder) for folder in _folders())
    for file in (Path(where) / name for where, _, names in walks for name in names):
        stem, _, ending = file.name.lower().rpartition(".")
        if ending in {"ttf", "ttc", "otf"} and stem in _FAVOURITES:
            found.setdefault(stem, file)
    return tuple(found[stem] for stem in _FAVOURITES if stem in found)


class Lettering:
    """Draws the words of one clip, as large as its picture calls for."""

    def __init__(self, size: tuple[int, int], text: str) -> None:
        """Looks for a font that has the glyphs of `text`; what none has is left out."""
        self._size = size
        self._height = max(13, min(size) // 21)
        cleaned = " ".join(text.split())
        self._font, self._text = _best(cleaned, self._height)
        self._small = ImageFont.load_default(max(10, round(self._height * 0.56)))

    def caption(self) -> Sprite | None:
        """The text on a translucent plate; None where there is nothing to show."""
        lines = self._lines(int(self._size[0] * 0.8) - 2 * self._height)
        if not lines:
            return None
        step = round(self._height * 1.42)
        widest = max(self._font.getlength(line) for line in lines)
        accent = max(3, self._height // 6)
        plate = _plate(int(widest) + 2 * self._height, len(lines) * step + self._height, accent)
        pen = ImageDraw.Draw(plate)
        for number, line in enumerate(lines):
            place = (self._height + accent // 2, self._height // 2 + step * (number + 0.5))
            pen.text(place, line, font=self._font, fill=_INK, anchor="lm")
        return Sprite.of(plate)

    def mark(self, words: str) -> Sprite:
        """A discreet mark of a few words."""
        return _pill(words, self._small, round(self._height * 1.05))

    def tag(self, words: str) -> Sprite:
        """A mark of a few words that can be read from afar."""
        font = ImageFont.load_default(max(12, round(self._height * 0.7)))
        return _pill(words, font, round(self._height * 1.25), (*_PLATE[:3], 215))

    def _lines(self, width: int) -> list[str]:
        lines = [""]
        for token in _TOKENS.findall(self._text):
            for piece in self._pieces(token, width):
                if lines[-1] and self._font.getlength((lines[-1] + piece).rstrip()) > width:
                    lines.append("")
                lines[-1] += piece
        lines = [line.strip() for line in lines if line.strip()]
        if len(lines) > _MOST_LINES:
            lines = [*lines[: _MOST_LINES - 1], self._cut(lines[_MOST_LINES - 1], width)]
        return lines

    def _pieces(self, token: str, width: int) -> list[str]:
        if self._font.getlength(token) <= width:
            return [token]
        return list(token)

    def _cut(self, line: str, width: int) -> str:
        while line and self._font.getlength(line + "...") > width:
            line = line[:-1]
        return line.rstrip(_CLOSING + " ") + "..."


def _pill(
    words: str, font: Font, height: int, colour: tuple[int, int, int, int] = _PLATE
) -> Sprite:
    plate = _plate(int(font.getlength(words)) + height, height, 0, height // 2, colour=colour)
    pen = ImageDraw.Draw(plate)
    pen.text((height // 2, height / 2), words, font=font, fill=_PALE, anchor="lm")
    return Sprite.of(plate)


def _plate(
    width: int,
    height: int,
    accent: int,
    radius: int | None = None,
    *,
    colour: tuple[int, int, int, int] = _PLATE,
) -> Image.Image:
    """A rounded, translucent plate, with a light stripe on its left where `accent` is not 0."""
    scale = 3
    size = ((width + 1) // 2 * 2, (height + 1) // 2 * 2)
    big = (size[0] * scale, size[1] * scale)
    mask = Image.new("L", big, 0)
    rounding = (radius if radius is not None else height // 7) * scale
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, big[0] - 1, big[1] - 1), rounding, fill=255)
    mask = mask.reduce(scale)
    plate = Image.new("RGBA", size, (*colour[:3], 0))
    plate.paste(colour, (0, 0), mask)
    if accent:
        stripe = (accent * 2, size[1] // 5, accent * 3, size[1] - size[1] // 5)
        ImageDraw.Draw(plate).rounded_rectangle(stripe, accent // 2, fill=(255, 255, 255, 190))
    return plate


def _best(text: str, height: int) -> tuple[Font, str]:
    """The first font with all glyphs of `text`, else the one with most, and what it can show."""
    best: tuple[Font, str] | None = None
    for font in _fonts(height):
        shown = _shown(font, text)
        if best is None or len(shown) > len(best[1]):
            best = font, shown
        if len(shown) == len(text):
            break
    return best or (ImageFont.load_default(height), "")


def _fonts(height: int) -> Iterator[Font]:
    yield ImageFont.load_default(height)
    for path in _font_files():
        try:
            yield ImageFont.truetype(path, height)
        except OSError:
            continue


def _shown(font: Font, text: str) -> str:
    """`text` without the characters for which the font has no glyph."""
    absent = {b"", *(bytes(font.getmask(each)) for each in _UNASSIGNED)}
    known = {each for each in set(text) if each == " " or bytes(font.getmask(each)) not in absent}
    return "".join(each for each in text if each in known)
