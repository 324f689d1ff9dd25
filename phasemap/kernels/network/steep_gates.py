"""Runge-Kutta steps of a network with hard or steep gates; the tangent vector sees every crossing of a threshold.

Where z_i crosses the threshold of a hard gate, sigma_z jumps by one, and a perturbation of z moves the time of that.
With R_i the bracket's drive (recurrent input, and the input inside), dh_i/dt jumps by +-(R_i - h_i) with the sign of
dz_i/dt, and the time by -dz_i / (dz_i/dt), so that in both directions

    dh_i -> dh_i + (R_i - h_i) dz_i / |dz_i/dt|                   (update gate: its own unit)
    dh_i -> dh_i + sigma_z,i J^h_ij phi_j dr_j / |dr_j/dt|        (output gate of unit j: every unit i)

(docs/theory.md (6.6): the saltation). That is what a slope delta(z), or delta(r), gives in the smooth network's
tangent flow. Within a step such a gate has a constant value, its mean along the straight line from its variable's
value to the predicted one at the end (for a hard gate: the share of the step that it is open). That mean is a
differentiable function of the two values, and the tangent vector moves with its derivative: what a crossing adds,
spread over the step, is the saltation. The same rule serves gates with a slope so steep that they pass from shut to
open within a step, where samples of the slope at the stages would miss the crossing. The error is of second order in
the step.
"""

import math

import numpy as np
from numba import njit

from phasemap.kernels.arithmetic.elementary import logistic, tanh
from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.kernels.network.steps import (
    INSTANT,
    LIVE,
    STATE,
    TANGENT,
    H,
    R,
    Z,
    _carried,
    _gate_drive,
    _set_drive,
    _take_stage,
    gate_values,
    multiply,
)

# Below this change of its argument a gate's mean is taken from its value in the middle.
_SHORT = 1e-2


@njit(**KERNEL)
def opening(before, after, alpha, beta, columns, share):
    """Means of the gate along straight lines from `before` to `after`, and their changes along the tangent vector.

    before, after, share (2, N): state and tangent vector.
    """
    for i in range(share.shape[1]):
        if math.isinf(alpha):
            value, by_before, by_after = _hard_mean(before[STATE, i], after[STATE, i], beta)
        else:
            value, by_before, by_after = _steep_mean(before[STATE, i], after[STATE, i], alpha, beta)
        share[STATE, i] = value
        if columns == 2:
            share[TANGENT, i] = by_before * before[TANGENT, i] + by_after * after[TANGENT, i]


@njit(**INNER)
def _hard_mean(a, b, beta):
    """Share of the line from a to b above zero, and its derivatives; along zero it is as open as at rest."""
    if a * b >= 0.0:
        if a == 0.0 and b == 0.0:
            return 1.0 / (1.0 + math.exp(min(beta, 700.0))), 0.0, 0.0
        return (1.0 if a + b > 0.0 else 0.0), 0.0, 0.0
    width = abs(a - b)
    return max(a, b) / width, abs(b) / (width * width), abs(a) / (width * width)


@njit(**INNER)
def _steep_mean(a, b, alpha, beta):
    """Mean of the logistic gate over the line from a to b, a difference of its integral, and its derivatives."""
    y, there = alpha * a - beta, alpha * b - beta
    d = there - y
    if abs(d) < _SHORT:
        s = logistic(0.5 * (y + there))
        slope = s * (1.0 - s)
        half = 0.5 * alpha * slope
        return s + d * d / 24.0 * slope * (1.0 - 2.0 * s), half, half
    mean = (_softplus(there) - _softplus(y)) / d
    return mean, alpha * (mean - logistic(y)) / d, alpha * (logistic(there) - mean) / d


@njit(**INNER)
def _softplus(y):
    return max(y, 0.0) + np.log1p(np.exp(-abs(y)))


@njit(**INNER)
def _activate(p, h, phi, phi_slope, columns):
    """phi = tanh(g h + b) of the state, phi' times the tangent vector; all (2, N) but the slope (N,)."""
    for i in range(h.shape[1]):
        f = tanh(p.g_h * h[STATE, i] + p.beta_h)
        phi[STATE, i] = f
        phi_slope[i] = p.g_h * (1.0 - f * f)
        if columns == 2:
            phi[TANGENT, i] = phi_slope[i] * h[TANGENT, i]


@njit(**INNER)
def _soft_gate(x, alpha, beta, share, scratch):
    """Value of a gate with a slope, and its change along the tangent vector; scratch (N,)."""
    gate_values(x[STATE], alpha, beta, share[STATE], scratch)
    for i in range(scratch.shape[0]):
        share[TANGENT, i] = scratch[i] * x[TANGENT, i]


@njit(**INNER)
def _gates(p, modes, J_z, J_r, drive, x, k, work, columns):
    """phi at x, and rates (or values) of the gate variables."""
    _activate(p, x[H], work[0:2], work[8], columns)
    _gate_drive(
        J_z, drive[Z], modes[0], 1.0 / p.tau_z if modes[0] == LIVE else 0.0, Z, x, k, work[0:2], work[2:4], columns
    )
    _gate_drive(
        J_r, drive[R], modes[1], 1.0 / p.tau_r if modes[1] == LIVE else 0.0, R, x, k, work[0:2], work[2:4], columns
    )


@njit(**INNER)
def _recurrent_input(J_h, share, work, columns):
    """work[2:4] = J^h (phi sigma_r) for the output gates' values and changes `share` (2, N)."""
    phi, psi = work[0:2], work[4:6]
    for i in range(psi.shape[1]):
        psi[STATE, i] = phi[STATE, i] * share[STATE, i]
        psi[TANGENT, i] = phi[TANGENT, i] * share[STATE, i] + phi[STATE, i] * share[TANGENT, i]
    multiply(J_h, psi, work[2:4], columns)


@njit(**INNER)
def _membrane(p, drive, share, x, k, work, columns):
    """k[H] from the recurrent input in work[2:4] and the update gates' values and changes `share` (2, N)."""
    y, inside = work[2:4], p.input_inside
    for i in range(drive.shape[1]):
        bracket = y[STATE, i] - x[H, STATE, i] + inside * drive[H, i]
        k[H, STATE, i] = share[STATE, i] * bracket + (1.0 - inside) * drive[H, i]
        if columns == 2:
            k[H, TANGENT, i] = share[STATE, i] * (y[TANGENT, i] - x[H, TANGENT, i]) + share[TANGENT, i] * bracket


@njit(**INNER)
def _end_of_gate(J, drive, mode, rate, step, x, k, phi, y, columns):
    """Value of a gate variable at the end of the step, where phi is that of the predicted end; x, k, y (2, N).

    The trapezoid rule for one that is integrated. Written into y.
    """
    multiply(J, phi, y, columns)
    for c in range(columns):
        for i in range(drive.shape[0]):
            total = y[c, i] + (drive[i] if c == STATE else 0.0)
            if mode == INSTANT:
                y[c, i] = total
            else:
                there = rate * (total - x[c, i] - step * k[c, i])
                y[c, i] = x[c, i] + 0.5 * step * (k[c, i] + there)


@njit(**INNER)
def _predict(p, modes, steep, J_h, J_z, J_r, drive, x, k, step, columns, work, ahead, shares):
    """Means of the steep gates over the step from x: `shares` (2 gates, 2, N). k holds the rates at its start.

    First from gate variables that move on at their present rates, then from their values at the end that these lead to.
    ahead (7, N): scratch.
    """
    _gates(p, modes, J_z, J_r, drive, x, k, work, columns)
    n, phi, y, there = drive.shape[1], ahead[0:2], ahead[2:4], ahead[4:6]
    for g in range(2):
        field = g + 1
        if not steep[g]:
            if g == 0:
                _soft_gate(x[Z], p.alpha_z, p.beta_z, shares[0], ahead[6])
            else:
                _soft_gate(x[R], p.alpha_r, p.beta_r, shares[1], ahead[6])
            continue
        reach = step if modes[g] == LIVE else 0.0
        for c in range(columns):
            for i in range(n):
                there[c, i] = x[field, c, i] + (reach * k[field, c, i] if reach > 0.0 else 0.0)
        alpha, beta = (p.alpha_z, p.beta_z) if g == 0 else (p.alpha_r, p.beta_r)
        opening(x[field], there, alpha, beta, columns, shares[g])
    _recurrent_input(J_h, shares[1], work, columns)
    _membrane(p, drive, shares[0], x, k, work, columns)
    for c in range(columns):
        for i in range(n):
            there[c, i] = x[H, c, i] + step * k[H, c, i]
    _activate(p, there, phi, ahead[6], columns)
    if steep[0]:
        rate = 1.0 / p.tau_z if modes[0] == LIVE else 0.0
        _end_of_gate(J_z, drive[Z], modes[0], rate, step, x[Z], k[Z], phi, y, columns)
        opening(x[Z], y, p.alpha_z, p.beta_z, columns, shares[0])
    if steep[1]:
        rate = 1.0 / p.tau_r if modes[1] == LIVE else 0.0
        _end_of_gate(J_r, drive[R], modes[1], rate, step, x[R], k[R], phi, y, columns)
        opening(x[R], y, p.alpha_r, p.beta_r, columns, shares[1])
        _recurrent_input(J_h, shares[1], work, columns)
    _membrane(p, drive, shares[0], x, k, work, columns)


@njit(**KERNEL)
def advance_steep(
    p, modes, steep, J_h, J_z, J_r, static_drive, noise, x, step, n_steps, columns, stages, work, ahead, shares
):
    """Advance x in place by n_steps Runge-Kutta steps, steep gates held at their means over each.

    steep: which of the gates z, r are treated so (no constant ones). The other arguments are those of
    `network.advance`; ahead (7, N) and shares (2, 2, N): scratch, finite at the start.
    """
    drive = work[11:14]
    k, forward, total = stages[0], stages[1], stages[2]
    for index in range(n_steps):
        _set_drive(static_drive, noise, index, drive)
        for s in range(4):
            if s == 0:
                _predict(p, modes, steep, J_h, J_z, J_r, drive, x, k, step, columns, work, ahead, shares)
            else:
                _gates(p, modes, J_z, J_r, drive, forward, k, work, columns)
                if not steep[0]:
                    _soft_gate(forward[Z], p.alpha_z, p.beta_z, shares[0], work[10])
                if not steep[1]:
                    _soft_gate(forward[R], p.alpha_r, p.beta_r, shares[1], work[10])
                _recurrent_input(J_h, shares[1], work, columns)
                _membrane(p, drive, shares[0], forward, k, work, columns)
            for f in range(3):
                if _carried(f, modes):
                    for c in range(columns):
                        _take_stage(s, step, x[f, c], k[f, c], total[f, c], forward[f, c])
