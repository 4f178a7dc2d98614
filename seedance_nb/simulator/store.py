"""The folder of the simulator: one file a task, an outcome of its inputs, an idempotency key.

Several processes may share the folder. A file appears whole or not at all, and the first writer
of a name wins; nothing is ever changed afterwards.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from seedance_nb.simulator.answers import Record
from seedance_nb.simulator.inputs import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seedance_nb.simulator.checks import Json

__all__ = ["Kept", "Store", "digest", "draft"]

_TASK_ID = re.compile(r"task-unified-[0-9]+-[0-9a-z]+")


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON of `value`, as 64 hex digits."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Kept:
    """What an idempotency key stands for: the digest of its body and the task it made."""

    body: str
    record: Record


class Store:
    """The tasks, idempotency keys, uploads and clips of one folder."""

    def __init__(self, home: Path, *, seed: int) -> None:
        """Makes the folders in `home` that are missing; `seed` goes into ids and pictures."""
        self.home = home
        self._seed = seed
        self._serial = 0
        self._records: dict[str, Record] = {}
        self._takes: dict[str, int] = {}
        for name in ("tasks", "keys", "takes", "hooks", "media", "uploads", "inputs"):
            (home / name).mkdir(parents=True, exist_ok=True)

    def secret(self, fresh: bytes) -> bytes:
        """What links are signed with: kept from the first start on, so that they outlive one."""
        path = self.home / "secret"
        _write_once(path, fresh)
        return path.read_bytes()

    def add(
        self, request: dict[str, Json], *, created: float, scenario: str, seconds: float
    ) -> Record:
        """A record for a new task, with an id that no other process has taken; not yet kept."""
        take = self._take(digest([request, self._seed]))
        while True:
            self._serial += 1
            suffix = _suffix(f"{self._seed}/{created}/{self._serial}")
            task_id = f"task-unified-{int(created):010d}-{suffix}"
            if not self._path(task_id).exists():
                return Record(task_id, created, request, scenario, seconds, self._seed, take)

    def keep(self, record: Record) -> None:
        """Writes the record down; doing so twice changes nothing."""
        self._records[record.id] = record
        _write_once(self._path(record.id), json.dumps(record.to_json()).encode())

    def claim_key(self, key: str, body: str, record: Record) -> Kept:
        """Ties `key` to a record, unless it is tied already; either way what it is tied to.

        The record is inside the file of the key, so that a process that dies before `keep`
        leaves a key with which the same task can still be had.
        """
        path = self._key_path(key)
        content = {"body": body, "record": record.to_json()}
        _write_once(path, json.dumps(content).encode())
        kept = self.kept(key)
        return kept or Kept(body, record)

    def kept(self, key: str) -> Kept | None:
        """What `key` is tied to."""
        try:
            content = json.loads(self._key_path(key).read_bytes())
        except FileNotFoundError:
            return None
        return Kept(content["body"], Record(**content["record"]))

    def get(self, task_id: str) -> Record | None:
        """The record of a task, also of one that another process made."""
        if task_id not in self._records and _TASK_ID.fullmatch(task_id):
            with suppress(FileNotFoundError, ValueError, TypeError):  # Absent, or not whole.
                self._records[task_id] = _read(self._path(task_id))
        record = self._records.get(task_id)
        if record is not None and record.outcome is None and record.has_inputs:
            with suppress(FileNotFoundError, ValueError, TypeError):
                known = json.loads(self._outcome_path(task_id).read_bytes())
                outcome = Outcome.from_json(known, self.contents)
                record = self._records[task_id] = replace(record, outcome=outcome)
        return record

    @property
    def contents(self) -> Path:
        """The folder of what was fetched for tasks; each file is named by its content."""
        return self.home / "inputs"

    def settle(self, task_id: str, outcome: Outcome) -> None:
        """Writes down what became of the inputs of a task; the first to do so is right."""
        _write_once(self._outcome_path(task_id), json.dumps(outcome.to_json()).encode())

    def all(self) -> list[Record]:
        """Every record of the folder."""
        names = [path.stem for path in (self.home / "tasks").glob("task-unified-*.json")]
        found = (self.get(name) for name in names)
        return [record for record in found if record is not None]

    def first_to(self, what: str, task_id: str) -> bool:
        """Whether this is the first call with these words in any process of the folder."""
        return _write_once(self.home / "hooks" / f"{task_id}.{what}", b"")

    def untold(self) -> list[Record]:
        """The tasks whose callback is awaited and was not made."""
        names = {path.name for path in (self.home / "hooks").iterdir()}
        ids = [name.removesuffix(".awaited") for name in names if name.endswith(".awaited")]
        records = [self.get(each) for each in ids if f"{each}.told" not in names]
        return [record for record in records if record is not None]

    def _take(self, request: str) -> int:
        take = self._takes.get(request, 0)
        while not _write_once(self.home / "takes" / f"{request[:32]}.{take}", b""):
            take += 1
        self._takes[request] = take + 1
        return take

    def _path(self, task_id: str) -> Path:
        return self.home / "tasks" / f"{task_id}.json"

    def _outcome_path(self, task_id: str) -> Path:
        return self.contents / f"{task_id}.json"

    def _key_path(self, key: str) -> Path:
        return self.home / "keys" / f"{hashlib.sha256(key.encode()).hexdigest()}.json"


def _read(path: Path) -> Record:
    return Record(**json.loads(path.read_bytes()))


def _suffix(text: str) -> str:
    alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
    return "".join(alphabet[number // 36**place % 36] for place in range(8))


@contextmanager
def draft(folder: Path, suffix: str = "") -> Iterator[Path]:
    """A file in a folder to write to; it is gone afterwards unless it was renamed."""
    folder.mkdir(parents=True, exist_ok=True)  # Somebody may have tidied up.
    number, name = tempfile.mkstemp(prefix=".", suffix=suffix, dir=folder)
    os.close(number)
    path = Path(name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _write_once(path: Path, content: bytes) -> bool:
    """Makes a whole file of that name, or leaves the one there is; True if it was made."""
    with draft(path.parent) as temporary:
        temporary.write_bytes(content)
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        except OSError:  # A file system without hard links, such as a mounted cloud drive.
            return _write_plainly(path, content)
    return True


def _write_plainly(path: Path, content: bytes) -> bool:
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        return False
    return True
