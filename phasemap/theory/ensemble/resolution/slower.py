"""Bounds of a state whose iteration does not converge: it is slower than any time scale at which the map pulls on.

With the half time of C(t) held short enough, its shape settles whatever the true solution is like, and the pull of the
map there is towards longer ones (docs/theory.md (5.6)): relaxation time and exponent are bounded by those of the held
state, as where the longest window ends first.
"""

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from phasemap.model.options import EnsembleOptions
from phasemap.model.results import FloatArray
from phasemap.theory.ensemble.bounds import Bounds, exponent_from_above, held_bounds
from phasemap.theory.ensemble.resolution import pilot, search, timestep
from phasemap.theory.ensemble.resolution.window import Pilot, Surroundings
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.ring import Ring, resample


class _Rule(NamedTuple):
    """Where a state is held."""

    shares: tuple[float, ...] = (0.7, 0.5, 0.35, 0.25, 0.1, 0.03)  # of the half time that was found, one after another
    finer: int = 4  # times as many steps for the bound of an exponent that is large against one step
    paths: int = 4  # times those of the smallest ensemble, by which the pull is told from chance


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


def bounds_of_held(
    process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, held: Pilot
) -> Bounds | None:
    """Bounds of a state that is held; where its pull may be chance, at a shorter time scale than which it is slower."""
    ensemble = Ensemble(process, held.ring, held.noise)
    if search.pulls_on(ensemble, held.activity):
        return bounds_where_held(ensemble, held.activity, options, seed)
    return bounds_at_shares(process, options, seed, search.Held(held.ring, held.activity, held.half_time, math.nan))


def bounds_at_shares(
    process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, held: search.Held
) -> Bounds | None:
    """The same at shares of the half time of a held state."""
    for share in _RULE.shares:
        start = held.at(share * held.half_time, options)
        _, ensemble = pilot.ensemble_at(process, options, seed, start)
        x, _ = search.settled(ensemble, start.activity, start.half_time)
        many = pilot.ensemble_at(process, replace(options, paths=_RULE.paths * options.paths), seed, start)[1]
        if search.pulls_on(many, x):
            return bounds_where_held(ensemble, x, options, seed)
    return None


def bounds_where_held(
    ensemble: Ensemble, activity: FloatArray, options: EnsembleOptions, seed: np.random.SeedSequence
) -> Bounds:
    """Bounds at a held C_phi (half,); that of the exponent at shorter steps where a perturbation grows much in one."""
    known, ring = held_bounds(ensemble, activity, options.exponents), ensemble.ring
    if not known.lyapunov_max * ring.step > timestep.TOLERANCES.growth_per_step:
        return known
    target = Ring(ring.period, _RULE.finer * ring.steps)
    start = search.Held(target, resample(activity, ring, target), math.nan, math.nan)
    finer = pilot.ensemble_at(ensemble.process, options, seed, start)[1]
    return replace(known, lyapunov_max=exponent_from_above(finer, start.activity, known.lyapunov_max))
