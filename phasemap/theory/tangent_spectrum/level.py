"""W(s), the mean over exponents of (lambda - s) where that is positive, from the Hermitised tangent flow on a ring.

Units are independent given their paths; J enters through stationary kernels a and b that its Gaussian average makes
self-consistent (docs/theory.md, section 16). Everything is a matrix on the grid without factors of the step.
"""

import math
from dataclasses import dataclass

import numpy as np
import scipy.fft
from scipy.linalg import circulant
from scipy.linalg.lapack import dpotrf, dpotri

from phasemap.model.results import FloatArray
from phasemap.numerics import anderson
from phasemap.theory.tangent_spectrum.slopes import Slopes

_TOLERANCE, _SWEEPS = 1e-4, 40


@dataclass(frozen=True)
class Level:
    """W at a value of s; kernels: logarithms of the symbols of a and of b, to start others from."""

    value: float
    kernels: FloatArray
    converged: bool


class Flow:
    """The self-consistent equations at one s and one regulator eta."""

    def __init__(self, slopes: Slopes, s: float, eta: float) -> None:
        self.slopes, self.eta = slopes, eta
        self.steps = slopes.d.shape[2]
        self.blocks = len(slopes.rates)
        omega = 2.0 * np.pi * scipy.fft.fftfreq(self.steps, slopes.step)
        self.square = np.stack([omega**2 + (rate + s) ** 2 for rate in slopes.rates])
        # r is driven through J^r with a factor of its rate.
        self.drive = np.array([1.0, *(rate**2 for rate in slopes.rates[1:])])[:, None]

    def solve(self, start: FloatArray | None = None) -> Level:
        """Iterate the kernels: symbols (2, blocks, half), as logarithms."""
        half = self.steps // 2 + 1
        shape = (2, self.blocks, half)
        first = np.zeros(shape) if start is None else start
        found = anderson.solve(
            lambda x: np.log(self._image(np.exp(x.reshape(shape)))[0]).ravel(), first.ravel(), _TOLERANCE, _SWEEPS,
            lambda x: x, size=lambda change, _: float(np.abs(change).max()),
        )  # fmt: skip
        symbols = np.exp(found.x.reshape(shape))
        return Level(self._image(symbols)[1], np.log(symbols), found.converged)

    def _image(self, symbols: FloatArray) -> tuple[FloatArray, float]:
        """New symbols (2, blocks, half), their common gauge fixed, and the value of W at the old ones."""
        a, b = (self._whole(one) for one in symbols)
        loaded = self.eta + self.drive * a
        moments = self._resolvents(b, self.square / loaded)
        inside = (1.0 - self.square * moments.diagonal / loaded) / loaded
        new_a, new_b = moments.kernels, self.drive * inside
        trace_one, trace_two = float(inside.sum()), float(moments.diagonal.sum())
        gauge = math.sqrt(trace_one / trace_two)
        value = 0.5 * (np.log(loaded).sum() - np.log(self.square).sum() - (a * b).sum()) + 0.5 * moments.log_determinant
        value -= 0.5 * self.eta * (trace_one + trace_two)
        half = self.steps // 2 + 1
        least = 1e-12
        fresh = np.stack([np.maximum(new_a[:, :half], least) * gauge, np.maximum(new_b[:, :half], least) / gauge])
        return fresh, float(value) / self.slopes.period

    def _whole(self, half: FloatArray) -> FloatArray:
        return np.concatenate([half, half[:, self.steps - half.shape[1] : 0 : -1]], axis=1)

    def _resolvents(self, b: FloatArray, bare: FloatArray) -> "Moments":
        """Weighted averages over the paths of R_22 = (eta + B + P^+ (eta + A)^-1 P)^-1."""
        n, blocks, d = self.steps, self.blocks, self.slopes.d
        kernels = [circulant(scipy.fft.ifft(one).real) for one in b]
        free = np.zeros((blocks * n, blocks * n))
        for k in range(blocks):
            free[k * n : (k + 1) * n, k * n : (k + 1) * n] = circulant(scipy.fft.ifft(bare[k]).real)
        free[np.diag_indices_from(free)] += self.eta
        average = np.zeros((blocks, n, n))
        loops = np.zeros((blocks, n, n))
        total = 0.0
        for path, weight in enumerate(self.slopes.weights):
            one = d[:, path]
            inverse, log_determinant = _inverse(free + _loaded(kernels, one))
            total += weight * log_determinant
            for k in range(blocks):
                average[k] += weight * inverse[k * n : (k + 1) * n, k * n : (k + 1) * n]
            _add_loops(loops, inverse, one, weight)
        return Moments(self._symbols(average), self._symbols(loops), total)

    def _symbols(self, matrices: FloatArray) -> FloatArray:
        """Symbols (blocks, steps) of the circulant parts of matrices (blocks, steps, steps)."""
        n = self.steps
        lag = (np.arange(n)[:, None] - np.arange(n)) % n
        first = np.stack([np.bincount(lag.ravel(), one.ravel(), n) / n for one in matrices])
        return np.asarray(scipy.fft.fft(first, axis=1).real)


@dataclass(frozen=True)
class Moments:
    """Symbols (blocks, steps) of <R_22> and of <D R_22 D>, and the mean of ln det R_22^-1."""

    diagonal: FloatArray
    kernels: FloatArray
    log_determinant: float


def _loaded(kernels: list[FloatArray], d: FloatArray) -> FloatArray:
    """B = D^T b D (blocks steps, blocks steps) of one path."""
    first = kernels[0] * d[0][:, None]
    if len(kernels) == 1:
        return np.asarray(first * d[0])
    mixed = first * d[1]
    own = first * d[0] + kernels[1] * d[2][:, None] * d[2]
    return np.block([[own, mixed], [mixed.T, kernels[0] * d[1][:, None] * d[1]]])


def _add_loops(loops: FloatArray, inverse: FloatArray, d: FloatArray, weight: float) -> None:
    n = loops.shape[1]
    if len(loops) == 1:
        loops[0] += weight * d[0][:, None] * inverse * d[0]
        return
    own, mixed, other = inverse[:n, :n], inverse[:n, n:], inverse[n:, n:]
    cross = d[0][:, None] * mixed * d[1]
    loops[0] += weight * (d[0][:, None] * own * d[0] + cross + cross.T + d[1][:, None] * other * d[1])
    loops[1] += weight * d[2][:, None] * own * d[2]


def _inverse(matrix: FloatArray) -> tuple[FloatArray, float]:
    """Inverse and logarithm of the determinant of a positive definite matrix."""
    factor, _ = dpotrf(matrix.T, lower=1, clean=1, overwrite_a=1)  # symmetric, and its transpose is no copy
    log_determinant = 2.0 * float(np.log(np.diagonal(factor)).sum())
    lower, _ = dpotri(factor, lower=1, overwrite_c=1)
    inverse = lower + lower.T
    inverse[np.diag_indices_from(inverse)] *= 0.5
    return inverse, log_determinant
