"""Which branch is an attractor, and which of them maps, lines and tables call "the attractor"."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from phasemap.model.branches import FLUCTUATING, FLUCTUATING_SMALL, STATIC, STATIC_BRANCHES, STATIC_SMALL, ZERO
from phasemap.model.facts import NO, YES, above, exists
from phasemap.model.results import Estimate
from phasemap.model.status import Status


def dominant_branch(exponent: Estimate, branches: Sequence[str]) -> NDArray[np.int8]:
    """Index of the branch that is "the attractor" at every point; -1 where no branch is known at all.

    What maps, lines and tables mean by the attractor, a function of the stored `lyapunov_max` alone: the largest
    fluctuating attractor (`fluctuating`) wherever it is not known to be absent, so that a point at which it was not
    found reliably shows that and not another state; else the largest stable state at rest (`static`, `static_small`,
    `zero`, in this order); else, where none is stable, the least unstable of them.

    Args:
        exponent: `lyapunov_max`, shape (*points, branch).
        branches: labels along its last dimension.
    """
    value = np.nan_to_num(np.asarray(exponent.value, dtype=float), nan=np.inf)
    possible = exponent.status != Status.ABSENT
    chosen = np.full(value.shape[:-1], -1, dtype=np.int8)
    least = np.full(value.shape[:-1], np.inf)
    for name in (STATIC, STATIC_SMALL, ZERO):
        if name in branches:
            k = branches.index(name)
            take = possible[..., k] & ((chosen < 0) | ((least > 0) & (value[..., k] < least)))
            chosen[take] = k
            least = np.where(take, value[..., k], least)
    if FLUCTUATING in branches:
        k = branches.index(FLUCTUATING)
        chosen[possible[..., k]] = k
    return chosen


def attractors(exponent: Estimate, branches: Sequence[str]) -> NDArray[np.bool_]:
    """Which branches are attractors: fluctuating ones where they exist, others where their exponent is not positive.

    At a moving update gate the exponent of a stable fixed point is zero: closed units keep what they have.

    Args:
        exponent: `lyapunov_max`, shape (*points, branch).
        branches: labels along its last dimension; `fluctuating_unstable` never attracts.

    Returns:
        (*points, branch)
    """
    there = exists(exponent) == YES
    with np.errstate(invalid="ignore"):
        stable = (above(exponent, 0.0, 0.0) == NO) | (there & (np.asarray(exponent.value, dtype=float) == 0.0))
    stable &= exponent.status != Status.LOWER_BOUND
    found = np.zeros(there.shape, dtype=bool)
    for k, name in enumerate(branches):
        if name in (FLUCTUATING, FLUCTUATING_SMALL):
            found[..., k] = there[..., k]
        elif name in STATIC_BRANCHES:
            found[..., k] = stable[..., k]
    return found
