"""The static mean field of one point of parameter space, as plain numbers.

With q = <phi^2> the fixed points are the roots of one scalar condition on 0 <= q <= 1 (docs/theory.md (2.2)):

    Delta_r = q + v_r,   Delta_R = q <sigma_r^2>_{Delta_r},   A(q) = <phi^2>_{Delta_h} = q

with Delta_h = Delta_R + v_h. Common inputs have been absorbed: into b for h, into the offsets for z and r. Only where
the input to h stands outside a fluctuating update gate, h is not Gaussian (see `phasemap.kernels.static.outside`); the
type of `series` tells the two cases apart, so that the compiler keeps them apart as well.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from phasemap.kernels.averages.activation_series import LARGEST_BIAS, ROWS, activation_series
from phasemap.kernels.averages.gaussian import activation_averages, gate_averages
from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.kernels.static.outside import outside_map


class StaticProblem(NamedTuple):
    """Everything that the static theory depends on.

    g, b:            phi(x) = tanh(g x + b), x ~ N(0, Delta_h).
    v_h, v_z, v_r:   variances of the static inputs; v_h already divided by the square of a constant update gate.
    m_h, outside:    common input to h; outside is 1 where it and v_h are divided by a fluctuating update gate.
    *_z, *_r:        steepness, offset and value at rest of a gate (see `gate_averages`).
    tau_z, tau_r:    time constants, which only the growth rates depend on.
    series:          None, or (outside only) averages of the activation over any variance; empty: not to be used.
    """

    g: float
    b: float
    v_h: float
    m_h: float
    outside: float
    alpha_z: float
    offset_z: float
    rest_z: float
    v_z: float
    alpha_r: float
    offset_r: float
    rest_r: float
    v_r: float
    tau_z: float
    tau_r: float
    series: np.ndarray | None = None


NUMBERS = StaticProblem._fields[:-1]


@njit(**KERNEL)
def problem_of_row(row):
    """The problem whose numbers are the entries of `row`, for an input inside the update gate."""
    return StaticProblem(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7],
                         row[8], row[9], row[10], row[11], row[12], row[13], row[14], None)  # fmt: skip


@njit(**INNER)
def _with_series(row, series):
    p = problem_of_row(row)
    return StaticProblem(p.g, p.b, p.v_h, p.m_h, p.outside, p.alpha_z, p.offset_z, p.rest_z, p.v_z,
                         p.alpha_r, p.offset_r, p.rest_r, p.v_r, p.tau_z, p.tau_r, series)  # fmt: skip


@njit(**KERNEL)
def no_outside_problem():
    """What comes before the first row in `next_outside_problem`."""
    return _with_series(np.zeros(len(NUMBERS)), np.empty((ROWS, 0)))


@njit(**KERNEL)
def next_outside_problem(row, before):
    """The same as `problem_of_row` for an input outside the update gate.

    before: the problem of another row; its series, which is expensive, serves again where the bias is the same.
    """
    p = problem_of_row(row)
    needed = p.m_h == 0.0 and abs(p.b) <= LARGEST_BIAS and p.alpha_z < np.inf
    if not needed:
        return _with_series(row, np.empty((ROWS, 0)))
    if before.series.shape[1] > 0 and before.b == p.b:
        return _with_series(row, before.series)
    return _with_series(row, activation_series(p.b))


@njit(**INNER)
def has_zero_state(p):
    """Whether h = z = r = 0 up to static inputs to the gates is a fixed point."""
    return p.b == 0.0 and (p.g == 0.0 or (p.v_h == 0.0 and p.m_h == 0.0))


@njit(**KERNEL)
def fixed_point_map(p, q):
    """A(q) and dA/dq for q > 0; a fixed point is A(q) = q."""
    gate = gate_averages(p.alpha_r, p.offset_r, p.rest_r, q + p.v_r)
    return _activity(p, p.series, q, q * gate[1], gate[1] + q * gate[4])


@njit(**INNER)
def _activity(p, series, q, drive, d_drive):
    if series is None:
        phi = activation_averages(p.g, p.b, drive + p.v_h)
        return phi[0], phi[2] * d_drive
    return outside_map(p, series, q, drive, d_drive)
