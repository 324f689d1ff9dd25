"""The window and the time step that a point needs, found with a small ensemble."""

import math
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np

from phasemap.model.options import EnsembleOptions
from phasemap.model.results import FloatArray
from phasemap.numerics import anderson
from phasemap.theory.ensemble.numbers import admissible
from phasemap.theory.ensemble.resolution import soft
from phasemap.theory.ensemble.resolution.sharpness import sharpness, with_its_time_scale
from phasemap.theory.ensemble.sampling.noise import Noise
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.quantiles_of_gate_and_effective_time import mean_gate
from phasemap.theory.ensemble.sampling.ring import Ring, resample
from phasemap.theory.ensemble.tail import crossing, limit

GROUPS = 16
PILOT_TOLERANCE = 5e-4


class _Tolerances(NamedTuple):
    """What a window of time is judged by; times in membrane time constants."""

    first_period: float = 102.4  # the first window, of the fastest correlations
    static: float = 0.01  # a solution whose fluctuating part is a smaller share of its variance is a static one
    zero: float = 1e-5  # <phi^2> below which a solution is zero
    fallen: float = 0.08  # how far correlations must have fallen at half the window, judged by extrapolation
    fallen_to_limit: float = 0.04  # the same where they fall to a limit that is not zero
    outgrown: float = 0.33  # share of the correlations left at half the window from which on it holds no state
    start_level: float = 0.8  # C_phi(0) at the start of the iteration
    small_start: float = 1e-9  # the same for the response to noise that grows out of the zero state
    smooth: float = 1e-3  # change of C_phi, relative to C_phi(0), up to which the step is doubled with the window
    enough_steps: int = 2048  # steps of a window from which on a coarser step is tried
    informative: float = 0.5  # of which more is left at half the window is made by the window: no start for another
    period_per_edge: float = 24.0  # the first window in units of the time in which an unstable fixed point is left
    longest_first_period: float = 4096.0  # and its longest
    lost: float = 0.02  # a larger residual is not the stall of a noisy map but a solution that is not there
    patience: int = 200  # plain iterations that are then made
    patient_work: float = 2.0**27  # or as many as this number of time steps allows
    warm_up: int = 8  # plain iterations before accelerated ones
    blunt: float = 0.3  # sharpness below which the time scale is searched for
    slowest_gain: float = 1e-3  # rate of a fixed point that is not waited for


_TOLERANCES = _Tolerances()


class Found(Enum):
    """What the iteration converged to in the longest window tried."""

    FLUCTUATING = "fluctuating"
    SLOW = "slower than the longest window"
    STATIC = "static"
    ZERO = "zero"
    NOTHING = "the iteration did not converge"
    SAME = "the state that is known already"


@dataclass(frozen=True)
class Pilot:
    """A solution on the window that the point needs, from a small ensemble.

    sharpness: by which the tolerance of the iteration is to be multiplied.
    stiffener: of the soft mode, where the time scale was sought by itself.
    half_time: the longest one of C_phi that fits into the longest window, if the true one is longer: it was held.
    """

    found: Found
    ring: Ring
    activity: FloatArray
    noise: Noise
    solution: anderson.FixedPoint
    sharpness: float
    stiffener: soft.Stiffener | None = None
    half_time: float = math.nan

    @property
    def may_be_held(self) -> bool:
        """Whether its time scale was sought by itself, so that the state may be held at another one."""
        return self.stiffener is not None or math.isfinite(self.half_time)


@dataclass(frozen=True)
class Surroundings:
    """What the static mean field says of a point.

    has_stable_fixed_point: whether a stable fixed point exists, so that a state without fluctuations is an answer.
    edge:    growth rate of the slowest instability of a fixed point, 0 if unknown: correlations are slower than that.
    endless: whether shut units integrate an input for ever at a fixed point.
    """

    has_stable_fixed_point: bool
    edge: float = 0.0
    endless: bool = False


def find(
    process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, around: Surroundings, small: bool = False
) -> Pilot:
    """Solve in longer and longer windows until the correlations have reached their limit in it.

    Starts from large, decaying correlations, which leads to the upper branch where several coexist; or from rest
    (small), which leads to the response to noise that grows out of it.
    """
    ring = _first_ring(process, options, around.edge)
    start = _first_guess(process, ring, small)
    found = []
    while True:
        pilot = _attempt(process, options, seed, ring, start)
        found.append(pilot.found)
        still = sum(one in (Found.STATIC, Found.ZERO) for one in found)
        lost = sum(one is Found.NOTHING for one in found)
        done = pilot.found is Found.FLUCTUATING or (around.has_stable_fixed_point and still == 2) or lost == 2
        if done or not may_lengthen(ring, options):
            return pilot
        ring, start = _next(process, pilot, small)


def _next(process: Process, pilot: Pilot, small: bool) -> tuple[Ring, FloatArray]:
    """Twice the window, and a start on it."""
    ring, odd = pilot.ring, process.is_odd
    known = pilot.found is Found.SLOW and remainder(pilot.activity, ring, odd) < _TOLERANCES.informative
    # Where nothing is known of how fast the solution is, longer windows are not to cost more.
    coarse = _is_smooth(process, pilot) if known else ring.steps >= _TOLERANCES.enough_steps
    target = ring.longer().coarser() if coarse else ring.longer()
    if not known:
        return target, _first_guess(process, target, small)
    return target, resample(extended(pilot.activity, ring, odd), ring.longer(), target)


def may_lengthen(ring: Ring, options: EnsembleOptions) -> bool:
    """Whether the budget allows for twice the window."""
    return 2.0 * ring.period <= options.longest_window and 2 * ring.steps * options.paths <= options.path_steps


def _attempt(
    process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, ring: Ring, start: FloatArray
) -> Pilot:
    noise = Noise(seed, GROUPS, ring.steps, process.noise_placement != 0)
    noise.grow(options.paths)
    ensemble = Ensemble(process, ring, noise)
    # A few plain iterations bring the start near the attractor; extrapolation from far away goes astray.
    warm = anderson.iterate(ensemble.map, start, _TOLERANCES.warm_up, admissible, 0.1 * _TOLERANCES.zero)
    solution = anderson.solve(ensemble.map, warm, PILOT_TOLERANCE, 60, admissible)
    if solution.residual > _TOLERANCES.lost:
        # Extrapolation wanders where there is nothing to converge to: see where the map itself leads.
        patience = min(_TOLERANCES.patience, int(_TOLERANCES.patient_work / (noise.paths * ring.steps)))
        settled = anderson.iterate(ensemble.map, start, patience, admissible, 0.1 * _TOLERANCES.zero)
        solution = anderson.solve(ensemble.map, settled, PILOT_TOLERANCE, 60, admissible)
    sharp = 1.0
    if classify(solution, process, ring) in (Found.FLUCTUATING, Found.SLOW):
        solution, sharp = _sharpened(ensemble, solution)
    return Pilot(classify(solution, process, ring), ring, solution.x, noise, solution, sharp)


def _sharpened(ensemble: Ensemble, solution: anderson.FixedPoint) -> tuple[anderson.FixedPoint, float]:
    """The solution with a residual that is small enough to tell its time scale, and how sharply that does."""
    sharp = sharpness(ensemble, solution.x)
    if sharp < _TOLERANCES.blunt:
        start = with_its_time_scale(ensemble, solution.x)
        solution = anderson.solve(ensemble.map, start, sharp * PILOT_TOLERANCE, 60, admissible)
        sharp = sharpness(ensemble, solution.x)
    return solution, sharp


def _is_smooth(process: Process, pilot: Pilot) -> bool:
    """Whether the solution would hardly change at twice the time step, so that a longer window need not cost more."""
    ring = pilot.ring.coarser()
    fine = Ensemble(process, pilot.ring, pilot.noise).map(pilot.activity)
    coarse = Ensemble(process, ring, pilot.noise.coarser()).map(resample(pilot.activity, pilot.ring, ring))
    change = resample(fine, pilot.ring, ring) - coarse
    return bool(np.abs(change).max() < _TOLERANCES.smooth * fine[0])


def classify(solution: anderson.FixedPoint, process: Process, ring: Ring, lost: float = _TOLERANCES.lost) -> Found:
    """What a solution of the iteration is; one with a larger residual than `lost` is none."""
    activity = solution.x
    if activity[0] < _TOLERANCES.zero and not process.is_driven:
        return Found.ZERO
    # Noise leaves a kink at lag zero; what counts is whether anything fluctuates at all.
    middle = float(activity[activity.size // 4 :].mean())
    if activity[0] - middle < _TOLERANCES.static * activity[0] and not process.is_noisy:
        return Found.STATIC
    if solution.residual > lost:
        return Found.NOTHING
    return Found.FLUCTUATING if reaches_limit(activity, ring, process.is_odd) else Found.SLOW


def reaches_limit(activity: FloatArray, ring: Ring, odd: bool) -> bool:
    """Whether C(t) has come down to its limit within half the window.

    Judged from the lags at which it falls through 1/2 and 1/5: the values further out are noisy.
    """
    return remainder(activity, ring, odd) <= (_TOLERANCES.fallen if odd else _TOLERANCES.fallen_to_limit)


def outgrows(activity: FloatArray, ring: Ring, odd: bool) -> bool:
    """Whether correlations are so far from their limit at half the window that it does not hold the state."""
    return remainder(activity, ring, odd) > _TOLERANCES.outgrown


def remainder(covariance: FloatArray, ring: Ring, odd: bool) -> float:
    """Share of the decaying part of C that is left at half the window, extrapolated from C = 1/2 and C = 1/5."""
    floor = limit(covariance, odd)
    shape = (covariance - floor) / (covariance[0] - floor)
    half, fifth = crossing(shape, ring, 0.5), crossing(shape, ring, 0.2)
    if not fifth < math.inf:
        return max(float(shape[-1]), 0.2)
    return 0.2 * math.pow(2.5, -(0.5 * ring.period - fifth) / max(fifth - half, 1e-300))


def _first_ring(process: Process, options: EnsembleOptions, edge: float) -> Ring:
    p = process.parameters
    slowest = max(p.tau_z, p.tau_r if process.has_output_gate else 0.0, p.tau_noise if process.is_noisy else 0.0)
    fastest = mean_gate(process.parameters, 0.5 + p.s_z**2)
    wanted = max(_TOLERANCES.first_period, 24.0 * slowest, 24.0 / max(fastest, _TOLERANCES.slowest_gain))
    if edge > 0.0:
        wanted = max(wanted, min(_TOLERANCES.period_per_edge / edge, _TOLERANCES.longest_first_period))
    steps = 1 << max(6, round(math.log2(_TOLERANCES.first_period / options.time_step)))
    ring = Ring(steps * options.time_step, steps)
    while ring.period < wanted and may_lengthen(ring, options):
        ring = ring.longer() if ring.steps < _TOLERANCES.enough_steps else ring.longer().coarser()
    return ring


def _first_guess(process: Process, ring: Ring, small: bool) -> FloatArray:
    """Large correlations that decay well within the window: to zero, or half way where something keeps them from it.

    small: correlations next to rest instead.
    """
    time = 0.025 * ring.period / max(mean_gate(process.parameters, 0.5), 0.05)
    x = np.minimum(ring.lags / min(time, 0.1 * ring.period), 300.0)
    floor = 0.0 if process.is_odd else 0.5
    return np.asarray(
        (_TOLERANCES.small_start if small else _TOLERANCES.start_level) * (floor + (1.0 - floor) / np.cosh(x))
    )


def extended(activity: FloatArray, ring: Ring, odd: bool) -> FloatArray:
    """A guess for twice the window: an exponential from a quarter of the window on."""
    floor = 0.0 if odd else float(activity[-1])
    quarter, eighth = ring.steps // 4, ring.steps // 8
    at_quarter, at_eighth = activity[quarter] - floor, activity[eighth] - floor
    target = ring.longer()
    if not at_eighth > at_quarter > 0.0:
        return np.concatenate([activity, np.full(target.steps // 2 + 1 - activity.size, activity[-1])])
    decay = np.log(at_eighth / at_quarter) / (ring.lags[quarter] - ring.lags[eighth])
    out = floor + at_quarter * np.exp(-decay * (target.lags - ring.lags[quarter]))
    out[: quarter + 1] = activity[: quarter + 1]
    return np.asarray(out)
