"""The maximum Lyapunov exponent of the mean-field process: where the linearised covariance map has radius one.

    K = (( 1+lambda)**2 - d2/dt2)**-1 [ p K + c W ],     W = ((1 + lambda tau)**2 - tau**2 d2/dt2)**-1 [ q K ],

with p = Phi' Sigma, c = Phi Sigma', q = Phi' along the correlation functions (theory notes, section 6, in units of the
gated membrane time). The map preserves positive functions, so its leading eigenfunction has no node.
"""

import math

import numpy as np
from numba import njit

from phasemap.kernels.compilation import KERNEL
from phasemap.kernels.correlations import apply_propagator, matrix_vector, solve_linear


@njit(**KERNEL)
def _power_steps(grid, window, tau, p, c, q, live, steps, k, exponent):
    """Power iteration of the covariance map on k, in place, moving lambda towards radius one; returns lambda."""
    n = k.size
    work = np.empty(n)
    gate = np.empty(n)
    floor = -1.0 if not live or tau <= 1.0 else -1.0 / tau
    for _ in range(steps):
        if live:
            for i in range(n):
                work[i] = q[i] * k[i]
            apply_propagator(grid, window, 1.0 + exponent * tau, tau, work, gate)
        for i in range(n):
            work[i] = p[i] * k[i] + (c[i] * gate[i] if live else 0.0)
        apply_propagator(grid, window, 1.0 + exponent, 1.0, work, gate)
        above = 0.0
        below = 0.0
        for i in range(n):
            above += grid.weights[i] * gate[i] * k[i]
            below += grid.weights[i] * k[i] * k[i]
        radius = above / below
        if not radius > 0.0:
            return exponent
        # Radius falls at least like (1 + lambda)**-2: this moves lambda towards the root without leaving its side.
        exponent = floor + (exponent - floor) * min(max(math.sqrt(radius), 0.5), 2.0)
        top = 0.0
        for i in range(n):
            top = max(top, abs(gate[i]))
        for i in range(n):
            k[i] = gate[i] / top
    return exponent


@njit(**KERNEL)
def _newton_steps(grid, window, tau, p, c, q, live, tolerance, limit, k, exponent):  # noqa: C901
    """Bordered Newton iteration on (k, lambda), in the basis of modes; returns (status, lambda, last step)."""
    n = k.size
    direct = np.empty((n, n))
    scaled = np.empty((n, n))
    cross = np.empty((n, n))
    gain = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            scaled[i, j] = p[i] * grid.to_values[i, j]
    np.dot(grid.to_modes, scaled, direct)
    if live:
        for i in range(n):
            for j in range(n):
                scaled[i, j] = c[i] * grid.to_values[i, j]
        np.dot(grid.to_modes, scaled, cross)
        for i in range(n):
            for j in range(n):
                scaled[i, j] = q[i] * grid.to_values[i, j]
        np.dot(grid.to_modes, scaled, gain)
    product = np.zeros((n, n))
    matrix = np.empty((n + 1, n + 1))
    right = np.empty(n + 1)
    modes = np.empty(n)
    inner = np.empty(n)
    derivative = np.empty(n)
    matrix_vector(grid.to_modes, k, modes)
    norm = 0.0
    for i in range(n):
        norm += modes[i] * modes[i]
    norm = math.sqrt(norm)
    for i in range(n):
        modes[i] /= norm
    last = math.inf
    for _ in range(limit):
        shift = 1.0 + exponent
        if live:
            matrix_vector(gain, modes, inner)
            for i in range(n):
                factor = 1.0 / ((1.0 + exponent * tau) ** 2 + (tau / window) ** 2 * grid.rates[i])
                for j in range(n):
                    scaled[i, j] = factor * gain[i, j]
                inner[i] *= -2.0 * tau * (1.0 + exponent * tau) * factor * factor
            np.dot(cross, scaled, product)
            matrix_vector(cross, inner, derivative)
        for i in range(n):
            total = 0.0
            for j in range(n):
                value = -direct[i, j] - product[i, j]
                if i == j:
                    value += shift * shift + grid.rates[i] / (window * window)
                matrix[i, j] = value
                total += value * modes[j]
            matrix[i, n] = 2.0 * shift * modes[i] - (derivative[i] if live else 0.0)
            matrix[n, i] = modes[i]
            right[i] = -total
        matrix[n, n] = 0.0
        right[n] = 0.0
        if solve_linear(matrix, right, n + 1) == 0.0:
            return 2, exponent, last
        step = 1.0
        if abs(right[n]) > 0.5:
            step = 0.5 / abs(right[n])
        norm = 0.0
        for i in range(n):
            modes[i] += step * right[i]
            norm += modes[i] * modes[i]
        norm = math.sqrt(norm)
        for i in range(n):
            modes[i] /= norm
        exponent += step * right[n]
        last = abs(right[n])
        # The convergence is quadratic: a small step is followed by one of its square.
        if last < tolerance:
            matrix_vector(grid.to_values, modes, k)
            return 0, exponent, last
        if not last < 1e6:
            return 2, exponent, last
    matrix_vector(grid.to_values, modes, k)
    return 1, exponent, last


@njit(**KERNEL)
def _has_no_node(k):
    """Whether k is of one sign, up to rounding in its tail."""
    top = 0.0
    total = 0.0
    for i in range(k.size):
        total += k[i]
        top = max(top, abs(k[i]))
    sign = 1.0 if total > 0.0 else -1.0
    for i in range(k.size):
        k[i] *= sign / top
        if k[i] < -1e-6:
            return False
    return True


@njit(**KERNEL)
def leading_exponent(grid, window, tau, p, c, q, live, warm, tolerance, k, exponent):
    """The largest lambda at which the covariance map has radius one.

    p, c, q: (n,) coefficients along the window; live: whether the output gate moves (c and q matter).
    warm:    whether (k, exponent) is a good start; otherwise they are overwritten by a few power steps.
    k:       (n,) receives the eigenfunction, largest value 1.
    Returns (status, lambda, last step): status 0 converged to the state without a node, 1 not converged, 2 broken down.
    """
    last = math.inf
    status = 2
    for attempt in range(4):
        if attempt > 0 or not warm:
            if attempt != 1:
                for i in range(k.size):
                    k[i] = p[i] / p[0]
                exponent = max(
                    math.sqrt(max(p[0] + c[0] * q[0], 0.01)) - 1.0, -0.9 if not live else -0.9 / max(tau, 1.0)
                )
            exponent = _power_steps(grid, window, tau, p, c, q, live, (14, 40, 200, 1000)[attempt], k, exponent)
        status, exponent, last = _newton_steps(grid, window, tau, p, c, q, live, tolerance, 15, k, exponent)
        if status == 0 and _has_no_node(k):
            return 0, exponent, last
    return max(status, 1), exponent, last
