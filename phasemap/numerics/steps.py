"""How many steps a time takes, where both are sums of fractions."""

import math
from typing import NamedTuple


class _Tolerances(NamedTuple):
    """What is rounding in a count of steps."""

    rounding: float = 1e-9  # of a step: sums of a million of them are off by less


_AT = _Tolerances()


def whole_steps(ratio: float) -> int:
    """The smallest number of whole steps that makes up `ratio` steps, up to rounding."""
    return math.ceil(ratio - _AT.rounding)


def fits(left: float, length: float) -> bool:
    """Whether no more than one step of a length is left, up to rounding."""
    return left <= length * (1.0 + _AT.rounding)
