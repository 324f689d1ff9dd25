"""Tangent vectors of one network, many at once: Runge-Kutta steps whose products are BLAS GEMMs.

The rows of u_h, u_z, u_r (n, N) are the h, z and r parts of n tangent vectors (a field that is not carried has no
rows). Between orthonormalisations the vectors do not know of each other, so a caller hands over a panel of rows at a
time, small enough for its scratch arrays to stay in cache, and may work on panels in parallel. A panel's numbers do not
depend on which thread computes them.

With the linearisation of the flow along the trajectory (`coefficients`, below), a tangent vector (u, v, w) obeys

    du/dt = sigma_z (-u + J^h x) + q v,           x = a_h u + a_r w,
    tau_z dv/dt = -v + J^z (phi' u),              tau_r dw/dt = -w + J^r (phi' u).

The decay of every component, sigma_z, 1/tau_z or 1/tau_r, goes into an integrating factor (Lawson's form of the
Runge-Kutta method), which makes decay exact and the rest milder: the error of exponents falls five- to fifteenfold.
With factors of 1 and residual = 1 the method is the classical one.
"""

import numpy as np
from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.kernels.network.steps import CONSTANT, LIVE

# Rows of the linearisation at one time: phi' sigma_r, phi sigma_r', phi', sigma_z, and q = sigma_z' times the bracket.
A_H, A_R, PHI_SLOPE, SIGMA_Z, Q = 0, 1, 2, 3, 4
COEFFICIENTS = 5

# Scratch arrays of a panel: products of the three matrices, the operand, (argument, total) of every field.
PRODUCT_H, PRODUCT_Z, PRODUCT_R, OPERAND = 0, 1, 2, 3
ARGUMENT = (4, 6, 8)
TOTAL = (5, 7, 9)
SCRATCH = 10


@njit(**INNER)
def _scale(factor, x, out):
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            out[i, j] = factor[j] * x[i, j]


@njit(**INNER)
def _scale_and_add(factor, x, other_factor, y, out):
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            out[i, j] = factor[j] * x[i, j] + other_factor[j] * y[i, j]


@njit(**INNER)
def _take_row(s, weight, reach, factors, u, k, total, argument):
    """One row's share of Runge-Kutta stage s: add its rates k to the total, form the next argument or the result.

    factors (3, N): decay over the first half of the step, the second half, and all of it.
    """
    first, second, whole = factors[0], factors[1], factors[2]
    if s == 0:
        for j in range(u.shape[0]):
            total[j] = whole[j] * (u[j] + weight * k[j])
            argument[j] = first[j] * (u[j] + reach * k[j])
    elif s == 1:
        for j in range(u.shape[0]):
            total[j] += weight * (second[j] * k[j])
            argument[j] = first[j] * u[j] + reach * k[j]
    elif s == 2:
        for j in range(u.shape[0]):
            moved = second[j] * k[j]
            total[j] += weight * moved
            argument[j] = whole[j] * u[j] + reach * moved
    else:
        for j in range(u.shape[0]):
            u[j] = total[j] + weight * k[j]


@njit(**INNER)
def _take_gate(s, weight, reach, rate, residual, factors, u, at, product, total, argument):
    for i in range(u.shape[0]):
        for j in range(u.shape[1]):
            product[i, j] = rate * (product[i, j] - residual * at[i, j])
        _take_row(s, weight, reach, factors, u[i], product[i], total[i], argument[i])


@njit(**INNER)
def _take_h(s, weight, reach, c, residual, factors, gated, u, at, at_z, product, total, argument):
    sigma_z, q = c[SIGMA_Z], c[Q]
    for i in range(u.shape[0]):
        if gated:
            for j in range(u.shape[1]):
                product[i, j] = sigma_z[j] * (product[i, j] - residual * at[i, j]) + q[j] * at_z[i, j]
        else:
            for j in range(u.shape[1]):
                product[i, j] = sigma_z[j] * (product[i, j] - residual * at[i, j])
        _take_row(s, weight, reach, factors, u[i], product[i], total[i], argument[i])


@njit(**INNER)
def _multiply(modes, c, u, w, J_hT, J_zT, J_rT, x, y_h, y_z, y_r):
    """The GEMMs of one stage. w may be y_r: an instantaneous gate's product is its tangent."""
    if modes[0] != CONSTANT or modes[1] != CONSTANT:
        _scale(c[PHI_SLOPE], u, x)
    if modes[0] != CONSTANT:
        np.dot(x, J_zT, y_z)
    if modes[1] != CONSTANT:
        np.dot(x, J_rT, y_r)
        _scale_and_add(c[A_H], u, c[A_R], w, x)
    else:
        _scale(c[A_H], u, x)
    np.dot(x, J_hT, y_h)


@njit(**KERNEL)
def propagate(
    modes, gate_rates, J_hT, J_zT, J_rT, coefficients, pattern, factors, gate_factors, residual, weights, reaches,
    u_h, u_z, u_r, scratch,
):  # fmt: skip
    """Take Runge-Kutta steps of the tangent flow, in place.

    modes: of the gates z and r; gate_rates (2,): 1 / tau of the live ones. J_hT, J_zT, J_rT: transposed couplings.
    coefficients (n_times, 5, N): the linearisation; stage s of step k uses the time index pattern[4] k + pattern[s].
    factors (n_steps, 3, N), gate_factors (2, 3, N): decay of h in each step, and of z and r in every one, over its
    first half, its second half and all of it. residual (1,): the share of the decay that is not in the factors.
    weights, reaches (4,): step times the tableau's weights, and times how far the next stage's argument reaches.
    u_h, u_z, u_r: one panel (n, N), or no rows where not carried. scratch (10, >= n, N).
    All floating-point arrays share one precision.
    """
    n = u_h.shape[0]
    z_live, r_live = modes[0] == LIVE, modes[1] == LIVE
    y_h, y_z, y_r = scratch[PRODUCT_H, :n], scratch[PRODUCT_Z, :n], scratch[PRODUCT_R, :n]
    rest = residual[0]
    for step in range(factors.shape[0]):
        for s in range(4):
            c = coefficients[pattern[4] * step + pattern[s]]
            weight, reach = weights[s], reaches[s]
            u = u_h if s == 0 else scratch[ARGUMENT[0], :n]
            v, w = y_z, y_r
            if z_live:
                v = u_z if s == 0 else scratch[ARGUMENT[1], :n]
            if r_live:
                w = u_r if s == 0 else scratch[ARGUMENT[2], :n]
            _multiply(modes, c, u, w, J_hT, J_zT, J_rT, scratch[OPERAND, :n], y_h, y_z, y_r)
            _take_h(
                s, weight, reach, c, rest, factors[step], modes[0] != CONSTANT, u_h, u, v, y_h,
                scratch[TOTAL[0]], scratch[ARGUMENT[0]],
            )  # fmt: skip
            if z_live:
                _take_gate(
                    s, weight, reach, gate_rates[0], rest, gate_factors[0], u_z, v, y_z,
                    scratch[TOTAL[1]], scratch[ARGUMENT[1]],
                )  # fmt: skip
            if r_live:
                _take_gate(
                    s, weight, reach, gate_rates[1], rest, gate_factors[1], u_r, w, y_r,
                    scratch[TOTAL[2]], scratch[ARGUMENT[2]],
                )  # fmt: skip
