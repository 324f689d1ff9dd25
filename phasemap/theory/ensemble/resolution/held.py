"""What a state whose time scale is held shorter than it is lacks of its variances (docs/theory.md (5.11)).

Variances grow with the half time s that is held, by less and less with every doubling, and the pull of the map falls:
it would vanish at the true half time. Two half times tell both slopes, and from them how far the true one is, and how
much the variances grow until there. The pull falls ever more slowly, so that the way may be twice as long: the whole
growth is the error.
"""

import math

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.theory.ensemble.resolution import search
from phasemap.theory.ensemble.sampling.paths import Ensemble

# Share of a variance by which it may grow: more is no extrapolation.
_FARTHEST = 0.5


def growth_beyond(ensemble: Ensemble, activity: FloatArray, half_time: float) -> FloatArray:
    """What the variances of h and phi (2,) grow by up to the true half time; NaN where nothing tells it.

    activity: C_phi (half,) with its half time held.
    """
    shorter, before = search.settled(ensemble, activity, 0.5 * half_time)
    _, pull = search.settle(ensemble, activity, half_time, 2)
    doublings = pull / (before - pull) if before > pull > 0.0 else math.nan
    now, then = ensemble.moments(activity), ensemble.moments(shorter)
    grown = [float(getattr(now, name)[0] - getattr(then, name)[0]) for name in ("membrane", "activity")]
    growth = doublings * np.maximum(grown, 0.0)
    far = growth > _FARTHEST * np.array([now.membrane[0], now.activity[0]])
    return np.where(far, np.nan, growth)
