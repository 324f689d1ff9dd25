"""The annealed saddle: Newton's method on the stationary value of log Z (docs/theory.md, section 8)."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phasemap.kernels.arithmetic.dense import solve_linear
from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.kernels.complexity.moments import COUNTED, M_PHI, M_PSI, Q_PHI, Q_PSI, SIZE, STABLE, log_partition
from phasemap.kernels.complexity.nodes import activation_nodes, gate_nodes


class _Tolerances(NamedTuple):
    """When Newton's method at a saddle has arrived."""

    longest: float = 0.7  # step that is believed
    smallest: float = 0.05  # l, a and b below this change freely
    believed: float = 1e-5  # size of the last step, in any direction
    flat: float = 0.1  # the same in flat directions
    negligible: float = 1e-13  # effect of such a step on the value


_TOLERANCES = _Tolerances()


@njit(**KERNEL)
def lagrangian(kind, g, alpha, beta, theta, resolution, gain, gradient, hessian):
    """The function whose stationary value is the exponent; fills `gradient` (7,) and `hessian` (7, 7).

    COUNTED: log Z - m_psi q_psi - m_phi q_phi - (x + t u / x) / 2
    STABLE:  log Z - m_psi q_psi - m_phi q_phi + l (S + a b),   S = gain, of which 1 makes fixed points stable

    resolution: of the sums; 2 halves their steps.
    """
    q_psi, q_phi, m_psi, m_phi = math.exp(theta[Q_PSI]), math.exp(theta[Q_PHI]), theta[M_PSI], theta[M_PHI]
    # u s^2, or l a s^2, with sigma_r' <= alpha / 4.
    steep = math.exp(0.5 * theta[6]) if kind == COUNTED else math.sqrt(abs(theta[4] * theta[5]))
    h_nodes = activation_nodes(g, q_psi, 0.25 * alpha * steep, resolution)
    r_nodes = gate_nodes(alpha, beta, q_phi, resolution)
    value = log_partition(kind, theta, h_nodes, r_nodes, gradient, hessian)
    value -= m_psi * q_psi + m_phi * q_phi
    for q_at, m_at, q, m in ((Q_PSI, M_PSI, q_psi, m_psi), (Q_PHI, M_PHI, q_phi, m_phi)):
        gradient[q_at] -= m * q
        gradient[m_at] -= q
        hessian[q_at, q_at] -= m * q
        hessian[q_at, m_at] -= q
        hessian[m_at, q_at] -= q
    if kind == COUNTED:
        x, product = math.exp(theta[4]), math.exp(theta[5] + theta[6] - theta[4])
        value -= 0.5 * (x + product)
        gradient[4] -= 0.5 * (x - product)
        gradient[5] -= 0.5 * product
        gradient[6] -= 0.5 * product
        hessian[4, 4] -= 0.5 * (x + product)
        for i in (5, 6):
            hessian[4, i] += 0.5 * product
            hessian[i, 4] += 0.5 * product
            for j in (5, 6):
                hessian[i, j] -= 0.5 * product
    else:
        multiplier, a, b = theta[4], theta[5], theta[6]
        value += multiplier * (gain + a * b)
        gradient[4] += gain + a * b
        gradient[5] += multiplier * b
        gradient[6] += multiplier * a
        for i, j, more in ((4, 5, b), (5, 4, b), (4, 6, a), (6, 4, a), (5, 6, multiplier), (6, 5, multiplier)):
            hessian[i, j] += more
    return value


@njit(**INNER)
def _scaled_length(kind, step, theta, active):
    """Largest change of a logarithm, with m measured in units of 1 / q and l, a, b relative to themselves."""
    length = 0.0
    for i in range(SIZE):
        if active[i]:
            scale = 1.0
            if i == M_PSI:
                scale = math.exp(theta[Q_PSI])
            elif i == M_PHI:
                scale = math.exp(theta[Q_PHI])
            elif i >= 4 and kind == STABLE:
                scale = 1.0 / max(abs(theta[i]), _TOLERANCES.smallest)
            length = max(length, abs(step[i]) * scale)
    return length


@njit(**KERNEL)
def newton(kind, g, alpha, beta, theta, active, gain, tolerance, most):
    """Newton's method on `theta` (7,), in place, over the entries marked `active` (7,).

    Returns (value, size of the last step, whether to believe it): the value is stationary, so that an error of theta
    counts by its square. Flat directions (t and u of a shallow gate, m near the onset) may be off by more.
    """
    gradient, hessian = np.empty(SIZE), np.empty((SIZE, SIZE))
    value, length = math.nan, math.inf
    rights = np.zeros((1, SIZE))
    step = rights[0]
    for _ in range(most):
        value = lagrangian(kind, g, alpha, beta, theta, 1.0, gain, gradient, hessian)
        if not math.isfinite(value):
            return value, math.inf, False
        for i in range(SIZE):
            if not active[i]:
                gradient[i] = 0.0
                hessian[i, :] = 0.0
                hessian[:, i] = 0.0
                hessian[i, i] = 1.0
            step[i] = -gradient[i]
        if solve_linear(hessian, rights) == 0.0:
            return value, math.inf, False
        length = _scaled_length(kind, step, theta, active)
        if not math.isfinite(length):
            return value, math.inf, False
        factor = min(1.0, _TOLERANCES.longest / max(length, 1e-300))
        for i in range(SIZE):
            theta[i] += factor * step[i]
        if length < tolerance:
            break
    decrement = 0.0
    for i in range(SIZE):
        decrement += 0.5 * gradient[i] * step[i]
    firm = max(max(abs(step[Q_PSI]), abs(step[Q_PHI])), abs(step[4])) < _TOLERANCES.believed
    flat = firm and length < _TOLERANCES.flat and abs(decrement) < _TOLERANCES.negligible
    return value, length, length < _TOLERANCES.believed or flat
