"""Richardson's extrapolation of functions on ever finer grids, whose errors are even in the step."""

from collections.abc import Callable

import numpy as np

from phasemap.numerics.arrays import FloatArray

# (step) -> rows (k, n + 1) at multiples of the step.
OnGrid = Callable[[float], FloatArray]
# Rounding of long sums.
_FLOOR = 1e-13
# Integrals over the first few steps are powers of the lag, whose relative error says nothing.
_FIRST = 10
# Share of the difference of the last two columns that counts as the error of the better one: a sixteenth is the most
# where errors follow their series.
_SHARE = 0.25


def extrapolate(
    on_grid: OnGrid, step: float, tolerance: float, levels: int = 3, most: int = 5
) -> tuple[FloatArray, FloatArray]:
    """Rows (k, n + 1) at multiples of `step` extrapolated to vanishing step, and their errors (k, n + 1).

    Steps are halved until the last two columns of Romberg's table differ by less than `tolerance`, relative to the
    rows, at least `levels` and at most `most` of them. A quarter of their difference is the error: an overestimate, as
    the last column is the better one.
    """
    table: list[FloatArray] = []
    for level in range(most):
        fresh = on_grid(step / 2**level)[:, :: 2**level]
        before, table = table, [fresh]
        for k, coarse in enumerate(before):
            factor = 4.0 ** (k + 1)
            table.append((factor * table[k] - coarse) / (factor - 1.0))
        if level + 1 < levels:
            continue
        error = _SHARE * np.abs(table[-1] - table[-2])
        # A column may agree with the next by chance at single nodes: the error does not fall along the lags.
        size = np.abs(table[-1])
        relative = np.where(size > 0.0, error / np.where(size > 0.0, size, 1.0), 0.0)
        if relative[:, _FIRST:].max(initial=0.0) <= tolerance:
            break
    return table[-1], error + _FLOOR * size
