"""The same as `phasemap.kernels.static.rows` for an input to h that stands outside a fluctuating update gate."""

import numpy as np
from numba import njit

from phasemap.kernels.compilation import KERNEL
from phasemap.kernels.static.conditions import critical_pair
from phasemap.kernels.static.problem import next_outside_problem, no_outside_problem
from phasemap.kernels.static.roots import MOST_ROOTS, STACK, smallest_scale
from phasemap.kernels.static.solve import solve_problem
from phasemap.kernels.static.stability import describe_fixed_point


@njit(**KERNEL)
def solve(table, values, errors, counts, certain):
    """All fixed points of every row: see `phasemap.kernels.static.solve.solve_problem`.

    values, errors: (n, SLOTS, COLUMNS), to be filled with NaN before: absent fixed points stay NaN.
    counts, certain: (n,) number of fixed points, and 1 where it is beyond doubt.
    """
    stack, brackets, roots = np.empty((STACK, 6)), np.empty((MOST_ROOTS, 3)), np.empty((MOST_ROOTS, 2))
    p = no_outside_problem()
    for i in range(table.shape[0]):
        p = next_outside_problem(table[i], p)
        counts[i], certain[i] = solve_problem(p, stack, brackets, roots, values[i], errors[i])


@njit(**KERNEL)
def describe(table, q, out):
    """`describe_fixed_point` at <phi^2> = q (n,): fills out (n, COLUMNS)."""
    p = no_outside_problem()
    for i in range(table.shape[0]):
        p = next_outside_problem(table[i], p)
        describe_fixed_point(p, q[i], out[i])


@njit(**KERNEL)
def smallest_scales(table, out):
    """`smallest_scale` of every row: fills out (n,)."""
    p = no_outside_problem()
    for i in range(table.shape[0]):
        p = next_outside_problem(table[i], p)
        out[i] = smallest_scale(p)


@njit(**KERNEL)
def critical_pairs(kind, level, scale, table, y, out):
    """`critical_pair` at one coordinate y (n,) for every row: fills out (n, 2)."""
    p = no_outside_problem()
    for i in range(table.shape[0]):
        p = next_outside_problem(table[i], p)
        out[i, 0], out[i, 1] = critical_pair(p, kind, level, scale, y[i])


@njit(**KERNEL)
def critical_grid(kind, level, scale, table, y, out):
    """`critical_pair` at every coordinate y (m,) for every row: fills out (n, m, 2)."""
    p = no_outside_problem()
    for i in range(table.shape[0]):
        p = next_outside_problem(table[i], p)
        for j in range(y.shape[0]):
            out[i, j, 0], out[i, j, 1] = critical_pair(p, kind, level, scale, y[j])
