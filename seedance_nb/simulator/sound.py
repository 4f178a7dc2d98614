"""A soft tune: bells on a five-note scale over a quiet chord, in a loop of a few seconds."""

from __future__ import annotations

import math
from array import array
from operator import add, mul
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seedance_nb.simulator.chance import Chance

__all__ = ["RATE", "tune"]

RATE = 32_000
"""Samples a second, one channel."""

_SCALE = (0, 2, 4, 7, 9, 12, 14, 16)
_BEAT = 0.4
_BEATS = 8
_RING = 1.5
_FADE = 0.6
_LOUD = 20_000
_OFTEN = 0.62


def tune(seconds: float, chance: Chance) -> array[int]:
    """That many seconds of 16-bit samples, faded in and out."""
    root = 196.0 * 2 ** (chance.randrange(0, 12) / 12)
    loop = [0.0] * int(RATE * _BEAT * _BEATS)
    swell = [math.sin(math.pi * index / len(loop)) for index in range(len(loop))]
    for interval in (0, 7):
        tone = _tone(root / 2 * 2 ** (interval / 12), len(loop), 0.07)
        _add(loop, 0, list(map(mul, swell, tone)))
    bell = _envelope()
    for beat in range(_BEATS):
        if beat % 4 == 0 or chance.random() < _OFTEN:
            pitch = root * 2 ** (chance.choice(_SCALE) / 12)
            tone = list(map(mul, bell, _tone(pitch, len(bell), 0.16)))
            _add(loop, int(beat * _BEAT * RATE), tone)
    samples = array("h", [int(_LOUD * each) for each in loop])
    count = int(seconds * RATE)
    return _faded((samples * (count // len(samples) + 1))[:count])


def _tone(pitch: float, count: int, loudness: float) -> list[float]:
    """A sine with its octave; eight waves are made and repeated, in tune to three cents."""
    length = round(8 * RATE / pitch)
    turn = 8 * math.tau / length
    waves = [
        loudness * (math.sin(turn * index) + 0.25 * math.sin(2 * turn * index))
        for index in range(length)
    ]
    return (waves * (count // length + 1))[:count]


def _envelope() -> list[float]:
    """How a bell rings: at once, then dying away."""
    attack = RATE // 100
    count = int(RATE * _RING)
    return [
        min(1.0, i / attack) * math.exp(-4.2 * i / RATE) * (1 - i / count) for i in range(count)
    ]


def _add(loop: list[float], start: int, tone: list[float]) -> None:
    """Mixes a tone into the loop; what goes past its end comes in at its start."""
    room = len(loop) - start
    end = min(len(loop), start + len(tone))
    loop[start:end] = map(add, loop[start:end], tone)
    rest = tone[room:]
    loop[: len(rest)] = map(add, loop[: len(rest)], rest)


def _faded(samples: array[int]) -> array[int]:
    fade = min(int(_FADE * RATE), len(samples) // 2)
    for index in range(fade):
        samples[index] = samples[index] * index // fade
        samples[-1 - index] = samples[-1 - index] * index // fade
    return samples
