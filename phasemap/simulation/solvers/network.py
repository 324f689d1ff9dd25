"""Solver "network": maximum exponent and activity statistics of simulated networks at points of parameter space."""

from collections.abc import Sequence

import numpy as np

from phasemap.model.nonlinearities import activation
from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate, FloatArray
from phasemap.simulation.estimators.autocorrelations import autocorrelation, lag_count, participation_ratio
from phasemap.simulation.estimators.outcomes import as_estimates, doubtful, nothing, outcome, padded
from phasemap.simulation.estimators.realisations import Outcomes, Seeds, realise
from phasemap.simulation.estimators.statistics import mean_over_time, stationary_from
from phasemap.simulation.lyapunov.exponents import Trajectory, maximum_exponent, record
from phasemap.simulation.network.disorder import draw_network
from phasemap.simulation.network.integrators import Integrator, start_from

# Time between samples of a trajectory, in membrane time constants.
_SAMPLING = 0.5


def solve_points(points: Sequence[Parameters], options: SimulationOptions, seeds: Seeds) -> dict[str, Estimate]:
    """Simulate networks at each point (theory notes, section 7; RK4 with fixed step).

    points, seeds: one seed per point; realisation k of size N is drawn from the child (N, k) of the point's seed.
    Quantities are those of the largest size; where `options.sizes` names several, the maximum exponent is also
    extrapolated in 1/N. Hard gates have no tangent flow: exponents are then absent, averages are given.

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
    n_lags, size = len(lags_of(options)), integrator.network.size
    numbers = ("lyapunov_max", "variance", "activity_variance", "correlation_time", "participation_ratio")
    functions = ("autocorrelation", "activity_autocorrelation")
    shapes = dict.fromkeys(numbers, ()) | dict.fromkeys(functions, (n_lags,))
    found: Outcomes = {name: nothing(shape) for name, shape in shapes.items()}
    if not np.isfinite(trajectory.h).all():
        return {name: doubtful(outcome(np.full(shape, np.nan), np.nan)) for name, shape in shapes.items()}
    if not integrator.network.has_hard_gate:
        exponent = maximum_exponent(integrator, trajectory)
        found["lyapunov_max"] = outcome(exponent.value, exponent.error, good=exponent.stationary)
    first = stationary_from((trajectory.h**2).mean(axis=1))
    stationary = first < len(trajectory.h)
    h = trajectory.h[first if stationary else 0 :]
    squares = ((h - h.mean()) ** 2).mean(axis=1)
    phi = activation(h, integrator.network.parameters.g_h, integrator.network.parameters.beta_h)
    activity = (phi**2).mean(axis=1)
    if trajectory.settled:
        return {**found, "variance": outcome(squares[-1], 0.0), "activity_variance": outcome(activity[-1], 0.0)}
    correlation, ratio = autocorrelation(h, trajectory.interval), participation_ratio(h)
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
        "participation_ratio": outcome(ratio.value / size, ratio.error / size, good=stationary),
        "autocorrelation": padded(covariance, n_lags),
    }


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
