"""Nodes of Gaussian averages over smooth functions with a known steepness, by trapezoid sums.

A trapezoid sum over a function that is analytic in a strip of half width d has an error of exp(-2 pi d / step); for a
logistic or tanh of a x + b in units of the standard deviation, d = pi / (2 a). The Gaussian itself allows 0.6.
"""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

NODES_REACH = 8.6  # exp(-8.6**2 / 2) = 9e-17
_WIDEST = 0.6
_STRIP = 0.33  # 2 pi (pi / 2) / 30: an error of exp(-30)
_MOST = 40_000


def gaussian_nodes(mean: float, deviation: float, steepness: float = 1.0, above: float = 0.0) -> tuple[Array, Array]:
    """Points and weights of an average over N(mean, deviation**2).

    Args:
        mean, deviation: of the Gaussian; one node where the deviation is zero.
        steepness: of the averaged function: 1 for a logistic or tanh of the variable itself.
        above: standard deviations to reach further on the upper side, for functions that grow exponentially.
    """
    if deviation <= 0.0:
        return np.array([mean]), np.ones(1)
    step = min(_WIDEST, _STRIP / max(steepness * deviation, 1e-300))
    step = max(step, (2.0 * NODES_REACH + above) / _MOST)
    xi: Array = step * np.arange(
        -math.ceil(NODES_REACH / step), math.ceil((NODES_REACH + above) / step) + 1, dtype=float
    )
    return mean + deviation * xi, np.exp(-0.5 * xi * xi) * (step / math.sqrt(2.0 * math.pi))


def logistic(x: Array) -> Array:
    """1 / (1 + exp(-x)), to full relative accuracy for large negative x."""
    e = np.exp(-np.abs(x))
    return np.asarray(np.where(x >= 0.0, 1.0, e) / (1.0 + e))


def logit(probability: float) -> float:
    """The argument at which the logistic function has this value."""
    return math.log(probability) - math.log1p(-probability)
