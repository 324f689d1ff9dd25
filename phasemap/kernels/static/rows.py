"""Static theory over tables of points, one row of `StaticProblem` each: input to h inside the update gate, or none."""

import numpy as np
from numba import njit

from phasemap.kernels.compilation import KERNEL
from phasemap.kernels.static.conditions import critical_pair
from phasemap.kernels.static.problem import problem_of_row
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
    for i in range(table.shape[0]):
        p = problem_of_row(table[i])
        counts[i], certain[i] = solve_problem(p, stack, brackets, roots, values[i], errors[i])


@njit(**KERNEL)
def describe(table, q, out):
    """`describe_fixed_point` at <phi^2> = q (n,): fills out (n, COLUMNS)."""
    for i in range(table.shape[0]):
        describe_fixed_point(problem_of_row(table[i]), q[i], out[i])


@njit(**KERNEL)
def smallest_scales(table, out):
    """`smallest_scale` of every row: fills out (n,)."""
    for i in range(table.shape[0]):
        out[i] = smallest_scale(problem_of_row(table[i]))


@njit(**KERNEL)
def critical_pairs(kind, level, scale, table, y, out):
    """`critical_pair` at one coordinate y (n,) for every row: fills out (n, 2)."""
    for i in range(table.shape[0]):
        out[i, 0], out[i, 1] = critical_pair(problem_of_row(table[i]), kind, level, scale, y[i])


@njit(**KERNEL)
def critical_grid(kind, level, scale, table, y, out):
    """`critical_pair` at every coordinate y (m,) for every row: fills out (n, m, 2)."""
    for i in range(table.shape[0]):
        p = problem_of_row(table[i])
        for j in range(y.shape[0]):
            out[i, j, 0], out[i, j, 1] = critical_pair(p, kind, level, scale, y[j])
