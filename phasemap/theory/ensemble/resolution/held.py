"""What a state whose time scale is held shorter than it is lacks of its variances (docs/theory.md (5.11)).

Variances grow with the half time s that is held, by less and less with every doubling, and the pull of the map falls:
it would vanish at the true half time. Two half times tell both slopes, and from them how far the true one is, and how
much the variances grow until there. The pull falls ever more slowly, so that the way may be twice as long: the whole
growth is the error. Where chance hides the fall of the pull the way is taken to be long.
"""

import math
from typing import NamedTuple

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.numerics import anderson
from phasemap.theory.ensemble.numbers import NAMES, admissible
from phasemap.theory.ensemble.resolution import search, soft, window
from phasemap.theory.ensemble.resolution.window import Pilot
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.ring import resample


class _Rule(NamedTuple):
    """How far a held state may be from the true one."""

    farthest: float = 0.5  # share of a variance by which it may grow: more is no extrapolation
    doublings: float = 2.0  # of the half time that are believed in; variances have saturated by then
    freed: int = 40  # iterations for a state whose time scale is no longer held
    not_lost: float = 5e-3  # residual that they may leave
    same: float = 0.8  # share of <phi^2> that is left of it, at least


_RULE = _Rule()


def comes_to_rest(process: Process, pilot: Pilot) -> bool:
    """Whether a state that is let go in the longest window settles on a slower one that still fits into it."""
    ensemble = Ensemble(process, pilot.ring, pilot.noise)
    free = anderson.solve(ensemble.map, pilot.activity, window.PILOT_TOLERANCE, _RULE.freed, admissible)
    share = free.x[0] / pilot.activity[0]
    if not (_RULE.same < share < 1.0 / _RULE.same and free.residual < _RULE.not_lost):
        return False
    slower = soft.half_time(pilot.ring, free.x, process.is_odd) > pilot.half_time
    return slower and not window.outgrows(free.x, pilot.ring, process.is_odd)


def growth_beyond(ensemble: Ensemble, activity: FloatArray, half_time: float) -> tuple[FloatArray, FloatArray]:
    """What the variances of h and phi (2,) grow by up to the true half time, and its error; NaN where it is too far.

    activity: C_phi (half,) with its half time held.
    """
    shorter, before = search.settled(ensemble, activity, 0.5 * half_time)
    _, pull = search.settle(ensemble, activity, half_time, 2)
    doublings = abs(pull) / (before - pull) if before > pull else math.inf
    now, then = ensemble.moments(activity), ensemble.moments(shorter)
    grown = [float(getattr(now, name)[0] - getattr(then, name)[0]) for name in ("membrane", "activity")]
    change = min(doublings, _RULE.doublings) * np.array(grown)
    far = np.abs(change) > _RULE.farthest * np.array([now.membrane[0], now.activity[0]])
    growth = np.maximum(change, 0.0) if pull > 0.0 else np.zeros(2)
    return np.where(far, np.nan, growth), np.where(far, np.nan, np.abs(change))


def step_errors(ensemble: Ensemble, activity: FloatArray) -> FloatArray:
    """What twice the time step changes of the numbers (len(NAMES),) of C_phi (half,), as far as paths alone tell."""
    ring, noise = ensemble.ring.coarser(), ensemble.noise.coarser()
    coarse = Ensemble(ensemble.process, ring, noise).moments(resample(activity, ensemble.ring, ring))
    fine, out = ensemble.moments(activity), np.zeros(len(NAMES))
    out[NAMES.index("variance")] = fine.membrane[0] - coarse.membrane[0]
    out[NAMES.index("activity_variance")] = fine.activity[0] - coarse.activity[0]
    return np.abs(out)
