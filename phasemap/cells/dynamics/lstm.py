"""Units of an LSTM in its own mean field: paths, and the growth of a deviation of h.

The cells c are never Gaussian: gates and candidate are. (docs/cells.md)
"""

from dataclasses import dataclass

import numpy as np

from phasemap.cells.dynamics.fields import Fields
from phasemap.cells.dynamics.ring import Responses, driven_by_fraction
from phasemap.cells.lstm.theory import Lstm
from phasemap.cells.nodes import Array, logistic


@dataclass(frozen=True)
class LstmPaths:
    """Paths (paths, steps): c(t) and the gates that make c(t + 1) and h(t + 1)."""

    h: Array
    c: Array
    i: Array
    f: Array
    o: Array
    g: Array

    @property
    def output(self) -> Array:
        """What the mean field is closed on."""
        return self.h


class LstmUnits:
    """Draws paths for a given autocovariance of h, always from the same noise."""

    def __init__(self, cell: Lstm, paths: int, steps: int, rng: np.random.Generator) -> None:
        self._cell = cell
        self._fields = Fields(cell, "ifog", paths, steps, rng)

    def set_gain(self, gain: float) -> None:
        """Another gain of the candidate, the same noise."""
        self._cell = self._cell.with_gain(gain)
        self._fields.cell = self._cell

    def paths(self, C: Array) -> LstmPaths:
        """Units whose fields come from units with autocovariance C (steps,)."""
        i, f, o = (logistic(self._fields(gate, C)) for gate in "ifo")
        g = np.tanh(self._fields("g", C))
        c = driven_by_fraction(f, i * g)
        return LstmPaths(o * np.tanh(np.roll(c, -1, axis=1)), c, i, f, o, g)

    def responses(self, paths: LstmPaths) -> Responses:
        """The march of U_p for c, closed by H(t+1, t'+1) = <d d' U_p> + a_o^2 <e e'> H(t, t').

        H is the second moment of a deviation of h alone: that of c begins at zero. (docs/cells.md)
        """
        cell, c, i, f, o, g = self._cell, paths.c, paths.i, paths.f, paths.o, paths.g
        ahead = np.roll(c, -1, axis=1)
        factors = np.stack([cell.a_f * c * f * (1.0 - f), cell.a_i * g * i * (1.0 - i), cell.a_g * i * (1.0 - g**2)])
        direct = cell.a_o * o * (1.0 - o) * np.tanh(ahead)
        return Responses(f, factors, np.ones((3, c.shape[1])), o / np.cosh(ahead) ** 2, direct, 0.0)
