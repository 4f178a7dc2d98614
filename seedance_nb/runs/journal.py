"""The journal: what was asked and what became of it, one JSON object a line.

Each session writes a file of its own under ``home/journal`` and holds an OS lock on it while it
lives, so a file has one writer and everybody can see whether that writer is still there. Files
are only ever appended to. Reading tolerates whatever a crash or a stranger left in them.
"""

from __future__ import annotations

import errno
import heapq
import os
import re
import shutil
import stat
import threading
import weakref
from contextlib import suppress
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import TYPE_CHECKING

from seedance_nb.runs import disk
from seedance_nb.runs.lines import JOB, VERSION, Event, encode, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

__all__ = [
    "VERSION",
    "Event",
    "Journal",
    "Reader",
    "all_claims",
    "check_job",
    "claim",
    "claims",
    "is_alive",
    "open_sessions",
    "read",
    "retire",
    "seconds",
    "size",
    "timestamp",
]

_OPEN = ".open.jsonl"
_CLOSED = ".jsonl"
_GITIGNORE_1 = "/videos/*\n!/videos/*.json\n/simulator/\n"  # of folders without inputs
_GITIGNORE = f"{_GITIGNORE_1}/inputs/\n/uploads.json\n"
_COMMON = frozenset({"v", "session", "seq", "time"})
_SESSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


def timestamp(when: float) -> str:
    """Return epoch seconds as UTC ISO-8601 with milliseconds and ``Z``."""
    return datetime.fromtimestamp(when, UTC).isoformat(timespec="milliseconds")[:23] + "Z"


def seconds(text: object) -> float | None:
    """Return a time of the journal as epoch seconds; None when it is not one."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
        sound = moment.tzinfo and MINYEAR < moment.year < MAXYEAR  # in every time zone
        return moment.timestamp() if sound else None
    except (ValueError, OverflowError):
        return None


def check_job(job: str) -> str:
    """Return the job id unchanged; raise ValueError if it is not 4-40 of ``a-z0-9``."""
    if not JOB.fullmatch(job):
        message = f"not a job id: {job!r}"
        raise ValueError(message)
    return job


class Journal:
    """The one writer of a session's file; nothing is created before the first append.

    Safe to use from several threads. A forked child cannot write to it.
    """

    def __init__(self, home: Path, session: str, *, now: Callable[[], float]) -> None:
        """Prepare the journal of ``session``; ``now`` returns epoch seconds."""
        if not _SESSION.fullmatch(session):
            message = f"not a session id: {session!r}"
            raise ValueError(message)
        self.home = home
        self.session = session
        self._now = now
        self._lock = threading.Lock()
        self._fd: int | None = None
        self._closed = False
        self._seq = 0
        self._torn = False
        self._folder_synced = False

    @property
    def path(self) -> Path:
        """Where the file lies while the session is open."""
        return self.home / "journal" / f"{self.session}{_OPEN}"

    def append(self, event: str, *, durable: bool = False, **data: object) -> Event:
        """Write one event as one whole line and return it as readers will see it.

        Args:
            event: the kind of event.
            durable: return only once the line has reached the disk.
            data: what the event carries; JSON values, finite numbers.

        Raises:
            OSError: the line could not be written (disk full, folder not writable).
            ValueError: the journal is closed, or ``data`` is not JSON.
        """
        if clash := _COMMON & data.keys():
            message = f"reserved keys: {sorted(clash)}"
            raise ValueError(message)
        with self._lock:
            fd = self._open()
            line: Event = {
                "v": VERSION,
                "session": self.session,
                "seq": self._seq + 1,
                "time": timestamp(self._now()),
                "event": event,
                **data,
            }
            self._write(fd, encode(line))
            self._seq += 1
            if durable:
                self._sync(fd)
        return line

    def mend(self) -> None:
        """Write the file anew if somebody deleted it: paid tasks may be in it.

        Raises:
            OSError: it cannot be written.
        """
        with self._lock:
            self._mend()

    def close(self, *, final: bool) -> None:
        """Release the file; ``final`` says that nothing in it is left to resume."""
        with self._lock:
            self._closed = True
            if self._fd is None:
                return
            with suppress(OSError):
                self._mend()
            os.close(self._fd)  # the lock goes with it
            self._fd = None
        if final:
            retire(self.home, self.session)

    def _open(self) -> int:
        if self._closed:
            message = f"journal {self.session} is closed"
            raise ValueError(message)
        if self._fd is None:
            self._fd = self._create()
            if hasattr(os, "register_at_fork"):
                forget = weakref.WeakMethod(self._forget)
                os.register_at_fork(after_in_child=lambda: _call(forget()))
        self._mend()
        return self._fd

    def _create(self) -> int:
        folder = self.path.parent
        folder.mkdir(parents=True, exist_ok=True)
        _write_gitignore(self.home)
        if (folder / f"{self.session}{_CLOSED}").exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), self.session)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | disk.BINARY
        fd = os.open(self.path, flags, 0o666)
        # Blocking: another process may be probing this very file for a moment. Where the
        # file system knows no locks the journal is still worth having.
        with suppress(OSError):
            disk.hold(fd)
        return fd

    def _mend(self) -> None:
        if self._fd is None or self.path.exists():
            return
        self._folder_synced = False
        fd = self._create()
        try:
            os.lseek(self._fd, 0, os.SEEK_SET)
            with open(self._fd, "rb", closefd=False) as gone, open(fd, "wb", closefd=False) as file:
                shutil.copyfileobj(gone, file)
        except BaseException:
            os.close(fd)
            self.path.unlink(missing_ok=True)  # the next line tries it again
            raise
        os.close(self._fd)
        self._fd = fd

    def _write(self, fd: int, data: bytes) -> None:
        if self._torn:
            data = b"\n" + data
        written = os.write(fd, data)
        self._torn = written < len(data)
        if self._torn:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))

    def _sync(self, fd: int) -> None:
        os.fsync(fd)
        if not self._folder_synced:
            for folder in (self.path.parent, self.home, self.home.parent):
                disk.sync_folder(folder)
            self._folder_synced = True

    def _forget(self) -> None:
        # In a forked child: closing a copy of the descriptor leaves the parent's lock alone,
        # and a child that kept it would keep the session alive after its parent's death.
        if self._fd is not None:
            os.close(self._fd)
        self._fd = None
        self._closed = True
        self._lock = threading.Lock()


class Reader:
    """Reads the journal of a folder bit by bit: each refresh returns what is new."""

    def __init__(self, home: Path, only: Collection[str] | None = None) -> None:
        """Read from ``home``, which need not exist yet; only these sessions, if any are named."""
        self._only = only
        self._folder = home / "journal"
        self._offsets: dict[str, int] = {}
        self._sizes: dict[str, int] = {}

    def refresh(self) -> list[Event]:
        """Return the events that are new since the last call, in order of time.

        The events of one session always keep the order in which they were written. Each
        carries its ``session``; ``event`` is a string; ``job``, ``seq``, ``gen`` and ``time``
        are missing or of the right form. Everything else is as it was found.
        """
        sessions = self._only
        if sessions is None:
            sessions = sorted({session for session, _ in _listing(self._folder)})
        batches = list(filter(None, (list(self._new(session)) for session in sessions)))
        if len(batches) == 1:
            return batches[0]
        return list(heapq.merge(*batches, key=lambda event: str(event.get("time", ""))))

    def _new(self, session: str) -> Iterator[Event]:
        for suffix in (_OPEN, _CLOSED, _OPEN):
            # Renamed between the listing and now: try the other name.
            with suppress(FileNotFoundError, NotADirectoryError):
                data = self._read(session, self._folder / f"{session}{suffix}")
                return parse(session, data)
        return iter(())

    def _read(self, session: str, path: Path) -> bytes:
        try:
            facts = path.stat()
            if not stat.S_ISREG(facts.st_mode) or facts.st_size == self._sizes.get(session):
                return b""
            start = self._offsets.get(session, 0)
            with path.open("rb") as file:
                file.seek(start)
                data = file.read()
        except FileNotFoundError:
            raise
        except OSError:
            return b""
        self._sizes[session] = start + len(data)
        whole = data[: data.rfind(b"\n") + 1]
        self._offsets[session] = start + len(whole)
        return whole


def read(home: Path, only: Collection[str] | None = None) -> list[Event]:
    """Return all events of a folder, or of some of its sessions, as `Reader.refresh` does."""
    return Reader(home, only).refresh()


def open_sessions(home: Path) -> list[str]:
    """Return the sessions whose files may hold something to resume, by name."""
    return sorted(session for session, is_open in _listing(home / "journal") if is_open)


def size(home: Path, session: str) -> int:
    """Return how many bytes the file of an open session has; 0 where there is none."""
    with suppress(OSError):
        return (home / "journal" / f"{session}{_OPEN}").stat().st_size
    return 0


def is_alive(home: Path, session: str) -> bool:
    """Return whether some process, perhaps this one, still writes this session's file.

    Where it cannot be known (no permission, a file system without locks) the answer is yes:
    what belongs to a living session is never touched.
    """
    if not _SESSION.fullmatch(session):
        return False
    try:
        fd = os.open(home / "journal" / f"{session}{_OPEN}", os.O_RDONLY | disk.BINARY)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    try:
        return not disk.is_free(fd)
    finally:
        os.close(fd)


def retire(home: Path, session: str) -> bool:
    """Mark a session's file as having nothing left to resume; False if it is alive or gone."""
    if not _SESSION.fullmatch(session):
        return False
    path = home / "journal" / f"{session}{_OPEN}"
    closed = path.with_name(f"{session}{_CLOSED}")
    with suppress(OSError):
        # An empty file may be a session's that is about to take its lock.
        if path.stat().st_size and not is_alive(home, session) and not closed.exists():
            path.rename(closed)
            return True
    return False


def claim(home: Path, job: str, session: str, *, generation: int) -> bool:
    """Take over a dead session's job; of all who try for one generation, one succeeds.

    Raises:
        OSError: the claim could not be written.
        ValueError: the job or the session id is not one.
    """
    check_job(job)
    if not _SESSION.fullmatch(session) or generation < 0:
        message = f"not a claim: {session!r}, {generation!r}"
        raise ValueError(message)
    folder = home / "claims"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{job}.{generation}"
    draft = folder / f".{job}.{generation}.{session}"
    try:
        disk.create(draft, session)
        try:
            # A link appears together with its content: nobody reads a half-made claim.
            os.link(draft, target)
        except FileExistsError:
            return False
        except OSError:  # a file system without links
            disk.create(target, session)
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)
    disk.sync_folder(folder)
    return True


def claims(home: Path, job: str) -> list[tuple[int, str]]:
    """Return who took over a job: (generation, session), the latest last.

    The session is empty where the claim cannot be read.
    """
    return _claims(home, check_job(job)).get(job, [])


def all_claims(home: Path) -> dict[str, list[tuple[int, str]]]:
    """Return the claims of every job that has any, as `claims` does for one."""
    return _claims(home, None)


def _claims(home: Path, only: str | None) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    folder = home / "claims"
    for name in _names(folder):
        job, _, generation = name.partition(".")
        known = JOB.fullmatch(job) and re.fullmatch(r"[0-9]{1,9}", generation)
        if known and only in (None, job):
            found.setdefault(job, []).append((int(generation), _claimant(folder / name)))
    return {job: sorted(takers) for job, takers in found.items()}


def _claimant(path: Path) -> str:
    try:
        with path.open("rb") as file:
            name = file.read(200).decode("ascii").strip()
    except (OSError, ValueError):
        return ""
    return name if _SESSION.fullmatch(name) else ""


def _write_gitignore(home: Path) -> None:
    """Write ours, also over an earlier one of ours; what the user wrote stays."""
    path = home / ".gitignore"
    with suppress(OSError, ValueError):
        if not path.exists() or path.read_text("utf-8") == _GITIGNORE_1:
            path.write_text(_GITIGNORE, "utf-8")


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []


def _listing(folder: Path) -> set[tuple[str, bool]]:
    # Listed twice: a file that is renamed during a listing may be missing from it.
    found: set[tuple[str, bool]] = set()
    for name in (*_names(folder), *_names(folder)):
        is_open = name.endswith(_OPEN)
        session = name.removesuffix(_OPEN if is_open else _CLOSED)
        if session != name and _SESSION.fullmatch(session):
            found.add((session, is_open))
    return found


def _call(function: Callable[[], None] | None) -> None:
    if function is not None:
        function()
