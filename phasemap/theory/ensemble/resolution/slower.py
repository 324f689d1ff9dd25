"""Bounds of a state whose iteration does not converge: it is slower than any time scale at which the map pulls on.

With the half time of C(t) held short enough, its shape settles whatever the true solution is like, and the pull of the
map there is towards longer ones (docs/theory.md (5.6)): relaxation time and exponent are bounded by those of the held
state, as where the longest window ends first.
"""

import math
from typing import NamedTuple

import numpy as np

from phasemap.model.options import EnsembleOptions
from phasemap.theory.ensemble.bounds import Bounds, held_bounds
from phasemap.theory.ensemble.errors.budget import standard_error
from phasemap.theory.ensemble.resolution import pilot, search, soft
from phasemap.theory.ensemble.resolution.window import GROUPS, Surroundings
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.process import Process


class _Rule(NamedTuple):
    """Where a state is held."""

    shares: tuple[float, ...] = (0.5, 0.25, 0.1, 0.03)  # of the half time that the search found, one after another
    errors: float = 3.0  # of the groups, by which the pull there has to be positive


_RULE = _Rule()


def bounds_below(
    process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, around: Surroundings
) -> Bounds | None:
    """Bounds at the longest of a few half times at which the map pulls towards longer ones; None where it does nowhere.

    Only where nothing rests and nothing drives: elsewhere a state may keep itself up at one time scale alone.
    """
    if not pilot.moves_by_itself(process, around):
        return None
    sought = search.seek(process, options, seed, pilot.RULE.first_half_time)
    if sought.is_zero:
        return None
    for share in _RULE.shares:
        start = sought.held.at(share * sought.half_time, options)
        _, ensemble = pilot.ensemble_at(process, options, seed, start)
        x, _ = search.settled(ensemble, start.activity, start.half_time)
        if _pulls_on(ensemble, x):
            return held_bounds(ensemble, x, options.exponents)
    return None


def _pulls_on(ensemble: Ensemble, activity: np.ndarray) -> bool:
    """Whether the pull at C_phi (half,) is positive by three errors."""
    along = soft.direction(ensemble.ring, activity)
    pulls = np.array([[soft.pull_along(ensemble.map(activity, g) - activity, along)] for g in range(GROUPS)])
    error = float(standard_error(pulls)[0])
    return math.isfinite(error) and bool(pulls.mean() > _RULE.errors * error)
