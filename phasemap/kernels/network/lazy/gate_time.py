"""One step of the single-unit equations in gate time (docs/memory.md).

Given the fields eta that a unit receives, h relaxes in the gate time S = int sigma_z dt:

    h(t + step) = e^-S h(t) + int_0^S e^-(S - s) eta(s) ds,

and with eta linear in gate time the integral is w_0 eta_0 + w_1 eta_1, w_1 = 1 - (1 - e^-S) / S, w_0 = 1 - e^-S - w_1.
With z linear over the step, S = step (l(y_1) - l(y_0)) / (y_1 - y_0), y = alpha_z z - beta_z, l(y) = ln(1 + e^y); for
a hard gate S is the step times the open share of the segment from z_0 to z_1. The gate variables do the same with
step / tau_k in place of S. A step of any length is therefore stable, and exact where the fields are frozen.

Arrays: x, eta, drive (copies, 3, units), fields in the order h, z, r.
"""

import math

from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL

H, Z, R = 0, 1, 2
# Below these the formulas lose digits and a series takes over, with errors below 1e-12.
_SHORT = 0.01


@njit(**INNER)
def softplus(y):
    """ln(1 + e^y)."""
    return max(y, 0.0) + math.log1p(math.exp(-abs(y)))


@njit(**INNER)
def logistic(y):
    """1 / (1 + e^-y)."""
    e = math.exp(-abs(y))
    return 1.0 / (1.0 + e) if y >= 0.0 else e / (1.0 + e)


@njit(**INNER)
def gate_value(x, alpha, beta):
    """sigma(x) in every limit: absent, constant, smooth, hard."""
    if alpha == 0.0 or math.isinf(beta):
        return 1.0 / (1.0 + math.exp(beta)) if beta < 700.0 else 0.0
    if math.isinf(alpha):
        if x == 0.0:
            return logistic(-beta)
        return 1.0 if x > 0.0 else 0.0
    return logistic(alpha * x - beta)


@njit(**INNER)
def _open_share(z_0, z_1, at_rest):
    """Share of the segment from z_0 to z_1 on which a hard gate is open."""
    if z_0 == z_1:
        return at_rest if z_0 == 0.0 else (1.0 if z_0 > 0.0 else 0.0)
    return (max(z_1, 0.0) - max(z_0, 0.0)) / (z_1 - z_0)


@njit(**KERNEL)
def gate_time(z_0, z_1, alpha, beta):
    """Mean of sigma(z) for z going straight from z_0 to z_1: the gate time of a step of length 1."""
    if alpha == 0.0 or math.isinf(beta):
        return gate_value(0.0, alpha, beta)
    if math.isinf(alpha):
        return _open_share(z_0, z_1, logistic(-beta))
    y_0, y_1 = alpha * z_0 - beta, alpha * z_1 - beta
    d = y_1 - y_0
    if abs(d) < _SHORT:
        s = logistic(0.5 * (y_0 + y_1))
        return s + s * (1.0 - s) * (1.0 - 2.0 * s) * d * d / 24.0
    return (softplus(y_1) - softplus(y_0)) / d


@njit(**KERNEL)
def weights(S):
    """(e^-S, w_0, w_1, (1 - e^-S) / S) of a relaxation over S, for a field that is linear from one end to the other."""
    if S < _SHORT:
        share = 1.0 + S * (-1.0 / 2.0 + S * (1.0 / 6.0 + S * (-1.0 / 24.0 + S / 120.0)))
        w_1 = S * (1.0 / 2.0 + S * (-1.0 / 6.0 + S * (1.0 / 24.0 - S / 120.0)))
        return math.exp(-S), S * share - w_1, w_1, share
    if math.isinf(S):
        return 0.0, 0.0, 1.0, 0.0
    decay = math.exp(-S)
    share = (1.0 - decay) / S
    return decay, (1.0 - decay) - (1.0 - share), 1.0 - share, share


@njit(**INNER)
def is_moving(alpha, beta):
    """Whether the gate depends on its argument."""
    return alpha != 0.0 and not math.isinf(beta)


@njit(**KERNEL)
def step_units(p, step, x, eta_0, eta_1, drive_0, drive_1, out):
    """Advance x by `step` into `out`, with fields and inputs linear from their values at the start to those at the end.

    The same eta for both ends makes a predictor. Gates that do not move keep their variable.
    """
    live_z, live_r = is_moving(p.alpha_z, p.beta_z), is_moving(p.alpha_r, p.beta_r)
    e_z, a_z, b_z, _ = weights(step / p.tau_z if p.tau_z > 0.0 else math.inf)
    e_r, a_r, b_r, _ = weights(step / p.tau_r if p.tau_r > 0.0 else math.inf)
    inside, outside = p.input_inside, 1.0 - p.input_inside
    for c in range(x.shape[0]):
        for i in range(x.shape[2]):
            z_0 = x[c, Z, i]
            z_1 = z_0
            if live_z:
                z_1 = (e_z * z_0 + a_z * (eta_0[c, Z, i] + drive_0[c, Z, i])
                       + b_z * (eta_1[c, Z, i] + drive_1[c, Z, i]))  # fmt: skip
            out[c, Z, i] = z_1
            out[c, R, i] = x[c, R, i]
            if live_r:
                out[c, R, i] = (e_r * x[c, R, i] + a_r * (eta_0[c, R, i] + drive_0[c, R, i])
                                + b_r * (eta_1[c, R, i] + drive_1[c, R, i]))  # fmt: skip
            S = step * gate_time(z_0, z_1, p.alpha_z, p.beta_z)
            e, w_0, w_1, share = weights(S)
            added = 0.5 * step * share * outside * (drive_0[c, H, i] + drive_1[c, H, i])
            out[c, H, i] = (e * x[c, H, i] + w_0 * (eta_0[c, H, i] + inside * drive_0[c, H, i])
                            + w_1 * (eta_1[c, H, i] + inside * drive_1[c, H, i]) + added)  # fmt: skip


@njit(**KERNEL)
def activities(p, h, phi):
    """phi(h), both (copies, units)."""
    for c in range(h.shape[0]):
        for i in range(h.shape[1]):
            phi[c, i] = math.tanh(p.g_h * h[c, i] + p.beta_h)


@njit(**KERNEL)
def gated(p, r, phi, psi):
    """psi = phi sigma_r(r), all (copies, units)."""
    for c in range(r.shape[0]):
        for i in range(r.shape[1]):
            psi[c, i] = phi[c, i] * gate_value(r[c, i], p.alpha_r, p.beta_r)
