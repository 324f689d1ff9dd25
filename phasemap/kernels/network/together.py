"""Runge-Kutta steps of several states of one network at once, each on a path of its own.

Arrays are indexed [field, column, unit] as in `steps`, with a state in every column. Products take four columns in one
pass over a coupling matrix, which they are bound by where it fits no cache; what is left over, one or two at a time.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from phasemap.kernels.arithmetic.elementary import tanh
from phasemap.kernels.compilation import INNER, KERNEL, REDUCTION
from phasemap.kernels.network.steps import (
    CONSTANT,
    INSTANT,
    LIVE,
    H,
    R,
    Z,
    _carried,
    _take_stage,
    gate_values,
    multiply,
)

_AT_ONCE = 4


class Wiring(NamedTuple):
    """A network as kernels take it: parameters, modes of z and r, couplings (N, N), static inputs (3, N)."""

    parameters: Any
    modes: Any
    J_h: Any
    J_z: Any
    J_r: Any
    drive: Any


@njit(**REDUCTION)
def _multiply_four(J, x, y):
    """y[c] = J @ x[c] for four columns c. J (N, N) float32, x and y (4, N)."""
    n = J.shape[0]
    for i in range(n):
        a, b, c, d = 0.0, 0.0, 0.0, 0.0
        for j in range(n):
            p = np.float64(J[i, j])
            a += p * x[0, j]
            b += p * x[1, j]
            c += p * x[2, j]
            d += p * x[3, j]
        y[0, i], y[1, i], y[2, i], y[3, i] = a, b, c, d


@njit(**INNER)
def _multiply_all(J, x, y):
    """y[c] = J @ x[c] for every column c; x and y (columns, N)."""
    columns = x.shape[0]
    fours = columns - columns % _AT_ONCE
    for c in range(0, fours, _AT_ONCE):
        _multiply_four(J, x[c : c + _AT_ONCE], y[c : c + _AT_ONCE])
    for c in range(fours, columns, 2):
        multiply(J, x[c:], y[c:], min(2, columns - c))


@njit(**INNER)
def _drive_gate(J, drive, mode, rate, phi, x, k, y):
    """Rates k of a live gate's variable x, or the values of an instantaneous one, all (columns, N)."""
    if mode == CONSTANT:
        return
    _multiply_all(J, phi, y)
    for c in range(x.shape[0]):
        for i in range(x.shape[1]):
            if mode == INSTANT:
                x[c, i] = y[c, i] + drive[c, i]
            else:
                k[c, i] = rate * (y[c, i] + drive[c, i] - x[c, i])


@njit(**INNER)
def _rates(network, drive, x, k, work):
    """k = dx/dt of every state; drive, x, k (3, columns, N), work (5, columns, N): scratch."""
    p, modes = network.parameters, network.modes
    phi, y, psi, value, slope = work[0], work[1], work[2], work[3], work[4]
    columns, n = phi.shape
    for c in range(columns):
        for i in range(n):
            phi[c, i] = tanh(p.g_h * x[H, c, i] + p.beta_h)
    _drive_gate(network.J_z, drive[Z], modes[0], 1.0 / p.tau_z if modes[0] == LIVE else 0.0, phi, x[Z], k[Z], y)
    _drive_gate(network.J_r, drive[R], modes[1], 1.0 / p.tau_r if modes[1] == LIVE else 0.0, phi, x[R], k[R], y)
    for c in range(columns):
        gate_values(x[R, c], p.alpha_r, p.beta_r, value[c], slope[c])
        for i in range(n):
            psi[c, i] = phi[c, i] * value[c, i]
    _multiply_all(network.J_h, psi, y)
    inside = p.input_inside
    for c in range(columns):
        gate_values(x[Z, c], p.alpha_z, p.beta_z, value[c], slope[c])
        for i in range(n):
            bracket = y[c, i] - x[H, c, i] + inside * drive[H, c, i]
            k[H, c, i] = value[c, i] * bracket + (1.0 - inside) * drive[H, c, i]


@njit(**KERNEL)
def advance_together(network, noise, x, step, n_steps):
    """Advance every column of x (3, columns, N) in place by n_steps classical Runge-Kutta steps.

    network: a `Wiring`. noise (n_steps, 3, columns, N), the mean of each one's noise input over each step, or
    (0, 3, columns, N) for none.
    """
    columns, n = x.shape[1], x.shape[2]
    work, drive = np.zeros((5, columns, n)), np.empty_like(x)
    k, forward, total = np.zeros_like(x), x.copy(), np.zeros_like(x)
    for index in range(n_steps):
        for f in range(3):
            for c in range(columns):
                for i in range(n):
                    extra = noise[index, f, c, i] if index < noise.shape[0] else 0.0
                    drive[f, c, i] = network.drive[f, i] + extra
        for s in range(4):
            _rates(network, drive, x if s == 0 else forward, k, work)
            for f in range(3):
                if _carried(f, network.modes):
                    for c in range(columns):
                        _take_stage(s, step, x[f, c], k[f, c], total[f, c], forward[f, c])
