"""March of the adjoint covariances along sampled paths of a fluctuating update gate.

Given its path, the adjoint of h of unit p has a covariance A_p that is driven by one function F for all units
(docs/theory.md, section 9):

    (d/ds + sigma(s))(d/ds' + sigma(s')) A_p = phi'(s) phi'(s') F(s, s'),    A_p(s, 0) = exp(-int_0^s sigma),
    F = C_sigma X + Z / tau_z**2 + R / tau_r**2,     X = <sigma sigma' A_p>,
    (d/ds + 1/tau_z)(d/ds' + 1/tau_z) Z = <q q' A_p>,    (d/ds + 1/tau_r)(d/ds' + 1/tau_r) R = C_phi C_sigma' X.

It is causal, so that one sweep over the square of lags solves it; the only average is that over the paths. Time runs
backwards along the axis of lags. Beside every path goes its control: the same drive through a constant gate, whose
average is known exactly from its own march and corrects the sample's.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL, REDUCTION


class Lanes(NamedTuple):
    """Paths against lag, each (n + 1, M) in single precision.

    decay:  exp(-int sigma) over the step that begins there.  gate, coupling, slope: sigma, q and phi'.
    control: phi' of the control.
    """

    decay: np.ndarray
    gate: np.ndarray
    coupling: np.ndarray
    slope: np.ndarray
    control: np.ndarray


class Shared(NamedTuple):
    """What all units share: functions (n + 1,) of the difference of lags at multiples of the step, and rates.

    output: C_sigma; cross: C_phi C_sigma'; control_slope: exact <phi' phi'> of the control, whose gate is control_rate.
    """

    output: np.ndarray
    cross: np.ndarray
    control_slope: np.ndarray
    control_rate: float
    tau_z: float
    tau_r: float
    has_r: bool


@njit(**REDUCTION)
def _advance(i, j, half, lanes, before, row, corner, force_above, force_left, out):
    """A_p at (i, j) from its neighbours, in row[j]; returns sums over paths of A, sigma sigma' A and q q' A.

    before, row: rows i - 1 and i (n + 1, M).  corner (M,): A at (i - 1, j - 1) on entry.
    force_above, force_left: F at (i - 1, j) and (i, j - 1).
    """
    e_i, e_j = lanes.decay[i - 1], lanes.decay[j - 1]
    slope_i, slope_j = lanes.slope[i], lanes.slope[j]
    above_i, left_j = lanes.slope[i - 1], lanes.slope[j - 1]
    gate_i, gate_j = lanes.gate[i], lanes.gate[j]
    q_i, q_j = lanes.coupling[i], lanes.coupling[j]
    above, left, corner_row = before[j], row[j - 1], before[j - 1]
    if j == i:
        above = left
    total, weighted, of_z = 0.0, 0.0, 0.0
    for p in range(out.size):
        up = above[p] + half * above_i[p] * slope_j[p] * force_above
        side = left[p] + half * slope_i[p] * left_j[p] * force_left
        value = e_i[p] * up + e_j[p] * side - e_i[p] * e_j[p] * corner_row[p]
        out[p] = value
        total += value
        weighted += gate_i[p] * gate_j[p] * value
        of_z += q_i[p] * q_j[p] * value
    return total, weighted, of_z


@njit(**REDUCTION)
def _advance_control(i, j, half, decay, slope, before, row, force_above, force_left, out):
    """The same for the controls, whose decay is one number; returns the sum over paths."""
    slope_i, slope_j, above_i, left_j = slope[i], slope[j], slope[i - 1], slope[j - 1]
    above, left, corner_row = before[j], row[j - 1], before[j - 1]
    if j == i:
        above = left
    total = 0.0
    for p in range(out.size):
        up = above[p] + half * above_i[p] * slope_j[p] * force_above
        side = left[p] + half * slope_i[p] * left_j[p] * force_left
        value = decay * (up + side) - decay * decay * corner_row[p]
        out[p] = value
        total += value
    return total


@njit(**INNER)
def _driven(above, left, corner, decay, half, source_above, source_left):
    return decay * (above + left + half * (source_above + source_left)) - decay * decay * corner


@njit(**REDUCTION)
def _boundary(i, lanes, before, row):
    """A_p(i, 0); returns sums of it, of sigma sigma' A and of q q' A."""
    total, weighted, of_z = 0.0, 0.0, 0.0
    for p in range(row.shape[1]):
        value = np.float32(1.0) if i == 0 else lanes.decay[i - 1, p] * before[0, p]
        row[0, p] = value
        total += value
        weighted += lanes.gate[i, p] * lanes.gate[0, p] * value
        of_z += lanes.coupling[i, p] * lanes.coupling[0, p] * value
    return total, weighted, of_z


@njit(**KERNEL)
def path_march(lanes, shared, step, rows, controls, covariances):
    """Fill covariances (4, n + 1, n + 1): A, X, Z and R at pairs of lags i >= j.

    rows, controls: (2, n + 1, M) work in single precision.
    """
    n, paths = lanes.gate.shape[0] - 1, lanes.gate.shape[1]
    half = 0.5 * step * step
    rate = shared.control_rate
    e_control = math.exp(-rate * step)
    live_z, live_r = shared.tau_z > 0.0, shared.has_r and shared.tau_r > 0.0
    e_z = math.exp(-step / shared.tau_z) if live_z else 0.0
    e_r = math.exp(-step / shared.tau_r) if live_r else 0.0
    force, of_z = np.zeros((2, n + 1)), np.zeros((2, n + 1))
    exact = np.zeros((2, n + 1))
    a, x, z, r = covariances[0], covariances[1], covariances[2], covariances[3]
    for i in range(n + 1):
        now, old = i % 2, 1 - i % 2
        before, row = rows[old], rows[now]
        control_before, control_row = controls[old], controls[now]
        for j in range(i + 1):
            if j == 0:
                total, weighted, q = _boundary(i, lanes, before, row)
                free = math.exp(-rate * step * i)
                for p in range(paths):
                    control_row[0, p] = free
                exact[now, 0] = free
                of_control = free * paths
            else:
                up = force[old, j] if j < i else force[now, j - 1]
                side = force[now, j - 1]
                total, weighted, q = _advance(i, j, half, lanes, before, row, row, up, side, row[j])
                of_control = _advance_control(
                    i, j, half, e_control, lanes.control, control_before, control_row, up, side, control_row[j]
                )
                # The exact average of the control, driven by the same F.
                near = shared.control_slope[i - j - 1] if j < i else shared.control_slope[1]
                above = exact[old, j] if j < i else exact[now, j - 1]
                exact[now, j] = _driven(
                    above, exact[now, j - 1], exact[old, j - 1], e_control, half,
                    near * up, shared.control_slope[i - j + 1] * side,
                )  # fmt: skip
                if live_z:
                    z_above = z[i - 1, j] if j < i else z[i, j - 1]
                    q_above = of_z[old, j] if j < i else of_z[now, j - 1]
                    z[i, j] = _driven(
                        z_above, z[i, j - 1], z[i - 1, j - 1], e_z, half, q_above, of_z[now, j - 1]
                    )  # fmt: skip
                if live_r:
                    r_above = r[i - 1, j] if j < i else r[i, j - 1]
                    x_above = x[i - 1, j] if j < i else x[i, j - 1]
                    cross_above = shared.cross[i - j - 1] if j < i else shared.cross[1]
                    r[i, j] = _driven(
                        r_above, r[i, j - 1], r[i - 1, j - 1], e_r, half, cross_above * x_above,
                        shared.cross[i - j + 1] * x[i, j - 1],
                    )  # fmt: skip
            excess = of_control / paths - exact[now, j]
            a[i, j] = total / paths - excess
            x[i, j] = weighted / paths - rate * rate * excess
            of_z[now, j] = q / paths
            if not live_z:
                z[i, j] = of_z[now, j]
            value = shared.output[i - j] * x[i, j]
            value += z[i, j] / (shared.tau_z * shared.tau_z) if live_z else z[i, j]
            if shared.has_r:
                value += r[i, j] / (shared.tau_r * shared.tau_r) if live_r else shared.cross[i - j] * x[i, j]
            force[now, j] = value
