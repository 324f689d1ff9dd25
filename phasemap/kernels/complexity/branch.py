"""A saddle of the count by Newton's method, over all of theta or over the determinant alone."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.kernels.complexity.moments import COUNTED, M_PHI, Q_PHI, Q_PSI, SIZE, log_partition
from phasemap.kernels.complexity.nodes import activation_nodes, gate_nodes
from phasemap.kernels.complexity.saddle import newton

# Where the steps of (x, t, u) to themselves begin.
_FIRST_X, _FIRST_T, _FIRST_U = 0.3, 0.02, 1.0


class _Tolerances(NamedTuple):
    """When a saddle is found."""

    iterations: int = 40  # of (x, t, u) to themselves: a start for Newton's method, no more
    step: float = 1e-11  # at which Newton's method stops: rounding of sums over nodes
    steps: int = 40  # of Newton's method, most: near a saddle ten do


_AT = _Tolerances()


@njit(**KERNEL)
def free_parameters(alpha):
    """(entries of theta that are free, those of the determinant alone): without a gate q_phi, m_phi, t, u drop out."""
    free, determinant = np.ones(SIZE, dtype=np.bool_), np.zeros(SIZE, dtype=np.bool_)
    determinant[4:] = True
    if alpha == 0.0:
        for i in (Q_PHI, M_PHI, 5, 6):
            free[i] = False
            determinant[i] = False
    return free, determinant


@njit(**INNER)
def _iterate_determinant(theta, h_nodes, r_nodes, gated):
    """The stationary (x, t, u) of log |det|, as the limit of x (<p^2/W> + <f^2..><s^2..>) and so on."""
    slope, curvature = np.empty(SIZE), np.empty((SIZE, SIZE))
    for _ in range(_AT.iterations):
        log_partition(COUNTED, theta, h_nodes, r_nodes, slope, curvature)
        if not gated:
            theta[4] = math.log(2.0 * slope[4])
            continue
        x, t, u = math.exp(theta[4]), math.exp(theta[5]), math.exp(theta[6])
        p2, f2, s2 = 2.0 * slope[4] / x, 2.0 * slope[5] / t, 2.0 * slope[6] / u
        theta[4], theta[5], theta[6] = math.log(x * (p2 + f2 * s2)), math.log(x * s2), math.log(x * f2)


@njit(**KERNEL)
def static_determinant(g, alpha, beta, delta_phi, delta_h, theta):
    """theta (7,) at a fixed point of the static mean field with S > 1: m = 0, and the stationary (x, t, u).

    Returns (log |det| per unit, whether to believe it).
    """
    theta[:] = 0.0
    theta[Q_PSI], theta[Q_PHI] = math.log(delta_h), math.log(delta_phi)
    theta[4] = math.log(_FIRST_X)
    theta[5], theta[6] = (-math.inf, -math.inf) if alpha == 0.0 else (math.log(_FIRST_T), math.log(_FIRST_U))
    h_nodes = activation_nodes(g, delta_h, 0.25 * alpha, 1.0)
    _iterate_determinant(theta, h_nodes, gate_nodes(alpha, beta, delta_phi, 1.0), alpha > 0.0)
    _, determinant = free_parameters(alpha)
    value, _, good = newton(COUNTED, g, alpha, beta, theta, determinant, 1.0, _AT.step, _AT.steps)
    return value, good


@njit(**KERNEL)
def solve(kind, g, alpha, beta, theta):
    """Newton's method over all of theta (7,), in place: (value, whether it may be believed)."""
    free, _ = free_parameters(alpha)
    value, _, good = newton(kind, g, alpha, beta, theta, free, 1.0, _AT.step, _AT.steps)
    return value, good
