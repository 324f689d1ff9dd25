"""Solver "network": maximum exponent and activity statistics of simulated networks at points of parameter space."""

from collections.abc import Sequence

import numpy as np

from phasemap.errors import ParameterError
from phasemap.model.nonlinearities import activation
from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate, FloatArray
from phasemap.simulation.autocorrelations import autocorrelation, lag_count, participation_ratio
from phasemap.simulation.disorder import draw_network, realisation_seed
from phasemap.simulation.exponents import Trajectory, maximum_exponent, record
from phasemap.simulation.integrators import Integrator, start_from
from phasemap.simulation.outcomes import (
    Outcome,
    as_estimates,
    combine_networks,
    doubtful,
    extrapolate,
    nothing,
    outcome,
    padded,
)  # fmt: skip
from phasemap.simulation.statistics import mean_over_time, stationary_from

Seeds = Sequence[np.random.SeedSequence]
Outcomes = dict[str, Outcome]

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


def sizes_of(options: SimulationOptions) -> tuple[int, ...]:
    """Network sizes to run, ascending.

    Raises:
        ParameterError: a size below 1.
    """
    if any(size < 1 for size in options.sizes):
        raise ParameterError(f"Network sizes {list(options.sizes)} are not allowed: every size must be at least 1.")
    return tuple(sorted(set(options.sizes))) or (options.size,)


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
    runs = {
        size: [_simulate(point, options, size, realisation_seed(seed, size, k)) for k in range(options.realisations)]
        for size in sizes_of(options)
    }
    settled = {size: [at_rest for _, at_rest in group] for size, group in runs.items()}
    largest, at_rest = runs[max(runs)], settled[max(runs)]
    row = {
        f"network_{name}": combine_networks([found[name] for found, _ in largest], at_rest) for name in largest[0][0]
    }
    share = float(np.mean(at_rest))
    row["network_settled_fraction"] = outcome(share, np.sqrt(share * (1.0 - share) / len(at_rest)))
    row["network_lyapunov_max_extrapolated"] = extrapolate(
        {size: [found["lyapunov_max"] for found, _ in group] for size, group in runs.items()}, settled
    )
    return row
