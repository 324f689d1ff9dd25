"""Writing files so that a crash at any moment leaves the old content or the new one, never half of either."""

import contextlib
import errno
import glob
import hashlib
import os
import platform
import secrets
from collections.abc import Iterator
from pathlib import Path

from phasemap.errors import PhasemapError, ResultFileError
from phasemap.storage.targets import resolve_target

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
    errno.ENAMETOOLONG: "the name is too long",
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

    A symbolic link stays what it is: the file that it leads to is replaced.

    Raises:
        ResultFileError: the file cannot be written; an existing file at `path` is then untouched.
    """
    path = resolve_target(path)
    remove_dead_temporaries(path)
    temporary = path.with_name(f".{path.name}.{_mark()}{os.getpid()}-{secrets.token_hex(3)}.tmp")
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


def _mark() -> str:
    """Marks the temporary files of this machine: other ones may write into the same folder."""
    return f"{hashlib.sha256(platform.node().encode()).hexdigest()[:6]}-"


def remove_dead_temporaries(path: Path) -> None:
    """Remove what killed processes of this machine left behind while writing `path`; those of living ones stay."""
    start = f".{path.name}.{_mark()}"
    for left in path.parent.glob(f"{glob.escape(start)}*.tmp"):
        process = left.name.removeprefix(start).partition("-")[0]
        if process.isdecimal() and not _runs(int(process)):
            with contextlib.suppress(OSError):
                left.unlink()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


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
        with contextlib.suppress(OSError):
            left.unlink()
