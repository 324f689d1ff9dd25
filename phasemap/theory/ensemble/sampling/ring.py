"""A periodic window of time, and even functions on it: covariances and their spectra."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.fft

from phasemap.model.results import FloatArray


@dataclass(frozen=True)
class Ring:
    """A window of `steps` points (a power of two) that closes on itself after `period` membrane time constants.

    Even functions are stored on the lags from 0 to half a period: (half,) with half = steps / 2 + 1.
    """

    period: float
    steps: int

    @property
    def step(self) -> float:
        """Time step."""
        return self.period / self.steps

    @cached_property
    def lags(self) -> FloatArray:
        """(half,) times."""
        return np.asarray(self.step * np.arange(self.steps // 2 + 1), dtype=float)

    @cached_property
    def frequencies(self) -> FloatArray:
        """(half,) angular frequencies."""
        return np.asarray(2.0 * np.pi / self.period * np.arange(self.steps // 2 + 1), dtype=float)

    @cached_property
    def weights(self) -> FloatArray:
        """(half,) quadrature weights of the lags from 0 to half a period."""
        weights = np.full(self.steps // 2 + 1, self.step)
        weights[[0, -1]] *= 0.5
        return weights

    def spectrum(self, covariance: FloatArray) -> FloatArray:
        """Discrete spectrum S_k (half,) of an even function: its value at lag 0 is sum_k S_k / steps."""
        return np.asarray(scipy.fft.dct(covariance, type=1, workers=1))

    def covariance(self, spectrum: FloatArray) -> FloatArray:
        """The even function (half,) that has a spectrum."""
        return np.asarray(scipy.fft.idct(spectrum, type=1, workers=1))

    def low_pass(self, covariance: FloatArray, tau: float, shift: float = 1.0) -> FloatArray:
        """Covariance of x with tau x' = -shift x + y, for y of the given covariance."""
        if tau == 0.0:
            return covariance / shift**2
        return self.covariance(self.spectrum(covariance) / (shift**2 + (tau * self.frequencies) ** 2))

    def finer(self) -> "Ring":
        """Half the time step."""
        return Ring(self.period, 2 * self.steps)

    def coarser(self) -> "Ring":
        """Twice the time step."""
        return Ring(self.period, self.steps // 2)

    def longer(self) -> "Ring":
        """Twice the window."""
        return Ring(2.0 * self.period, 2 * self.steps)


def resample(covariance: FloatArray, ring: Ring, target: Ring) -> FloatArray:
    """The even function on a ring of the same period and another time step, by its Fourier modes."""
    if target.steps == ring.steps:
        return covariance
    if target.steps < ring.steps:
        return np.ascontiguousarray(covariance[:: ring.steps // target.steps])
    factor = target.steps / ring.steps
    padded = np.zeros(target.steps // 2 + 1)
    known = ring.spectrum(covariance)
    known[-1] *= 0.5
    padded[: known.size] = factor * known
    return target.covariance(padded)
