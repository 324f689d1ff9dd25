"""The gain at which fixed points begin to proliferate, as a function of the output gate (docs/theory.md, section 8)."""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from phasemap.kernels.complexity.continuation import End
from phasemap.kernels.complexity.moments import SIZE
from phasemap.kernels.complexity.replicas import overlaps, pair_excess
from phasemap.kernels.complexity.search import gain_slope, onset
from phasemap.model.quantities.counting import Reduced
from phasemap.model.unit.nonlinearities import gate_at_rest
from phasemap.theory.complexity import hard_gate
from phasemap.theory.complexity.laws import is_continuous


class _Tolerances(NamedTuple):
    """How closely the gain of onset is solved for."""

    root: float = 1e-13  # of the gain behind a hard gate


_TOLERANCES = _Tolerances()


# Gains between which the exponent of a hard gate changes sign.
_HARD_BETWEEN = (1.0, 1.2)


class Onset(NamedTuple):
    """Where Sigma = 0.

    gain:       g_h; `continuous`: it is exactly 1 / sigma_r at rest, where the zero state loses its stability.
    residual:   |Sigma| there.
    mean_square: <h^2> of the fixed points that begin there.
    shift:      how much further up the quenched exponent vanishes, to second order in the overlap; inf: not to it.
    """

    gain: float
    residual: float
    continuous: bool
    mean_square: float
    shift: float


@lru_cache(maxsize=65536)
def onset_gain(alpha: float, beta: float) -> Onset | None:
    """The onset for an output gate that varies, or for a constant one (alpha = 0); None where it was not found.

    beta = -inf: no output gate; inf: a shut one, behind which there is no fixed point but zero.
    """
    rest = gate_at_rest(beta) if math.isfinite(beta) else float(beta < 0.0)
    if rest == 0.0:
        return None
    at_zero = Onset(1.0 / rest, 0.0, True, 0.0, 0.0)
    if alpha == 0.0 or math.isinf(beta):
        return at_zero
    if math.isinf(alpha):
        return _hard()
    theta = np.empty(SIZE)
    gain, value, how = onset(alpha, beta, theta)
    if is_continuous(Reduced(1.0, alpha, beta)) and not (how == End.FOUND and gain < at_zero.gain):
        return at_zero
    if how != End.FOUND:
        return at_zero if how == End.VANISHED else None
    slope = gain_slope(gain, alpha, beta, theta) / gain
    excess = 0.5 * pair_excess(gain, alpha, beta, theta)
    mean_square = float(overlaps(gain, alpha, beta, theta, 1.0)[2])
    return Onset(float(gain), abs(float(value)), False, mean_square, excess / slope)


@lru_cache(maxsize=1)
def _hard() -> Onset | None:
    def exponent(g: float) -> float:
        """The exponent of a hard gate at a gain; NaN without a saddle."""
        solved = hard_gate.solve(g)
        return math.nan if solved is None else solved[0]

    gain = float(brentq(exponent, *_HARD_BETWEEN, xtol=_TOLERANCES.root))
    return Onset(gain, abs(exponent(gain)), False, 0.0, math.inf)
