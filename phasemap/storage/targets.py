"""Which file a name means, and whether it may be written: links followed, nothing but regular files of our own kind."""

import errno
import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from phasemap.errors import ResultFileError, shown

_LONGEST_NAME = 255  # bytes, on every usual file system
_LONGEST_COMPANION = 48  # of locks, block folders and temporaries, beyond the name itself
_END = 1 << 16  # bytes at either end of a file, by which it is recognised

Recognise = Callable[[bytes], bool]


def resolve_target(path: Path) -> Path:
    """The regular file that an output's name means: what a symbolic link leads to, else the name; it need not exist.

    Raises:
        ResultFileError: no name, a folder, a pipe or a device, a loop of links, or a name too long for its companions.
    """
    if not path.name:
        raise ResultFileError(f"The output {shown(str(path))} is not the name of a file: give one, such as result.h5.")
    try:
        target = path.resolve() if path.is_symlink() else path
        kind = target.stat().st_mode if target.exists() else stat.S_IFREG
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: a loop of links; ValueError: a null byte
        raise ResultFileError(f"Cannot write {_short(path)}: {_reason(error)}.") from error
    if stat.S_ISDIR(kind):
        raise ResultFileError(f"Cannot write {_short(path)}: it is a folder: give the name of a file with -o.")
    if not stat.S_ISREG(kind):
        raise ResultFileError(f"Cannot write {_short(path)}: it is not a regular file, but {_kind(kind)}.")
    longest = _LONGEST_NAME - _LONGEST_COMPANION
    if len(os.fsencode(target.name)) > longest:
        raise ResultFileError(f"The name {shown(target.name)} is too long: give one of at most {longest} bytes.")
    return target


def check_regular(path: Path) -> None:
    """Raise `ResultFileError` if something other than a regular file has that name; what is not there passes."""
    try:
        kind = path.stat().st_mode
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise ResultFileError(f"Cannot read {_short(path)}: {_reason(error)}.") from error
    if stat.S_ISDIR(kind):
        raise ResultFileError(f"{_short(path)} is a folder, not a result file.")
    if not stat.S_ISREG(kind):
        raise ResultFileError(f"{_short(path)} is not a regular file, but {_kind(kind)}.")


def check_replaceable(path: Path, noun: str, recognise: Recognise, inputs: Iterable[Path] = ()) -> Path:
    """The file behind `path`, if a file of one kind may be written there; else `ResultFileError`.

    Args:
        path: where it is to go.
        noun: the kind, for the message: "a figure that phasemap drew".
        recognise: whether a file that starts and ends with these bytes is of that kind; an empty one may be replaced.
        inputs: files that are read by the same command.
    """
    target = resolve_target(path)
    if not target.exists():
        return target
    for source in inputs:
        if source.exists() and source.samefile(target):
            raise ResultFileError(f"{_short(path)} is an input of this command: choose another output with -o.")
    try:
        with target.open("rb") as file:
            content = file.read(_END)
            file.seek(max(len(content), target.stat().st_size - _END))
            content += file.read(_END)
    except OSError as error:
        raise ResultFileError(
            f"Cannot write {_short(path)}: what is there cannot be read ({error.strerror})."
        ) from error
    if content and not recognise(content):
        raise ResultFileError(
            f"{_short(path)} exists and is not {noun}: it is not overwritten. Choose another output with -o, or "
            "remove it."
        )
    return target


def _short(path: Path) -> str:
    text = str(path)
    return text if len(text) <= 300 else shown(text, 120)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return "the name is too long"
    if isinstance(error, RuntimeError) or (isinstance(error, OSError) and error.errno == errno.ELOOP):
        return "its symbolic links lead in a circle"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _kind(mode: int) -> str:
    names = {stat.S_ISFIFO: "a pipe (FIFO)", stat.S_ISSOCK: "a socket"}
    return next((name for test, name in names.items() if test(mode)), "a device")
