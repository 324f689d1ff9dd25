"""How sharply the residual of the iteration tells a solution from its neighbours, and a search where it does not.

Near a continuous transition C(t) and C((1 + d) t) are almost equally good solutions: the residual changes with d by a
share of the order of the distance from the transition squared. There the iteration has to go on to a smaller residual,
and the time scale is searched for by itself.
"""

from typing import NamedTuple

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.numerics.anderson import iterate, relative_size
from phasemap.theory.ensemble.numbers import admissible
from phasemap.theory.ensemble.sampling.paths import Ensemble


class _Tolerances(NamedTuple):
    """The search along the time scale of a solution; steps are of ln(time scale)."""

    stretch: float = 0.1  # by which a time scale is changed to see what that changes
    longest: float = 0.6  # step; a longer one leaves the neighbourhood
    shortest: float = 0.05  # step that ends the search
    most_steps: int = 12  # a search that needs more is given up
    settle: int = 8  # plain iterations after each step, that settle the shape


_TOLERANCES = _Tolerances()

# Change of the residual per relative change of the time scale, both as `relative_size`: typical far from transitions.
USUAL = 0.02


def sharpness(ensemble: Ensemble, activity: FloatArray) -> float:
    """Change of the residual at C_phi (half,) under a change of its time scale, in units of USUAL; at most 1."""
    _, _, change = _stretched(ensemble, activity)
    return min(relative_size(change, activity) / (_TOLERANCES.stretch * USUAL), 1.0)


def with_its_time_scale(ensemble: Ensemble, activity: FloatArray) -> FloatArray:
    """C_phi (half,) stretched until the map no longer pulls at its time scale: a start for the iteration."""
    x, longest, last = activity, _TOLERANCES.longest, 0.0
    for _ in range(_TOLERANCES.most_steps):
        direction, residual, change = _stretched(ensemble, x)
        pull, slope = float(direction @ residual), float(direction @ change)
        # Where the residual is no guide to the distance, its sign is one to the direction.
        step = -_TOLERANCES.stretch * pull / slope if slope < 0.0 else float(np.copysign(longest, pull))
        longest *= 0.5 if step * last < 0.0 else 1.0
        last = float(np.clip(step, -longest, longest))
        x = iterate(ensemble.map, admissible(_stretch(ensemble, x, last)), _TOLERANCES.settle, admissible, 0.0)
        if abs(last) < _TOLERANCES.shortest:
            break
    return x


def _stretched(ensemble: Ensemble, activity: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What stretching the time scale changes, the residual, and what it changes of the residual, (half,) each."""
    changed = _stretch(ensemble, activity, _TOLERANCES.stretch)
    residual = ensemble.map(activity) - activity
    return changed - activity, residual, ensemble.map(changed) - changed - residual


def _stretch(ensemble: Ensemble, activity: FloatArray, amount: float) -> FloatArray:
    """C(t e**amount), its last value beyond the window."""
    from scipy.interpolate import CubicSpline  # slow to load, and most points need no ensemble

    lags = ensemble.ring.lags
    return np.asarray(CubicSpline(lags, activity)(np.minimum(np.exp(amount) * lags, lags[-1])))
