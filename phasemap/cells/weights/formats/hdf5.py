"""Weight files of Keras: the datasets of an HDF5 file, without its references to other files."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np

from phasemap.cells.weights.formats.stored import LARGEST_RATIO, MOST_ARRAYS, SMALL, Arrays, Stored
from phasemap.errors import WeightFileError, shown

_DEEPEST = 40


def read_hdf5(path: Path) -> Arrays:
    """Datasets of floating-point numbers by their path in the file.

    Raises:
        WeightFileError: damaged, refers to other files, or declares more than it can hold.
    """
    found: Arrays = {}
    try:
        with h5py.File(path, "r") as file:
            _collect(file, "", found, path, 0)
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        if isinstance(error, WeightFileError):
            raise
        raise WeightFileError(f"{path} is damaged or no HDF5 file: {error}.") from error
    declared = sum(8 * int(np.prod(stored.shape, dtype=float)) for stored in found.values())
    if declared > SMALL + LARGEST_RATIO * path.stat().st_size:
        raise WeightFileError(f"{path} declares more than a file of its size can hold.")
    return found


def _collect(group: Any, prefix: str, found: Arrays, path: Path, depth: int) -> None:
    if depth > _DEEPEST or len(found) > MOST_ARRAYS:
        raise WeightFileError(f"{path} nests its groups too deeply, or holds too many.")
    for key in group:
        if not isinstance(group.get(key, getlink=True), h5py.HardLink):
            raise WeightFileError(f"{shown(prefix + key)} in {path} refers to another place: such files are not read.")
        item = group[key]
        if isinstance(item, h5py.Group):
            _collect(item, f"{prefix}{key}/", found, path, depth + 1)
        elif isinstance(item, h5py.Dataset) and item.dtype.kind == "f" and item.shape is not None:
            if item.external or item.is_virtual:
                raise WeightFileError(f"{shown(prefix + key)} in {path} lies in another file: such files are not read.")
            found[prefix + key] = Stored(item.shape, _loader(path, prefix + key))


def _loader(path: Path, name: str) -> Any:
    def load() -> np.ndarray:
        """The numbers of the data set."""
        with h5py.File(path, "r") as file:
            return np.asarray(file[name][()])

    return load
