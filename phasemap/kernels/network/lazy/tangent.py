"""The derivative of a step in gate time (docs/memory.md), for gates that are no step functions.

Fields zeta are the couplings applied to the tangent outputs, in the place of eta. With dS = step (dG/dz_0 v_0 +
dG/dz_1 v_1), G the mean of sigma_z over the step,

    u_1 = e^-S u_0 + w_0 zeta_0 + w_1 zeta_1 + dS [ -e^-S h_0 + w_0' eta_0 + w_1' eta_1 ].

Arrays: u, zeta, eta, drive, x (3, units) of one replica, fields in the order h, z, r.
"""

import math

from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.kernels.network.lazy.gate_time import H, R, Z, gate_time, is_moving, logistic, weights

_SHORT = 0.01


@njit(**INNER)
def _gate_time_slopes(z_0, z_1, alpha, beta):
    """Derivatives of `gate_time` in z_0 and z_1."""
    if not is_moving(alpha, beta):
        return 0.0, 0.0
    y_0, y_1 = alpha * z_0 - beta, alpha * z_1 - beta
    d = y_1 - y_0
    if abs(d) < _SHORT:
        s = logistic(0.5 * (y_0 + y_1))
        first = s * (1.0 - s)
        second = first * (1.0 - 2.0 * s)
        third = first * (1.0 - 6.0 * first)
        even = 0.5 * first + third * d * d / 48.0
        odd = second * d / 12.0
        return alpha * (even - odd), alpha * (even + odd)
    mean = gate_time(z_0, z_1, alpha, beta)
    return alpha * (mean - logistic(y_0)) / d, alpha * (logistic(y_1) - mean) / d


@njit(**INNER)
def _share_slope(S):
    """Derivative of (1 - e^-S) / S."""
    if S < _SHORT:
        return -1.0 / 2.0 + S * (1.0 / 3.0 + S * (-1.0 / 8.0 + S * (1.0 / 30.0 - S / 144.0)))
    decay = math.exp(-S)
    return (decay * S - (1.0 - decay)) / (S * S)


@njit(**KERNEL)
def step_tangent(p, step, x_0, z_1, eta_0, eta_1, drive_0, drive_1, u, zeta_0, zeta_1, out):
    """Advance a tangent vector u into `out`, along the step that took x_0 to a state with gate variables z_1 (units).

    eta_0, eta_1, drive_0, drive_1: as in the step itself.
    """
    live_z, live_r = is_moving(p.alpha_z, p.beta_z), is_moving(p.alpha_r, p.beta_r)
    e_z, a_z, b_z, _ = weights(step / p.tau_z if p.tau_z > 0.0 else math.inf)
    e_r, a_r, b_r, _ = weights(step / p.tau_r if p.tau_r > 0.0 else math.inf)
    inside, outside = p.input_inside, 1.0 - p.input_inside
    for i in range(u.shape[1]):
        v_1 = e_z * u[Z, i] + a_z * zeta_0[Z, i] + b_z * zeta_1[Z, i] if live_z else 0.0
        out[Z, i] = v_1
        out[R, i] = e_r * u[R, i] + a_r * zeta_0[R, i] + b_r * zeta_1[R, i] if live_r else 0.0
        S = step * gate_time(x_0[Z, i], z_1[i], p.alpha_z, p.beta_z)
        first, last = _gate_time_slopes(x_0[Z, i], z_1[i], p.alpha_z, p.beta_z)
        dS = step * (first * u[Z, i] + last * v_1)
        e, w_0, w_1, _ = weights(S)
        slope = _share_slope(S)
        begin, end = drive_0[H, i], drive_1[H, i]
        along = (-e * x_0[H, i] + (slope + e) * (eta_0[H, i] + inside * begin) - slope * (eta_1[H, i] + inside * end)
                 + 0.5 * step * slope * outside * (begin + end))  # fmt: skip
        out[H, i] = e * u[H, i] + w_0 * zeta_0[H, i] + w_1 * zeta_1[H, i] + dS * along


@njit(**KERNEL)
def tangent_outputs(p, x, u, phi, psi):
    """Derivatives along u of phi(h) and of phi sigma_r, into phi and psi (units)."""
    live_r = is_moving(p.alpha_r, p.beta_r)
    for i in range(x.shape[1]):
        f = math.tanh(p.g_h * x[H, i] + p.beta_h)
        phi[i] = p.g_h * (1.0 - f * f) * u[H, i]
        s = logistic(p.alpha_r * x[R, i] - p.beta_r) if live_r else 1.0 / (1.0 + math.exp(p.beta_r))
        psi[i] = phi[i] * s + (f * p.alpha_r * s * (1.0 - s) * u[R, i] if live_r else 0.0)
