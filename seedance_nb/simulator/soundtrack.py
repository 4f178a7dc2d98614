"""The sound of a clip: a tune, and the reference sounds mixed into it."""

from __future__ import annotations

from array import array
from operator import add
from typing import TYPE_CHECKING

import av

from seedance_nb.simulator.chance import Chance
from seedance_nb.simulator.sound import RATE, tune

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedance_nb.simulator.inputs import Input

__all__ = ["peaks", "soundtrack"]

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
