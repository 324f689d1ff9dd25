"""Even functions of the lag on a window of time: propagators, noise covariances, interpolation."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phasemap.kernels.arithmetic.dense import matrix_product, matrix_vector
from phasemap.kernels.compilation import KERNEL


class Grid(NamedTuple):
    """Nodes t in [0, 1] of the window, and the basis in which -d2/dt2 (flat at both ends) is diagonal.

    t, x, barycentric: (n,) nodes, and nodes and weights of the underlying polynomials;
    stretch:           t = sinh(stretch x) / sinh(stretch).
    weights:           (n,) quadrature on [0, 1].
    rates:             (n,) eigenvalues of -d2/dt2 on the unit window.
    to_values, to_modes: (n, n), inverse of each other.
    """

    t: np.ndarray
    x: np.ndarray
    barycentric: np.ndarray
    stretch: float
    weights: np.ndarray
    rates: np.ndarray
    to_values: np.ndarray
    to_modes: np.ndarray


@njit(**KERNEL)
def propagator(grid, window, shift, tau, out):
    """out (n, n): the matrix of 1 / (shift**2 - tau**2 d2/dt2) on the window."""
    scaled = np.empty_like(grid.to_modes)
    for k in range(grid.rates.size):
        factor = 1.0 / (shift * shift + (tau / window) ** 2 * grid.rates[k])
        for j in range(grid.rates.size):
            scaled[k, j] = factor * grid.to_modes[k, j]
    matrix_product(grid.to_values, scaled, out)


@njit(**KERNEL)
def apply_propagator(grid, window, shift, tau, values, out):
    """out (n,) = (shift**2 - tau**2 d2/dt2)**-1 values."""
    modes = np.empty(grid.rates.size)
    matrix_vector(grid.to_modes, values, modes)
    for k in range(modes.size):
        modes[k] /= shift * shift + (tau / window) ** 2 * grid.rates[k]
    matrix_vector(grid.to_values, modes, out)


@njit(**KERNEL)
def noise_covariance(strength, tau_noise, tau, times, out):
    """Stationary covariance of tau x' = -x + noise at `times`: out (n,).

    strength: standard deviation of the noise, or amplitude of white noise (tau_noise = 0).
    """
    if strength == 0.0:
        for i in range(times.size):
            out[i] = 0.0
        return
    if tau_noise == 0.0:
        for i in range(times.size):
            out[i] = strength * strength / (2.0 * tau) * math.exp(-times[i] / tau)
        return
    slow = max(tau_noise, tau)
    fast = min(tau_noise, tau)
    variance = strength * strength * tau_noise / (tau_noise + tau)
    for i in range(times.size):
        # (slow exp(-t/slow) - fast exp(-t/fast)) / (slow - fast), also where both are the same
        ratio = fast / (slow - fast) if slow > fast else 0.0
        if fast > 0.0:
            z = times[i] * (slow - fast) / (slow * fast)
            ratio = times[i] / slow * (-math.expm1(-z) / z if z > 1e-12 else 1.0)
        out[i] = variance * math.exp(-times[i] / slow) * (1.0 + ratio)


@njit(**KERNEL)
def interpolate(grid, window, values, target, target_window, out):
    """Values of the polynomial on `grid` (window) at the nodes of `target` (target_window); flat beyond the window."""
    n = grid.t.size
    scale = math.sinh(grid.stretch)
    for i in range(target.t.size):
        t = target.t[i] * target_window / window
        if t >= 1.0:
            out[i] = values[n - 1]
            continue
        x = math.asinh(t * scale) / grid.stretch
        above = 0.0
        below = 0.0
        for j in range(n):
            gap = x - grid.x[j]
            if abs(gap) < 1e-15:
                above, below = values[j], 1.0
                break
            weight = grid.barycentric[j] / gap
            above += weight * values[j]
            below += weight
        out[i] = above / below
