"""The static mean field of one point of parameter space, as plain numbers.

With q = <phi^2> the fixed points are the roots of one scalar condition on 0 <= q <= 1 (theory notes, section 2):

    Delta_r = q + v_r,   Delta_h = q <sigma_r^2>_{Delta_r} + v_h,   A(q) = <phi^2>_{Delta_h} = q

Common inputs have been absorbed: into b for h, into the offsets for z and r. Only where the input to h stands outside
a fluctuating update gate, h is not Gaussian (see `phasemap.kernels.static_outside`).
"""

from typing import NamedTuple

from numba import njit

from phasemap.kernels.averages import activation_averages, gate_averages
from phasemap.kernels.compilation import KERNEL
from phasemap.kernels.static_outside import outside_map


class StaticProblem(NamedTuple):
    """Everything that the static theory depends on.

    g, b:            phi(x) = tanh(g x + b), x ~ N(0, Delta_h).
    v_h, v_z, v_r:   variances of the static inputs; v_h already divided by the square of a constant update gate.
    m_h, outside:    common input to h; outside is 1 where it and v_h are divided by a fluctuating update gate.
    *_z, *_r:        steepness, offset and value at rest of a gate (see `gate_averages`).
    tau_z, tau_r:    time constants, which only the growth rates depend on.
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


@njit(**KERNEL)
def problem_of_row(row):
    """The problem whose fields are the entries of `row`."""
    return StaticProblem(row[0], row[1], row[2], row[3], row[4], row[5], row[6],
                         row[7], row[8], row[9], row[10], row[11], row[12], row[13], row[14])  # fmt: skip


@njit(**KERNEL)
def has_zero_state(p):
    """Whether h = z = r = 0 up to static inputs to the gates is a fixed point."""
    return p.b == 0.0 and (p.g == 0.0 or (p.v_h == 0.0 and p.m_h == 0.0))


@njit(**KERNEL)
def fixed_point_map(p, q):
    """A(q) and dA/dq for q > 0; a fixed point is A(q) = q."""
    gate = gate_averages(p.alpha_r, p.offset_r, p.rest_r, q + p.v_r)
    drive, d_drive = q * gate[1], gate[1] + q * gate[4]
    if p.outside > 0.0:
        return outside_map(p, q, drive, d_drive)
    phi = activation_averages(p.g, p.b, drive + p.v_h)
    return phi[0], phi[2] * d_drive
