"""The files that requests were made with: a copy of each is kept, named by its content.

So a request can still be sent after its kernel died, and asked again when the file has moved.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
import os
import stat
from typing import TYPE_CHECKING, Any, BinaryIO

from seedance_nb.core.catalog import MEDIA_FIELDS
from seedance_nb.core.errors import InvalidRequest, Problem
from seedance_nb.core.media import Media
from seedance_nb.runs import disk
from seedance_nb.runs.disk import disk_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from seedance_nb.core.request import VideoRequest

_CHUNK = 1024 * 1024


class Inputs:
    """The folder `inputs` of a home; nothing is created before the first file."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "inputs"

    def path(self, media: Media) -> Path | None:
        """Where the copy of an input is, if there is one."""
        path = self._copy(media)
        return path if path.is_file() and not path.is_symlink() else None

    def located(self, request: VideoRequest) -> VideoRequest:
        """The request with each input where its copy is, or would be."""
        return _with(request, self._moved)

    def kept(self, request: VideoRequest) -> VideoRequest:
        """The request with a copy of each input; those that are in no file of the user's are there.

        Raises:
            InvalidRequest: With every input that is gone, or holds something else by now.
            ConfigError: A copy cannot be written.
        """
        problems = []
        for field in MEDIA_FIELDS:
            for item in getattr(request, field):
                problem = self._kept(item) if isinstance(item, Media) else None
                if problem:
                    problems.append(Problem(field, problem, **_facts(item)))
        if problems:
            raise InvalidRequest(problems=problems)
        if not any(map(_is_passing, request.files)):
            return request
        return _with(request, lambda media: self._moved(media) if _is_passing(media) else media)

    def _copy(self, media: Media) -> Path:
        return self.folder / media.file

    def _moved(self, media: Media) -> Media:
        return dataclasses.replace(media, source=self._copy(media))

    def _kept(self, media: Media) -> str | None:
        """Make the copy; the id of what is wrong where that cannot be."""
        known = self.path(media)
        if known is not None and media.size in (0, known.stat().st_size):
            return None
        if media.source is None:
            return "problem.file.gone"
        try:
            source = _opened(media.source)
        except OSError:
            return "problem.file.gone"
        if source is None:
            return "problem.file.changed"
        with source:
            return self._copied(source, media)

    def _copied(self, source: BinaryIO, media: Media) -> str | None:
        draft = self.folder / f".{media.file}.{os.getpid()}.part"
        digest = hashlib.sha256()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as target:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    target.write(chunk)
            if digest.hexdigest() != media.sha256:
                return "problem.file.changed"
            draft.replace(self._copy(media))
        except OSError as error:
            raise disk_error(error, self.folder) from None
        finally:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
        return None


def _is_passing(media: Media) -> bool:
    """Whether it is in no lasting file of the user's."""
    return bool(media.fitted) or isinstance(media.source, bytes)


def _with(request: VideoRequest, change: Callable[[Media], Media]) -> VideoRequest:
    """The request with other inputs of the same content."""
    items = {name: getattr(request, name) for name in MEDIA_FIELDS}
    changed: dict[str, Any] = {
        name: tuple(change(item) if isinstance(item, Media) else item for item in given)
        for name, given in items.items()
    }
    return dataclasses.replace(request, **changed)


def _facts(media: Media) -> dict[str, object]:
    return {"value": media.label, "sha256": media.sha256}


def _opened(source: Path | bytes) -> BinaryIO | None:
    """The bytes to be read; None where a path no longer leads to a plain file."""
    if isinstance(source, bytes):
        return io.BytesIO(source)
    # A pipe that has taken the place of a file would be waited for.
    fd = os.open(source, os.O_RDONLY | disk.BINARY | getattr(os, "O_NONBLOCK", 0))
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return os.fdopen(fd, "rb")
    os.close(fd)
    return None
