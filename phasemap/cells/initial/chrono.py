"""Chrono-like biases: gates that keep their units for times spread evenly up to the longest wanted.

After Tallec and Ollivier, "Can recurrent neural networks warp time?" (ICLR 2018): b_f = ln(U(1, T - 1)), b_i = -b_f.
"""

from typing import NamedTuple

import numpy as np

from phasemap.cells.initial.recipe import CellName
from phasemap.cells.nodes import Array
from phasemap.errors import UnsupportedError


class _Tolerances(NamedTuple):
    """Of the drawn times."""

    longest: float = 1.0 + 1e-9  # steps, least: a range of one number is one number


_AT = _Tolerances()


def chrono_biases(cell: CellName, size: int, longest: float, rng: np.random.Generator) -> dict[str, Array]:
    """Biases (N,) of the gates that hold memory: z of a GRU, f and i of an LSTM."""
    drawn = np.log(rng.uniform(1.0, max(longest - 1.0, _AT.longest), size))
    if cell == "gru":
        return {"z": drawn}
    if cell == "lstm":
        return {"f": drawn, "i": -drawn}
    raise UnsupportedError("A tanh network has no gate whose bias could hold memory.")
