"""One writer at a time: a lock file held through the operating system, which lets go when its process dies."""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_TAKEN = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}  # what Windows, Linux and macOS answer when another process has it

if os.name == "nt":
    import msvcrt

    def _take(file):
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _release(file):
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _take(file):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _release(file):
        fcntl.flock(file, fcntl.LOCK_UN)


@contextmanager
def held(path: Path, patience: float = 5.0) -> Iterator[bool]:
    """Hold the lock file ``path`` for the length of a ``with`` block.

    Parameters
    ----------
    path : pathlib.Path
        The lock file. It is made when missing and stays behind, empty: deleting it would let two processes in.
    patience : float
        Seconds to wait while another process holds it.

    Yields
    ------
    bool
        ``True`` when the lock is held. ``False`` when it cannot be had: a read-only folder, a disk without locks, or patience
        at its end. The caller then goes on alone and carefully; nothing raises.
    """
    try:
        file = open(path, "ab")  # noqa: SIM115 (closed below, after the lock is released)
    except OSError:
        yield False
        return
    with suppress(OSError):
        os.chmod(path, 0o666)  # a folder shared by many: whoever came first must not lock the others out
    try:
        mine = _wait(file, time.monotonic() + patience)
        try:
            yield mine
        finally:
            if mine:
                _release(file)
    finally:
        file.close()


def _wait(file, deadline):
    while True:
        try:
            _take(file)
            return True
        except OSError as error:
            if error.errno not in _TAKEN or time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
