"""All fixed points of a block of points, and what is known about each."""

import numpy as np
from numba import njit

from phasemap.kernels.compilation import KERNEL
from phasemap.kernels.static_problem import has_zero_state, problem_of_row
from phasemap.kernels.static_roots import MOST_ROOTS, STACK, find_roots
from phasemap.kernels.static_stability import COLUMNS, describe_fixed_point

# Slots of fixed points: the zero one, then the largest others in ascending order, the largest always last.
SLOTS = 4
# Relative step of the finite differences that carry the error of q over to everything else.
_STEP = 1e-5
_ROUNDING = 1e-14


@njit(**KERNEL)
def _fill_slot(p, q, q_error, work, values, errors):
    """Values (COLUMNS,) at a fixed point, and their errors by first-order propagation of that of q."""
    describe_fixed_point(p, q, values)
    for k in range(COLUMNS):
        errors[k] = _ROUNDING * abs(values[k])
    if q > 0.0:
        describe_fixed_point(p, q * (1.0 + _STEP), work)
        for k in range(COLUMNS):
            if values[k] < np.inf:
                errors[k] += abs(work[k] - values[k]) / (_STEP * q) * q_error


@njit(**KERNEL)
def solve_rows(table, values, errors, counts, certain):
    """Solve the static mean field for every row of `table` (n, fields of StaticProblem).

    values, errors: (n, SLOTS, COLUMNS), to be filled with NaN before: absent fixed points stay NaN.
    counts: (n,) number of fixed points, the zero one included, also those that find no slot.
    certain: (n,) 1 where the count is beyond doubt.
    """
    stack = np.empty((STACK, 6))
    brackets = np.empty((MOST_ROOTS, 3))
    roots = np.empty((MOST_ROOTS, 2))
    work = np.empty(COLUMNS)
    for i in range(table.shape[0]):
        p = problem_of_row(table[i])
        found, sure = find_roots(p, stack, brackets, roots)
        certain[i] = sure
        counts[i] = found
        if has_zero_state(p):
            counts[i] += 1
            _fill_slot(p, 0.0, 0.0, work, values[i, 0], errors[i, 0])
        for k in range(max(0, found - SLOTS + 1), found):
            slot = SLOTS - found + k
            _fill_slot(p, roots[k, 0], roots[k, 1], work, values[i, slot], errors[i, slot])
