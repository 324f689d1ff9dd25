"""Right-hand side and Runge-Kutta steps of one network, with a tangent vector riding along.

Arrays are indexed [field, column, unit]: fields h, z, r; column 0 is the state, column 1 (if carried) a tangent
vector. Couplings are stored in single precision, which halves the memory that each product streams; all
arithmetic is in double precision. State and tangent vector share one pass over a coupling matrix, because
two realisations cannot: these products are bound by memory, and several times faster than BLAS on two columns.
Every function here runs in one thread and gives the same bits on every call.
"""

import math

import numpy as np
from numba import njit

from phasemap.kernels.arithmetic.elementary import logistic, tanh
from phasemap.kernels.compilation import INNER, KERNEL, REDUCTION

# What a gate does: it does not depend on the state; it is integrated; it follows h at once (tau = 0).
CONSTANT, LIVE, INSTANT = 0, 1, 2

H, Z, R = 0, 1, 2
STATE, TANGENT = 0, 1
SIGMA_Z = 6


@njit(**REDUCTION)
def multiply(J, x, y, columns):
    """y[c] = J @ x[c] for the first one or two columns c. J (N, N) float32, x and y (>= columns, N)."""
    n = J.shape[0]
    blocked = n - n % 4
    if columns == 1:
        for i in range(0, blocked, 4):
            a0, a1, a2, a3 = 0.0, 0.0, 0.0, 0.0
            for j in range(n):
                s = x[0, j]
                a0 += np.float64(J[i, j]) * s
                a1 += np.float64(J[i + 1, j]) * s
                a2 += np.float64(J[i + 2, j]) * s
                a3 += np.float64(J[i + 3, j]) * s
            y[0, i], y[0, i + 1], y[0, i + 2], y[0, i + 3] = a0, a1, a2, a3
        for i in range(blocked, n):
            a0 = 0.0
            for j in range(n):
                a0 += np.float64(J[i, j]) * x[0, j]
            y[0, i] = a0
        return
    for i in range(0, blocked, 4):
        a0, a1, a2, a3 = 0.0, 0.0, 0.0, 0.0
        b0, b1, b2, b3 = 0.0, 0.0, 0.0, 0.0
        for j in range(n):
            s = x[0, j]
            t = x[1, j]
            p0 = np.float64(J[i, j])
            p1 = np.float64(J[i + 1, j])
            p2 = np.float64(J[i + 2, j])
            p3 = np.float64(J[i + 3, j])
            a0 += p0 * s
            a1 += p1 * s
            a2 += p2 * s
            a3 += p3 * s
            b0 += p0 * t
            b1 += p1 * t
            b2 += p2 * t
            b3 += p3 * t
        y[0, i], y[0, i + 1], y[0, i + 2], y[0, i + 3] = a0, a1, a2, a3
        y[1, i], y[1, i + 1], y[1, i + 2], y[1, i + 3] = b0, b1, b2, b3
    for i in range(blocked, n):
        a0, b0 = 0.0, 0.0
        for j in range(n):
            p0 = np.float64(J[i, j])
            a0 += p0 * x[0, j]
            b0 += p0 * x[1, j]
        y[0, i], y[1, i] = a0, b0


@njit(**KERNEL)
def gate_values(x, alpha, beta, value, slope):
    """Fill `value` and `slope` (N) with the gate and its derivative at x; a hard gate's slope is left at zero."""
    n = x.shape[0]
    if alpha == 0.0 or math.isinf(beta):
        s = 1.0 / (1.0 + math.exp(beta)) if beta < 700.0 else 0.0
        for i in range(n):
            value[i], slope[i] = s, 0.0
    elif math.isinf(alpha):
        at_rest = 1.0 / (1.0 + math.exp(min(beta, 700.0)))
        for i in range(n):
            value[i], slope[i] = (1.0 if x[i] > 0.0 else (0.0 if x[i] < 0.0 else at_rest)), 0.0
    else:
        for i in range(n):
            s = logistic(alpha * x[i] - beta)
            value[i] = s
            slope[i] = alpha * s * (1.0 - s)


@njit(**INNER)
def _gate_drive(J, drive, mode, rate, field, x, k, phi, y, columns):
    """Rate of a live gate variable, or the value of an instantaneous one (written into x)."""
    if mode == CONSTANT:
        return
    multiply(J, phi, y, columns)
    n = drive.shape[0]
    for c in range(columns):
        if mode == INSTANT:
            for i in range(n):
                x[field, c, i] = y[c, i] + (drive[i] if c == STATE else 0.0)
        else:
            for i in range(n):
                k[field, c, i] = rate * (y[c, i] - x[field, c, i] + (drive[i] if c == STATE else 0.0))


@njit(**KERNEL)
def rates(p, modes, J_h, J_z, J_r, drive, x, k, work, columns):
    """k = dx/dt of state and tangent vector.

    p: Parameters; modes: (mode of z, mode of r); drive (3, N): inputs I^h, I^z, I^r during this step.
    x, k (3, 2, N): a row of x that belongs to an instantaneous gate is overwritten by its value.
    work (11, N): scratch; afterwards its rows from SIGMA_Z on hold the linearisation of the flow at x.
    """
    n = drive.shape[1]
    phi, y = work[0:2], work[2:4]
    psi = work[4:6]
    sigma_z, q, phi_slope, sigma_r, sigma_r_slope = work[SIGMA_Z], work[7], work[8], work[9], work[10]
    for i in range(n):
        f = tanh(p.g_h * x[H, STATE, i] + p.beta_h)
        phi[STATE, i] = f
        phi_slope[i] = p.g_h * (1.0 - f * f)
    if columns == 2:
        for i in range(n):
            phi[TANGENT, i] = phi_slope[i] * x[H, TANGENT, i]
    rate_z = 1.0 / p.tau_z if modes[0] == LIVE else 0.0
    rate_r = 1.0 / p.tau_r if modes[1] == LIVE else 0.0
    _gate_drive(J_z, drive[Z], modes[0], rate_z, Z, x, k, phi, y, columns)
    _gate_drive(J_r, drive[R], modes[1], rate_r, R, x, k, phi, y, columns)

    gate_values(x[R, STATE], p.alpha_r, p.beta_r, sigma_r, sigma_r_slope)
    for i in range(n):
        psi[STATE, i] = phi[STATE, i] * sigma_r[i]
    if columns == 2:
        for i in range(n):
            psi[TANGENT, i] = phi[TANGENT, i] * sigma_r[i] + phi[STATE, i] * sigma_r_slope[i] * x[R, TANGENT, i]
    multiply(J_h, psi, y, columns)

    gate_values(x[Z, STATE], p.alpha_z, p.beta_z, sigma_z, q)
    inside = p.input_inside
    for i in range(n):
        bracket = y[STATE, i] - x[H, STATE, i] + inside * drive[H, i]
        k[H, STATE, i] = sigma_z[i] * bracket + (1.0 - inside) * drive[H, i]
        q[i] *= bracket
    if columns == 2:
        for i in range(n):
            u = x[H, TANGENT, i]
            k[H, TANGENT, i] = sigma_z[i] * (y[TANGENT, i] - u) + q[i] * x[Z, TANGENT, i]


@njit(**INNER)
def _linearise(work, out):
    """Write phi' sigma_r, phi sigma_r', phi', sigma_z, q into out (5, N) from what `rates` left in work."""
    for i in range(out.shape[1]):
        out[0, i] = work[8, i] * work[9, i]
        out[1, i] = work[0, i] * work[10, i]
        out[2, i] = work[8, i]
        out[3, i] = work[6, i]
        out[4, i] = work[7, i]


@njit(**INNER)
def _carried(field, modes):
    return field == H or modes[field - 1] == LIVE


@njit(**INNER)
def _take_stage(stage, step, x, k, total, forward):
    """Add a stage's rates k to the step's total, and form the argument of the next stage (all (N,))."""
    weight = step / 6.0 if stage in (0, 3) else step / 3.0
    reach = step if stage == 2 else 0.5 * step
    for i in range(x.shape[0]):
        so_far = (x[i] if stage == 0 else total[i]) + weight * k[i]
        if stage == 3:
            x[i] = so_far
        else:
            total[i] = so_far
            forward[i] = x[i] + reach * k[i]


@njit(**INNER)
def _set_drive(static_drive, noise, index, drive):
    for f in range(3):
        for i in range(drive.shape[1]):
            drive[f, i] = static_drive[f, i] + (noise[index, f, i] if index < noise.shape[0] else 0.0)


@njit(**KERNEL)
def advance(
    p, modes, J_h, J_z, J_r, static_drive, noise, x, step, n_steps, columns, linearisation, at_stages, stages, work
):
    """Advance x in place by n_steps classical Runge-Kutta steps.

    static_drive (3, N). noise (n_steps, 3, N), the mean of the noise input over each step, or (0, 3, N) for none.
    linearisation: filled with the coefficients of the tangent flow, at the four stages of every step (4 n_steps, 5, N)
    if at_stages, else at the ends of the steps (n_steps + 1, 5, N), without noise; no rows: not wanted.
    The rows of x of instantaneous gates hold the values of the last step's start.
    stages (3, 3, 2, N) and work (14, N): scratch, finite at the start.
    """
    drive = work[11:14]
    k, forward, total = stages[0], stages[1], stages[2]
    at_ends = linearisation.shape[0] > 0 and not at_stages
    for index in range(n_steps + at_ends):
        _set_drive(static_drive, noise, index, drive)
        for s in range(4):
            rates(p, modes, J_h, J_z, J_r, drive, x if s == 0 else forward, k, work, columns)
            if at_stages:
                _linearise(work, linearisation[4 * index + s])
            elif at_ends and s == 0:
                _linearise(work, linearisation[index])
            if index == n_steps:
                break  # beyond the last step only the linearisation is wanted
            for f in range(3):
                if _carried(f, modes):
                    for c in range(columns):
                        _take_stage(s, step, x[f, c], k[f, c], total[f, c], forward[f, c])
