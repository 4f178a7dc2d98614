"""Numbers that look random and follow from words alone: the same words, the same clip."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Chance"]

T = TypeVar("T")

_MASK = 2**64 - 1


class Chance:
    """A stream of numbers drawn from words (SplitMix64); for looks, never for secrets."""

    def __init__(self, *words: object) -> None:
        text = "\0".join(map(str, words)).encode()
        self._state = int.from_bytes(hashlib.sha256(text).digest()[:8])

    def random(self) -> float:
        """At least 0 and less than 1."""
        return (self._next() >> 11) / 2**53

    def uniform(self, low: float, high: float) -> float:
        """Between `low` and `high`."""
        return low + (high - low) * self.random()

    def randrange(self, start: int, stop: int) -> int:
        """A whole number, at least `start` and less than `stop`."""
        return start + self._next() % (stop - start)

    def choice(self, values: Sequence[T]) -> T:
        """One of `values`."""
        return values[self._next() % len(values)]

    def gauss(self, middle: float, spread: float) -> float:
        """Mostly near `middle`."""
        radius = math.sqrt(-2 * math.log(1 - self.random()))
        return middle + spread * radius * math.cos(math.tau * self.random())

    def randbytes(self, count: int) -> bytes:
        """That many bytes."""
        words = (self._next().to_bytes(8) for _ in range((count + 7) // 8))
        return b"".join(words)[:count]

    def _next(self) -> int:
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB & _MASK
        return mixed ^ (mixed >> 31)
