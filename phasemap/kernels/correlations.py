"""Correlation functions of the mean-field process at a constant update gate: residual, Newton steps, interpolation.

Time is in units of the gated membrane time (sigma_z = 1). With the activation's argument x = g h + b and gamma = g**2,

    X = gamma [noise_h + s_h**2 + G_1 (Phi(X) Sigma(Y))],     Y = a**2 [noise_r + s_r**2 + G_tau (Phi(X))],

where X = gamma C_h, Y = a**2 C_r (a = alpha_r / 2), Phi = <phi phi>, Sigma = <sigma_r sigma_r>, and G_tau inverts
1 - tau**2 d2/dt2 for even functions. On a grid (see `phasemap.theory.correlations.Grid`) all G are diagonal in one
orthogonal basis, whatever tau and the window; noise enters through its exact covariance, so that kinks at t = 0 do
no harm to the spectral accuracy on t > 0.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phasemap.kernels.compilation import KERNEL, REDUCTION
from phasemap.kernels.gaussian_pairs import hard_pair_averages, pair_averages

CONSTANT_GATE, SMOOTH_GATE, HARD_GATE = 0, 1, 2


class Problem(NamedTuple):
    """A point of parameter space without its gain, in units of the gated membrane time.

    gate: CONSTANT_GATE, SMOOTH_GATE or HARD_GATE; gate_value is sigma_r of a constant gate.
    steepness, bias_r: sigma_r = (1 + tanh(steepness r + bias_r)) / 2, or the step function of r + bias_r if hard.
    noise_h, noise_r: standard deviation (tau_noise > 0) or amplitude (tau_noise = 0, white).
    """

    bias_h: float
    gate: int
    gate_value: float
    steepness: float
    bias_r: float
    tau_r: float
    static_h: float
    static_r: float
    noise_h: float
    noise_r: float
    tau_noise: float


class Grid(NamedTuple):
    """Nodes t in [0, 1] of the window, and the basis in which -d2/dt2 (even, flat at the end) is diagonal.

    to_values, to_modes: (n, n), inverse of each other; rates: (n,) eigenvalues of -d2/dt2 on the unit window.
    x, barycentric: nodes and weights of the underlying polynomials; stretch: t = sinh(stretch x)/sinh(stretch).
    weights: (n,) quadrature on [0, 1].
    """

    t: np.ndarray
    x: np.ndarray
    barycentric: np.ndarray
    weights: np.ndarray
    rates: np.ndarray
    to_values: np.ndarray
    to_modes: np.ndarray
    stretch: float


@njit(**KERNEL)
def noise_covariance(strength, tau_noise, tau, times, out):
    """Stationary covariance of tau x' = -x + noise at `times`: out (n,)."""
    if strength == 0.0:
        out[:] = 0.0
        return
    if tau_noise == 0.0:
        for i in range(times.size):
            out[i] = strength * strength / (2.0 * tau) * math.exp(-times[i] / tau)
        return
    slow = max(tau_noise, tau)
    fast = min(tau_noise, tau)
    variance = strength * strength * tau_noise / (tau_noise + tau)
    for i in range(times.size):
        ratio = fast / slow
        if fast > 0.0:
            z = times[i] * (slow - fast) / (slow * fast)
            ratio = times[i] / slow * (-math.expm1(-z) / z if z > 1e-12 else 1.0)
        out[i] = variance * math.exp(-times[i] / slow) * (1.0 + ratio)


@njit(**KERNEL)
def matrix_vector(matrix, vector, out):
    """out = matrix @ vector, in a fixed order of summation."""
    n = vector.size
    for i in range(matrix.shape[0]):
        total = 0.0
        for j in range(n):
            total += matrix[i, j] * vector[j]
        out[i] = total


_matrix_vector = njit(**REDUCTION)(matrix_vector.py_func)


@njit(**KERNEL)
def propagator(grid, window, shift, tau, out):
    """Matrix of 1 / (shift**2 - tau**2 d2/dt2) on the grid: out (n, n)."""
    n = grid.t.size
    scaled = np.empty((n, n))
    for k in range(n):
        factor = 1.0 / (shift * shift + (tau / window) ** 2 * grid.rates[k])
        for j in range(n):
            scaled[k, j] = factor * grid.to_modes[k, j]
    np.dot(grid.to_values, scaled, out)


@njit(**KERNEL)
def apply_propagator(grid, window, shift, tau, values, out):
    """out = (shift**2 - tau**2 d2/dt2)**-1 values."""
    n = grid.t.size
    modes = np.empty(n)
    _matrix_vector(grid.to_modes, values, modes)
    for k in range(n):
        modes[k] /= shift * shift + (tau / window) ** 2 * grid.rates[k]
    _matrix_vector(grid.to_values, modes, out)


@njit(**KERNEL)
def gate_averages(problem, gate_tables, y, out):
    """<sigma sigma> and its derivatives in covariance and variance (of Y): out (3, n)."""
    if problem.gate == CONSTANT_GATE:
        out[0, :] = problem.gate_value * problem.gate_value
        out[1:, :] = 0.0
        return 0
    if problem.gate == HARD_GATE:
        return hard_pair_averages(y[0], y, problem.bias_r, out)
    return pair_averages(y[0], y, True, gate_tables, out)


@njit(**KERNEL)
def averages(problem, tables, gate_tables, grid, window, x, noise_y, phi, sigma, y):
    """Fill phi (3, n), y (n,), sigma (3, n) from x (n,): <phi phi>, Y, <sigma sigma>, with derivatives in X and Y."""
    status = pair_averages(x[0], x, False, tables, phi)
    if status != 0:
        return status
    if problem.gate != CONSTANT_GATE:
        apply_propagator(grid, window, 1.0, problem.tau_r, phi[0], y)
        square = problem.steepness**2
        for i in range(y.size):
            y[i] = square * (y[i] + problem.static_r**2) + noise_y[i]
    return gate_averages(problem, gate_tables, y, sigma)


@njit(**KERNEL)
def solve_linear(matrix, right, n):  # noqa: C901
    """Solve matrix[:n, :n] u = right[:n] in place by elimination with pivoting; returns the sign of det, or 0."""
    sign = 1.0
    for k in range(n):
        pivot = k
        largest = abs(matrix[k, k])
        for i in range(k + 1, n):
            if abs(matrix[i, k]) > largest:
                largest = abs(matrix[i, k])
                pivot = i
        if largest == 0.0 or not largest < math.inf:
            return 0.0
        if pivot != k:
            sign = -sign
            for j in range(k, n):
                keep = matrix[k, j]
                matrix[k, j] = matrix[pivot, j]
                matrix[pivot, j] = keep
            keep = right[k]
            right[k] = right[pivot]
            right[pivot] = keep
        inverse = 1.0 / matrix[k, k]
        if inverse < 0.0:
            sign = -sign
        for i in range(k + 1, n):
            factor = matrix[i, k] * inverse
            if factor != 0.0:
                right[i] -= factor * right[k]
                for j in range(k + 1, n):
                    matrix[i, j] -= factor * matrix[k, j]
    for k in range(n - 1, -1, -1):
        total = right[k]
        for j in range(k + 1, n):
            total -= matrix[k, j] * right[j]
        right[k] = total / matrix[k, k]
    return sign


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
        exact = -1
        for j in range(n):
            gap = x - grid.x[j]
            if abs(gap) < 1e-15:
                exact = j
                break
            w = grid.barycentric[j] / gap
            above += w * values[j]
            below += w
        out[i] = values[exact] if exact >= 0 else above / below


@njit(**KERNEL)
def tail_rate(problem, gamma, phi, sigma):
    """Decay rate kappa of C_h's tail from averages phi, sigma (3,) at infinite lag; 0 if it does not decay.

    (1 - k**2)(1 - tau**2 k**2) = Phi' [Sigma (1 - tau**2 k**2) + Phi Sigma'], the smallest k**2 > 0.
    """
    gain = gamma * phi[1]
    cross = gain * phi[0] * sigma[1] * problem.steepness**2
    square = 1.0 - gain * sigma[0]
    tau2 = problem.tau_r**2
    if cross == 0.0 or problem.gate == CONSTANT_GATE:
        return math.sqrt(square) if square > 0.0 else 0.0
    # tau2 q**2 - (1 + tau2 square) q + square - cross = 0 for q = k**2
    last = square - cross
    if last <= 0.0:
        return 0.0
    middle = 1.0 + tau2 * square
    discriminant = middle * middle - 4.0 * tau2 * last
    if discriminant < 0.0:
        return math.sqrt(middle / (2.0 * tau2)) if middle > 0.0 else 0.0
    return math.sqrt(2.0 * last / (middle + math.sqrt(discriminant)))


class Constraint(NamedTuple):
    """The scalar equation that closes a solve: along_x (ln X_0 - ln_x) + along_gamma (ln gamma - ln_gamma) = 0."""

    along_x: float
    along_gamma: float
    ln_x: float
    ln_gamma: float


@njit(**KERNEL)
def newton(problem, tables, gate_tables, grid, window, x, ln_gamma, constraint, tolerance, limit, tangent):  # noqa: C901
    """Newton iteration for (X, ln gamma) at a constraint, in place.

    x:       (n,) start and result.
    tangent: (n + 1,) receives d(X, ln gamma) along the solution curve, in unit speed of (ln X_0, ln gamma).
    Returns (status, ln_gamma, residual, iterations, orientation): status 0 converged, 1 not converged, 2 broken down;
    orientation: sign of the determinant of the residual's derivative in X at fixed gamma.
    """
    n = grid.t.size
    live = problem.gate != CONSTANT_GATE
    size = n + 1
    phi = np.empty((3, n))
    sigma = np.empty((3, n))
    y = np.empty(n)
    times = grid.t * window
    noise_x = np.empty(n)
    noise_y = np.empty(n)
    noise_covariance(problem.noise_h, problem.tau_noise, 1.0, times, noise_x)
    noise_covariance(problem.noise_r, problem.tau_noise, problem.tau_r, times, noise_y)
    noise_y *= problem.steepness**2
    drive = np.empty(n)
    smooth = np.empty(n)
    forward = np.empty((n, n))
    propagator(grid, window, 1.0, 1.0, forward)
    backward = np.empty((n, n))
    if live:
        propagator(grid, window, 1.0, problem.tau_r, backward)
    slope = np.empty((n, n))
    product = np.empty((n, n))
    matrix = np.empty((size, size))
    right = np.empty(size)
    row = np.empty(n)
    residual = math.inf
    before = math.inf
    for iteration in range(limit + 1):
        if not x[0] > 0.0:
            return 2, ln_gamma, residual, iteration, 0.0
        gamma = math.exp(ln_gamma)
        if averages(problem, tables, gate_tables, grid, window, x, noise_y, phi, sigma, y) != 0:
            return 2, ln_gamma, residual, iteration, 0.0
        for i in range(n):
            drive[i] = phi[0, i] * sigma[0, i] + problem.static_h**2
        apply_propagator(grid, window, 1.0, 1.0, drive, smooth)
        residual = 0.0
        for i in range(n):
            smooth[i] = gamma * (smooth[i] + noise_x[i])
            right[i] = smooth[i] - x[i]
            residual = max(residual, abs(right[i]))
        residual /= x[0]
        gap = constraint.along_x * (math.log(x[0]) - constraint.ln_x) + constraint.along_gamma * (
            ln_gamma - constraint.ln_gamma
        )
        right[n] = -gap
        residual = max(residual, abs(gap))
        if not residual < 1e6:
            return 2, ln_gamma, residual, iteration, 0.0
        done = residual < tolerance or iteration == limit
        # d(Phi Sigma)/dX as a matrix
        if live:
            square = problem.steepness**2
            for i in range(n):
                total = 0.0
                for j in range(n):
                    slope[i, j] = square * backward[i, j] * phi[1, j]
                    total += backward[i, j] * phi[2, j]
                slope[i, 0] += square * total
            row[:] = slope[0]
            for i in range(n):
                first = phi[0, i] * sigma[1, i]
                second = phi[0, i] * sigma[2, i]
                for j in range(n):
                    slope[i, j] = first * slope[i, j] + second * row[j]
        else:
            slope[:] = 0.0
        for i in range(n):
            slope[i, i] += sigma[0, i] * phi[1, i]
            slope[i, 0] += sigma[0, i] * phi[2, i]
        np.dot(forward, slope, product)
        for i in range(n):
            for j in range(n):
                matrix[i, j] = -gamma * product[i, j]
            matrix[i, i] += 1.0
            matrix[i, n] = -smooth[i]
            matrix[n, i] = 0.0
        matrix[n, 0] = constraint.along_x / x[0]
        matrix[n, n] = constraint.along_gamma
        if done:
            # The border of the constraint is replaced by the normal to it: the right-hand side e_n gives the tangent.
            for i in range(n):
                for j in range(n):
                    product[i, j] = matrix[i, j]
            tangent[:] = 0.0
            tangent[n] = 1.0
            solve_linear(matrix, tangent, size)
            norm = math.hypot(tangent[0] / x[0], tangent[n])
            for i in range(size):
                tangent[i] /= norm
            for i in range(n):
                row[i] = 0.0
            orientation = solve_linear(product, row, n)
            return (0 if residual < tolerance else 1), ln_gamma, residual, iteration, orientation
        if solve_linear(matrix, right, size) == 0.0:
            return 2, ln_gamma, residual, iteration, 0.0
        # Keep the variance positive and the step inside the region where the tables' curvature is followed.
        step = 1.0
        if right[0] < -0.6 * x[0]:
            step = 0.6 * x[0] / -right[0]
        elif right[0] > 1.5 * x[0]:
            step = 1.5 * x[0] / right[0]
        if abs(right[n]) * step > 1.0:
            step = 1.0 / abs(right[n])
        if residual > 2.0 * before:
            step *= 0.5
        before = residual
        for i in range(n):
            x[i] += step * right[i]
        ln_gamma += step * right[n]
    return 1, ln_gamma, residual, limit, 0.0


@njit(**KERNEL)
def picard(problem, tables, gate_tables, grid, window, x, gamma, damping, steps):
    """Damped fixed-point iteration in place; returns the last relative residual, or inf after a breakdown."""
    n = grid.t.size
    phi = np.empty((3, n))
    sigma = np.empty((3, n))
    y = np.empty(n)
    times = grid.t * window
    noise_x = np.empty(n)
    noise_y = np.empty(n)
    noise_covariance(problem.noise_h, problem.tau_noise, 1.0, times, noise_x)
    noise_covariance(problem.noise_r, problem.tau_noise, problem.tau_r, times, noise_y)
    noise_y *= problem.steepness**2
    drive = np.empty(n)
    smooth = np.empty(n)
    residual = math.inf
    for _ in range(steps):
        if not x[0] > 0.0:
            return math.inf
        if averages(problem, tables, gate_tables, grid, window, x, noise_y, phi, sigma, y) != 0:
            return math.inf
        for i in range(n):
            drive[i] = phi[0, i] * sigma[0, i] + problem.static_h**2
        apply_propagator(grid, window, 1.0, 1.0, drive, smooth)
        residual = 0.0
        for i in range(n):
            change = gamma * (smooth[i] + noise_x[i]) - x[i]
            residual = max(residual, abs(change))
            x[i] += damping * change
        residual /= x[0]
    return residual


_ENERGY_NODES, _ENERGY_WEIGHTS = np.polynomial.legendre.leggauss(28)


@njit(**KERNEL)
def energy_gain(x0, tables, level):
    """ln gamma at which the additive network has variance X_0 = x0, from conservation of energy; and its slope.

    0 = -X_0**2 / 2 + gamma level int_0^X0 Phi dX at the homoclinic orbit (bias 0, no inputs); level = sigma_r**2.
    """
    n = _ENERGY_NODES.size
    x = np.empty(n)
    phi = np.empty((3, n))
    psi = np.empty(n)
    for i in range(n):
        psi[i] = 0.25 * math.pi * (1.0 + _ENERGY_NODES[i])
        x[i] = x0 * math.cos(psi[i])
    if pair_averages(x0, x, False, tables, phi) != 0:
        return math.nan
    total = 0.0
    for i in range(n):
        total += _ENERGY_WEIGHTS[i] * 0.25 * math.pi * phi[0, i] * math.sin(psi[i])
    return math.log(x0 / (2.0 * level * total))


@njit(**KERNEL)
def energy_variance(ln_gamma, tables, level):
    """X_0 of the chaotic state of the additive network at ln gamma, by regula falsi in ln X_0; nan if there is none."""
    # Weak and strong chaos: X_0 = gamma level - 1 and X_0 = gamma level, up to factors.
    excess = math.expm1(ln_gamma + math.log(level))
    if not excess > 0.0:
        return math.nan
    below = math.log(0.1 * excess)
    above = math.log(10.0 * excess)
    f_below = energy_gain(math.exp(below), tables, level) - ln_gamma
    f_above = energy_gain(math.exp(above), tables, level) - ln_gamma
    for _ in range(60):
        if not (f_below < 0.0 < f_above):
            return math.nan
        # Illinois-like: the regula falsi point, kept inside the bracket.
        middle = below - f_below * (above - below) / (f_above - f_below)
        f = energy_gain(math.exp(middle), tables, level) - ln_gamma
        if abs(f) < 1e-14 or above - below < 1e-14:
            return math.exp(middle)
        if f < 0.0:
            below, f_below = middle, f
            f_above *= 0.5
        else:
            above, f_above = middle, f
            f_below *= 0.5
    return math.exp(middle)
