"""The time step that a point needs: the same paths are solved at several, and what that changes is the error.

Two levels: what a small ensemble changes between a fine step and a coarse one it knows far better than its numbers
themselves, as the paths are the same. A large ensemble may take the coarse step then, and be corrected.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from phasemap.model.options import EnsembleOptions
from phasemap.model.results import FloatArray
from phasemap.numerics import anderson
from phasemap.theory.ensemble import numbers
from phasemap.theory.ensemble.numbers import NAMES, Solution, Start
from phasemap.theory.ensemble.resolution import window
from phasemap.theory.ensemble.resolution.window import GROUPS, Pilot
from phasemap.theory.ensemble.sampling.noise import Noise
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.process import Process, accuracy_target
from phasemap.theory.ensemble.sampling.ring import Ring, resample


class _Tolerances(NamedTuple):
    """When a time step is good enough."""

    residual_share: float = 0.04  # of the relative error asked for, that the iteration may leave
    variance_share: float = 0.25  # of it, that the discretisation may make in variances
    exponent_share: float = 2.0  # of the relative error asked for of the variance, that it may make in the exponent
    scatter_share: float = 0.05  # of what chance makes of a stiffened residual, that the iteration may leave
    scatter_enough: float = 0.3  # of it, that will do where the map is rough
    coarse_iterations: int = 8  # for a coarser step, whose solution is far if it takes more
    most_changes: int = 4  # of the step, each by a factor two
    stalled: float = 5.0  # residual over the tolerance up to which a noisy iteration counts as solved
    fewest_steps: int = 64  # on a ring: fewer resolve no correlation function
    correctable: float = 0.03  # of the variance: what a coarse step changes and a small ensemble corrects
    correctable_exponent: float = 0.15  # of the exponent, the same
    of_change: float = 1.0 / 3.0  # that doubling the step makes, which the step itself leaves at most
    least_of_change: float = 1.0 / 8.0  # the same where the order of convergence is seen to be higher, at least
    growth_per_step: float = 0.25  # of a perturbation, at most: longer steps agree with each other on a wrong exponent
    coarsest_exponent: float = 3e-4  # error of the exponent that is asked for, whatever the options say


TOLERANCES = _Tolerances()


@dataclass(frozen=True)
class Level:
    """A small ensemble at its solution on one ring, or on its way there (not solved)."""

    ring: Ring
    noise: Noise
    solution: Solution
    solved: bool = True


@dataclass(frozen=True)
class Chosen:
    """Levels with their steps doubling, the first of them fine enough; tolerance: of the iteration, to C_phi(0).

    error: what is left of the fine step in the numbers (len(NAMES),).
    start: on the fine ring, with what large steps have taught of the map.
    """

    levels: tuple[Level, ...]
    error: FloatArray
    tolerance: float
    start: Start

    def start_on(self, ring: Ring) -> Start:
        """The start on the ring of another level."""
        return self.fine.solution.start_at_known(self.start, self.fine.ring, ring)

    @property
    def fine(self) -> Level:
        """The one that is fine enough."""
        return self.levels[0]


def usual_tolerance(options: EnsembleOptions) -> float:
    """Of the iteration, relative to C_phi(0), away from transitions."""
    return TOLERANCES.residual_share * options.relative_error


def exponent_tolerance(options: EnsembleOptions) -> float:
    """Of the exponent, 1 / membrane time constant, and of its state."""
    return min(2.0 * usual_tolerance(options), TOLERANCES.coarsest_exponent)


def choose(process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, pilot: Pilot) -> Chosen:
    """Lengthen the time step while that changes little, or shorten it until doubling it does."""
    scatter = 0.0 if pilot.stiffener is None else pilot.stiffener.scatter
    tolerance = max(pilot.sharpness * usual_tolerance(options), TOLERANCES.scatter_share * scatter)
    start = Start(pilot.activity, pilot.solution.memory, stiffener=pilot.stiffener)
    solve = partial(_solve, process, options, tolerance)
    levels = [solve(pilot.ring, pilot.noise, start)]
    if is_lost(levels[0], pilot, process, options):
        return Chosen(tuple(levels), np.zeros(len(NAMES)), tolerance, start)
    levels.append(_coarser(solve, levels[0]))
    target = accuracy_target(process)
    while not _is_fine(levels[:3], options, target) and _may_shorten(levels[0], pilot, process, options):
        ring = levels[0].ring.finer()
        noise = Noise(seed, GROUPS, ring.steps, process.noise_placement != 0)
        noise.grow(options.paths)
        levels = [solve(ring, noise, levels[0].solution.start_at(levels[0].ring, ring)), *levels]
    if not levels[1].solved:
        levels[1] = solve(levels[1].ring, levels[1].noise, levels[1].solution.start)
    while _is_fine(levels[-2:], options, target) and levels[-1].ring.steps // 2 >= TOLERANCES.fewest_steps:
        levels.append(_coarser(solve, levels[-1]))
    while len(levels) > 2 and _is_fine(levels[1:4], options, target):
        levels = levels[1:]  # finer than need be
    return _chosen(levels, start, tolerance, pilot.ring)


def _chosen(levels: list[Level], start: Start, tolerance: float, first: Ring) -> Chosen:
    """The finest level, and those that it can correct."""
    error = np.nan_to_num(errors_left(levels))
    kept = [levels[0], *(one for one in levels[1:] if _is_correctable(levels[0].solution, one))]
    return Chosen(tuple(kept), error, tolerance, kept[0].solution.start_at_known(start, first, kept[0].ring))


def _coarser(solve: Callable[..., Level], fine: Level) -> Level:
    target = fine.ring.coarser()
    start = fine.solution.start_at(fine.ring, target)
    return solve(target, fine.noise.coarser(), start, limit=TOLERANCES.coarse_iterations)


def is_lost(level: Level, pilot: Pilot, process: Process, options: EnsembleOptions) -> bool:
    """Whether the longest window does not hold the state: its time scale is all chance there, at any time step."""
    found = level.solution.fixed_point
    lost = not found.converged or window.outgrows(found.x, level.ring, process.is_odd)
    return pilot.may_be_held and level.ring.period >= options.longest_window and lost


def _may_shorten(level: Level, pilot: Pilot, process: Process, options: EnsembleOptions) -> bool:
    within = 2 * level.ring.steps * options.paths <= options.path_steps
    few = level.ring.steps < pilot.ring.steps * 2**TOLERANCES.most_changes
    return within and few and not is_lost(level, pilot, process, options)


def _solve(
    process: Process,
    options: EnsembleOptions,
    tolerance: float,
    ring: Ring,
    noise: Noise,
    start: Start,
    limit: int = numbers.MOST_ITERATIONS,
) -> Level:
    ensemble = Ensemble(process, ring, noise)
    enough = 0.0 if start.stiffener is None else TOLERANCES.scatter_enough * start.stiffener.scatter
    solution = numbers.solve(ensemble, start, anderson.Tolerance(tolerance, enough), limit=limit)
    # A coarse step that leads far away is not worth the way.
    solved = limit == numbers.MOST_ITERATIONS or solution.fixed_point.residual <= TOLERANCES.stalled * tolerance
    if options.exponents and process.has_tangent and solved:
        solution = numbers.add_exponent(ensemble, solution, exponent_tolerance(options), None, start.exponent)
    return Level(ring, noise, solution, solved)


def difference(one: Solution, two: Solution) -> FloatArray:
    """Differences (len(NAMES),) of the numbers of two solutions; NaN where one of them is not finite."""
    a, b = one.row, two.row
    known = np.isfinite(a) & np.isfinite(b)
    return np.subtract(a, b, where=known, out=np.full_like(a, np.nan))


def errors_left(levels: Sequence[Level]) -> FloatArray:
    """What the first and finest of some levels leaves of an error (len(NAMES),), by what doubling its step changes.

    The scheme is of second order or better, so that the error is a third of that at most. Three levels show the order:
    where the change before was larger by a factor r it is 1 / (r - 1), of which no more than an eighth is believed in.
    """
    change = difference(levels[0].solution, levels[1].solution)
    share = np.full(len(NAMES), TOLERANCES.of_change)
    if len(levels) > 2 and levels[2].solved:
        before = difference(levels[1].solution, levels[2].solution)
        with np.errstate(divide="ignore", invalid="ignore"):
            faster = 1.0 / (np.abs(before / change) - 1.0)
        known = np.isfinite(faster) & (before * change > 0.0) & (faster > 0.0)
        share[known] = np.clip(faster[known], TOLERANCES.least_of_change, TOLERANCES.of_change)
    return np.asarray(share * np.abs(change))


def moments_between(fine: Level, coarse: Level) -> FloatArray:
    """Covariances of h and of phi, fine less coarse, (2, half) on the coarse ring."""
    one, two = fine.solution.moments, coarse.solution.moments
    pairs = ((one.membrane, two.membrane), (one.activity, two.activity))
    return np.array([resample(a, fine.ring, coarse.ring) - b for a, b in pairs])


def _is_fine(levels: list[Level], options: EnsembleOptions, target: str) -> bool:
    """Whether what the first of two or three levels leaves of an error is small against the one asked for.

    target: the variance that is to be known: of h, or of the activity where that of h has heavy tails.
    """
    if not levels[1].solved:
        return False
    solution = levels[0].solution
    if solution.values["lyapunov_max"] * levels[0].ring.step > TOLERANCES.growth_per_step:
        return False
    left = errors_left(levels)
    limits = {
        target: TOLERANCES.variance_share * options.relative_error * solution.values[target],
        "lyapunov_max": max(
            TOLERANCES.exponent_share * options.relative_error * abs(solution.values["lyapunov_max"]),
            2.0 * exponent_tolerance(options),
        ),
    }
    return all(not left[NAMES.index(name)] > limit for name, limit in limits.items())


def _is_correctable(fine: Solution, coarse: Level) -> bool:
    change = np.abs(difference(fine, coarse.solution))
    shares = {"variance": TOLERANCES.correctable, "lyapunov_max": TOLERANCES.correctable_exponent}
    small = (not change[NAMES.index(name)] > share * abs(fine.values[name]) for name, share in shares.items())
    return coarse.solved and all(small)
