"""Correlation functions of the mean-field process at a constant update gate: equations and Newton iteration.

Time is in units of the gated membrane time (sigma_z = 1). With the activation's argument x = g h + b and gamma = g**2,

    X = gamma [noise_h + s_h**2 + G_1 (Phi(X) Sigma(Y))],     Y = a**2 [noise_r + s_r**2 + G_tau (Phi(X))],

where X = gamma C_h, Y = a**2 C_r (a = alpha_r / 2), Phi = <phi phi>, Sigma = <sigma_r sigma_r>, and G_tau inverts
1 - tau**2 d2/dt2 for even functions (docs/theory.md (5.2)). On a `Grid` all G are diagonal
in one orthogonal basis, whatever tau and the window; noise enters through its exact covariance, so that kinks at t = 0
do no harm to the spectral accuracy on t > 0.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phasemap.kernels.arithmetic.dense import matrix_product, solve_linear
from phasemap.kernels.averages.gaussian_pairs import PairTables, pair_averages
from phasemap.kernels.averages.hard_pairs import hard_pair_averages
from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.kernels.dynamic.window import apply_propagator, noise_covariance, propagator
from phasemap.model.status import Status

CONSTANT_GATE, SMOOTH_GATE, HARD_GATE = 0, 1, 2
# Multiple of the variance beyond which no iteration is on its way to a correlation function.
_FAR = 5.0


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


class Memory(NamedTuple):
    """Pair averages of the activation and of the gate, at the biases of a problem."""

    activation: PairTables
    gate: PairTables


class Solution(NamedTuple):
    """X along a window, and what follows from it.

    x, y: (n,) X and Y; phi, sigma: (3, n) <phi phi>, <sigma_r sigma_r>, their derivatives in covariance and variance.
    tangent: (n + 1,) derivative of (x, ln gamma) along the curve of solutions, of unit speed in (ln X_0, ln gamma).
    """

    x: np.ndarray
    y: np.ndarray
    phi: np.ndarray
    sigma: np.ndarray
    tangent: np.ndarray


class Constraint(NamedTuple):
    """The scalar equation that closes a solve: along_x (ln X_0 - ln_x) + along_gamma (ln gamma - ln_gamma) = 0."""

    along_x: float
    along_gamma: float
    ln_x: float
    ln_gamma: float


@njit(**KERNEL)
def gate_averages(problem, memory, y, out):
    """out (3, n): <sigma sigma>, its derivatives in covariance and variance of Y. Returns the status of tables."""
    if problem.gate == CONSTANT_GATE:
        for i in range(y.size):
            out[0, i] = problem.gate_value * problem.gate_value
            out[1, i] = 0.0
            out[2, i] = 0.0
        return Status.CONVERGED
    if problem.gate == HARD_GATE:
        return hard_pair_averages(y[0], y, problem.bias_r, out)
    return pair_averages(y[0], y, memory.gate, out)


@njit(**INNER)
def _evaluate(problem, memory, grid, window, noise_y, solution):
    """Fill phi, y and sigma of `solution` from its x. Returns CONVERGED, FAILED or the status of the tables."""
    x, y, phi = solution.x, solution.y, solution.phi
    if not x[0] > 0.0:
        return Status.FAILED
    status = pair_averages(x[0], x, memory.activation, phi)
    if status != Status.CONVERGED:
        return status
    if problem.gate != CONSTANT_GATE:
        apply_propagator(grid, window, 1.0, problem.tau_r, phi[0], y)
    square = problem.steepness**2
    for i in range(y.size):
        y[i] = 0.0 if problem.gate == CONSTANT_GATE else square * (y[i] + problem.static_r**2 + noise_y[i])
    return gate_averages(problem, memory, y, solution.sigma)


@njit(**INNER)
def _image(problem, grid, window, noise_x, solution, gamma, out):
    """out (n,) = gamma [noise_h + s_h**2 + G_1 (Phi Sigma)], the right-hand side of the equation for X."""
    drive = np.empty(out.size)
    for i in range(out.size):
        drive[i] = solution.phi[0, i] * solution.sigma[0, i] + problem.static_h**2
    apply_propagator(grid, window, 1.0, 1.0, drive, out)
    for i in range(out.size):
        out[i] = gamma * (out[i] + noise_x[i])


@njit(**INNER)
def _drive_slope(problem, backward, solution, slope):
    """slope (n, n): the derivative of Phi Sigma in X, through Y as well."""
    n = solution.x.size
    phi, sigma = solution.phi, solution.sigma
    for i in range(n):
        for j in range(n):
            slope[i, j] = 0.0
    if problem.gate != CONSTANT_GATE:
        square = problem.steepness**2
        for i in range(n):
            for j in range(n):
                slope[i, j] = square * backward[i, j] * phi[1, j]
                slope[i, 0] += square * backward[i, j] * phi[2, j]
        first_row = slope[0].copy()
        for i in range(n):
            covariance = phi[0, i] * sigma[1, i]
            variance = phi[0, i] * sigma[2, i]
            for j in range(n):
                slope[i, j] = covariance * slope[i, j] + variance * first_row[j]
    for i in range(n):
        slope[i, i] += sigma[0, i] * phi[1, i]
        slope[i, 0] += sigma[0, i] * phi[2, i]


@njit(**INNER)
def _bordered(forward, slope, gamma, image, constraint, gap, x, matrix, rights):
    """The derivative of (X - image, constraint) in (X, ln gamma), and the right-hand sides of step and tangent.

    matrix (n + 1, n + 1); rights (2, n + 1); gap: by which the constraint is missed.
    """
    n = image.size
    product = np.empty((n, n))
    matrix_product(forward, slope, product)
    for i in range(n):
        for j in range(n):
            matrix[i, j] = -gamma * product[i, j]
        matrix[i, i] += 1.0
        matrix[i, n] = -image[i]
        matrix[n, i] = 0.0
        rights[0, i] = image[i] - x[i]
        rights[1, i] = 0.0
    matrix[n, 0] = constraint.along_x / x[0]
    matrix[n, n] = constraint.along_gamma
    rights[0, n] = -gap
    rights[1, n] = 1.0


@njit(**INNER)
def _normalised(direction, x0, tangent):
    norm = math.hypot(direction[0] / x0, direction[direction.size - 1])
    for i in range(direction.size):
        tangent[i] = direction[i] / norm


@njit(**INNER)
def _step_size(step, x0):
    """Damping that keeps the variance positive and the change of scale moderate."""
    n = step.size - 1
    size = 1.0
    if step[0] < -0.6 * x0:
        size = 0.6 * x0 / -step[0]
    elif step[0] > 1.5 * x0:
        size = 1.5 * x0 / step[0]
    if abs(step[n]) * size > 1.0:
        size = 1.0 / abs(step[n])
    return size


@njit(**INNER)
def _has_left(x):
    """Whether X is so far from any correlation function, none of which exceeds its variance, that no way leads back."""
    return np.abs(x).max() > _FAR * x[0]


@njit(**INNER)
def _prepare(problem, grid, window, noise, propagators):
    """Covariance of the noise (2, n) and propagators (2, n, n) of h and of the output gate."""
    times = np.empty(grid.t.size)
    for i in range(times.size):
        times[i] = window * grid.t[i]
    for k in range(1 if problem.gate == CONSTANT_GATE else 2):
        tau = 1.0 if k == 0 else problem.tau_r
        noise_covariance(problem.noise_h if k == 0 else problem.noise_r, problem.tau_noise, tau, times, noise[k])
        propagator(grid, window, 1.0, tau, propagators[k])


@njit(**KERNEL)
def newton(problem, memory, grid, window, ln_gamma, constraint, tolerance, limit, solution):
    """Newton iteration for (X, ln gamma) at a constraint; starts from solution.x and fills `solution`.

    The tangent and the orientation are those of the last linear system, which is solved once at least.
    Returns (status, ln_gamma, residual relative to X_0, sign of the determinant of the bordered system); at a
    constraint on gamma alone the sign is that of the residual's derivative in X, which changes at folds.
    """
    x = solution.x
    n = x.size
    noise, propagators, image = np.empty((2, n)), np.empty((2, n, n)), np.empty(n)
    _prepare(problem, grid, window, noise, propagators)
    slope, matrix, rights = np.empty((n, n)), np.empty((n + 1, n + 1)), np.empty((2, n + 1))
    before, sign = math.inf, 0.0
    for iteration in range(limit + 1):
        gamma = math.exp(ln_gamma)
        status = _evaluate(problem, memory, grid, window, noise[1], solution)
        if status != Status.CONVERGED:
            return status, ln_gamma, math.inf, sign
        _image(problem, grid, window, noise[0], solution, gamma, image)
        gap = constraint.along_x * (math.log(x[0]) - constraint.ln_x)
        gap += constraint.along_gamma * (ln_gamma - constraint.ln_gamma)
        residual = abs(gap)
        for i in range(n):
            residual = max(residual, abs(image[i] - x[i]) / x[0])
        if not residual < 1e6:
            return Status.FAILED, ln_gamma, residual, sign
        if residual < tolerance and sign != 0.0:
            return Status.CONVERGED, ln_gamma, residual, sign
        if iteration == limit:
            break
        _drive_slope(problem, propagators[1], solution, slope)
        _bordered(propagators[0], slope, gamma, image, constraint, gap, x, matrix, rights)
        sign = solve_linear(matrix, rights)
        if sign == 0.0:
            return Status.FAILED, ln_gamma, residual, sign
        _normalised(rights[1], x[0], solution.tangent)
        size = _step_size(rights[0], x[0]) * (0.5 if residual > 2.0 * before else 1.0)
        before = residual
        for i in range(n):
            x[i] += size * rights[0, i]
        ln_gamma += size * rights[0, n]
        if _has_left(x):
            return Status.FAILED, ln_gamma, residual, sign
    return Status.NOT_CONVERGED, ln_gamma, residual, sign
