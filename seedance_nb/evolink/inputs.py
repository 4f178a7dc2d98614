"""Files as inputs: opened with care, named by their content, told by their headers."""

from __future__ import annotations

import difflib
import errno
import hashlib
import io
import os
import stat
import threading
from collections import OrderedDict
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from seedance_nb.core import media
from seedance_nb.core.catalog import LIMITS
from seedance_nb.core.errors import Problem
from seedance_nb.core.media import Media
from seedance_nb.evolink.objects import HUGE, Refused, as_file, shown
from seedance_nb.evolink.probe import probe

if TYPE_CHECKING:
    from collections.abc import Callable

_BLOCK = 1 << 20
_KNOWN = 64  # files whose hashes are remembered
_NEIGHBOURS = 5_000  # files among which the one that was meant is looked for
# What is no plain file is not opened, and what becomes one meanwhile does not make us wait.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

_known: OrderedDict[tuple[object, ...], tuple[Media, str]] = OrderedDict()
_guard = threading.Lock()


def sha256(file: BinaryIO) -> str:
    """64 hex digits for all that is in a file."""
    state = hashlib.sha256()
    while block := file.read(_BLOCK):
        state.update(block)
    return state.hexdigest()


def opened(
    field: str, item: object, *, digest: Callable[[BinaryIO], str] = sha256
) -> Media | list[Problem]:
    """The file behind an input, with what its headers tell.

    Args:
        field: Field of the request: images, videos or audios.
        item: A path, bytes, an open file, a `data:` URL, a Pillow picture, a NumPy array, a
            Matplotlib figure, an `IPython.display` object, an uploaded file of a widget, a job or
            its video.
        digest: Hashes an open file.

    Returns:
        The file, or everything that is wrong with it.
    """
    try:
        source, name = as_file(field, item)
        if isinstance(source, str):
            file, flaw = _from_path(field, source, digest)
        else:
            file, flaw = _from_bytes(field, source, name, digest)
    except Refused as refused:
        return [refused.problem]
    # One of a wrong format is judged by that alone.
    if not flaw or file.format not in LIMITS[field].formats:
        return file
    damage = Problem(field, f"problem.file.{flaw}", value=file.name)
    return [damage, *media.problems(field, file)]


def _from_bytes(
    field: str, source: bytes, name: str, digest: Callable[[BinaryIO], str]
) -> tuple[Media, str]:
    if not source:
        raise Refused(field, "problem.file.empty", value=name or "bytes")
    file = io.BytesIO(source)
    found, flaw = _described(file, len(source), digest(file))
    name = name or f"bytes{Path(found.file).suffix}"
    return replace(found, name=name, source=source), flaw


def _described(file: BinaryIO, size: int, sha: str) -> tuple[Media, str]:
    facts = probe(file, size)
    found = Media(
        sha256=sha,
        size=size,
        format=facts.format,
        width=facts.width,
        height=facts.height,
        duration=facts.duration,
        fps=facts.fps,
    )
    return found, facts.flaw


# --- paths ----------------------------------------------------------------------------------------


def _from_path(field: str, given: str, digest: Callable[[BinaryIO], str]) -> tuple[Media, str]:
    """A file on disk, which stays the same while it is read, and its flaw.

    Raises:
        Refused: It is none, or cannot be read.
    """
    path, value = Path(os.path.abspath(given)), shown(given)  # noqa: PTH100 - keeps links as spelt
    try:
        seen = path.stat()
        _refuse(field, value, seen)
        found = _remembered(path, seen)
        if found is None:
            with os.fdopen(os.open(path, _FLAGS), "rb") as file:
                _refuse(field, value, os.fstat(file.fileno()))
                sha = digest(file)
                found = _described(file, seen.st_size, sha)
            if _mark(path, path.stat()) != _mark(path, seen):
                raise Refused(field, "problem.file.growing", value=value)
            _remember(path, seen, found)
    except (OSError, ValueError) as error:
        raise _refused(field, given, error) from None
    name = path.name.encode("utf-8", "replace").decode()
    return replace(found[0], name=name, source=path), found[1]


def _refuse(field: str, value: str, seen: os.stat_result) -> None:
    """Refuse what is no plain file, empty, or so large that it is not worth reading."""
    if stat.S_ISDIR(seen.st_mode):
        raise Refused(field, "problem.file.folder", value=value)
    if not stat.S_ISREG(seen.st_mode):
        raise Refused(field, "problem.file.special", value=value)
    if not seen.st_size:
        raise Refused(field, "problem.file.empty", value=value)
    if seen.st_size > HUGE:
        size, limit = f"{seen.st_size / 10**6:.1f}", LIMITS[field].most_bytes // 10**6
        raise Refused(field, "problem.file.size", value=value, size=size, limit=limit)


def _refused(field: str, given: str, error: OSError | ValueError) -> Refused:
    """Why a path cannot be opened."""
    value, code = shown(given), getattr(error, "errno", None)
    if code == errno.ELOOP or (code == errno.ENOENT and Path(given).is_symlink()):
        return Refused(field, "problem.file.link", value=value)
    if code in (errno.ENOENT, errno.ENOTDIR) or isinstance(error, ValueError):
        close = _neighbour(given)
        text_id = "problem.file.missing" if close else "problem.media.url"
        return Refused(field, text_id, value=value, close=close)
    reason = getattr(error, "strerror", None) or type(error).__name__
    return Refused(field, "problem.file.unreadable", value=value, reason=reason)


def _neighbour(given: str) -> str | None:
    """The file in that folder which was probably meant."""
    folder, name = os.path.split(given)
    try:
        with os.scandir(folder or ".") as entries:
            names = [entry.name for entry in islice(entries, _NEIGHBOURS)]
    except (OSError, ValueError):
        return None
    stems = [Path(one).stem.casefold() for one in names]  # endings are much alike
    near = difflib.get_close_matches(Path(name).stem.casefold(), stems, n=1)
    alike = [one for one, stem in zip(names, stems, strict=True) if stem in near]
    best = difflib.get_close_matches(name, alike, n=1, cutoff=0)
    return shown(os.path.join(folder, best[0])) if best else None  # noqa: PTH118 - as spelt


# A form checks at each key: what was read once is known by where it is, its size and its times.


def _mark(path: Path, seen: os.stat_result) -> tuple[object, ...]:
    times = seen.st_mtime_ns, seen.st_ctime_ns
    return (str(path), seen.st_dev, seen.st_ino, seen.st_size, *times)


def _remembered(path: Path, seen: os.stat_result) -> tuple[Media, str] | None:
    with _guard:
        found = _known.get(_mark(path, seen))
        if found is not None:
            _known.move_to_end(_mark(path, seen))
        return found


def _remember(path: Path, seen: os.stat_result, found: tuple[Media, str]) -> None:
    with _guard:
        _known[_mark(path, seen)] = found
        while len(_known) > _KNOWN:
            _known.popitem(last=False)
