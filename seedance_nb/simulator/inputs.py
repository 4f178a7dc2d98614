"""What became of the inputs of a task, as it is written down once they have been looked at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seedance_nb.simulator.checks import SIZES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Fault", "Input", "Outcome", "nearest_ratio"]


class Fault(Exception):
    """A task fails on one of its inputs: `code` is one of the documented task errors."""

    def __init__(self, code: str, message: str) -> None:
        """The code and the message that the task tells."""
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Input:
    """One input that was taken.

    Attributes:
        kind: image, video or audio.
        content: SHA-256 of the file in hex digits, or words for a picture that is made up.
        path: The kept file, None where it is made up.
        width: Pixels as displayed, 0 where nobody could tell.
        height: Likewise.
        seconds: Length, 0 for images and where nobody could tell.
    """

    kind: str
    content: str
    path: Path | None = None
    width: int = 0
    height: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """All inputs of a task, or the fault that it fails on; `at` is an epoch second."""

    at: float
    inputs: tuple[Input, ...] = ()
    code: str | None = None
    message: str = ""

    def to_json(self) -> dict[str, object]:
        """What is written down: no paths, so that the folder may move."""
        rows = [[i.kind, i.content, i.width, i.height, i.seconds] for i in self.inputs]
        return {"at": self.at, "inputs": rows, "code": self.code, "message": self.message}

    @classmethod
    def from_json(cls, known: dict[str, Any], folder: Path) -> Outcome:
        """What `to_json` wrote; the files are in `folder`."""
        inputs = []
        for kind, content, *facts in known["inputs"]:
            path = folder / content
            inputs.append(Input(kind, content, path if path.exists() else None, *facts))
        return cls(known["at"], tuple(inputs), known["code"], known["message"])

    @property
    def ratio(self) -> str | None:
        """The ratio that `adaptive` means: that of the first video, else of the first image."""
        for kind in ("video", "image"):
            for each in self.inputs:
                if each.kind == kind and each.width and each.height:
                    return nearest_ratio(each.width, each.height)
        return None

    def of(self, kind: str) -> Sequence[Input]:
        """The inputs of one kind, in their order."""
        return [each for each in self.inputs if each.kind == kind]


def nearest_ratio(width: int, height: int) -> str:
    """The name of the ratio that differs least from that of `width` and `height`."""

    def apart(name: str) -> float:
        across, down = SIZES["480p"][name]
        return abs(math.log(width / height * down / across))

    return min(SIZES["480p"], key=apart)
