"""One process at a time writes a result.

The lock is a file beside the result that names its holder. On one machine the kernel's advisory lock on that file
decides, which dies with its holder. Between machines, where such locks may not reach, the holder touches the file
every few seconds; a file that has not been touched for long belongs to the dead.

What is no lock of ours (a link, another kind of file, another content) is never written to nor removed.
"""

import contextlib
import errno
import os
import stat
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from phasemap.errors import PhasemapError, ResultFileError
from phasemap.storage.durable import explaining_write_errors
from phasemap.sweeps.locking.lock_holder import LONGEST, Holder, NoLockError, age, decode, encode, myself, same_kernel

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_HEARTBEAT_SECONDS = 10.0
_DEAD_AFTER_SECONDS = 90.0
_WATCH_SECONDS = 15.0  # longer than a heartbeat

# Links are not followed, and opening a pipe does not wait for its other end.
_CAREFULLY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class LockedError(PhasemapError):
    """Another process writes this result."""


class Lock:
    """The lock of a result file; use it as a context manager.

    Raises on entry:
        LockedError: another living process holds it; the message says which.
        ResultFileError: the lock file cannot be written, or something else has its name.
    """

    def __init__(self, result: Path) -> None:
        self.path = lock_path(result)
        self._result = result
        self._descriptor = -1
        self._done = threading.Event()
        self._heart = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Self:
        with explaining_write_errors(self._result):
            self._descriptor = self._acquire()
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, encode(myself()), 0)
            os.fsync(self._descriptor)
        self._heart.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._heart.join()  # before the number of its descriptor is another file's
        with contextlib.suppress(OSError):
            if _same_file(self._descriptor, self.path):
                self.path.unlink()
        os.close(self._descriptor)

    def _acquire(self) -> int:
        while True:
            descriptor = _open(self.path, os.O_RDWR | os.O_CREAT)
            try:
                self._take(descriptor)
            except BaseException:
                os.close(descriptor)
                raise
            if _same_file(descriptor, self.path):  # else its holder just removed it: try again
                return descriptor
            os.close(descriptor)

    def _take(self, descriptor: int) -> None:
        _holder(descriptor, self.path)  # before anything is done to it: is it a lock?
        decides = False
        if fcntl is not None:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                decides = True
            except BlockingIOError as error:
                raise LockedError(self._refusal(_holder(descriptor, self.path))) from error
            except OSError:
                pass  # this file system has no locks: what the file says must do
        holder = _holder(descriptor, self.path)
        if holder is None or (decides and same_kernel(holder)):
            return
        if _alive(holder, descriptor, self.path) or self._touched(holder, descriptor):
            raise LockedError(self._refusal(holder))

    def _touched(self, holder: Holder, descriptor: int) -> bool:
        """Whether a lock that was touched in the future, as clocks have it, is still being touched."""
        if holder.alive_here() is not None or age(descriptor, self.path) > -_DEAD_AFTER_SECONDS:
            return False
        before, deadline = os.fstat(descriptor).st_mtime_ns, time.monotonic() + _WATCH_SECONDS
        while time.monotonic() < deadline:
            time.sleep(min(0.5, _WATCH_SECONDS))
            with contextlib.suppress(OSError):
                if self.path.lstat().st_mtime_ns != before:
                    return True
        return False

    def _refusal(self, holder: Holder | None) -> str:
        result = self._result.name
        if holder is None or holder.alive_here() is False:  # the file does not name the new holder yet
            return f"Another process is about to write {result}: wait for it, or choose another output with -o."
        return (
            f"{result} is being written by process {holder.process} on {holder.host} (since {holder.started}). "
            "Wait for it, stop it, or choose another output with -o. If that process is gone for certain, delete "
            f"{self.path}."
        )

    def _beat(self) -> None:
        while not self._done.wait(_HEARTBEAT_SECONDS):
            with contextlib.suppress(OSError):
                os.utime(self._descriptor)


def lock_path(result: Path) -> Path:
    """The lock file of a result."""
    return result.with_name(f"{result.name}.lock")


def current_holder(result: Path) -> Holder | None:
    """The living process that writes a result now, as far as its lock file tells; None if there is none."""
    path = lock_path(result)
    try:
        descriptor = _open(path, os.O_RDONLY)
    except (OSError, ResultFileError):
        return None
    try:
        holder = _holder(descriptor, path)
        return holder if holder is not None and _alive(holder, descriptor, path) else None
    except (OSError, ResultFileError):
        return None
    finally:
        os.close(descriptor)


def _open(path: Path, flags: int) -> int:
    """Open a lock file; raises `ResultFileError` if it is a link or no regular file."""
    try:
        descriptor = os.open(path, flags | _CAREFULLY, 0o666)
    except OSError as error:
        if error.errno == errno.ELOOP and path.is_symlink():
            raise ResultFileError(_no_lock(path, "it is a symbolic link")) from error
        if error.errno in (errno.EISDIR, errno.ENXIO) and path.exists():
            raise ResultFileError(_no_lock(path, "it is no regular file")) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ResultFileError(_no_lock(path, "it is no regular file"))
    return descriptor


def _no_lock(path: Path, reason: str) -> str:
    return (
        f"{path} has the name of a lock, but is none ({reason}). It was left as it is: move it away, or choose another "
        "output with -o."
    )


def _holder(descriptor: int, path: Path) -> Holder | None:
    """Whom a lock file names; None if it is empty or was not finished."""
    try:
        return decode(os.pread(descriptor, LONGEST + 1, 0))
    except NoLockError as error:
        raise ResultFileError(_no_lock(path, str(error))) from error


def _alive(holder: Holder, descriptor: int, path: Path) -> bool:
    alive = holder.alive_here()
    if alive is None:
        alive = abs(age(descriptor, path)) < _DEAD_AFTER_SECONDS
    return alive


def _same_file(descriptor: int, path: Path) -> bool:
    try:
        there = path.lstat()
    except FileNotFoundError:
        return False
    here = os.fstat(descriptor)
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)
