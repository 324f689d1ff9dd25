"""One point of parameter space solved by an ensemble of paths, with the errors of its numbers."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.theory.ensemble import numbers
from phasemap.theory.ensemble.bounds import Bounds, bounds
from phasemap.theory.ensemble.errors.budget import SOURCES, ErrorBudget, collect, debias
from phasemap.theory.ensemble.errors.iteration import iteration_errors, tail_error
from phasemap.theory.ensemble.errors.jackknife import group_rows
from phasemap.theory.ensemble.errors.other_noise import widened
from phasemap.theory.ensemble.numbers import NAMES, TIMES, Solution, Start
from phasemap.theory.ensemble.refine import Refined, refine
from phasemap.theory.ensemble.resolution import search, timestep, window
from phasemap.theory.ensemble.resolution.held import comes_to_rest, growth_beyond, step_errors
from phasemap.theory.ensemble.resolution.pilot import find, held_instead, longer
from phasemap.theory.ensemble.resolution.slower import bounds_of_held
from phasemap.theory.ensemble.resolution.soft import half_time
from phasemap.theory.ensemble.resolution.window import Found, Pilot, Surroundings
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.process import Process, accuracy_target
from phasemap.theory.ensemble.sampling.ring import Ring
from phasemap.theory.ensemble.shut_units import slowest_rest


class _Tolerances(NamedTuple):
    """What an ensemble is enlarged and judged by."""

    accepted: float = 1.3  # the total of all errors may exceed the statistical one asked for by this factor
    stalled: float = 5.0  # above this multiple of the tolerance a group counts as not solved
    poor_groups: int = 2  # so many groups may fail
    most_correction: float = 0.5  # share of a number that cannot be negative by which it is corrected at most
    smallest_gain: float = 1e-4  # stands for g_h = 0, at which nothing answers
    most_doubt: float = 0.3  # relative error of the variance of h above which its correlations mean nothing
    poor_time: float = 0.5  # the same of times, which are known less well
    same: float = 0.8  # of two states that noise leaves apart the smaller has less than this share of <phi^2>
    not_lost: float = 5e-3  # residual of an iteration that stalls, up to which its errors say enough
    fits: float = 0.5  # share of its correlations that may be left at half the longest window
    endless: float = 10.0  # of the longest window: rare units that rest later leave h, and its exponent, no numbers
    held: float = 0.04  # error of a variance, relative to it, up to which it is known where no window holds the state
    window_share: float = 0.5  # share of the error asked for that the window may make


_TOLERANCES = _Tolerances()

# The moment that a variance is the value at lag zero of.
_MOMENTS = {"variance": "membrane", "activity_variance": "activity"}


@dataclass(frozen=True)
class PointSolution:
    """The fluctuating state of a point.

    values:    (len(NAMES),) corrected for the bias of a finite ensemble; errors: by source.
    solution:  of all groups together, on `ring`; groups: of each alone.
    rows:      (G, len(NAMES)) numbers of the groups, whose scatter tells that of `values`.
    remainder: share of the correlations left at half the window.
    functions: what a finer time step adds to the covariances of h and phi, (2, half).
    solved:    whether the iterations converged.
    bounds:    of a state that is slower than the longest window.
    held:      whether its time scale was held there; its variances are those at the true one by extrapolation.
    pooled:    factor of the scatter of the groups, by what smaller ensembles have found of it.
    """

    found: Found
    solved: bool
    ring: Ring
    values: FloatArray
    errors: ErrorBudget
    solution: Solution
    groups: tuple[Solution, ...]
    rows: FloatArray
    ensemble: Ensemble
    remainder: float
    functions: FloatArray
    bounds: Bounds | None = None
    held: bool = False
    pooled: float = 1.0

    @property
    def is_settled(self) -> bool:
        """Whether the correlations reach their limit in the window, and were solved for."""
        return self.found is Found.FLUCTUATING and self.solved

    @property
    def product(self) -> tuple[float, float]:
        """lambda_max times the relaxation time, with an error that knows their correlation from group to group."""
        exponent, time = NAMES.index("lyapunov_max"), NAMES.index("relaxation_time")
        value = float(self.values[exponent] * self.values[time])
        relative = self.errors.parts[[exponent, time]][:, 1:] / np.abs(self.values[[exponent, time], None])
        with np.errstate(invalid="ignore"):
            changes = (self.rows[:, [exponent, time]] / self.values[[exponent, time]]).sum(axis=1)
            scatter = self.pooled * float(changes.std(ddof=1)) / math.sqrt(len(changes))
        return value, abs(value) * math.hypot(scatter, float(np.linalg.norm(relative)))

    @property
    def gate_variance(self) -> tuple[float, float]:
        """Variance of z about its mean and its error; where the time scale was held it grows as that of phi does."""
        ring, process = self.ring, self.ensemble.process
        groups = [float(process.gate_variable(one.activity, ring)[0]) for one in self.groups]
        full = float(process.gate_variable(self.solution.activity, ring)[0])
        error = self.pooled * float(np.std(groups, ddof=1)) / math.sqrt(len(groups))
        if not self.held:
            return full, error
        growth = full * np.nan_to_num(self.errors.of("activity_variance", "window") / self.solution.activity[0])
        return full + growth, math.hypot(error, growth)

    def is_accurate(self, name: str, options: EnsembleOptions) -> bool:
        """Whether a number is known as well as it should be.

        The variances to the error asked for, or to a few per cent where no window holds the state; the others as well
        as that ensemble gives them.
        """
        k = NAMES.index(name)
        if self.found is Found.SLOW and (self.held or self.solved) and name in _MOMENTS:
            return bool(self.errors.total[k] <= _TOLERANCES.held * abs(self.values[k]))
        if not self.is_settled:
            return False
        if name == "lyapunov_max" and not self._exponents_good(options):
            return False
        if name in ("variance", "activity_variance"):
            return bool(self.errors.total[k] <= _TOLERANCES.accepted * options.relative_error * abs(self.values[k]))
        if name in TIMES and not (
            self.membrane_known and self.errors.total[k] <= _TOLERANCES.poor_time * self.values[k]
        ):
            return False
        # An infinite time is one that could not be told.
        return bool(np.isfinite(self.values[k] + self.errors.total[k]))

    @property
    def membrane_known(self) -> bool:
        """Whether C_h is known at all, and not made by the few largest paths of heavy tails."""
        k = NAMES.index("variance")
        return bool(self.errors.total[k] <= _TOLERANCES.most_doubt * abs(self.values[k]))

    def _exponents_good(self, options: EnsembleOptions) -> bool:
        full, stalled = self.solution.exponent, _TOLERANCES.stalled * timestep.exponent_tolerance(options)
        if full is None:
            return not self.ensemble.process.has_tangent
        known = [one.exponent for one in self.groups if one.exponent is not None]
        good = [e.positive and (e.converged or e.residual <= stalled) for e in known]
        return full.converged and full.positive and sum(good) >= len(good) - _TOLERANCES.poor_groups


def solve(
    parameters: Parameters,
    options: EnsembleOptions,
    seed: np.random.SeedSequence,
    around: Surroundings,
    beside: float | None = None,
    fine: bool = True,
) -> PointSolution | Found:
    """The fluctuating state at `parameters`, or what was found instead of one.

    beside: <phi^2> of the largest state: the one that grows out of rest is looked for, and is SAME if it is that one.
    fine: whether the paths themselves are wanted as exact in time as the numbers, which else are corrected.

    Raises:
        UnsupportedError: white noise on an instantaneous gate.
    """
    # At g_h = 0 nothing answers to h, and phi(h) is no process at all: its shape is that at a small gain.
    process = Process(parameters if parameters.g_h > 0.0 else parameters._replace(g_h=_TOLERANCES.smallest_gain))
    if process.is_contraction:
        return Found.ZERO
    pilot = find(process, options, seed, around, small=beside is not None)
    if beside is not None and pilot.found is not Found.NOTHING and pilot.activity[0] > _TOLERANCES.same * beside:
        return Found.SAME
    if pilot.found in (Found.ZERO, Found.STATIC, Found.NOTHING):
        return pilot.found
    if slowest_rest(process, pilot.activity, pilot.ring) > _TOLERANCES.endless * options.longest_window:
        options = replace(options, exponents=False)  # there is none: h is not stationary
    result = _in_its_window(process, options, seed, pilot, fine)
    if result.solved or not pilot.may_be_held:
        return result
    slow = _held_instead(process, options, seed, pilot)
    if slow is not None:
        return slow
    # Next to a continuous onset the pull is too weak to hold on to: windows are doubled there.
    pilot = window.find(process, options, seed, around)
    if pilot.found in (Found.ZERO, Found.STATIC, Found.NOTHING):
        return result
    return _in_its_window(process, options, seed, pilot, fine)


def _in_its_window(
    process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, pilot: Pilot, fine: bool
) -> PointSolution:
    """The state in the window of a pilot, or in a longer one where a larger ensemble shows it to be too short."""
    result = _at(process, options, seed, pilot, fine)
    while _needs_longer_window(result, options):
        pilot = longer(pilot, result.ring, result.solution.activity, process, options, seed)
        result = _at(process, options, seed, pilot, fine)
    return result


def _at(
    process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, pilot: Pilot, fine: bool
) -> PointSolution:
    """The state in the window of a pilot."""
    held = math.isfinite(pilot.half_time)
    if held and not comes_to_rest(process, pilot):
        return _held(process, options, seed, pilot)
    chosen = timestep.choose(process, options, seed, pilot)
    if timestep.is_lost(chosen.fine, pilot, process, options):
        slow = _held_instead(process, options, seed, pilot)
        if slow is not None:
            return slow
    refined = refine(process, options, seed, chosen, fine)
    found = pilot.found
    if found is Found.SLOW and window.reaches_limit(refined.full.activity, refined.ensemble.ring, process.is_odd):
        found = Found.FLUCTUATING
    result = _summary(options, found, chosen, refined)
    if found is not Found.SLOW:
        paths = refined.ensemble.noise.paths
        return replace(result, errors=widened(result.errors, process, options, seed, pilot, paths))
    return replace(result, bounds=bounds(Ensemble(process, pilot.ring, pilot.noise), pilot.activity, options.exponents))


def _held_instead(
    process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, pilot: Pilot
) -> PointSolution | None:
    """The state with its time scale held where the longest window does not hold it otherwise."""
    if math.isfinite(pilot.half_time):
        return _held(process, options, seed, pilot)
    half = min(half_time(pilot.ring, pilot.activity, process.is_odd), search.longest_half_time(options))
    start = search.Held(pilot.ring, pilot.activity, half, math.nan).at(half, options)
    held = held_instead(process, options, seed, start)
    return None if held is None else _held(process, options, seed, held)


def _held(process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, pilot: Pilot) -> PointSolution:
    """A state with its time scale held; its variances are extrapolated to the true one, which is slower."""
    ensemble = Ensemble(process, pilot.ring, pilot.noise)
    start, given = Start(pilot.activity), replace(pilot.solution, x=pilot.activity)

    def at(group: int | None) -> Solution:
        """The numbers of a group, or of all."""
        return numbers.at(ensemble, given, ensemble.moments(pilot.activity, group), start)

    full, groups = at(None), tuple(at(g) for g in range(window.GROUPS))
    rows, none = group_rows(groups, pilot.ring, process.is_odd), np.zeros(len(NAMES))
    budget = collect(full.row, rows, none, step_errors(ensemble, pilot.activity), _TOLERANCES.fits, none)
    values, parts = full.row, budget.parts
    growth, doubt = growth_beyond(ensemble, pilot.activity, pilot.half_time)
    at_variances = [NAMES.index(name) for name in _MOMENTS]
    values[at_variances] += growth
    parts[at_variances, SOURCES.index("window")] = doubt
    functions = np.zeros((2, pilot.ring.steps // 2 + 1))
    known = bounds_of_held(process, options, seed, pilot)
    return PointSolution(
        Found.SLOW, False, pilot.ring, values, ErrorBudget(parts), full, groups, rows, ensemble, _TOLERANCES.fits,
        functions, known, True,
    )  # fmt: skip


def _needs_longer_window(result: PointSolution, options: EnsembleOptions) -> bool:
    """Whether a larger ensemble has shown that the pilot's window is too short, and a longer one can be had."""
    target = accuracy_target(result.ensemble.process)
    error = result.errors.of(target, "window")
    short = error > _TOLERANCES.window_share * options.relative_error * abs(result.solution.values[target])
    return result.found is Found.FLUCTUATING and short and window.may_lengthen(result.ring, options)


def _summary(options: EnsembleOptions, found: Found, chosen: timestep.Chosen, refined: Refined) -> PointSolution:
    ensemble, full, groups = refined.ensemble, refined.full, refined.groups.solutions
    ring, process = ensemble.ring, ensemble.process
    rows = group_rows(groups, ring, process.is_odd)
    values, correction = debias(full.row, rows)
    # Where h has heavy tails its variance is not known at all, and no extrapolation to many paths makes sense.
    senseless = np.abs(correction) > _TOLERANCES.most_correction * np.abs(full.row)
    senseless[NAMES.index("lyapunov_max")] = False
    values[senseless] = full.row[senseless]
    values = values + refined.correction
    left = window.remainder(getattr(full.moments, _MOMENTS[accuracy_target(process)]), ring, process.is_odd)
    sharp = chosen.tolerance / timestep.usual_tolerance(options)
    step = np.hypot(chosen.error, refined.uncertainty)
    iteration = iteration_errors(full, sharp)
    time = NAMES.index("relaxation_time")
    iteration[time] = math.hypot(iteration[time], tail_error(full))
    budget = collect(values, rows, correction, step, left, iteration, refined.pooled)
    good = [one.fixed_point.converged for one in groups]
    solved = _is_solved(full, budget, process, options) and sum(good) >= len(groups) - _TOLERANCES.poor_groups
    return PointSolution(
        found, solved, ring, values, budget, full, groups, rows + refined.correction, ensemble, left, refined.functions,
        pooled=refined.pooled,
    )  # fmt: skip


def _is_solved(full: Solution, budget: ErrorBudget, process: Process, options: EnsembleOptions) -> bool:
    """Whether the iteration has converged, or stalls (as maps of hard gates do) with an error below that asked for."""
    target = accuracy_target(process)
    stalls = full.fixed_point.residual <= _TOLERANCES.not_lost
    small = budget.of(target, "iteration") <= options.relative_error * abs(full.values[target])
    return full.fixed_point.converged or (stalls and small)
