"""The uploads of a folder: one file of bytes and one of facts each, for 72 hours."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from seedance_nb.simulator.checks import is_loopback
from seedance_nb.simulator.store import draft

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

__all__ = ["KEPT_SECONDS", "Shelf", "digest_of"]

KEPT_SECONDS = 72 * 3600
"""How long an upload can be used (file API)."""

_OWN = re.compile(r"/files/(file_[0-9a-f]+)/[^/]+|/api/v1/files/download/(file_[0-9a-f]+)")


class Shelf:
    """What was uploaded; facts are a dict with `file_id`, `time` and the file API's fields."""

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        """`folder` exists; `clock` tells epoch seconds."""
        self._folder = folder
        self._clock = clock

    def draft(self) -> AbstractContextManager[Path]:
        """A file to write an upload to; it is gone afterwards unless it was kept."""
        return draft(self._folder)

    def keep(self, draft: Path, file_id: str, facts: dict[str, object]) -> dict[str, object]:
        """Takes over a written draft; its facts, completed."""
        known = {"file_id": file_id, **facts, "time": self._clock()}
        draft.replace(self.path(file_id))
        self._facts(file_id).write_text(json.dumps(known), encoding="utf-8")
        return known

    def kept(self) -> list[dict[str, Any]]:
        """What is known of each file that has not expired, oldest first."""
        known = [json.loads(path.read_bytes()) for path in self._folder.glob("file_*.json")]
        alive = [each for each in known if not self.has_expired(each)]
        return sorted(alive, key=lambda each: (each["time"], each["file_id"]))

    def find(self, file_id: str) -> dict[str, Any] | None:
        """What is known of one file, also of one that has expired; None for nothing."""
        try:
            known: dict[str, Any] = json.loads(self._facts(file_id).read_bytes())
        except FileNotFoundError:
            return None
        return known

    def find_link(self, url: str) -> dict[str, Any] | None:
        """What is known of the file that a link leads to, under whatever port it was told."""
        own = _OWN.fullmatch(urlsplit(url).path)
        return self.find(own[1] or own[2]) if own and is_loopback(url) else None

    def has_expired(self, known: dict[str, Any]) -> bool:
        """Whether its 72 hours are over."""
        return bool(known["time"] + KEPT_SECONDS <= self._clock())

    def forget(self, file_id: str) -> None:
        """Deletes a file."""
        self._facts(file_id).unlink(missing_ok=True)
        self.path(file_id).unlink(missing_ok=True)

    def path(self, file_id: str) -> Path:
        """The bytes of a file."""
        return self._folder / f"{file_id}.bin"

    def _facts(self, file_id: str) -> Path:
        return self._folder / f"{file_id}.json"


def digest_of(path: Path) -> str:
    """SHA-256 of a file, read in pieces, as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
