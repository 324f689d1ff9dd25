"""NumPy's archives of arrays, read without pickles and without memory for more than a file can hold."""

import math
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from phasemap.cells.weights.formats.stored import LARGEST_RATIO, MOST_ARRAYS, SMALL, Arrays, Stored, conversion
from phasemap.errors import WeightFileError, shown

_DAMAGED = (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, KeyError)


def read_npz(path: Path) -> Arrays:
    """Arrays of floating-point numbers by name; others are left out.

    Raises:
        WeightFileError: damaged, holds pickled objects, or declares more than it can hold.
    """
    budget = SMALL + LARGEST_RATIO * path.stat().st_size
    found: Arrays = {}
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if any(member.filename.endswith("data.pkl") for member in members):
                raise WeightFileError(f"{path} is a pickled file of PyTorch. {conversion(path)}")
            if len(members) > MOST_ARRAYS or sum(member.file_size for member in members) > budget:
                raise WeightFileError(f"{path} declares more than a file of its size can hold.")
            for member in members:
                if member.filename.endswith(".npy"):
                    _add(found, path, archive, member)
    except WeightFileError:
        raise
    except _DAMAGED as error:
        raise WeightFileError(f"{path} is damaged or no .npz file: {error}.") from error
    return found


def _add(found: Arrays, path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    with archive.open(member) as stream:
        shape, kind, header = _header(stream)
    name = member.filename.removesuffix(".npy")
    if kind.hasobject:
        raise WeightFileError(f"{shown(name)} in {path} is pickled: pickles are never loaded.")
    if math.prod(shape) * kind.itemsize + header != member.file_size:
        raise WeightFileError(f"{shown(name)} in {path} has not the size that its shape {shape} needs.")
    if name in found:
        raise WeightFileError(f"{shown(name)} stands in {path} twice.")
    if kind.kind == "f":
        found[name] = Stored(shape, _loader(path, member.filename))


def _header(stream: Any) -> tuple[tuple[int, ...], np.dtype[Any], int]:
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, kind = read(stream)
    if any(n < 0 for n in shape):
        raise ValueError(f"the shape {shape} is negative")
    return shape, kind, stream.tell()


def _loader(path: Path, member: str) -> Any:
    def load() -> np.ndarray:
        """The numbers of the member; one clear error where it is damaged."""
        try:
            with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
                return np.asarray(np.lib.format.read_array(stream, allow_pickle=False))
        except _DAMAGED as error:
            raise WeightFileError(f"{shown(member)} in {path} is damaged: {error}.") from error

    return load
