"""Moods: which colours and which land a prompt gets, by its words and else by chance."""

from __future__ import annotations

import colorsys
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seedance_nb.simulator.canvas import Rgb
    from seedance_nb.simulator.chance import Chance

__all__ = ["Land", "Mood", "choose"]

Land = Literal["mountains", "forest", "hills", "dunes", "sea", "city"]


@dataclass(frozen=True, slots=True)
class Mood:
    """Colours from the top of the sky to the nearest land; `speck` is what drifts in the air."""

    high: Rgb
    middle: Rgb
    low: Rgb
    far: Rgb
    near: Rgb
    light: Rgb
    speck: Rgb
    stars: bool = False


def _mood(colours: str, *, stars: bool = False) -> Mood:
    high, middle, low, far, near, light, speck = (_rgb(each) for each in colours.split())
    return Mood(high, middle, low, far, near, light, speck, stars)


def _rgb(text: str) -> Rgb:
    red, green, blue = (float(int(text[i : i + 2], 16)) for i in (0, 2, 4))
    return red, green, blue


_MOODS: Mapping[str, Mood] = {
    "dawn": _mood("3d4f8a a987b5 ffc9a3 9a86a8 2b2647 fff0d0 ffe6c8"),
    "day": _mood("3f8fd2 8cc3ea e9f5f2 86b3b8 1f5a52 fffbe6 ffffff"),
    "meadow": _mood("4aa3d8 a5d8e6 fff2c4 9cc27a 2c6a2f fff6c8 fff8b0"),
    "sunset": _mood("35235e b1456e ff9e5a 8a3f62 22132f ffe39a ffd08a"),
    "night": _mood("070b22 141f4d 3a4a86 2a3566 050816 f4f1da fff3a6", stars=True),
    "aurora": _mood("04131f 0c4a4a 3fae8a 1b5a62 031018 d9ffe9 b8ffd8", stars=True),
    "ocean": _mood("2f7fb8 86c5dd dcf0f4 5aa3b8 0a3a5c fff7dd ffffff"),
    "forest": _mood("4d7f78 a3c4a4 eef0cf 7ba088 10302a fffbd8 eaffc0"),
    "desert": _mood("4a86b5 d7b892 ffdf9f d79a62 6e3420 fff4cf ffe9bd"),
    "snow": _mood("6f8fb5 b9cde0 f5f7fb a9bed4 4a6283 ffffff ffffff"),
    "neon": _mood("0d0630 4a1577 e0428f 5a2a8e 0a0420 7df3ff ff7ad9", stars=True),
    "blossom": _mood("7fa6d6 d8c4e6 ffe3ea d6a0bd 5a2f55 fff6f0 ffc2d8"),
}

_MOOD_WORDS: tuple[tuple[str, str], ...] = (
    ("aurora 极光", "aurora"),
    ("neon cyberpunk tokyo 霓虹 赛博", "neon"),
    ("snow snowy winter ice glacier 雪 冬 冰", "snow"),
    ("desert dune sahara camel 沙漠 沙丘 骆驼", "desert"),
    ("sunset dusk evening 日落 夕阳 黄昏 晚霞", "sunset"),
    ("dawn sunrise morning 日出 清晨 黎明", "dawn"),
    ("night moon star galaxy lantern 夜 月 星 灯笼", "night"),
    ("cherry blossom spring petal 樱花 桃花 春", "blossom"),
    ("ocean sea beach wave surf island whale 海 鲸 浪", "ocean"),
    ("forest tree jungle panda bamboo 森林 树 竹 熊猫", "forest"),
    ("meadow grass field flower dog 草地 草原 花 狗 犬", "meadow meadow day"),
)
"""Words of a prompt -> moods to choose from; the first row that has one of the words wins."""

_LAND_WORDS: tuple[tuple[str, str], ...] = (
    ("city street skyline skyscraper urban neon tokyo 城市 都市 街 霓虹", "city"),
    ("desert dune sahara camel 沙漠 沙丘 骆驼", "dunes"),
    ("ocean sea beach wave surf island whale boat ship 海 鲸 船 浪", "sea"),
    ("forest tree jungle panda bamboo 森林 树 竹 熊猫", "forest"),
    ("meadow grass field flower dog 草地 草原 花 狗 犬", "hills"),
    ("mountain peak cliff glacier aurora 山 峰 极光", "mountains"),
)

_LANDS: tuple[Land, ...] = ("mountains", "forest", "hills", "dunes", "sea", "city")


def choose(prompt: str, chance: Chance) -> tuple[Mood, Land]:
    """The mood and the land of a prompt; `chance` turns the hues a little."""
    name = chance.choice([*_MOODS])
    land = chance.choice(_LANDS)
    turn, lift = chance.uniform(-0.06, 0.06), chance.uniform(0.88, 1.08)
    moods, lands = _hinted(prompt, _MOOD_WORDS), _hinted(prompt, _LAND_WORDS)
    name = chance.choice(moods) if moods else name
    land = next((each for each in _LANDS if each in lands), land)
    mood = _MOODS[name]
    colours = [
        _turned(each, turn, lift)
        for each in (mood.high, mood.middle, mood.low, mood.far, mood.near, mood.light)
    ]
    high, middle, low, far, near, light = colours
    return Mood(high, middle, low, far, near, light, mood.speck, mood.stars), land


def _hinted(prompt: str, table: tuple[tuple[str, str], ...]) -> list[str]:
    text = prompt.lower()
    for words, what in table:
        if any(_names(text, word) for word in words.split()):
            return what.split()
    return []


def _names(text: str, word: str) -> bool:
    """Whether `word` is in `text`: as a word with or without an s, if it is an English one."""
    if not word.isascii():
        return word in text
    return re.search(rf"\b{word}s?\b", text) is not None


def _turned(colour: Rgb, turn: float, lift: float) -> Rgb:
    hue, saturation, value = colorsys.rgb_to_hsv(*(each / 255 for each in colour))
    turned = colorsys.hsv_to_rgb((hue + turn) % 1, saturation, min(1.0, value * lift))
    red, green, blue = (255 * each for each in turned)
    return red, green, blue
