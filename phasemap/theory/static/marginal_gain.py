"""f S, the squared gain of the units that a hard update gate leaves open, and the verdict on stability that follows."""

import numpy as np
from numpy.typing import NDArray

from phasemap.model.estimate import Estimate
from phasemap.model.results import FloatArray


def marginal_gain(gain: Estimate, open_fraction: Estimate) -> tuple[FloatArray, FloatArray]:
    """f S and its error, of the same shape as S (docs/theory.md (4.4))."""
    S, f = np.asarray(gain.value, dtype=float), np.asarray(open_fraction.value, dtype=float)
    with np.errstate(invalid="ignore"):
        return f * S, f * np.asarray(gain.error) + S * np.asarray(open_fraction.error)


def stability(gain: FloatArray, of_open_units: FloatArray, moves_hard: NDArray[np.bool_]) -> FloatArray:
    """1 stable (S < 1), 0 marginally stable (f S <= 1 behind a hard gate that moves), -1 unstable."""
    pinned = moves_hard & (of_open_units <= 1.0)
    return np.where(gain < 1.0, 1.0, np.where(pinned, 0.0, -1.0))
