"""All fixed points of one point of parameter space, and what is known about each."""

from typing import NamedTuple

import numpy as np
from numba import njit

from phasemap.kernels.compilation import INNER
from phasemap.kernels.static.problem import has_zero_state
from phasemap.kernels.static.roots import find_roots
from phasemap.kernels.static.stability import COLUMNS, describe_fixed_point

# Slots of fixed points: the zero one, then the others in ascending order, the largest always last; of more than three
# the smallest and the two largest.
SLOTS = 4


class _Tolerances(NamedTuple):
    """How the error of q is carried over to everything else."""

    step: float = 1e-5  # relative, of the finite differences: truncation and rounding are then alike
    rounding: float = 1e-14  # relative, of every number: of sums over a few dozen nodes


_TOLERANCES = _Tolerances()


@njit(**INNER)
def _fill_slot(p, q, q_error, work, values, errors):
    """Values (COLUMNS,) at a fixed point, and their errors by first-order propagation of that of q."""
    describe_fixed_point(p, q, values)
    for k in range(COLUMNS):
        errors[k] = _TOLERANCES.rounding * abs(values[k])
    if q > 0.0:
        describe_fixed_point(p, q * (1.0 + _TOLERANCES.step), work)
        for k in range(COLUMNS):
            if values[k] < np.inf:
                errors[k] += abs(work[k] - values[k]) / (_TOLERANCES.step * q) * q_error


@njit(**INNER)
def solve_problem(p, stack, brackets, roots, values, errors):
    """Solve the static mean field of one problem.

    stack, brackets, roots: scratch (see `find_roots`).
    values, errors:         (SLOTS, COLUMNS), full of NaN before; absent fixed points stay NaN.

    Returns (number of fixed points, the zero one included, also those that find no slot; beyond doubt?).
    """
    found, certain = find_roots(p, stack, brackets, roots)
    work = np.empty(COLUMNS)
    count = found
    if has_zero_state(p):
        count += 1
        _fill_slot(p, 0.0, 0.0, work, values[0], errors[0])
    kept = min(found, SLOTS - 1)
    for place in range(kept):
        k = 0 if place == 0 else found - kept + place
        slot = SLOTS - kept + place
        _fill_slot(p, roots[k, 0], roots[k, 1], work, values[slot], errors[slot])
    return count, certain
