"""What a folder holds that nobody needs: nothing that was paid for, nothing that is recorded."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from seedance_nb.core.texts import say
from seedance_nb.runs import disk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from seedance_nb.runs.session import Session

Kind = Literal["clip", "part", "input"]


@dataclass(frozen=True, slots=True)
class Waste:
    """A file that can go.

    Attributes:
        path: The file.
        kind: "clip" for one that the simulator makes anew, "part" for what a killed download
            left, "input" for a copy of an input that no job refers to.
        size: Bytes.
    """

    path: Path
    kind: Kind
    size: int


def clean(session: Session, *, yes: bool) -> tuple[str, list[list[str]]]:
    """Remove what nobody needs, or only tell what that is.

    Args:
        session: Whose folder it is.
        yes: Whether it is removed.

    Returns:
        A sentence, and what would go in rows of kind and number; no rows when it is gone.
    """
    home = session.home
    requests = [state.request for state in session.states() if state.request]
    found = find(home, {file.sha256 for each in requests for file in each.files})
    found = [] if session.backend == "replay" else found  # a recording stays as it is
    size = remove(found) if yes else sum(waste.size for waste in found)
    text_id = "none" if not found else "done" if yes else "would"
    told = say(f"clean.{text_id}", count=len(found), size=f"{size / 10**6:.1f}", home=home)
    kinds = [] if yes else [waste.kind for waste in found]
    return told, [[say(f"clean.{kind}"), str(kinds.count(kind))] for kind in dict.fromkeys(kinds)]


def find(home: Path, inputs: Collection[str]) -> list[Waste]:
    """The files of a folder that can go.

    Args:
        home: The folder of the runs.
        inputs: Hashes (64 hex digits) of the inputs that recorded jobs refer to.
    """
    return [
        *_files(home / "simulator" / "media", "clip"),
        *(waste for waste in _files(home / "videos", "part") if _is_left_over(waste.path)),
        *(waste for waste in _files(home / "inputs", "input") if waste.path.stem not in inputs),
    ]


def remove(found: Sequence[Waste]) -> int:
    """Remove them, and tell how many bytes that freed; what cannot be removed stays."""
    freed = 0
    for waste in found:
        with suppress(OSError):
            waste.path.unlink()
            freed += waste.size
    return freed


def _files(folder: Path, kind: Kind) -> Iterator[Waste]:
    with suppress(OSError):
        for path in sorted(folder.iterdir()):
            if path.is_file() and not path.is_symlink():
                yield Waste(path, kind, path.stat().st_size)


def _is_left_over(path: Path) -> bool:
    """Whether it is half a download that no living process holds."""
    if path.suffix != ".part":
        return False
    try:
        fd = os.open(path, os.O_RDONLY | disk.BINARY)
    except OSError:
        return False
    try:
        return disk.is_free(fd)
    finally:
        os.close(fd)
