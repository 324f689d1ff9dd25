"""Arrays in a file: their shapes known, their numbers read only when asked for, nothing executed, nothing believed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from phasemap.cells.nodes import Array
from phasemap.errors import WeightFileError, shown

LARGEST_RATIO = 1100  # deflation shrinks by no more than 1032
MOST_ARRAYS = 100_000
SMALL = 1 << 16  # bytes granted to any compressed file


@dataclass(frozen=True)
class Stored:
    """One array of a weight file; `load` reads it."""

    shape: tuple[int, ...]
    load: Callable[[], np.ndarray]

    def numbers(self, name: str) -> Array:
        """The array in double precision.

        Raises:
            WeightFileError: some of it is not finite.
        """
        values = np.asarray(self.load(), dtype=np.float64)
        wrong = int(np.count_nonzero(~np.isfinite(values)))
        if wrong:
            raise WeightFileError(f"{wrong} of the {values.size} numbers of {shown(name)} are NaN or infinite.")
        return values


Arrays = dict[str, Stored]

_CONVERT = (
    'python -c "import torch, numpy; numpy.savez({target}, **{{k: v.numpy() for k, v in '
    'torch.load({source}, weights_only=True, map_location={cpu}).items()}})"'
)


def read_arrays(path: Path) -> Arrays:
    """What a weight file holds, by name: .safetensors, .npz, Keras .h5.

    Raises:
        WeightFileError: missing, damaged, of another kind, or one that could only be read by executing it.
    """
    if not path.is_file():
        raise WeightFileError(f"{shown(str(path))} is no file: give a .safetensors, .npz or Keras .h5 file of weights.")
    with path.open("rb") as file:
        start = file.read(16)
    if start.startswith(b"\x89HDF\r\n\x1a\n"):
        from phasemap.cells.weights.formats.hdf5 import read_hdf5

        return read_hdf5(path)
    if start.startswith(b"PK"):
        from phasemap.cells.weights.formats.npz import read_npz

        return read_npz(path)
    if start[8:9] == b"{":
        from phasemap.cells.weights.formats.safetensors import read_safetensors

        return read_safetensors(path)
    raise WeightFileError(f"{path} is no .safetensors, .npz or .h5 file. {conversion(path)}")


def conversion(path: Path) -> str:
    """The line that converts a pickled file, which is never opened here."""
    line = _CONVERT.format(target=repr(f"{path.stem}.npz"), source=repr(path.name), cpu=repr("cpu"))
    return f"Pickled files (.pt, .pth, .bin, .pkl) can execute code and are never read here; this converts one: {line}"
