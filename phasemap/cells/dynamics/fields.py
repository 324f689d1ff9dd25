"""Fields of the gates of many units: Gaussian paths with a given autocovariance, beside fixed biases of each unit."""

from typing import Any

import numpy as np

from phasemap.cells.dynamics.ring import Noise
from phasemap.cells.nodes import Array


class Fields:
    """For every gate the same white noise and the same biases at each call."""

    def __init__(self, cell: Any, gates: str, paths: int, steps: int, rng: np.random.Generator) -> None:
        self.cell = cell
        self._noise = {gate: Noise(paths, steps, rng) for gate in gates}
        self._offsets = {name: _standard(paths, rng) for name in vars(cell) if name.startswith("s_")}

    def recurrent(self, gate: str, C: Array) -> Array:
        """(paths, steps) of a_k times a path of autocovariance C (steps,)."""
        return np.asarray(getattr(self.cell, f"a_{gate}") * self._noise[gate].paths(C))

    def bias(self, name: str) -> Array:
        """(paths, 1) of b + s xi, xi the same for all times."""
        spread = getattr(self.cell, f"s_{name}")
        return np.asarray(getattr(self.cell, f"b_{name}") + spread * self._offsets[f"s_{name}"])

    def __call__(self, gate: str, C: Array) -> Array:
        """The whole field of a gate."""
        return self.recurrent(gate, C) + self.bias(gate)


def _standard(paths: int, rng: np.random.Generator) -> Array:
    """(paths, 1) normal numbers whose mean and variance over the paths are exactly 0 and 1."""
    values = rng.standard_normal((paths, 1))
    values -= values.mean()
    return np.asarray(values / values.std())
