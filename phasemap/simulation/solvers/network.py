"""Solver "network": maximum exponent and activity statistics of simulated networks at points of parameter space."""

import math
from collections.abc import Sequence

import numpy as np

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate, FloatArray
from phasemap.model.status import Status
from phasemap.model.unit.nonlinearities import activation
from phasemap.simulation.estimators.autocorrelations import autocorrelation, lag_count
from phasemap.simulation.estimators.outcomes import Outcome, as_estimates, nothing, outcome, padded
from phasemap.simulation.estimators.realisations import Outcomes, Seeds, realise
from phasemap.simulation.estimators.statistics import mean_over_time, stationary_from
from phasemap.simulation.lyapunov.exponents import MaximumExponent, Trajectory, maximum_exponent, record
from phasemap.simulation.network.disorder import draw_network
from phasemap.simulation.network.integrators import Integrator, start_from

# Time between samples of a trajectory, in membrane time constants.
_SAMPLING = 0.5


def solve_points(points: Sequence[Parameters], options: SimulationOptions, seeds: Seeds) -> dict[str, Estimate]:
    """Simulate networks at each point (docs/theory.md, section 7; RK4 with fixed step).

    points, seeds: one seed per point; realisation k of size N is drawn from the child (N, k) of the point's seed.
    Quantities are those of the largest size; where `options.sizes` names several, the maximum exponent is also
    extrapolated in 1/N. The exponent of a network with hard gates counts what every crossing of a threshold adds
    (docs/theory.md (6.6)); it is not sought where a hard gate follows h at once (tau = 0), averages are given.
    Nothing is converged where half of the time step moves the state elsewhere, nor at an unstable fixed point, on which
    a network can only have started.

    Returns (n_points, *dims) estimates. An error is one standard error, of time and realisations together.

    Raises:
        UnsupportedError: white noise on an instantaneous gate.
    """
    return as_estimates([_solve_point(point, options, seed) for point, seed in zip(points, seeds, strict=True)])


def sampling_of(options: SimulationOptions) -> float:
    """Time between samples of a trajectory, a multiple of the step."""
    return max(1, round(_SAMPLING / options.time_step)) * options.time_step


def lags_of(options: SimulationOptions) -> FloatArray:
    """Lags of stored autocorrelations."""
    interval = sampling_of(options)
    return np.asarray(interval * np.arange(lag_count(max(1, round(options.duration / interval)))), dtype=np.float64)


def activity_outcomes(integrator: Integrator, trajectory: Trajectory, options: SimulationOptions) -> Outcomes:
    """Quantities of one network from its trajectory; `integrator` stands at its end."""
    n_lags = len(lags_of(options))
    numbers = ("lyapunov_max", "variance", "activity_variance", "correlation_time")
    functions = ("autocorrelation", "activity_autocorrelation")
    shapes = dict.fromkeys(numbers, ()) | dict.fromkeys(functions, (n_lags,))
    found: Outcomes = {name: nothing(shape) for name, shape in shapes.items()}
    if trajectory.lost:
        return {name: nothing(shape, Status.FAILED) for name, shape in shapes.items()}
    exponent_good = True
    if integrator.network.has_tangent:
        exponent = maximum_exponent(integrator, trajectory)
        found["lyapunov_max"] = _exponent_outcome(exponent)
        exponent_good = exponent.good
    else:
        found["lyapunov_max"] = nothing(status=Status.NOT_SOUGHT)
    first = stationary_from((trajectory.h**2).mean(axis=1))
    stationary = first < len(trajectory.h) and trajectory.step.good
    h = trajectory.h[first if stationary else 0 :]
    squares = ((h - h.mean()) ** 2).mean(axis=1)
    phi = activation(h, integrator.network.parameters.g_h, integrator.network.parameters.beta_h)
    activity = (phi**2).mean(axis=1)
    if trajectory.settled:
        good = exponent_good and trajectory.step.good
        return {
            **found,
            "variance": outcome(np.var(trajectory.h[-1]), 0.0, good=good),
            "activity_variance": outcome(activity[-1], 0.0, good=good),
        }
    correlation = autocorrelation(h, trajectory.interval)
    resolved = stationary and correlation.resolved
    covariance = outcome(correlation.covariance, correlation.covariance_error, good=resolved)
    of_activity = autocorrelation(phi, trajectory.interval)
    activity_covariance = outcome(
        of_activity.covariance, of_activity.covariance_error, good=stationary and of_activity.resolved
    )
    return {
        **found,
        "variance": outcome(*mean_over_time(squares), good=stationary),
        "activity_variance": outcome(*mean_over_time(activity), good=stationary),
        "activity_autocorrelation": padded(activity_covariance, n_lags),
        "correlation_time": outcome(correlation.time, correlation.error, good=resolved),
        "autocorrelation": padded(covariance, n_lags),
    }


def _exponent_outcome(exponent: MaximumExponent) -> Outcome:
    """Not sought where there is no linearisation."""
    if math.isnan(exponent.value) and exponent.good:
        return nothing(status=Status.NOT_SOUGHT)
    return outcome(exponent.value, exponent.error, good=exponent.good)


def _simulate(
    point: Parameters, options: SimulationOptions, size: int, seed: np.random.SeedSequence
) -> tuple[Outcomes, bool]:
    """Quantities of one network, and whether it came to rest."""
    integrator = start_from(draw_network(point, size, seed), options, seed)
    trajectory = record(integrator, options.transient, options.duration, sampling_of(options))
    return activity_outcomes(integrator, trajectory, options), trajectory.settled


def _solve_point(point: Parameters, options: SimulationOptions, seed: np.random.SeedSequence) -> Outcomes:
    networks = realise(_simulate, point, options, seed)
    share, count = networks.settled_share, options.realisations
    return {
        **networks.combined(),
        "network_settled_fraction": outcome(share, np.sqrt(share * (1.0 - share) / count)),
        "network_lyapunov_max_extrapolated": networks.extrapolated("lyapunov_max"),
    }
