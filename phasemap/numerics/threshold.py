"""Where a statement about a positive number begins to hold, for statements that hold above some number."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Threshold(NamedTuple):
    """It holds at `high` and not at `low`; low = 0: it held wherever it was tried; high = inf: nowhere."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        """The geometric mean of both."""
        return math.sqrt(self.low * self.high)


def smallest(holds: Callable[[float], bool], tried: Sequence[float], ratio: float) -> Threshold:
    """The threshold between two neighbours of `tried` (ascending, positive), narrowed until high / low < ratio.

    The first of them from which on it holds in `tried` is taken, from above: a statement may fail again far below.
    """
    above = math.inf
    for place in range(len(tried) - 1, -1, -1):
        if holds(tried[place]):
            above = tried[place]
        elif math.isfinite(above):
            return _narrowed(holds, tried[place], above, ratio)
    return Threshold(0.0, above)


def _narrowed(holds: Callable[[float], bool], low: float, high: float, ratio: float) -> Threshold:
    while high > ratio * low:
        middle = math.sqrt(low * high)
        low, high = (low, middle) if holds(middle) else (middle, high)
    return Threshold(low, high)
