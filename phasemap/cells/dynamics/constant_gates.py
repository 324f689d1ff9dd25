"""The fluctuating state of a GRU whose gates are constant, without ensembles: all fields are Gaussian.

C(w) = (1 - z)^2 C_n(w) / |e^{iw} - z|^2, C_n a function of C, and the exponent is the top of a tridiagonal matrix over
lags. (docs/cells.md (5.4))
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.linalg import eigvalsh_tridiagonal
from scipy.optimize import brentq

from phasemap.cells.dynamics.iterate import Settled, self_consistent
from phasemap.cells.gru.theory import Gru
from phasemap.cells.nodes import Array
from phasemap.cells.static.fixed_points import fixed_points
from phasemap.kernels.averages.gaussian_pairs import pair_averages
from phasemap.kernels.cells.march import march
from phasemap.theory.dynamic.autocovariance.gaussian_pairs import tables, with_panels

_RING, _LONGEST_RING = 256, 2**15


class _Tolerances(NamedTuple):
    """Of the autocovariance and of what follows from it."""

    iterations: int = 300  # at one tolerance: far from the line fifty do
    iteration: tuple[float, ...] = (1e-7, 1e-5, 1e-3)  # of C, relative, in turn: close to the line it is slow
    decayed: float = 1e-5  # of C at half the ring, relative: else the ring is doubled
    least_error: float = 1e-7  # relative: what the first tolerance leaves
    below: float = 1e-9  # zero, where the search for the exponent begins: it is zero on the line, but for rounding
    exponent: float = 1e-12  # where the search for it ends: rounding of the matrix


_AT = _Tolerances()


class Exact(NamedTuple):
    """C (ring,), exponent per step, ln of the squared gradient (horizon + 1,), and the largest relative error."""

    C: Array
    lyapunov_max: float
    log_gradient: Array
    error: float


def applies(cell: object) -> bool:
    """Whether a cell is such a GRU, at rest without input."""
    if not isinstance(cell, Gru) or not cell.rests:
        return False
    return cell.a_z == cell.a_r == cell.s_z == cell.s_r == 0.0


def constant_gate_state(cell: Gru, horizon: int) -> Exact | None:
    """The fluctuating state, or None where there is none (rest is stable)."""
    z, strength = _logistic(cell.b_z), cell.a_h * _logistic(cell.b_r)
    found = fixed_points(cell)
    if strength <= 1.0 or not found:
        return None
    ring = _RING
    while ring < 40.0 / (1.0 - z):
        ring *= 2
    while True:
        state = _at_ring(z, strength, found[-1].C, ring)
        if state is None or state.C[ring // 2] < _AT.decayed * state.C[0] or ring >= _LONGEST_RING:
            break
        ring *= 2
    if state is None:
        return None
    C = state.C
    through = _responses(z, strength, C)
    exponent = _exponent(z, through[: ring // 2])
    error = max(_AT.least_error, abs(float(C[ring // 2])) / float(C[0]), state.left / float(C[0]))
    return Exact(C, exponent, _log_gradient(z, through, horizon), error)


def _at_ring(z: float, strength: float, start: float, ring: int) -> Settled | None:
    lags = np.minimum(np.arange(ring), ring - np.arange(ring))
    turn = np.exp(2j * np.pi * np.fft.rfftfreq(ring))
    kept = (1.0 - z) ** 2 / np.abs(turn - z) ** 2

    def mapping(C: Array) -> Array:
        """The autocovariance of units driven by units of autocovariance C."""
        driven = _pairs(strength**2 * C[0], strength**2 * C)[0]
        return np.asarray(np.fft.irfft(np.fft.rfft(driven).real * kept, n=ring))

    begin = start * np.exp(-(1.0 - z) * lags / 3.0)
    for tolerance in _AT.iteration:  # close to the line the iteration is slow
        settled = self_consistent(mapping, begin, _AT.iterations, tolerance)
        if math.isfinite(settled.left) or not settled.moves:
            break
        begin = settled.C
    return settled if settled.moves else None


def _responses(z: float, strength: float, C: Array) -> Array:
    """(1 - z)^2 a^2 r^2 <tanh' tanh'> by lag."""
    return np.asarray(((1.0 - z) * strength) ** 2 * _pairs(strength**2 * C[0], strength**2 * C)[1])


def _exponent(z: float, through: Array) -> float:
    """exp(2 l) psi = z exp(l) (psi(+1) + psi(-1)) + (B - z^2) psi over lags, psi even."""
    n = through.size

    def excess(rate: float) -> float:
        """Top of the spectrum of what a deviation growing at this rate feels; zero at the exponent."""
        beside = np.full(n - 1, z * math.exp(rate))
        beside[0] *= math.sqrt(2.0)
        matrix = (through - z * z - math.exp(2.0 * rate), beside)
        return float(eigvalsh_tridiagonal(*matrix, select="i", select_range=(n - 1, n - 1))[0])

    return float(
        brentq(
            excess,
            -_AT.below,
            0.5 * math.log(through[0] / (1.0 - z) ** 2 + 2.0) + 1.0,
            xtol=_AT.exponent,
        )
    )


def _log_gradient(z: float, through: Array, horizon: int) -> Array:
    growth, one = np.zeros(horizon + 1), np.ones((horizon, 1))
    lags = np.minimum(np.arange(horizon), through.size - 1)
    march(z * one, np.ones((1, horizon, 1)), through[lags][None], one, 0.0 * one, 1.0, growth)
    return growth


def _pairs(variance: float, covariance: Array) -> Array:
    """(2, n): <tanh x tanh y> and <tanh'x tanh'y> of Gaussian pairs, by the tables of the rate network."""
    memory, out = tables(0.0), np.empty((3, covariance.size))
    with_panels(lambda: (pair_averages(variance, covariance, memory, out), None), memory)
    return out[:2]


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))
