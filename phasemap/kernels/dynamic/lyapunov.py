"""The maximum Lyapunov exponent of the mean-field process: where the linearised covariance map has radius one.

    K = ((1 + lambda)**2 - d2/dt2)**-1 [p K + c W],     W = ((1 + lambda tau)**2 - tau**2 d2/dt2)**-1 [q K],

with p = Phi' Sigma, c = Phi Sigma', q = Phi' along the correlation functions (docs/theory.md (6.4), in units of the
gated membrane time). The map preserves positive functions, so its leading eigenfunction has no node.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phasemap.kernels.arithmetic.dense import matrix_product, matrix_vector, solve_linear
from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.kernels.dynamic.window import apply_propagator
from phasemap.model.status import Status

# Power iterations before each attempt of the Newton iteration.
_POWER_STEPS = (3, 3, 200, 2000)
_LARGEST_STEP = 0.5


class _Tolerances(NamedTuple):
    """Of the state that the exponent belongs to, scaled to largest value 1."""

    node: float = 1e-3  # share of the integral that may lie below zero: a coarse grid rings in the tail
    floor: float = 1e-6  # of the first guess: nowhere zero, so that nothing is left out
    flat: float = 1e-12  # depth of p, relative, below which its shape is rounding


_AT = _Tolerances()


class Linearisation(NamedTuple):
    """p, c, q: (n,) along the window; tau: of the gate; moving: whether the gate moves (else c and W do not matter)."""

    p: np.ndarray
    c: np.ndarray
    q: np.ndarray
    tau: float
    moving: bool


@njit(**INNER)
def _power_steps(grid, window, linear, steps, k, exponent):
    """Power iteration of the covariance map on k, in place; returns the Rayleigh quotient's lambda.

    (1 + lambda)**2 = (<k, p k + c W> - <k', k'>) / <k, k>, exact to second order in the error of k.
    """
    n = k.size
    work, gate, modes = np.empty(n), np.zeros(n), np.empty(n)
    floor = -0.99 / max(linear.tau, 1.0) if linear.moving else -0.99
    for step in range(steps + 1):
        if linear.moving:
            for i in range(n):
                work[i] = linear.q[i] * k[i]
            apply_propagator(grid, window, 1.0 + exponent * linear.tau, linear.tau, work, gate)
        above, below, top = 0.0, 0.0, 0.0
        for i in range(n):
            work[i] = linear.p[i] * k[i] + linear.c[i] * gate[i]
            above += grid.weights[i] * work[i] * k[i]
            below += grid.weights[i] * k[i] * k[i]
        matrix_vector(grid.to_modes, k, modes)
        for i in range(n):
            above -= grid.rates[i] / (window * window) * modes[i] * modes[i]
        exponent = max(math.sqrt(max(above / below, 0.0)) - 1.0, floor)
        if step == steps:
            break
        apply_propagator(grid, window, 1.0 + exponent, 1.0, work, gate)
        for i in range(n):
            top = max(top, abs(gate[i]))
        for i in range(n):
            k[i] = gate[i] / top
            gate[i] = 0.0
    return exponent


@njit(**INNER)
def _guess(grid, window, linear, k, weak):
    """A state without a node: the shape of the part of p that decays or, for a weak attraction, a long exponential.

    An attraction V(t) = p(t) - p(inf) that is weak binds a state exp(-k t) with k the integral of V over t > 0.
    """
    last = linear.p[k.size - 1]
    depth = linear.p[0] - last
    decay = 0.0
    for i in range(k.size):
        decay += window * grid.weights[i] * (linear.p[i] - last)
    for i in range(k.size):
        if weak:
            k[i] = math.exp(-max(decay, 0.0) * window * grid.t[i])
        else:
            k[i] = (linear.p[i] - last) / depth + _AT.floor if depth > _AT.flat * linear.p[0] else 1.0


@njit(**INNER)
def _in_modes(grid, linear, out):
    """out (3, n, n): multiplication by p, c and q in the basis of modes; by p alone if the gate does not move."""
    scaled = np.empty_like(grid.to_values)
    for block in range(3 if linear.moving else 1):
        diagonal = linear.p if block == 0 else linear.c if block == 1 else linear.q
        for i in range(diagonal.size):
            for j in range(diagonal.size):
                scaled[i, j] = diagonal[i] * grid.to_values[i, j]
        matrix_product(grid.to_modes, scaled, out[block])


@njit(**INNER)
def _bordered(grid, window, linear, blocks, exponent, modes, matrix, rights):
    """The system (operator, its derivative in lambda; normalisation) and its right-hand side, in the basis of modes.

    blocks: (3, n, n) multiplication by p, c and q.
    """
    n = modes.size
    shift = 1.0 + exponent
    product, derivative = np.zeros((n, n)), np.zeros(n)
    if linear.moving:
        scaled, inner = np.empty((n, n)), np.empty(n)
        matrix_vector(blocks[2], modes, inner)
        gate_shift = 1.0 + exponent * linear.tau
        for i in range(n):
            factor = 1.0 / (gate_shift**2 + (linear.tau / window) ** 2 * grid.rates[i])
            for j in range(n):
                scaled[i, j] = factor * blocks[2, i, j]
            inner[i] *= -2.0 * linear.tau * gate_shift * factor * factor
        matrix_product(blocks[1], scaled, product)
        matrix_vector(blocks[1], inner, derivative)
    for i in range(n):
        for j in range(n):
            matrix[i, j] = -blocks[0, i, j] - product[i, j]
        matrix[i, i] += shift * shift + grid.rates[i] / (window * window)
        total = 0.0
        for j in range(n):
            total += matrix[i, j] * modes[j]
        rights[0, i] = -total
        matrix[i, n] = 2.0 * shift * modes[i] - derivative[i]
        matrix[n, i] = modes[i]
    matrix[n, n] = 0.0
    rights[0, n] = 0.0


@njit(**INNER)
def _advance(modes, step, size):
    """Add a step to a vector and normalise it."""
    norm = 0.0
    for i in range(modes.size):
        modes[i] += size * step[i]
        norm += modes[i] * modes[i]
    norm = math.sqrt(norm)
    for i in range(modes.size):
        modes[i] /= norm


@njit(**INNER)
def _newton_steps(grid, window, linear, tolerance, limit, k, exponent):
    """Bordered Newton iteration on (k, lambda); returns (status, lambda)."""
    n = k.size
    blocks = np.empty((3, n, n))
    _in_modes(grid, linear, blocks)
    matrix, rights, modes = np.empty((n + 1, n + 1)), np.empty((1, n + 1)), np.empty(n)
    matrix_vector(grid.to_modes, k, modes)
    _advance(modes, modes, 0.0)
    status = Status.NOT_CONVERGED
    for _ in range(limit):
        _bordered(grid, window, linear, blocks, exponent, modes, matrix, rights)
        if solve_linear(matrix, rights) == 0.0:
            return Status.FAILED, exponent
        change = rights[0, n]
        size = min(1.0, _LARGEST_STEP / max(abs(change), 1e-300))
        _advance(modes, rights[0], size)
        exponent += size * change
        if not abs(change) < 1e6:
            return Status.FAILED, exponent
        # The convergence is quadratic: a small step is followed by one of its square.
        if abs(change) < tolerance:
            status = Status.CONVERGED
            break
    matrix_vector(grid.to_values, modes, k)
    return status, exponent


@njit(**INNER)
def _has_no_node(grid, k):
    """Whether k is of one sign, up to what a coarse grid leaves in its tail; k is scaled to largest value 1.

    Another state is orthogonal to one without a node, which decays: of its integral a large share is of either sign.
    """
    top, total, below = 0.0, 0.0, 0.0
    for i in range(k.size):
        total += grid.weights[i] * k[i]
        top = max(top, abs(k[i]))
    for i in range(k.size):
        k[i] /= math.copysign(top, total)
        below += grid.weights[i] * max(-k[i], 0.0)
    return below <= _AT.node * abs(total) / top


@njit(**KERNEL)
def leading_exponent(grid, window, linear, warm, tolerance, k, exponent):
    """The largest lambda at which the covariance map has radius one.

    warm: whether (k, exponent) is a good start; otherwise a few power steps make one.
    k:    (n,) receives the eigenfunction, largest value 1.
    Returns (status, lambda): CONVERGED to the state without a node, NOT_CONVERGED or FAILED.
    """
    status = Status.FAILED
    for attempt in range(len(_POWER_STEPS)):
        if attempt > 0 or not warm:
            _guess(grid, window, linear, k, attempt % 2 == 1)
            exponent = _power_steps(grid, window, linear, _POWER_STEPS[attempt], k, 0.0)
        status, exponent = _newton_steps(grid, window, linear, tolerance, 15, k, exponent)
        if status == Status.CONVERGED:
            if _has_no_node(grid, k):
                return Status.CONVERGED, exponent
            status = Status.NOT_CONVERGED
    return status, exponent
