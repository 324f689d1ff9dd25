"""Adjoint vectors of one network: the exact transpose of a step of `phasemap.kernels.network.tangent`.

Rows of a_h, a_z, a_r (K, N) are the parts of K adjoint vectors. A tangent step is a linear map, written with decays D
(whole step), D1, D2 (its halves) and rates B_s of the stages; its transpose goes through the stages backwards. With the
scalar product over units <a, step(u)> = <transpose(a), u> to rounding: gradients of a loss of the last state are those
of the discretised flow, not approximations to it.
"""

import numpy as np
from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.kernels.network.steps import CONSTANT, LIVE
from phasemap.kernels.network.tangent import A_H, A_R, PHI_SLOPE, SIGMA_Z, Q

# Scratch arrays of a step: the vector that the rates of a stage receive, its image and the sum, by field; three more.
SCRATCH = 12


@njit(**INNER)
def _weighted(factor, x, out):
    """out = factor x, rows of x times a row of factors."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            out[i, j] = factor[j] * x[i, j]


@njit(**INNER)
def _combine(factor, x, other, y, out):
    """out = factor x + other y, with rows of factors over units."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            out[i, j] = factor[j] * x[i, j] + other[j] * y[i, j]


@njit(**INNER)
def _through_gate(mode, rate, residual, J, slope, given, passed, out_h, out_gate, x, y):
    """What a gate's rates, and the rates of h through the gate (`passed`), say of h and of the gate's variable."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] = rate * given[i, j] if mode == LIVE else passed[i, j]
    np.dot(x, J, y)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            out_h[i, j] += slope[j] * y[i, j]
            if mode == LIVE:
                out_gate[i, j] = passed[i, j] - residual * rate * given[i, j]


@njit(**INNER)
def _transposed_rates(modes, gate_rates, residual, J_h, J_z, J_r, c, k, out, work):
    """out = transpose of the rates of one stage applied to k, both (3, K, N); work (3, K, N)."""
    x, y, passed = work[0], work[1], work[2]
    _weighted(c[SIGMA_Z], k[0], x)
    np.dot(x, J_h, y)
    _weighted(c[A_H], y, out[0])
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            out[0, i, j] -= residual * x[i, j]
    if modes[1] != CONSTANT:
        _weighted(c[A_R], y, passed)
        _through_gate(modes[1], gate_rates[1], residual, J_r, c[PHI_SLOPE], k[2], passed, out[0], out[2], x, y)
    if modes[0] != CONSTANT:
        _weighted(c[Q], k[0], passed)
        _through_gate(modes[0], gate_rates[0], residual, J_z, c[PHI_SLOPE], k[1], passed, out[0], out[1], x, y)


@njit(**INNER)
def _received(s, weight, reach, factors, ones, a, out, k):
    """What the rates of stage s receive of one field: from the result, and from the next stage's argument."""
    first, second, whole = factors[0], factors[1], factors[2]
    if s == 3:
        _combine(weight * ones, a, 0.0 * ones, a, k)
    elif s == 2:
        _combine(weight * second, a, reach * second, out, k)
    elif s == 1:
        _combine(weight * second, a, reach * ones, out, k)
    else:
        _combine(weight * whole, a, reach * first, out, k)


@njit(**KERNEL)
def transposed_step(modes, gate_rates, J_h, J_z, J_r, stages, factors, residual, weights, reaches, a, scratch):
    """One step of the adjoint, in place: from the end of a tangent step to its start.

    modes, gate_rates, residual, weights, reaches: as in `tangent.propagate`. J_h, J_z, J_r (N, N) as they are.
    stages (4, 5, N): the linearisation at the four stages. factors (3, 3, N): for the fields h, z, r the decay over the
    first half of the step, its second half and all of it. a (3, K, N): the vectors by field. scratch (12, K, N).
    """
    k, out, total, work = scratch[0:3], scratch[3:6], scratch[6:9], scratch[9:12]
    ones = np.ones(a.shape[2])
    live = (True, modes[0] == LIVE, modes[1] == LIVE)
    for s in range(3, -1, -1):
        for f in range(3):
            if live[f]:
                _received(s, weights[s], reaches[s], factors[f], ones, a[f], out[f], k[f])
        _transposed_rates(modes, gate_rates, residual[0], J_h, J_z, J_r, stages[s], k, out, work)
        for f in range(3):
            if live[f]:
                # How the start of the step enters the result, and this stage's argument.
                start = a[f] if s == 3 else total[f]
                before = factors[f, 2] if s == 3 else ones
                reach = factors[f, 2] if s == 3 else (factors[f, 0] if s > 0 else ones)
                _combine(before, start, reach, out[f], total[f])
    for f in range(3):
        if live[f]:
            a[f] = total[f]
