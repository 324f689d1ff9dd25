"""The growth of a deviation along the paths of an ensemble: its second moment against the number of steps."""

import numpy as np

from phasemap.cells.dynamics.ring import Responses
from phasemap.cells.nodes import Array
from phasemap.kernels.cells.march import march

_STARTS = 4


def log_growth(found: Responses, horizon: int) -> Array:
    """(horizon + 1,) ln H(k, k), the second moment of deviations after k steps.

    Every path serves from several starts on the ring: the logarithm of a mean over few units is too low. What is still
    missing is of the order of one over the number of units: twice that of all less that of the halves is without it.
    """
    n = found.kept.shape[0]
    halves = [_march(found, horizon, slice(None, n // 2)), _march(found, horizon, slice(n // 2, None))]
    return 2.0 * _march(found, horizon, slice(None)) - 0.5 * (halves[0] + halves[1])


def _march(found: Responses, horizon: int, units: slice) -> Array:
    steps = found.kept.shape[1]
    starts = np.arange(_STARTS) * (steps // _STARTS)

    def windows(values: Array) -> Array:
        """Paths from every start, time first."""
        shifted = [np.roll(values[..., units, :], -start, axis=-1)[..., :horizon] for start in starts]
        return np.ascontiguousarray(np.moveaxis(np.concatenate(shifted, axis=-2), -1, -2))

    growth = np.zeros(horizon + 1)
    march(
        windows(found.kept), windows(found.factors), np.ascontiguousarray(found.lag_weights[:, :horizon]),
        windows(found.outer), windows(found.direct), found.start, growth,
    )  # fmt: skip
    return growth
