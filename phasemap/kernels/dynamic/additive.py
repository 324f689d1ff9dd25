"""The chaotic state of the additive network (Sompolinsky, Crisanti and Sommers 1988) from conservation of energy."""

import math

import numpy as np
from numba import njit

from phasemap.kernels.averages.gaussian_pairs import pair_averages
from phasemap.kernels.compilation import KERNEL
from phasemap.model.status import Status

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(28)


@njit(**KERNEL)
def homoclinic_gain(x0, tables):
    """Properties of the orbit C'' = C - Phi(C) that leaves C = 0 and turns at X_0 = gamma C(0) = x0.

    Conservation of energy, 0 = -X_0**2 / 2 + gamma int_0^X0 Phi dX, fixes gamma.
    Returns (status of the tables, ln gamma, decay rate, -X''(0) / X_0).
    """
    n = _NODES.size
    x = np.empty(n + 2)
    phi = np.empty((3, n + 2))
    for i in range(n):
        x[i] = x0 * math.cos(0.25 * math.pi * (1.0 + _NODES[i]))
    x[n] = x0
    x[n + 1] = 0.0
    status = pair_averages(x0, x, tables, phi)
    if status != Status.CONVERGED:
        return status, math.nan, math.nan, math.nan
    mean = 0.0
    for i in range(n):
        mean += _WEIGHTS[i] * 0.25 * math.pi * phi[0, i] * math.sin(0.25 * math.pi * (1.0 + _NODES[i]))
    gamma = x0 / (2.0 * mean)
    return status, math.log(gamma), math.sqrt(1.0 - gamma * phi[1, n + 1]), gamma * phi[0, n] / x0 - 1.0
