"""The limit of correlation functions at long lags, and how they approach it."""

import math

import numpy as np
from numba import njit

from phasemap.kernels.averages.gaussian_pairs import pair_averages
from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.kernels.dynamic.correlations import CONSTANT_GATE, gate_averages
from phasemap.model.status import Status

_MOST_STEPS = 30


@njit(**INNER)
def _averages_at(problem, memory, x0, y0, x, phi, sigma):
    """Averages phi, sigma (3, 2) of a pair at variances (x0, y0) and its covariance x at infinite lag; the status."""
    square = problem.steepness**2
    status = pair_averages(x0, np.array([x0, x]), memory.activation, phi)
    if status != Status.CONVERGED:
        return status
    y = square * (phi[0, 1] + problem.static_r**2)
    return gate_averages(problem, memory, np.array([y0, y]), sigma)


@njit(**KERNEL)
def limit_at_long_lags(problem, memory, gamma, x0, y0, guess):
    """X at infinite lag given the variances: the root next to `guess` of X = gamma (s_h**2 + Phi Sigma).

    Returns (status of the tables, X, decay rate of C_h towards it; 0 where it does not decay).
    """
    phi, sigma = np.empty((3, 2)), np.empty((3, 2))
    symmetric = problem.bias_h == 0.0 and problem.static_h == 0.0
    x = 0.0 if symmetric else guess
    square = problem.steepness**2
    for iteration in range(_MOST_STEPS + 1):
        status = _averages_at(problem, memory, x0, y0, x, phi, sigma)
        gap = x - gamma * (problem.static_h**2 + phi[0, 1] * sigma[0, 1])
        slope = 1.0 - gamma * phi[1, 1] * (sigma[0, 1] + square * phi[0, 1] * sigma[1, 1])
        if status != Status.CONVERGED or symmetric or abs(gap) < 1e-15 * x0 or slope == 0.0 or iteration == _MOST_STEPS:
            break
        x = min(max(x - gap / slope, -x0), x0)
    return status, x, _tail_rate(problem, gamma, phi[:, 1].copy(), sigma[:, 1].copy())


@njit(**INNER)
def _tail_rate(problem, gamma, phi, sigma):
    """The slowest rate k of exp(-k t) in C_h, 0 if it does not decay.

    (1 - k**2)(1 - tau**2 k**2) = Phi' [Sigma (1 - tau**2 k**2) + Phi Sigma'], the smallest k**2; noise with a memory
    that reaches C_h adds its own rate.
    """
    gain = gamma * phi[1]
    cross = gain * phi[0] * sigma[1] * problem.steepness**2
    square = 1.0 - gain * sigma[0]
    tau2 = problem.tau_r**2
    rate2 = square
    if problem.gate != CONSTANT_GATE and cross != 0.0:
        # tau2 q**2 - middle q + last = 0 for q = k**2; a complex pair decays like the real part of its roots.
        last = square - cross
        middle = 1.0 + tau2 * square
        discriminant = middle * middle - 4.0 * tau2 * last
        if discriminant >= 0.0:
            rate2 = 2.0 * last / (middle + math.sqrt(discriminant))
        else:
            rate2 = 0.5 * (math.sqrt(last / tau2) + 0.5 * middle / tau2)
    if not rate2 > 0.0:
        return 0.0
    rate = math.sqrt(rate2)
    if problem.tau_noise > 0.0 and (problem.noise_h > 0.0 or (problem.noise_r > 0.0 and cross != 0.0)):
        rate = min(rate, 1.0 / problem.tau_noise)
    return rate
