"""Stationary Gaussian paths on a ring of steps with a given autocovariance, always from the same white noise."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from phasemap.cells.nodes import Array


class Responses(NamedTuple):
    """How units respond to small deviations, along paths (paths, steps); see `kernels.cells.march`.

    factors (K, paths, steps), lag_weights (K, steps), start: second moment of the units' own deviation at time 0.
    """

    kept: Array
    factors: Array
    lag_weights: Array
    outer: Array
    direct: Array
    start: float


class Noise:
    """White noise (paths, steps) whose every Fourier mode has exactly its mean power over the paths.

    Without that normalisation C(0) of an ensemble of a thousand paths is 1 % too high.
    """

    def __init__(self, paths: int, steps: int, rng: np.random.Generator) -> None:
        modes: NDArray[np.complex128] = np.fft.rfft(rng.standard_normal((paths, steps)), axis=1)
        power = np.mean(np.abs(modes) ** 2, axis=0) / steps
        self._modes = modes / np.sqrt(power)
        self._steps = steps

    def paths(self, autocovariance: Array) -> Array:
        """(paths, steps) with the autocovariance (steps,), even on the ring; negative modes are cut off."""
        spectrum = np.maximum(np.fft.rfft(autocovariance).real, 0.0)
        return np.asarray(np.fft.irfft(self._modes * np.sqrt(spectrum), n=self._steps, axis=1))


def autocovariance(paths: Array) -> Array:
    """(steps,) mean over paths and start of x(t) x(t + lag), on the ring."""
    power = np.mean(np.abs(np.fft.rfft(paths, axis=1)) ** 2, axis=0)
    return np.asarray(np.fft.irfft(power, n=paths.shape[1]) / paths.shape[1])


def driven_by_fraction(kept: Array, added: Array) -> Array:
    """(paths, steps) of y(t + 1) = kept(t) y(t) + added(t) that closes on the ring.

    It is linear: a pass from 0 gives the end and the product of all kept fractions, and with them the right start.
    """
    by_step, more = np.ascontiguousarray(kept.T), np.ascontiguousarray(added.T)
    end, product = np.zeros(kept.shape[0]), np.ones(kept.shape[0])
    for fraction, addition in zip(by_step, more, strict=True):
        end, product = fraction * end + addition, product * fraction
    found = np.empty_like(by_step)
    found[0] = end / (1.0 - product)
    for t in range(by_step.shape[0] - 1):
        found[t + 1] = by_step[t] * found[t] + more[t]
    return np.ascontiguousarray(found.T)
