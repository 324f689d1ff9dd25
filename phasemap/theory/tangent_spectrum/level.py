"""W(s), the mean over exponents of (lambda - s) where that is positive, from the Hermitised tangent flow on a ring.

Units are independent given their paths; J enters through stationary kernels a and b that its Gaussian average makes
self-consistent (docs/theory.md, section 16). Kernels are given by their symbols on the grid, without factors
of the step.
"""

import math
from dataclasses import dataclass

import numpy as np
import scipy.fft

from phasemap.model.results import FloatArray
from phasemap.numerics import anderson
from phasemap.theory.tangent_spectrum.modes import Modes
from phasemap.theory.tangent_spectrum.resolvents import resolvents

# Errors of the kernels enter W squared.
TOLERANCE = 1e-2
# Of them, at most.
SWEEPS = 40
# Share of the largest a b from which a mode counts fully.
COUNTS = 0.03
LEAST = 1e-12


@dataclass(frozen=True)
class Level:
    """W and -W' at a value of s, both with the regulator's first order taken off, the second not.

    groups: W of each scramble of the paths (groups,). slope: -dW/ds at this regulator. kernels: logarithms of the
    symbols of a and of b (2, blocks, half), to start others from. rest: part of W that modes left out add.
    """

    groups: FloatArray
    slope: float
    kernels: FloatArray
    rest: float
    converged: bool

    @property
    def value(self) -> float:
        """W over all paths."""
        return float(self.groups.mean())


class Flow:
    """The self-consistent equations at one s and one regulator eta."""

    def __init__(self, modes: Modes, s: float, eta: float) -> None:
        self.modes, self.eta, self.s = modes, eta, s
        slopes = modes.slopes
        omega = 2.0 * np.pi * scipy.fft.fftfreq(modes.steps, slopes.step)
        self.leak = s + np.array(slopes.rates)[:, None]
        self.square = omega**2 + self.leak**2
        # r is driven through J^r with a factor of its rate.
        self.drive = np.array([1.0, *(rate**2 for rate in slopes.rates[1:])])[:, None]

    def solve(self, start: FloatArray | None = None) -> Level:
        """Iterate the kernels' symbols (2, blocks, half), as logarithms."""
        modes = self.modes
        shape = (2, modes.blocks, modes.steps // 2 + 1)
        first = np.zeros(shape) if start is None else start

        def size(change: FloatArray, x: FloatArray) -> float:
            """Largest change of a symbol, where Tr ab is large enough to count in W."""
            a, b = np.exp(x.reshape(shape))
            counts = np.minimum(a * b / (COUNTS * (a * b).max()), 1.0)
            return float((np.abs(change.reshape(shape)) * counts).max())

        def image(x: FloatArray) -> FloatArray:
            """Logarithms of the symbols that follow."""
            return np.log(self._image(np.exp(x.reshape(shape)))[0]).ravel()

        found = anderson.solve(image, first.ravel(), TOLERANCE, SWEEPS, lambda x: x, size=size)
        groups, slope, rest = self._image(np.exp(found.x.reshape(shape)))[1]
        return Level(groups, slope, found.x.reshape(shape), rest, found.converged)

    def _image(self, symbols: FloatArray) -> tuple[FloatArray, tuple[FloatArray, float, float]]:
        """New symbols (2, blocks, half), their common gauge fixed; at the old: W of each group, slope, and rest.

        Modes left out: their tangents are loaded with all of the noise, those kept with the noise left out.
        """
        modes, eta, low = self.modes, self.eta, self.modes.low
        a, b = (self._whole(one) for one in symbols)
        loaded = eta + self.drive * a
        stiff = eta + self.square / loaded
        stiff += np.where(low, modes.onto_tangents(np.where(low, 0.0, b)), modes.onto_tangents(b))
        kept = resolvents(modes, modes.picked(stiff), modes.picked(b))
        tangents = 1.0 / stiff
        modes.spread(kept.tangents, tangents)
        new_a = np.zeros_like(a)
        modes.spread(kept.noise, new_a)
        new_a += np.where(low, modes.onto_noise(np.where(low, 0.0, tangents)), modes.onto_noise(tangents))
        inside = (1.0 - self.square * tangents / loaded) / loaded
        traces = float(inside.sum()), float(tangents.sum())
        gauge = math.sqrt(traces[0] / traces[1])
        half = modes.steps // 2 + 1
        fresh = np.stack([new_a * gauge, self.drive * inside / gauge])[:, :, :half]
        period = modes.slopes.period
        common = np.log(loaded * stiff / self.square).sum() - (a * b).sum() - eta * sum(traces)
        slope = -float((self.leak * (tangents / loaded - 1.0 / self.square)).sum()) / period
        rest = float(np.log(stiff * loaded / (eta * loaded + self.square))[:, ~low].sum()) / (2.0 * period)
        groups = 0.5 * (common + kept.log_determinants) / period
        return np.maximum(fresh, LEAST), (np.asarray(groups), slope, rest)

    def _whole(self, half: FloatArray) -> FloatArray:
        return np.concatenate([half, half[:, self.modes.steps - half.shape[1] : 0 : -1]], axis=1)
