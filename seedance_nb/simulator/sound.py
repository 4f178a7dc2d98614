"""A soft tune: bells on a five-note scale over a quiet chord, in a loop of a few seconds."""

from __future__ import annotations

import math
from array import array
from itertools import cycle, islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

__all__ = ["RATE", "tune"]

RATE = 32_000
"""Samples a second, one channel."""

_SCALE = (0, 2, 4, 7, 9, 12, 14, 16)
_BEAT = 0.4
_BEATS = 8
_TABLE = [math.sin(math.tau * step / 2048) for step in range(2048)]
_FADE = 0.6


def tune(seconds: float, chance: random.Random) -> array[int]:
    """That many seconds of 16-bit samples, faded in and out."""
    root = 196.0 * 2 ** (chance.randrange(12) / 12)
    loop = [0.0] * int(RATE * _BEAT * _BEATS)
    for interval in (0, 7):
        _add(loop, 0, root / 2 * 2 ** (interval / 12), 0.05, 0.0)
    for beat in range(_BEATS):
        if beat % 4 == 0 or chance.random() < 0.62:  # noqa: PLR2004
            pitch = root * 2 ** (chance.choice(_SCALE) / 12)
            _add(loop, int(beat * _BEAT * RATE), pitch, 0.16, 4.2)
    count = int(seconds * RATE)
    samples = array("h", [int(20_000 * each) for each in loop])
    whole = array("h", islice(cycle(samples), count))
    fade = int(_FADE * RATE)
    for index in range(min(fade, count // 2)):
        share = index / fade
        whole[index] = int(whole[index] * share)
        whole[-1 - index] = int(whole[-1 - index] * share)
    return whole


def _add(loop: list[float], start: int, pitch: float, loudness: float, decay: float) -> None:
    """Adds a tone that dies away (`decay` a second), or that lasts for the whole loop (0)."""
    length = len(loop)
    if not decay:
        pitch = round(pitch * length / RATE) * RATE / length  # Whole waves: no click in a loop.
    step = pitch * 2048 / RATE
    fall = math.exp(-decay / RATE)
    count = length if not decay else min(length, int(RATE * 1.5))
    attack = RATE // 100
    for index in range(count):
        place = int(index * step)
        tone = _TABLE[place & 2047] + 0.25 * _TABLE[place * 2 & 2047]
        soft = index / attack if decay and index < attack else 1.0
        loop[(start + index) % length] += loudness * soft * tone
        loudness *= fall
