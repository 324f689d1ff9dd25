"""Noise inputs of a network, as their exact means over time steps.

White noise has <xi(t) xi(t')> = noise_k^2 delta(t - t'); Ornstein-Uhlenbeck noise has standard deviation noise_k
and correlation time tau_noise. Each unit and field has its own. Within a Runge-Kutta step the input is held at its
mean over that step, drawn from its exact law. For additive noise the stationary variance of a leaky unit is then
right to O(step^2) (a unit of rate 1 driven by white noise: tanh(step / 2) / step instead of 1 / 2), and the limit
tau_noise -> 0 with noise_k^2 tau_noise fixed is smooth.
"""

import copy
import math

import numpy as np
from numpy.typing import NDArray

from phasemap.errors import UnsupportedError
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.noise import undefined_noise
from phasemap.simulation.network.disorder import Network


class NoiseSource:
    """Step means of the noise inputs of one network, drawn in order; how they are cut into pieces does not matter."""

    def __init__(self, network: Network, step: float, rng: np.random.Generator) -> None:
        p = network.parameters
        self.size = network.size
        self.amplitudes = np.array([p.noise_h, p.noise_z, p.noise_r])
        self.fields = np.flatnonzero(self.amplitudes)
        self.step = step
        self.tau = p.tau_noise
        self._rng = rng
        _check(p)
        if self.tau > 0.0:
            self._decay, self._root = _step_law(step / self.tau)
            self._state: FloatArray = rng.standard_normal((self.fields.size, self.size))

    def draw(self, n_steps: int) -> FloatArray:
        """Means over the next steps (n_steps, 3, N); (0, 3, N) if there is no noise."""
        if self.fields.size == 0:
            return np.zeros((0, 3, self.size))
        means = np.zeros((n_steps, 3, self.size))
        scale = self.amplitudes[self.fields, None]
        for index in range(n_steps):
            if self.tau == 0.0:
                white = self._rng.standard_normal((self.fields.size, self.size))
                means[index, self.fields] = scale * white / math.sqrt(self.step)
            else:
                means[index, self.fields] = scale * self._ornstein_uhlenbeck()
        return means

    def foretell(self, n_steps: int) -> tuple["Replay", "Replay"]:
        """One future of the noise over the next steps: in these steps, and in twice as many of half the length.

        The mean over a step is that of its halves. What `draw` will give does not change.
        """
        halves = copy.deepcopy(self)
        halves.step = 0.5 * self.step
        if self.tau > 0.0:
            halves._decay, halves._root = _step_law(halves.step / self.tau)
        fine = halves.draw(2 * n_steps)
        return Replay(0.5 * (fine[0::2] + fine[1::2]), self.fields), Replay(fine, self.fields)

    def _ornstein_uhlenbeck(self) -> FloatArray:
        kick = np.tensordot(self._root, self._rng.standard_normal((2, *self._state.shape)), axes=1)
        mean = -math.expm1(-self.step / self.tau) * self.tau / self.step * self._state + kick[1]
        self._state = self._decay * self._state + kick[0]
        return np.asarray(mean)


class Replay:
    """Noise that is known beforehand: step means (n, 3, N), handed out in order."""

    def __init__(self, means: FloatArray, fields: NDArray[np.int64]) -> None:
        self.fields = fields
        self._means = means
        self._next = 0

    def draw(self, n_steps: int) -> FloatArray:
        """The means over the next steps (n_steps, 3, N); (0, 3, N) if there is no noise."""
        self._next += n_steps
        return self._means[self._next - n_steps : self._next]


# Correlation times: in shorter steps the series has the smaller error.
_SERIES = 1e-2


def _step_law(s: float) -> tuple[float, FloatArray]:
    """Exact law of a unit Ornstein-Uhlenbeck process over a step of s correlation times.

    Returns its decay and the root of the covariance of (end value, mean over the step) given the start value.
    """
    q = -math.expm1(-s)
    end = -math.expm1(-2.0 * s)
    cross = q * q / s
    # 2 s - 3 + 4 e^-s - e^-2s, whose leading terms cancel for small s
    mean = (2.0 * s - 2.0 * q - q * q) / s**2 if s > _SERIES else 2.0 * s / 3.0 - s * s / 2.0 + 7.0 * s**3 / 30.0
    corner = math.sqrt(end)
    below = cross / corner
    return math.exp(-s), np.array([[corner, 0.0], [below, math.sqrt(max(mean - below * below, 0.0))]])


def _check(p: Parameters) -> None:
    refusal = undefined_noise(p)
    if refusal:
        raise UnsupportedError(refusal)
