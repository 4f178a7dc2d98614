"""The sound of a clip: a soft tune, and the given sounds mixed into it."""

from __future__ import annotations

import math
from array import array
from operator import add, mul
from typing import TYPE_CHECKING

import av

from seedance_nb.simulator.chance import Chance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedance_nb.simulator.inputs import Input

__all__ = ["RATE", "peaks", "soundtrack", "tune"]

RATE = 32_000
"""Samples a second, one channel."""

_SCALE = (0, 2, 4, 7, 9, 12, 14, 16)
_BEAT = 0.4
_BEATS = 8
_RING = 1.5
_FADE = 0.6
_LOUD = 20_000
_OFTEN = 0.62
_LIMIT = 32_000
_QUIET = 0.3
_OWN_SECONDS = 4.0


def soundtrack(seconds: int, chance: Chance, sounds: Sequence[Input]) -> array[int]:
    """That many seconds of 16-bit samples at `RATE`: each sound from the start, over a tune."""
    samples = tune(seconds, chance)
    if not sounds:
        return samples
    mixed = [_QUIET * each for each in samples]
    for each in sounds:
        own = _samples(each, seconds)
        share = 0.9 / len(sounds)
        mixed[: len(own)] = map(add, mixed, [share * value for value in own])
    return array("h", [int(max(-_LIMIT, min(_LIMIT, each))) for each in mixed])


def peaks(each: Input, count: int, seconds: int) -> list[float]:
    """How loud a sound is in each of `count` even parts of a clip, 0 to 1."""
    own = _samples(each, seconds)
    length = seconds * RATE // count
    parts = [own[index * length : (index + 1) * length : 7] for index in range(count)]
    return [max((abs(value) for value in part), default=0) / 32_768 for part in parts]


def _samples(each: Input, seconds: int) -> array[int]:
    """The beginning of a sound, at most that many seconds; a tune where it is made up."""
    if each.path is None:
        return tune(_OWN_SECONDS, Chance(each.content))
    samples = array("h")
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with av.open(str(each.path)) as container:
        for frame in container.decode(audio=0):
            for piece in resampler.resample(frame):
                samples.frombytes(bytes(piece.planes[0])[: piece.samples * 2])
            if len(samples) >= seconds * RATE:
                break
    return samples[: seconds * RATE]


# --- the tune -------------------------------------------------------------------------------------


def tune(seconds: float, chance: Chance) -> array[int]:
    """That many seconds of 16-bit samples, faded in and out: bells over a quiet chord."""
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
