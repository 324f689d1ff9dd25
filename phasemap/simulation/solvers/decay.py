"""Solver "network_decay": networks that start at a large amplitude, watched until they come to rest.

Where chaos begins at a fold, it shows here: below the fold chaos is a transient, above it lasts. In networks
of finite size chaos next to a stable fixed point is metastable, so that lifetimes grow across the fold instead of
jumping to infinity.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate, FloatArray
from phasemap.model.status import Status
from phasemap.numerics.steps import whole_steps
from phasemap.simulation.estimators.outcomes import Outcome, as_estimates, doubtful, nothing, outcome
from phasemap.simulation.estimators.realisations import Seeds, sizes_of
from phasemap.simulation.lyapunov.step_check import StepCheck, check_step
from phasemap.simulation.network.disorder import draw_network, realisation_seed
from phasemap.simulation.network.integrators import Integrator, start_from

REST_SPEED = 1e-3
"""A network without noise whose state moves slower (root mean square over units) counts as come to rest."""

# Samples of a course, at most.
_SAMPLES = 200


@dataclass(frozen=True)
class Course:
    """One network from its start on.

    variance: (n_times,) of h over units at `times_of`; NaN after the network has come to rest.
    lifetime: when that was; infinite if it was still moving at the end.
    step: what halving the time step changed, at the start or at the end, whichever is more.
    """

    variance: FloatArray
    lifetime: float
    step: StepCheck


def solve_points(points: Sequence[Parameters], options: SimulationOptions, seeds: Seeds) -> dict[str, Estimate]:
    """Watch `options.realisations` networks of the largest size for `options.duration` from a random initial state.

    The state is drawn with standard deviation `options.initial_amplitude`; no transient is dropped and no tangent flow
    is needed, so that hard gates are possible.

        network_variance_course     variance of h over units (n_points, realisations, times); absent once at rest
        network_lifetime            total time in motion over the number of networks that came to rest: the estimate of
                                    largest likelihood if ends come at a constant rate; its error is 1 / sqrt(ends) of
                                    it. Where none came to rest it is the time watched, a lower bound: not converged
        network_surviving_fraction  networks still in motion at the end, with the standard deviation of the fraction
                                    that is inferred from so few of them (uniform prior)

    Nothing is converged where half of the time step moves the state elsewhere; all of it failed where the step is
    unstable.

    Raises:
        UnsupportedError: white noise on an instantaneous gate.
    """
    return as_estimates([_solve_point(point, options, seed) for point, seed in zip(points, seeds, strict=True)])


def times_of(options: SimulationOptions) -> FloatArray:
    """Times of the samples of a course, from the start of the network."""
    interval = _interval(options)
    return np.asarray(interval * np.arange(1, max(1, round(options.duration / interval)) + 1), dtype=np.float64)


def realisations_of(options: SimulationOptions) -> FloatArray:
    """Numbers of the networks."""
    return np.arange(options.realisations, dtype=np.float64)


def watch(integrator: Integrator, options: SimulationOptions) -> Course:
    """Run a network until it rests or `options.duration` ends. Changes the integrator."""
    n_times, stride = len(times_of(options)), round(_interval(options) / integrator.step)
    variance = np.full(n_times, np.nan)
    step = check_step(integrator)
    for k in range(n_times):
        integrator.advance(stride)
        if not np.isfinite(integrator.h).all():
            break
        variance[k] = float(np.var(integrator.h))
        if not integrator.noise_is_on and integrator.speed() < REST_SPEED:
            return Course(variance, integrator.time, step)
    return Course(variance, math.inf, max(step, check_step(integrator), key=lambda one: one.deviation))


def _interval(options: SimulationOptions) -> float:
    """Time between samples, a multiple of the step."""
    return max(1, whole_steps(options.duration / _SAMPLES / options.time_step)) * options.time_step


def _solve_point(point: Parameters, options: SimulationOptions, seed: np.random.SeedSequence) -> dict[str, Outcome]:
    size = sizes_of(options)[-1]
    courses = []
    for k in range(options.realisations):
        own = realisation_seed(seed, size, k)
        courses.append(watch(start_from(draw_network(point, size, own), options, own), options))
    lifetimes = np.array([course.lifetime for course in courses])
    found = {
        "network_variance_course": _together(courses),
        "network_lifetime": lifetime(lifetimes, float(times_of(options)[-1])),
        "network_surviving_fraction": surviving_fraction(lifetimes),
    }
    if any(course.step.unstable for course in courses):
        return {name: nothing(one.value.shape, Status.FAILED) for name, one in found.items()}
    return (
        found if all(course.step.good for course in courses) else {name: doubtful(one) for name, one in found.items()}
    )


def _together(courses: Sequence[Course]) -> Outcome:
    """Courses side by side (realisations, times): each is one of many, without an error."""
    found = outcome(np.stack([course.variance for course in courses]), 0.0)
    at_rest = np.array([course.lifetime < math.inf for course in courses])[:, None] & np.isnan(found.value)
    return found._replace(
        status=np.where(at_rest, Status.ABSENT, found.status).astype(np.uint8),
        error=np.where(np.isnan(found.value), np.nan, found.error),
    )


def lifetime(lifetimes: FloatArray, watched: float) -> Outcome:
    """Mean lifetime from single ones (n,), infinite where a network outlived the time it was watched."""
    ends = int(np.isfinite(lifetimes).sum())
    total = float(np.minimum(lifetimes, watched).sum())
    return outcome(total / max(ends, 1), total / ends**1.5 if ends else math.inf)


def surviving_fraction(lifetimes: FloatArray) -> Outcome:
    """Fraction of infinite lifetimes; error: standard deviation of its posterior distribution from a uniform prior."""
    n, alive = len(lifetimes), int(np.isinf(lifetimes).sum())
    return outcome(alive / n, math.sqrt((alive + 1) * (n - alive + 1) / ((n + 2) ** 2 * (n + 3))))
