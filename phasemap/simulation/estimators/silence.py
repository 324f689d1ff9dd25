"""How long activity lasts: the time at which the mean square of h falls below the level of what counts as active.

Below the dynamic fold chaos is a transient, and that is its lifetime, up to the decay of what is left of it.
"""

import math
from collections.abc import Sequence

import numpy as np
from scipy.interpolate import PchipInterpolator

from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.simulation.estimators.outcomes import Outcome, nothing, outcome

# Times on either side of a crossing by which it is interpolated.
_BESIDE = 2
# Below it a mean square has no logarithm that means anything.
_LEAST = 1e-280


def silent_from(times: FloatArray, square: FloatArray, level: float, error: FloatArray | float = 0.0) -> Outcome:
    """The last time at which a mean square (n,) falls to a level, interpolated in its logarithm.

    LOWER_BOUND: it is above the level at the end. ABSENT: it never is. Error: that of the square over its slope, and
    what two interpolations differ by.
    """
    above = np.flatnonzero(square > level)
    if not above.size:
        return nothing()
    last = int(above[-1])
    if last == len(times) - 1:
        return Outcome(np.array(times[-1]), np.array(np.nan), np.array(Status.LOWER_BOUND, dtype=np.uint8))
    near = slice(max(last - _BESIDE + 1, 0), last + _BESIDE + 1)
    logarithm = np.log(np.maximum(square[near], _LEAST)) - math.log(level)
    before = last - near.start
    fall = logarithm[before] - logarithm[before + 1]
    step = times[last + 1] - times[last]
    straight = times[last] + step * logarithm[before] / fall
    curved = _root(times[near], logarithm, float(times[last]), float(times[last + 1]))
    relative = float(np.max(np.broadcast_to(error, square.shape)[last : last + 2] / np.maximum(square[last], _LEAST)))
    return outcome(curved, math.hypot(curved - straight, relative * step / fall))


def _root(times: FloatArray, values: FloatArray, low: float, high: float) -> float:
    roots = PchipInterpolator(times, values).roots(extrapolate=False)
    inside = [float(root) for root in roots if low <= root <= high]
    return inside[-1] if inside else high


def silent_together(outcomes: Sequence[Outcome]) -> Outcome:
    """Mean over networks and its standard error; of those that were ever active.

    LOWER_BOUND, of the mean, where some are active at the end. NOT_CONVERGED where some never were, or for one network.
    """
    status = np.array([int(one.status) for one in outcomes])
    times = np.array([float(one.value) for one in outcomes])[status != Status.ABSENT]
    if not times.size:
        return nothing()
    if (status == Status.LOWER_BOUND).any():
        return Outcome(np.array(times.mean()), np.array(np.nan), np.array(Status.LOWER_BOUND, dtype=np.uint8))
    error = float(times.std(ddof=1)) / math.sqrt(len(times)) if len(times) > 1 else math.nan
    return outcome(float(times.mean()), error, good=len(times) == len(outcomes))
