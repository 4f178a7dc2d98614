"""What the durable parts ask of the operating system: locks, exclusive names, names that last.

A lock is held while its process lives, and dropped by the system when it dies.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from seedance_nb.core.errors import ConfigError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from seedance_nb.core.errors import Billed

__all__ = ["BINARY", "create", "disk_error", "hold", "is_free", "sync_folder", "turn"]

BINARY: int = getattr(os, "O_BINARY", 0)
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}

_BYTE = 1 << 40  # Windows locks are mandatory: lock a byte that nobody ever reads


def hold(fd: int) -> None:
    """Lock a file for its one writer, until the descriptor is closed; waits for its turn.

    Raises:
        OSError: the file system knows no locks.
    """
    if sys.platform == "win32":
        os.lseek(fd, _BYTE, os.SEEK_SET)
        while not _locked(fd):
            pass
    else:
        fcntl.flock(fd, fcntl.LOCK_EX)


def is_free(fd: int) -> bool:
    """Return whether nobody holds the file of a descriptor that was opened for this look.

    On POSIX the look is shared, so that two who look at once do not take each other for the
    writer, and it ends when the descriptor is closed.
    """
    try:
        if sys.platform == "win32":
            os.lseek(fd, _BYTE, os.SEEK_SET)
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
            msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)
        else:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def create(path: Path, text: str) -> None:
    """Write a small new file and bring it to the disk.

    Raises:
        FileExistsError: the name is taken.
        OSError: it could not be written.
    """
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o666)
    try:
        os.write(fd, text.encode())
        os.fsync(fd)
    finally:
        os.close(fd)


def sync_folder(folder: Path) -> None:
    """Make new names in a folder survive a power cut, where the system can do that."""
    with suppress(OSError):
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


@contextmanager
def turn(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: one at a time looks and writes, of all kernels that share it.

    Raises:
        OSError: nothing can be written there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fd = os.open(folder / ".turn", os.O_RDWR | os.O_CREAT | BINARY, 0o666)
    try:
        with suppress(OSError):  # a file system without locks
            hold(fd)
        yield
    finally:
        os.close(fd)


def disk_error(error: OSError, path: Path, *, billed: Billed | None = None) -> ConfigError:
    """Return what to tell about a file that could not be read or written."""
    kind = "full" if error.errno in _FULL else "denied" if error.errno in _DENIED else "failed"
    reason = error.strerror or type(error).__name__
    return ConfigError(f"error.disk.{kind}", path=str(path), reason=reason, billed=billed)


if sys.platform == "win32":

    def _locked(fd: int) -> bool:
        """Whether the lock came; False after ten seconds of waiting."""
        try:
            msvcrt.locking(fd, msvcrt.LK_LOCK, 1)
        except OSError as error:
            if error.errno != errno.EDEADLK:
                raise
            return False
        return True
