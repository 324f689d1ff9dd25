"""One point of parameter space solved by an ensemble of paths, with the errors of its numbers."""

import math
from dataclasses import dataclass, replace

import numpy as np

from phasemap.kernels.ensemble.paths import OUTSIDE
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.theory.ensemble import numbers, timestep, window
from phasemap.theory.ensemble.errors.budget import ErrorBudget, collect, debias
from phasemap.theory.ensemble.errors.jackknife import group_rows
from phasemap.theory.ensemble.numbers import NAMES, TIMES, Solution, Start
from phasemap.theory.ensemble.sampling.noise import Noise
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.ring import Ring
from phasemap.theory.ensemble.sharpness import USUAL
from phasemap.theory.ensemble.window import Found, Surroundings

# An error estimated from 16 groups is itself uncertain by a fifth: stopping where it happens to be small would make it
# too small, hence the margin. Errors of small ensembles are larger than they scale: aim a little short, then correct.
_MARGIN, _AIM, _LEAST_GROWTH, _MOST_GROWTH = 0.85, 0.9, 1.5, 16.0
_MOST_STAGES = 8
# The total of all errors may exceed the statistical one asked for by this factor.
_ACCEPT = 1.3
# A group scatters four times as much as all of them together, and need not be solved to the same tolerance. Small
# groups with slow correlations may stall; above this multiple of the tolerance that counts as not solved.
_GROUP_TOLERANCE, _GROUP_ITERATIONS, _STALLED = 2.0, 40, 5.0
# A number that cannot be negative is not corrected by more than this share of it.
_MOST_CORRECTION = 0.5
_SMALL_GAIN = 1e-4
# Relative error of the variance of h above which its correlations mean nothing.
_MOST_DOUBT = 0.3
# The same of times, which are known less well.
_POOR_TIME = 0.5
# Relative error of a solution per residual: the map contracts deviations by a half at least, away from transitions.
_PER_RESIDUAL = 2.0
# The moment that a variance is the value at lag zero of.
_MOMENTS = {"variance": "membrane", "activity_variance": "activity"}
# So many groups may fail.
_POOR_GROUPS = 2
# So many are enough to see how large an ensemble is needed.
_ROUGH_ITERATIONS = 4
# Of two states that noise leaves apart the smaller one has less than this share of the other's <phi^2>.
_SAME = 0.8
# Share of the error asked for that the window may make.
_WINDOW_SHARE = 0.5


@dataclass(frozen=True)
class PointSolution:
    """The fluctuating state of a point.

    values:    (len(NAMES),) corrected for the bias of a finite ensemble; errors: by source.
    solution:  of all groups together, on `ring`; groups: of each alone.
    rows:      (G, len(NAMES)) numbers of the groups, whose scatter tells that of `values`.
    remainder: share of the correlations left at half the window.
    solved:    whether the iterations converged.
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
            scatter = float(changes.std(ddof=1)) / math.sqrt(len(changes))
        return value, abs(value) * math.hypot(scatter, float(np.linalg.norm(relative)))

    @property
    def gate_variance(self) -> tuple[float, float]:
        """Variance of z about its mean and its standard error."""
        ring, process = self.ring, self.ensemble.process
        groups = [float(process.gate_variable(one.activity, ring)[0]) for one in self.groups]
        full = float(process.gate_variable(self.solution.activity, ring)[0])
        return full, float(np.std(groups, ddof=1)) / math.sqrt(len(groups))

    def is_accurate(self, name: str, options: EnsembleOptions) -> bool:
        """Whether a number is known as well as it should be.

        The variances to the error asked for; the others as well as that ensemble gives them.
        """
        k = NAMES.index(name)
        if not self.is_settled:
            return False
        if name == "lyapunov_max" and not self._exponents_good(options):
            return False
        if name in ("variance", "activity_variance"):
            return bool(self.errors.total[k] <= _ACCEPT * options.relative_error * abs(self.values[k]))
        if name in TIMES and not (self._membrane_known() and self.errors.total[k] <= _POOR_TIME * self.values[k]):
            return False
        # An infinite time is one that could not be told.
        return bool(np.isfinite(self.values[k] + self.errors.total[k]))

    def _membrane_known(self) -> bool:
        """Whether C_h is known at all, and not made by the few largest paths of heavy tails."""
        k = NAMES.index("variance")
        return bool(self.errors.total[k] <= _MOST_DOUBT * abs(self.values[k]))

    def _exponents_good(self, options: EnsembleOptions) -> bool:
        full, stalled = self.solution.exponent, _STALLED * timestep.exponent_tolerance(options)
        if full is None:
            return not self.ensemble.process.has_tangent
        known = [one.exponent for one in self.groups if one.exponent is not None]
        good = [e.positive and (e.converged or e.residual <= stalled) for e in known]
        return full.converged and full.positive and sum(good) >= len(good) - _POOR_GROUPS


def solve(
    parameters: Parameters,
    options: EnsembleOptions,
    seed: np.random.SeedSequence,
    around: Surroundings,
    beside: float | None = None,
) -> PointSolution | Found:
    """The fluctuating state at `parameters`, or what was found instead of one.

    beside: <phi^2> of the largest state: the one that grows out of rest is looked for, and is SAME if it is that one.

    Raises:
        UnsupportedError: white noise on an instantaneous gate.
    """
    # At g_h = 0 nothing answers to h, and phi(h) is no process at all: its shape is that at a small gain.
    process = Process(parameters if parameters.g_h > 0.0 else parameters._replace(g_h=_SMALL_GAIN))
    if process.is_contraction:
        return Found.ZERO
    pilot = window.find(process, options, seed, around, small=beside is not None)
    if beside is not None and pilot.found is not Found.NOTHING and pilot.activity[0] > _SAME * beside:
        return Found.SAME
    if pilot.found in (Found.ZERO, Found.STATIC, Found.NOTHING):
        return pilot.found
    chosen = timestep.choose(process, options, seed, pilot)
    result = _refine(process, options, seed, pilot.found, chosen)
    while _needs_longer_window(result, options):
        start = Start(window.extended(result.solution.activity, result.ring, process.is_odd))
        chosen = replace(chosen, ring=result.ring.longer(), start=start)
        result = _refine(process, options, seed, pilot.found, chosen)
    return result


def _needs_longer_window(result: PointSolution, options: EnsembleOptions) -> bool:
    """Whether a larger ensemble has shown that the pilot's window is too short, and a longer one can be had."""
    target = accuracy_target(result.ensemble.process)
    error = result.errors.of(target, "window")
    short = error > _WINDOW_SHARE * options.relative_error * abs(result.solution.values[target])
    return result.found is Found.FLUCTUATING and short and window.may_lengthen(result.ring, options)


def _refine(
    process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, found: Found, chosen: timestep.Chosen
) -> PointSolution:
    """Enlarge the ensemble until the variance is as accurate as asked for, or the budget ends."""
    tolerance, group_tolerance = chosen.tolerance, _GROUP_TOLERANCE * chosen.tolerance
    noise = Noise(seed, window.GROUPS, chosen.ring.steps, process.noise_placement != 0)
    most = max(int(options.path_steps / chosen.ring.steps), options.paths)
    paths = min(options.paths, most)
    start, wanted = chosen.start, _MARGIN * options.relative_error
    ensemble = Ensemble(process, chosen.ring, noise)
    for _ in range(_MOST_STAGES):
        noise.grow(paths)
        full = numbers.solve(ensemble, start, tolerance)
        groups = _solve_groups(ensemble, [full.start] * window.GROUPS, group_tolerance, _ROUGH_ITERATIONS)
        error = _relative_error(groups, accuracy_target(process))
        if error <= wanted or noise.paths >= most:
            groups = _solve_groups(ensemble, [one.start for one in groups], group_tolerance, _GROUP_ITERATIONS)
            error = _relative_error(groups, accuracy_target(process))
            if error <= wanted or noise.paths >= most:
                break
        growth = min(max(_AIM * (error / wanted) ** 2, _LEAST_GROWTH), _MOST_GROWTH)
        paths = min(int(noise.paths * growth) + 1, most)
        start = replace(full.start, exponent=start.exponent)
    if options.exponents and process.has_tangent and process.parameters.g_h > 0.0:
        tolerance = timestep.exponent_tolerance(options)
        full = numbers.add_exponent(ensemble, full, tolerance, None, start.exponent)
        groups = [numbers.add_exponent(ensemble, one, tolerance, g, full.exponent) for g, one in enumerate(groups)]
    return _summary(process, options, found, chosen, ensemble, full, groups)


def _solve_groups(ensemble: Ensemble, starts: list[Start], tolerance: float, limit: int) -> list[Solution]:
    return [numbers.solve(ensemble, start, tolerance, g, limit) for g, start in enumerate(starts)]


def accuracy_target(process: Process) -> str:
    """The number whose relative error is controlled.

    A nearly shut gate integrates an input that stands outside it: h then has heavy tails, and the activity is what can
    be known well.
    """
    outside = process.outside_input != (0.0, 0.0) or process.noise_placement == OUTSIDE
    return "activity_variance" if outside else "variance"


def _relative_error(groups: list[Solution], target: str) -> float:
    sample = np.array([one.values[target] for one in groups])
    return float(sample.std(ddof=1) / np.sqrt(len(groups)) / sample.mean())


def _iteration_errors(solution: Solution, sharp: float) -> FloatArray:
    """Absolute errors (len(NAMES),) of a solution whose iterations have ended a little too early.

    sharp: sharpness, with which a relative change of times makes a residual; where it is blunt it is itself the less
    known the blunter, as other changes of shape are as soft.
    """
    found = solution.fixed_point
    errors = _PER_RESIDUAL * np.abs(solution.row) * max(found.last_step, found.residual)
    for name in TIMES:
        errors[NAMES.index(name)] += abs(solution.values[name]) * found.residual / (sharp**2 * USUAL)
    if solution.exponent is not None:
        errors[NAMES.index("lyapunov_max")] += solution.exponent.uncertainty
    return np.asarray(errors)


def _summary(
    process: Process,
    options: EnsembleOptions,
    found: Found,
    chosen: timestep.Chosen,
    ensemble: Ensemble,
    full: Solution,
    groups: list[Solution],
) -> PointSolution:
    rows = group_rows(groups, chosen.ring, process.is_odd)
    values, correction = debias(full.row, rows)
    # Where h has heavy tails its variance is not known at all, and no extrapolation to many paths makes sense.
    senseless = np.abs(correction) > _MOST_CORRECTION * np.abs(full.row)
    senseless[NAMES.index("lyapunov_max")] = False
    values[senseless] = full.row[senseless]
    left = window.remainder(getattr(full.moments, _MOMENTS[accuracy_target(process)]), chosen.ring, process.is_odd)
    sharp = chosen.tolerance / timestep.usual_tolerance(options)
    budget = collect(values, rows, correction, chosen.change, left, _iteration_errors(full, sharp))
    good = [one.fixed_point.residual <= _STALLED * chosen.tolerance for one in groups]
    solved = full.fixed_point.converged and sum(good) >= len(groups) - _POOR_GROUPS
    return PointSolution(found, solved, chosen.ring, values, budget, full, tuple(groups), rows, ensemble, left)
