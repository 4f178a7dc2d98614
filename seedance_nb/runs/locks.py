"""OS locks on open files: held while a process lives, dropped by the system when it dies."""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

__all__ = ["hold", "is_free"]

_BYTE = 1 << 40  # Windows locks are mandatory: lock a byte that nobody ever reads


def hold(fd: int) -> None:
    """Lock a file for its one writer, until the descriptor is closed; waits for its turn.

    Raises:
        OSError: the file system knows no locks.
    """
    if sys.platform == "win32":
        os.lseek(fd, _BYTE, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_LOCK, 1)
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
