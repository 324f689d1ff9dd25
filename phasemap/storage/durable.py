"""Writing files so that a crash at any moment leaves the old content or the new one, never half of either."""

import contextlib
import errno
import glob
import os
from collections.abc import Iterator
from pathlib import Path

from phasemap.errors import PhasemapError, ResultFileError

_ADVICE = {
    errno.ENOSPC: "the disk is full: free some space and run the same command again, finished blocks are kept",
    errno.EDQUOT: "the disk quota is used up: free some space and run the same command again, finished blocks are kept",
    errno.EFBIG: "the file would exceed the size limit set for this process (ulimit -f)",
    errno.EACCES: "you have no permission to write there: choose another place with -o",
    errno.EPERM: "writing there is not permitted: choose another place with -o",
    errno.EROFS: "the file system is read-only: choose another place with -o",
    errno.ENOENT: "the folder does not exist",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
    errno.EEXIST: "a part of the path is a file, not a folder",
    errno.EISDIR: "it is a folder: give the name of a file with -o",
}


@contextlib.contextmanager
def explaining_write_errors(path: Path) -> Iterator[None]:
    """Turn an operating system's refusal to write `path` into a `ResultFileError` that says what to do."""
    try:
        yield
    except PhasemapError:
        raise
    except OSError as error:
        reason = _ADVICE.get(error.errno or 0, error.strerror or str(error))
        raise ResultFileError(f"Cannot write {path}: {reason}.") from error


def write_atomically(path: Path, content: bytes | memoryview) -> None:
    """Write a whole file: temporary file in the same folder, flush, fsync, rename, fsync of the folder.

    Raises:
        ResultFileError: the file cannot be written; an existing file at `path` is then untouched.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with explaining_write_errors(path):
        try:
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make renames in a folder durable, where the system can."""
    with contextlib.suppress(OSError):  # some network file systems and Windows cannot
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_temporaries(folder: Path, name: str = "*") -> None:
    """Remove what killed processes left behind while writing `name` in a folder; call it while holding the lock."""
    for left in folder.glob(f".{glob.escape(name)}.*.tmp" if name != "*" else ".*.tmp"):
        left.unlink(missing_ok=True)
