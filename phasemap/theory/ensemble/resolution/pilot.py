"""A first solution with a small ensemble, by the way that suits the point.

Where nothing rests and nothing drives, the state moves by itself, however slowly: its time scale is sought (`search`).
Elsewhere windows are doubled until the correlations have reached their limit in one (`window`).
"""

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from phasemap.model.options import EnsembleOptions
from phasemap.model.results import FloatArray
from phasemap.numerics import anderson
from phasemap.theory.ensemble.numbers import admissible
from phasemap.theory.ensemble.resolution import search, soft, window
from phasemap.theory.ensemble.resolution.window import GROUPS, PILOT_TOLERANCE, Found, Pilot, Surroundings
from phasemap.theory.ensemble.sampling.noise import Noise
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.ring import Ring


class _Rule(NamedTuple):
    """What the search for a time scale is judged by; times in membrane time constants."""

    first_half_time: float = 4.0  # from which on it is sought
    windows: int = 3  # tried for a time scale that was found
    shortest: float = -0.4  # ln(half time a window was made for / half time found) from which on it is long enough
    further: float = 4.0  # by which the time scale is longer in the next window where one is lost
    longest: float = 1.0  # and up to which it is not wasted
    moved: float = 0.15  # in ln(half time), from which on what the map answers is asked again
    lost: float = 0.02  # a larger residual is no solution, nor one beyond what chance makes of it
    scatter_share: float = 0.1  # of that, that the iteration may leave,
    scatter_enough: float = 0.5  # and that will do where the map is rough
    iterations: int = 40  # at one time scale, at most
    soft: float = 0.3  # pull per change of ln(time scale) below which a residual says little,
    near_tolerance: float = 0.05  # the same next to an onset, where every change of shape is soft
    soft_tolerance: float = 1.0  # and by which it is to be smaller there


RULE = _Rule()


def find(
    process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, around: Surroundings, small: bool = False
) -> Pilot:
    """The largest fluctuating state, or the one that grows out of rest (small), in the window that it needs."""
    if moves_by_itself(process, around) and not small:
        found = seek(process, options, seed)
        if found is not None:
            return found
    return window.find(process, options, seed, around, small)


def moves_by_itself(process: Process, around: Surroundings) -> bool:
    """Whether nothing rests and nothing drives, so that there is a fluctuating state, however slow."""
    return process.is_odd and not process.is_noisy and not around.has_stable_fixed_point


def seek(process: Process, options: EnsembleOptions, seed: np.random.SeedSequence) -> Pilot | None:
    """The state whose time scale was sought by itself; None where it is not found that way."""
    sought = search.seek(process, options, seed, RULE.first_half_time)
    if sought.is_zero:
        return None
    start = sought.held.at(sought.half_time, options)
    if not sought.bracketed:
        return held_pilot(process, options, seed, start)
    for _ in range(RULE.windows):
        pilot = _solved(process, options, seed, start, sought.kappa)
        found = soft.half_time(pilot.ring, pilot.activity, True)
        at_limit = pilot.ring.period >= options.longest_window
        unclear = pilot.found is Found.SLOW and not pilot.solution.converged
        lost = not found < 0.5 * pilot.ring.period or pilot.found is Found.NOTHING or unclear
        if lost:
            if at_limit or search.is_near_an_onset(process):
                return held_instead(process, options, seed, start)
            start = start.at(min(RULE.further * start.half_time, search.longest_half_time(options)), options)
            continue
        if at_limit or RULE.shortest < math.log(start.half_time / found) < RULE.longest:
            return pilot
        start = search.Held(pilot.ring, pilot.activity, found, 0.0).at(found, options)
    return held_instead(process, options, seed, start) if lost else pilot


def held_instead(
    process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, start: search.Held
) -> Pilot | None:
    """The state at a half time, held: the iteration has only chance to go by, while variances hardly depend on it.

    None next to an onset, where they do, unless the longest window ends before the state is resolved.
    """
    at_limit = search.ring_for(start.half_time, options).period >= options.longest_window
    if search.is_near_an_onset(process) and not at_limit:
        return None
    return held_pilot(process, options, seed, start)


def held_pilot(process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, start: search.Held) -> Pilot:
    """The state with the longest half time that fits into the longest window: the true one is slower."""
    noise, ensemble = ensemble_at(process, options, seed, start)
    x, _ = search.settled(ensemble, start.activity, start.half_time)
    return Pilot(Found.SLOW, start.ring, x, noise, _given(x), 1.0, None, start.half_time)


def _solved(
    process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, start: search.Held, kappa: float
) -> Pilot:
    noise, ensemble = ensemble_at(process, options, seed, start)
    x, _ = search.settle(ensemble, start.activity, start.half_time, 1)
    stiff = soft.informed(ensemble, x, float(np.clip(kappa, soft.TOLERANCES.softest, 1.0)))
    near = search.is_near_an_onset(process)
    tolerance = anderson.Tolerance(
        max(PILOT_TOLERANCE * (RULE.near_tolerance if near else 1.0), RULE.scatter_share * stiff.scatter),
        RULE.scatter_enough * stiff.scatter,
    )
    solution = anderson.solve(soft.stiffened(ensemble.map, stiff), x, tolerance, RULE.iterations, admissible)
    moved = soft.half_time(start.ring, solution.x, True) / start.half_time
    if solution.converged and moved < math.inf and abs(math.log(moved)) > RULE.moved:
        # What the map answers there is another matter, and the memory of the way is no longer needed.
        stiff = soft.informed(ensemble, solution.x, stiff.kappa)
        solution = replace(solution, memory=anderson.Memory())
    found = window.classify(solution, process, start.ring, max(RULE.lost, stiff.scatter))
    sharp = RULE.near_tolerance if near else RULE.soft_tolerance if stiff.kappa < RULE.soft else 1.0
    return Pilot(found, start.ring, solution.x, noise, solution, sharp, stiff)


def _given(x: FloatArray) -> anderson.FixedPoint:
    """A start that is taken for a solution."""
    return anderson.FixedPoint(x, 0.0, 0.0, 0, True, anderson.Memory())


def ensemble_at(
    process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, start: search.Held
) -> tuple[Noise, Ensemble]:
    """The smallest ensemble on the ring of a held state."""
    noise = Noise(seed, GROUPS, start.ring.steps, False)
    noise.grow(options.paths)
    return noise, Ensemble(process, start.ring, noise)


def longer(
    pilot: Pilot,
    ring: Ring,
    activity: FloatArray,
    process: Process,
    options: EnsembleOptions,
    seed: np.random.SeedSequence,
) -> Pilot:
    """A pilot for twice the window, from a solution C_phi (half,) on a ring."""
    x, target = window.extended(activity, ring, process.is_odd), ring.longer()
    noise = Noise(seed, GROUPS, target.steps, process.noise_placement != 0)
    noise.grow(options.paths)
    stiff = pilot.stiffener and soft.Stiffener(soft.direction(target, x), pilot.stiffener.kappa)
    return replace(pilot, ring=target, noise=noise, activity=x, solution=_given(x), stiffener=stiff)
