"""Result files back into memory, with errors that say what is wrong with a file."""

import warnings
from pathlib import Path

import h5py

from phasemap.dataset.records import FORMAT, FORMAT_VERSION, Result
from phasemap.errors import PhasemapWarning, ResultFileError, shown
from phasemap.storage.blocks import blocks_directory, has_blocks, read_blocks
from phasemap.storage.reading.attributes import Words
from phasemap.storage.reading.heaps import has_sound_heaps
from phasemap.storage.reading.parse import MissingPartError, parse
from phasemap.storage.reading.source import Budget, Source, UnsafeFileError, is_marked
from phasemap.storage.reading.validation import validate
from phasemap.storage.seal import SUPERBLOCK, is_sealed
from phasemap.storage.targets import check_regular, resolve_target

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_FIRST_WITH_CHECKSUMS = 2
_NETCDF_MARK = "_NCProperties"  # left by the netCDF libraries


def read_result(path: Path) -> Result:
    """Everything that is known of the result `path`: the file, and the finished blocks that are not yet in it.

    Raises:
        ResultFileError: missing, not a result file, damaged, or of a newer format.
    """
    check_regular(path)
    # Blocks before the file: a block disappears only after the file that contains it is in place.
    blocks = read_blocks(blocks_directory(path)) if has_blocks(path) else []
    result = read_file(path)
    for _, config_hash, block in blocks:
        if config_hash == result.metadata.config_hash and block.fits(result):
            block.add_to(result)
    return result


def read_file(path: Path) -> Result:
    """The content of the result file `path` alone; raises `ResultFileError` like `read_result`."""
    check_regular(path)
    if not path.exists():
        raise ResultFileError(_missing(path))
    try:
        sealed = is_sealed(path, SUPERBLOCK)
        if not sealed and is_hdf5(path) and not has_sound_heaps(path):
            raise ValueError("its texts are damaged")
        # Through a plain file: writers replace whole files, so HDF5's locks, which network file systems may lack, are
        # not needed.
        with path.open("rb") as stream, h5py.File(stream, "r") as file:
            words = Words(file.attrs)
            _check_format(words, path)
            marked = is_marked(words)
            result = parse(Source(file, Budget.of_file(path.stat().st_size), verify=marked and not sealed))
            foreign = not sealed and (_NETCDF_MARK in words or not marked)
        validate(result)
    except (ResultFileError, NameError, ImportError):  # the latter are faults of ours
        raise
    except PermissionError as error:
        raise ResultFileError(f"Cannot read {path}: you have no permission to.") from error
    except Exception as error:  # whatever a damaged file makes of HDF5 and of us
        raise ResultFileError(_damage(path, error)) from error
    if foreign and not marked and result.metadata.format_version >= _FIRST_WITH_CHECKSUMS:
        warnings.warn(_unverified(path), PhasemapWarning, stacklevel=2)
    return result


def is_hdf5(path: Path) -> bool:
    """Whether a regular file is there and starts like an HDF5 file."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(_SIGNATURE)) == _SIGNATURE
    except (OSError, ValueError):
        return False


def is_result(path: Path) -> bool:
    """Whether the file is, by its first attributes, a result of phasemap, damaged or not."""
    try:
        with path.open("rb") as stream, h5py.File(stream, "r") as file:
            return Words(file.attrs).text("format") == FORMAT
    except Exception:  # whatever is there, it is not known to be one
        return False


def result_target(path: Path, force: bool) -> Path:
    """The file that a command may write its result to, links followed.

    Args:
        path: what the user named.
        force: whether a result that is there may be overwritten; anything else never is.

    Raises:
        ResultFileError: something is there that may not be overwritten, or it is no name of a file.
    """
    target = resolve_target(path)
    if target.exists() and target.stat().st_size and not is_result(target):
        raise ResultFileError(f"{path} exists and is no result of phasemap: it is not overwritten. Choose another -o.")
    if target.exists() and not force:
        raise ResultFileError(f"{path} exists: choose another file with -o, or give --force to overwrite it.")
    return target


def _missing(path: Path) -> str:
    if has_blocks(path):
        return (
            f"{path} does not exist, but {blocks_directory(path)} holds finished blocks of it: run the sweep with the "
            "same configuration and output again, and they are used."
        )
    near = sorted(other.name for other in path.parent.glob("*.h5"))[:5] if path.parent.is_dir() else []
    hint = f" Result files in that folder: {', '.join(near)}." if near else ""
    return f"There is no file {path}.{hint}"


def _damage(path: Path, error: Exception) -> str:
    if not is_hdf5(path):
        return f"{path} is not an HDF5 file: results are what `phasemap sweep` writes (usually *.h5)."
    detail = str(error).strip("'\"") or type(error).__name__
    detail = detail if len(detail) <= 200 else shown(detail, 200)
    if isinstance(error, UnsafeFileError):
        return f"{path} is not read: {detail}. phasemap writes no such files; do not trust this one."
    if isinstance(error, MissingPartError | KeyError) and _rewritten(path):
        return (
            f"{path} was rewritten by another program, which left out a part of it ({detail}). Go back to the file "
            "that phasemap wrote; xarray copies one group of a file at a time."
        )
    return (
        f"{path} is an HDF5 file but cannot be read ({detail}): it is truncated or damaged. "
        "Copy it again from where it came, or delete it and run the sweep again."
    )


def _rewritten(path: Path) -> bool:
    """Whether another program has written this file from one of ours."""
    try:
        with path.open("rb") as stream, h5py.File(stream, "r") as file:
            words = Words(file.attrs)
            return _NETCDF_MARK in words or (not is_marked(words) and words.whole("format_version") > 1)
    except Exception:  # damaged beyond that
        return False


def _unverified(path: Path) -> str:
    return (
        f"{path} was rewritten by another program and has lost its checksums: its numbers are drawn and printed as "
        "they are, unverified."
    )


def _check_format(words: Words, path: Path) -> None:
    if "format" not in words or words.text("format") != FORMAT:
        raise ResultFileError(f"{path} is an HDF5 file, but not one that phasemap wrote.")
    version = words.whole("format_version")
    if version > FORMAT_VERSION:
        raise ResultFileError(
            f"{path} has format version {version}, but this phasemap reads versions up to {FORMAT_VERSION}: "
            "install a newer phasemap (pip install --upgrade phasemap)."
        )
    if version < 1:
        raise ResultFileError(f"{path} has format version {version}, which does not exist: it is damaged.")
