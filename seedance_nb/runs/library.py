"""The videos on disk: written under a temporary name, verified, renamed, described beside it."""

from __future__ import annotations

import filecmp
import hashlib
import json
import logging
import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Self
from urllib.parse import urlsplit, urlunsplit

from seedance_nb.core.errors import ConfigError, ProtocolError, SeedanceError, TransportError
from seedance_nb.evolink import mp4
from seedance_nb.evolink.plain import epoch, number
from seedance_nb.runs import disk, frames
from seedance_nb.runs.journal import check_job

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType


__all__ = ["Incoming", "Library", "Video", "bare_link", "check_target"]

_log = logging.getLogger("seedance_nb")
_ENDLESS = 2**53  # bytes or pixels; what is more is no honest number
_HASH = re.compile(r"[0-9a-f]{64}")
_BARE = re.compile(r"https?://[\w.:-]+/[\w./%-]*", re.ASCII)


def bare_link(url: object) -> str | None:
    """Return a web link without user, query and fragment, where signatures are; else None."""
    if not isinstance(url, str):
        return None
    if _BARE.fullmatch(url):
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """A verified video on disk.

    Attributes:
        path: The file, absolute.
        sha256: Its hash as 64 hex digits: that of the bytes that the server sent.
        size: In bytes.
        duration: In seconds.
        width: In pixels.
        height: In pixels.
        url: Where it came from; the signed part is known only to the session that fetched it.
        expires_at: When that link dies, in epoch seconds.
    """

    path: Path
    sha256: str
    size: int
    duration: float
    width: int
    height: int
    url: str | None = field(default=None, repr=False, compare=False)  # it can hold a signature
    expires_at: float | None = None

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Copy the file and return where the copy is; never overwrites, ``-2`` is added.

        Where the same copy is already, nothing is written.

        Args:
            path: a file, or a folder in which the copy gets the file's own name. Folders that
                are missing are made.

        Raises:
            ConfigError: the file is gone, or the copy cannot be written.
        """
        target = Path(path).expanduser()
        if target.is_dir() or os.fspath(path).endswith(("/", os.sep)):
            target /= self.path.name
        try:
            source = self.path.open("rb")
        except FileNotFoundError:
            raise ConfigError("error.file.gone", path=str(self.path)) from None
        except OSError as error:
            raise disk.disk_error(error, self.path) from error
        try:
            with source:
                target.parent.mkdir(parents=True, exist_ok=True)
                return _twin(self.path, target) or _copy(source, target)
        except OSError as error:
            raise disk.disk_error(error, target) from error

    def frame(self, index: float = -1) -> Any:
        """Return one picture of the video, as Pillow's, so that it can begin the next one.

        ``generate(..., images=[job.video.frame(-1)])`` goes on where a job ended.

        Args:
            index: which frame: an int counts from 0, or back from the end if negative; a float
                is a time in seconds, counted back from the end if negative.

        Raises:
            ConfigError: there is no such frame, the file is gone, or the extra ``media`` is not
                installed.
        """
        return frames.frame(self.path, index)

    def to_record(self, home: Path) -> dict[str, object]:
        """Return the video as JSON data, its file relative to ``home``.

        Raises:
            ValueError: the file is not in ``home``.
        """
        file = self.path.relative_to(_absolute(home)).as_posix()
        facts = {name: getattr(self, name) for name in self.__slots__ if name != "path"}
        return {"file": file, **facts}


class Library:
    """The folder ``videos`` of a home; nothing is created before the first video."""

    def __init__(self, home: Path) -> None:
        """Keep videos under ``home``, which need not exist yet."""
        self.home = _absolute(home)
        self.folder = self.home / "videos"

    def incoming(self, job: str, index: int = 0) -> Incoming:
        """Open a temporary file for a result of a job; leaves none behind, whatever happens.

        Args:
            job: the job's id.
            index: which of its results, from 0: the second is kept as ``<job>-2.mp4``.

        Raises:
            OSError: it cannot be created; see `disk.disk_error`.
            ValueError: not a job id.
        """
        name = check_job(job) if index == 0 else f"{check_job(job)}-{index + 1}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._sweep(name)
        return Incoming(self, name, job)

    def video_from_record(self, record: Mapping[str, object]) -> Video | None:
        """Return the video that a record tells of; None for one that is no honest record.

        The file may be missing (see `has`), but lies in this library, also through links.
        """
        path = self._inside(record.get("file"))
        sha256 = record.get("sha256")
        counts = [_count(record.get(key)) for key in ("size", "width", "height")]
        duration, expires_at = number(record.get("duration")), epoch(record.get("expires_at"))
        if path is None or duration is None or not isinstance(sha256, str):
            return None
        size, width, height = counts
        if size is None or width is None or height is None or not _HASH.fullmatch(sha256):
            return None
        return Video(
            path=path,
            sha256=sha256,
            size=size,
            duration=duration,
            width=width,
            height=height,
            url=bare_link(record.get("url")),
            expires_at=expires_at,
        )

    def has(self, video: Video) -> bool:
        """Return whether the file is there, with its size (a quick look)."""
        try:
            return video.path.is_file() and video.path.stat().st_size == video.size
        except OSError:
            return False

    def verify(self, video: Video) -> bool:
        """Return whether the file is there, with the bytes that the server sent."""
        try:
            return self.has(video) and _hash(video.path) == video.sha256
        except OSError:
            return False

    def is_as_it_came(self, video: Video, at: float | None) -> bool:
        """Return whether the file is there as it came, hashed only if its clock is later.

        Args:
            video: what is known of it.
            at: when it came, in epoch seconds.
        """
        try:
            early = at is not None and video.path.stat().st_mtime <= at
        except OSError:
            return False
        return self.has(video) if early else self.verify(video)

    def _inside(self, file: object) -> Path | None:
        if not isinstance(file, str) or "\\" in file or ":" in file or not file.isprintable():
            return None
        folder, *inner = file.split("/")
        if folder != "videos" or ".." in inner or not file.endswith(".mp4"):
            return None
        path = self.home / file
        try:
            if len(inner) == 1 and not path.is_symlink():
                return path  # nothing on the way that could lead elsewhere: no need to follow it
            return path if path.resolve().is_relative_to(self.folder.resolve()) else None
        except (OSError, RuntimeError, ValueError):
            return None

    def sweep(self, *, before: float) -> None:
        """Remove what killed processes left, as far as nobody has touched it since `before`.

        Args:
            before: Epoch seconds; what is younger may belong to somebody who begins just now.
        """
        for path in self.folder.glob(".*.part"):
            with suppress(OSError):
                if path.stat().st_mtime < before and _is_left(path):
                    path.unlink()

    def _sweep(self, name: str) -> None:
        """Remove what a killed process left of this download."""
        for path in self.folder.glob(f".{name}.*.part"):
            with suppress(OSError):
                # An empty one may belong to a download that is about to take its lock.
                if _is_left(path) and path.stat().st_size:
                    path.unlink()


class Incoming:
    """A download on its way in: a context manager, gone without trace unless finished."""

    def __init__(self, library: Library, name: str, job: str) -> None:
        """Create the temporary file."""
        self.size = 0
        self._library = library
        self._job = job
        self._target = library.folder / f"{name}.mp4"
        self._hash = hashlib.sha256()
        self._path, self._file = _exclusive(_parts(library.folder, name))
        # Without locks on this file system a leftover is only never swept.
        with suppress(OSError):
            disk.hold(self._file.fileno())

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Discard what was not finished."""
        self.discard()

    def write(self, data: bytes) -> None:
        """Add bytes as they come.

        Raises:
            OSError: they could not be written; see `disk.disk_error`.
        """
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)

    def restart(self) -> None:
        """Forget what was written.

        Raises:
            OSError: the disk; see `disk.disk_error`.
        """
        self._file.seek(0)
        self._file.truncate()
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def closed(self) -> bool:
        """Whether it was finished or discarded."""
        return self._file.closed

    def discard(self) -> None:
        """Close and remove the temporary file; harmless after `finish`."""
        with suppress(OSError):  # a full disk may refuse the last buffer
            self._file.close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def finish(
        self,
        expected_size: int | None,
        sidecar: Mapping[str, object],
        *,
        url: str | None,
        expires_at: float | None,
    ) -> Video:
        """Verify the file, give it its name, and write its sidecar.

        Args:
            expected_size: bytes that the server announced, if it did.
            sidecar: what made the video: JSON values; the video's own facts are added.
            url: its link; only the part without the query is kept.
            expires_at: when the link dies, in epoch seconds.

        Raises:
            TransportError: bytes are missing, or the file is.
            ProtocolError: it is no playable MP4.
            ConfigError: the name is taken by another job's video.
            OSError: it could not be written; see `disk.disk_error`.
        """
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            clip = self._verified(expected_size)
            video = Video(
                path=self._target,
                sha256=self._hash.hexdigest(),
                size=self.size,
                duration=clip.duration,
                width=clip.width,
                height=clip.height,
                url=bare_link(url),
                expires_at=expires_at,
            )
            record = {"v": 1, **sidecar, "video": video.to_record(self._library.home)}
            text = json.dumps(record, ensure_ascii=False, allow_nan=False, indent=2)
            self._refuse_taken()
            self._path.replace(self._target)
        except FileNotFoundError:  # removed by hand, or by a machine that does not see our lock
            gone = str(self._path)
            raise TransportError(
                "error.file.gone", billed="yes", retryable=True, path=gone
            ) from None
        finally:
            self.discard()
        self._describe(text)
        disk.sync_folder(self._library.folder)
        return video

    def _verified(self, expected_size: int | None) -> mp4.Clip:
        if expected_size is not None and expected_size != self.size:
            raise TransportError(
                "error.file.short",
                billed="yes",
                retryable=True,
                size=self.size,
                expected=expected_size,
            )
        try:
            return mp4.inspect(self._path)
        except mp4.NotPlayable as refusal:
            kind: type[SeedanceError] = ProtocolError
            if refusal.reason in {"truncated", "no_data"}:
                kind = TransportError
            text = f"error.file.{refusal.reason}"
            raise kind(text, billed="yes", retryable=True, size=self.size) from refusal

    def _refuse_taken(self) -> None:
        # A job may replace its own file (deleted, altered, fetched twice), nobody else's.
        with suppress(OSError, ValueError, RecursionError):
            beside = json.loads(self._target.with_suffix(".json").read_text(encoding="utf-8"))
            if self._target.exists() and isinstance(beside, dict):
                owner = beside.get("job", self._job)
                if owner != self._job:
                    raise ConfigError("error.file.taken", path=str(self._target), billed="yes")

    def _describe(self, text: str) -> None:
        # The video is safe by now, and the journal knows what made it.
        try:
            draft, file = _exclusive(_parts(self._target.parent, self._target.stem))
            try:
                with file:
                    file.write(text.encode("utf-8", "backslashreplace") + b"\n")
                draft.replace(self._target.with_suffix(".json"))
            finally:
                draft.unlink(missing_ok=True)
        except OSError as error:
            _log.debug("no sidecar for %s: %s", self._target.name, error)


def check_target(path: str | os.PathLike[str]) -> None:
    """Refuse a place for a copy that nothing can be written to.

    Raises:
        ConfigError: A folder on the way cannot be written, or is a file.
    """
    folder = Path(path).expanduser().absolute()
    folder = folder if os.fspath(path).endswith(("/", os.sep)) else folder.parent
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        raise ConfigError("error.out", path=str(path), folder=str(existing))


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - keeps links as the user spells them


def _parts(folder: Path, name: str) -> Iterator[Path]:
    return (folder / f".{name}.{os.getpid()}-{number}.part" for number in count(1))


def _is_left(path: Path) -> bool:
    """Whether no living process holds the lock of a temporary file."""
    fd = os.open(path, os.O_RDONLY | disk.BINARY)
    try:
        return disk.is_free(fd)
    finally:
        os.close(fd)


def _numbered(path: Path) -> Iterator[Path]:
    yield path
    yield from (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in count(2))


def _twin(file: Path, target: Path) -> Path | None:
    """The copy of a file that is at the target, or at its numbered names, already."""
    taken = takewhile(Path.is_file, _numbered(target))
    return next((path for path in taken if filecmp.cmp(file, path, shallow=False)), None)


def _exclusive(names: Iterator[Path]) -> tuple[Path, BinaryIO]:
    """Create the first name that is free."""
    for path in names:
        with suppress(FileExistsError):
            return path, path.open("xb")
    raise AssertionError


def _copy(source: BinaryIO, target: Path) -> Path:
    path, file = _exclusive(_numbered(target))
    try:
        with file:
            shutil.copyfileobj(source, file)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value < _ENDLESS else None
