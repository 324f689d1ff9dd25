"""The time step that a point needs: the same paths are solved at two, and the longer one kept if it is good enough."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from phasemap.model.options import EnsembleOptions
from phasemap.model.results import FloatArray
from phasemap.theory.ensemble import numbers
from phasemap.theory.ensemble.numbers import NAMES, Solution, Start
from phasemap.theory.ensemble.resolution.window import GROUPS, Pilot
from phasemap.theory.ensemble.sampling.noise import Noise
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.ring import Ring


class _Tolerances(NamedTuple):
    """When a time step is good enough."""

    residual_share: float = 0.04  # of the relative error asked for, that the iteration may leave
    variance_share: float = 0.25  # of it, that the discretisation may make in variances
    most_changes: int = 4  # of the step, each by a factor two
    fewest_steps: int = 64  # on a ring: fewer resolve no correlation function


_TOLERANCES = _Tolerances()


@dataclass(frozen=True)
class Chosen:
    """A ring with a good time step, a start on it, and the change (len(NAMES),) under doubling of the time step.

    tolerance: of the iteration, relative to C_phi(0).
    """

    ring: Ring
    start: Start
    change: FloatArray
    tolerance: float


def usual_tolerance(options: EnsembleOptions) -> float:
    """Of the iteration, relative to C_phi(0), away from transitions."""
    return _TOLERANCES.residual_share * options.relative_error


def exponent_tolerance(options: EnsembleOptions) -> float:
    """Of the exponent, 1 / membrane time constant, and of its state."""
    return min(2.0 * usual_tolerance(options), 3e-4)


def choose(process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, pilot: Pilot) -> Chosen:
    """Lengthen the time step while that changes little, or shorten it until doubling it does."""
    ring, noise = pilot.ring, pilot.noise
    tolerance = pilot.sharpness * usual_tolerance(options)
    solve = partial(_solve, process, options, tolerance)
    fine = solve(ring, noise, Start(pilot.activity, pilot.solution.memory))
    ring, fine, change = _lengthen(solve, options, ring, noise, fine)
    for _ in range(_TOLERANCES.most_changes):
        if _is_small(change, fine, options, 1.0 / 3.0) or 2 * ring.steps * options.paths > options.path_steps:
            break
        finer = ring.finer()
        noise = Noise(seed, GROUPS, finer.steps, process.noise_placement != 0)
        noise.grow(options.paths)
        fine = solve(finer, noise, fine.start_at(ring, finer))
        ring = finer
        coarse = solve(ring.coarser(), noise.coarser(), fine.start_at(ring, ring.coarser()))
        change = _change(fine, coarse)
    return Chosen(ring, fine.start, np.nan_to_num(change), tolerance)


def _lengthen(
    solve: Callable[[Ring, Noise, Start], Solution], options: EnsembleOptions, ring: Ring, noise: Noise, fine: Solution
) -> tuple[Ring, Solution, FloatArray]:
    for _ in range(_TOLERANCES.most_changes):
        target = ring.coarser()
        cut = noise.coarser()
        coarse = solve(target, cut, fine.start_at(ring, target))
        change = _change(fine, coarse)
        if target.steps < _TOLERANCES.fewest_steps or not _is_small(change, fine, options, 1.0):
            break
        ring, noise, fine = target, cut, coarse
    return ring, fine, change


def _solve(
    process: Process, options: EnsembleOptions, tolerance: float, ring: Ring, noise: Noise, start: Start
) -> Solution:
    ensemble = Ensemble(process, ring, noise)
    solution = numbers.solve(ensemble, start, tolerance)
    if not options.exponents or not process.has_tangent:
        return solution
    return numbers.add_exponent(ensemble, solution, exponent_tolerance(options), None, start.exponent)


def _change(one: Solution, two: Solution) -> FloatArray:
    """Differences (len(NAMES),) of the numbers of two solutions; NaN where one of them is not finite."""
    a, b = one.row, two.row
    known = np.isfinite(a) & np.isfinite(b)
    return np.subtract(a, b, where=known, out=np.full_like(a, np.nan))


def _is_small(change: FloatArray, solution: Solution, options: EnsembleOptions, factor: float) -> bool:
    """Whether a change of the variance and of the exponent is small against the error asked for."""
    values = solution.values
    limits = {
        "variance": _TOLERANCES.variance_share * options.relative_error * values["variance"],
        "lyapunov_max": max(options.relative_error * abs(values["lyapunov_max"]), 2.0 * exponent_tolerance(options)),
    }
    return all(not factor * abs(change[NAMES.index(name)]) > limit for name, limit in limits.items())
