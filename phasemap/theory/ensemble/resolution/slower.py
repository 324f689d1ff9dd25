"""Bounds of a state whose iteration does not converge: it is slower than any time scale at which the map pulls on.

With the half time of C(t) held short enough, its shape settles whatever the true solution is like, and the pull of the
map there is towards longer ones (docs/theory.md (5.6)): relaxation time and exponent are bounded by those of the held
state, as where the longest window ends first.
"""

from typing import NamedTuple

import numpy as np

from phasemap.model.options import EnsembleOptions
from phasemap.theory.ensemble.bounds import Bounds, held_bounds
from phasemap.theory.ensemble.resolution import pilot, search
from phasemap.theory.ensemble.resolution.window import Surroundings
from phasemap.theory.ensemble.sampling.process import Process


class _Rule(NamedTuple):
    """Where a state is held."""

    shares: tuple[float, ...] = (0.5, 0.25, 0.1, 0.03)  # of the half time that the search found, one after another


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
    return bounds_at_shares(process, options, seed, sought.held.at(sought.half_time, options))


def bounds_at_shares(
    process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, held: search.Held
) -> Bounds | None:
    """The same at shares of the half time of a held state."""
    for share in _RULE.shares:
        start = held.at(share * held.half_time, options)
        _, ensemble = pilot.ensemble_at(process, options, seed, start)
        x, _ = search.settled(ensemble, start.activity, start.half_time)
        if search.pulls_on(ensemble, x):
            return held_bounds(ensemble, x, options.exponents)
    return None
