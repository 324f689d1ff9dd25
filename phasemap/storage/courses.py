"""Time courses of inputs from files: .npy, .csv or .txt with the time in the first column, or HDF5."""

from pathlib import Path

import h5py
import numpy as np

from phasemap.errors import ResultFileError, shown
from phasemap.model.results import FloatArray

_TABLES = {".csv": ",", ".txt": None}


def read_course(name: str) -> tuple[FloatArray, FloatArray]:
    """Times (n,) increasing, and values (n,), or (n, N) with a column for every unit.

    A table has the times in its first column. HDF5 has the datasets `time` and `values`.

    Raises:
        ResultFileError: there is no such file, or it holds no course.
    """
    path = Path(name)
    try:
        if path.exists() and not path.is_file():
            raise ValueError("it is no file.")
        times, values = _from_hdf5(path) if path.suffix in (".h5", ".hdf5") else _from_table(path)
    except (OSError, ValueError, KeyError, EOFError, TypeError) as error:
        raise ResultFileError(f"The input course {shown(name)} cannot be read: {error}") from None
    except MemoryError:
        raise ResultFileError(f"The input course {shown(name)} does not fit into the memory of this machine.") from None
    good = times.size >= 2 and bool((np.diff(times) > 0.0).all()) and bool(np.isfinite(values).all())
    if not good or not np.isfinite(times).all():
        raise ResultFileError(
            f"The input course {shown(name)} must have at least two times, increasing, and finite values."
        )
    return times, values


def _from_table(path: Path) -> tuple[FloatArray, FloatArray]:
    if path.suffix == ".npy":
        table = _from_npy(path)
    elif path.suffix in _TABLES:
        if not path.read_bytes().strip():
            raise ValueError("it is empty.")
        table = np.loadtxt(path, delimiter=_TABLES[path.suffix], ndmin=2)
    else:
        raise ValueError("its name must end in .npy, .csv, .txt, .h5 or .hdf5.")
    table = np.asarray(table, dtype=float)
    if table.ndim != 2 or table.shape[1] < 2:
        raise ValueError("it must be a table: the time in the first column, values beside it.")
    return table[:, 0], _columns(table[:, 1:])


def _from_npy(path: Path) -> np.ndarray:
    """The array of numbers; pickled objects are code that somebody else wrote, and are not loaded."""
    with path.open("rb") as file:
        if file.read(6) != b"\x93NUMPY":
            raise ValueError("it is no array of numbers in NumPy's own format.")
    try:
        array = np.load(path, allow_pickle=False, mmap_mode="r")
    except ValueError as error:
        reason = "it holds Python objects, not numbers." if "bject" in str(error) else str(error)
        raise ValueError(reason) from None
    if array.dtype.kind not in "fiub":
        raise ValueError(f"it must hold real numbers, not {array.dtype}.")
    return np.array(array)


def _from_hdf5(path: Path) -> tuple[FloatArray, FloatArray]:
    with h5py.File(path, "r") as file:
        missing = [key for key in ("time", "values") if not isinstance(file.get(key), h5py.Dataset)]
        if missing:
            raise ValueError(f"it has no dataset {' and no '.join(missing)}.")
        times, values = (np.asarray(file[key], dtype=float) for key in ("time", "values"))
    if times.ndim != 1 or values.shape[:1] != times.shape or values.ndim > 2:
        raise ValueError("`values` must have a row for every `time`.")
    return times, _columns(values)


def _columns(values: FloatArray) -> FloatArray:
    return values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
