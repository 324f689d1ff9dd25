"""An ensemble that is enlarged until the variance is as accurate as asked for, and its groups, which say so."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from phasemap.model.options import EnsembleOptions
from phasemap.model.results import FloatArray
from phasemap.theory.ensemble import numbers
from phasemap.theory.ensemble.errors import groups
from phasemap.theory.ensemble.errors.groups import Groups
from phasemap.theory.ensemble.numbers import Solution
from phasemap.theory.ensemble.resolution import timestep, window
from phasemap.theory.ensemble.resolution.timestep import Chosen, Level
from phasemap.theory.ensemble.sampling.noise import Noise
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.process import Process, accuracy_target


class _Rule(NamedTuple):
    """What an ensemble is enlarged by."""

    margin: float = 0.85  # of the error: one of 16 groups is uncertain by a fifth; a larger ensemble may be worse
    aim: float = 0.9  # errors of small ensembles are larger than they scale: aim a little short, then correct
    least_growth: float = 1.5  # of the ensemble, from one stage to the next
    most_growth: float = 16.0  # the same at most: an early estimate may be far off
    soft_growth: float = 4.0  # the same where groups are far apart along the soft mode: far off on the high side
    stages: int = 8  # ensembles tried at most
    share_of_scatter: float = 0.1  # residual of the common solution, as a share of its statistical error
    of_scatter: float = 0.06  # scatter of a correction between time steps, as a share of that of the numbers
    of_correction: float = 0.05  # the correction of a large ensemble is that of the small one up to this share


_RULE = _Rule()


@dataclass(frozen=True)
class Refined:
    """An ensemble, all its groups together and each alone, and what a finer time step would change of that.

    correction: of the numbers (len(NAMES),); uncertainty: of the correction.
    functions: the same of the covariances of h and phi, (2, half).
    pooled: statistical error by all ensembles that were tried, as a multiple of that by the groups of the last one.
    """

    ensemble: Ensemble
    full: Solution
    groups: Groups
    correction: FloatArray
    uncertainty: FloatArray
    functions: FloatArray
    pooled: float = 1.0


def refine(
    process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, chosen: Chosen, fine: bool
) -> Refined:
    """Enlarge the ensemble of the finest level, or of the coarsest one unless the paths are to be `fine` themselves."""
    level = chosen.fine if fine else chosen.levels[-1]
    ensemble = Ensemble(process, level.ring, level.noise)
    moved = groups.solve_groups(ensemble, level.solution, chosen.start_on(level.ring).memory)
    error, wanted = _relative_error(moved.solutions, accuracy_target(process)), _RULE.margin * options.relative_error
    most = max(int(options.path_steps / level.ring.steps), options.paths)
    correction = _no_correction(level) if level is chosen.fine else _correction(chosen.fine, level, moved)
    found, pooled = (ensemble, level.solution, moved), 1.0
    if error > wanted and level.noise.paths < most:
        found, pooled = _enlarge(process, options, seed, chosen, level, (error, moved))
    return _with_exponents(options, Refined(*found, *correction, pooled))


def _enlarge(
    process: Process,
    options: EnsembleOptions,
    seed: np.random.SeedSequence,
    chosen: Chosen,
    level: Level,
    known: tuple[float, Groups],
) -> tuple[tuple[Ensemble, Solution, Groups], float]:
    """The ensemble, its solution and groups, and the pooled error over that of these groups.

    An ensemble is enlarged until its error is small enough, and an error that was found too small ends that: what
    all ensembles have found of it together is not selected so. known: relative error and groups of the small one.
    """
    noise = Noise(seed, window.GROUPS, level.ring.steps, process.noise_placement != 0)
    most = max(int(options.path_steps / level.ring.steps), options.paths)
    ensemble, wanted = Ensemble(process, level.ring, noise), _RULE.margin * options.relative_error
    memory = chosen.start_on(level.ring).memory
    start, (error, moved), paths = replace(level.solution.start, memory=memory, lags=None), known, level.noise.paths
    variances = [] if moved.share < 1.0 else [paths * error**2]  # of one path, relative; groups far apart tell nothing
    for _ in range(_RULE.stages):
        most_growth = _RULE.most_growth if moved.share == 1.0 else _RULE.soft_growth
        growth = min(max(_RULE.aim * (error / wanted) ** 2, _RULE.least_growth), most_growth)
        enough = _RULE.share_of_scatter * moved.scatter * math.sqrt(paths / window.GROUPS)
        noise.grow(min(int(paths * growth) + 1, most))
        paths = noise.paths
        full = numbers.solve(ensemble, start, max(chosen.tolerance, enough / math.sqrt(paths)))
        moved = groups.solve_groups(ensemble, full, memory)
        own = _relative_error(moved.solutions, accuracy_target(process))
        variances.append(paths * own**2)
        error = math.sqrt(float(np.mean(variances)) / paths)
        if error <= options.relative_error or paths >= most:
            break
        start = replace(full.start, exponent=start.exponent, lags=None)
    return (ensemble, replace(full, exponent=start.exponent), moved), error / own


def _with_exponents(options: EnsembleOptions, found: Refined) -> Refined:
    """The same with the exponents of all groups together and of each alone; the first may be known or a start."""
    process = found.ensemble.process
    if not options.exponents or not process.has_tangent or process.parameters.g_h == 0.0:
        return found
    tolerance, full = timestep.exponent_tolerance(options), found.full
    if math.isnan(full.values["lyapunov_max"]):
        full = numbers.add_exponent(found.ensemble, full, tolerance, None, full.exponent)
    return replace(found, full=full, groups=groups.add_exponents(found.ensemble, full, found.groups, tolerance))


def _no_correction(level: Level) -> tuple[FloatArray, FloatArray, FloatArray]:
    count = level.solution.row.size
    return np.zeros(count), np.zeros(count), np.zeros((2, level.ring.steps // 2 + 1))


def _correction(fine: Level, level: Level, moved: Groups) -> tuple[FloatArray, FloatArray, FloatArray]:
    correction = np.nan_to_num(timestep.difference(fine.solution, level.solution))
    rows = np.nan_to_num([one.row for one in moved.solutions], posinf=0.0)
    scatter = rows.std(axis=0, ddof=1) / math.sqrt(len(rows))
    uncertainty = np.hypot(_RULE.of_scatter * scatter, _RULE.of_correction * correction)
    return correction, uncertainty, timestep.moments_between(fine, level)


def _relative_error(groups: Sequence[Solution], target: str) -> float:
    sample = np.array([one.values[target] for one in groups])
    return float(sample.std(ddof=1) / np.sqrt(len(groups)) / sample.mean())
