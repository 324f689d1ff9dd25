"""One recurrent layer, whatever framework its weights came from: matrices that act on columns, by gate."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from phasemap.cells.nodes import Array

GATES: dict[str, tuple[str, ...]] = {"gru": ("r", "z", "n"), "lstm": ("i", "f", "g", "o"), "vanilla": ("n",)}


@dataclass(frozen=True)
class Layer:
    """A GRU, LSTM or tanh layer.

    recurrent: gate -> (N, N), the matrix U of the field U h.
    inputs:    gate -> (N, n_inputs).
    biases:    gate -> (N,), all that is added to the field outside a reset gate.
    inner:     (N,) what the reset gate multiplies together with U_n h (b_hn); zero unless reset = "after".
    notes:     what had to be assumed.
    """

    name: str
    cell: Literal["gru", "lstm", "vanilla"]
    layout: str
    recurrent: dict[str, Array]
    inputs: dict[str, Array]
    biases: dict[str, Array]
    inner: Array
    reset: Literal["before", "after"] | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def size(self) -> int:
        """Number of units N."""
        return int(self.inner.size)

    @property
    def gates(self) -> tuple[str, ...]:
        """Names of the fields, in the order of their reports."""
        return GATES[self.cell]

    @property
    def n_inputs(self) -> int:
        """Number of inputs; 0 where the file holds no input weights."""
        return next((int(matrix.shape[1]) for matrix in self.inputs.values()), 0)


def split(matrix: Array, order: tuple[str, ...]) -> dict[str, Array]:
    """Equal blocks of rows, by gate."""
    return dict(zip(order, np.split(matrix, len(order)), strict=True))
