"""Units of a GRU in its own mean field: paths, and the growth of a deviation.

The reset gate after the matrix scales a Gaussian field; before it, the field is Gaussian with covariance
a_h^2 C_r C. (docs/cells.md)
"""

from dataclasses import dataclass

import numpy as np

from phasemap.cells.dynamics.fields import Fields
from phasemap.cells.dynamics.ring import Responses, autocovariance, driven_by_fraction
from phasemap.cells.gru.theory import Gru
from phasemap.cells.nodes import Array, logistic


@dataclass(frozen=True)
class GruPaths:
    """Paths (paths, steps): state, gates, candidate, u what the reset gate multiplies; autocovariance C (steps,)."""

    h: Array
    z: Array
    r: Array
    n: Array
    u: Array
    C: Array

    @property
    def output(self) -> Array:
        """What the mean field is closed on."""
        return self.h


class GruUnits:
    """Draws paths for a given autocovariance of h, always from the same noise."""

    def __init__(self, cell: Gru, paths: int, steps: int, rng: np.random.Generator) -> None:
        self._cell = cell
        self._fields = Fields(cell, "zrh", paths, steps, rng)

    def set_gain(self, gain: float) -> None:
        """Another gain of the candidate, the same noise."""
        self._cell = self._cell.with_gain(gain)
        self._fields.cell = self._cell

    def paths(self, C: Array) -> GruPaths:
        """Units whose fields come from units with autocovariance C (steps,)."""
        fields = self._fields
        z, r = logistic(fields("z", C)), logistic(fields("r", C))
        if self._cell.reset == "before":
            u = fields.recurrent("h", autocovariance(r) * C)
            n = np.tanh(u + fields.bias("h"))
        else:
            u = fields.recurrent("h", C) + fields.bias("hn")
            n = np.tanh(r * u + fields.bias("h"))
        return GruPaths(driven_by_fraction(z, (1.0 - z) * n), z, r, n, u, C)

    def responses(self, paths: GruPaths) -> Responses:
        """A deviation obeys d(t+1) = z d(t) + p x_n + q x_z: Gaussian fields whose covariances are its own moments.

        p = (1 - z)(1 - n^2), q = z (1 - z)(h - n). (docs/cells.md)
        """
        cell, z, r, n = self._cell, paths.z, paths.r, paths.n
        p, q = (1.0 - z) * (1.0 - n**2), z * (1.0 - z) * (paths.h - n)
        slope = r * (1.0 - r)
        steps = z.shape[1]
        if cell.reset == "before":
            through = cell.a_h**2 * (autocovariance(r) + cell.a_r**2 * paths.C * autocovariance(slope))
            factors, weights = np.stack([p, cell.a_z * q]), np.stack([through, np.ones(steps)])
        else:
            factors = np.stack([cell.a_h * p * r, cell.a_r * p * paths.u * slope, cell.a_z * q])
            weights = np.ones((3, steps))
        return Responses(z, factors, weights, np.ones_like(z), np.zeros_like(z), 1.0)
