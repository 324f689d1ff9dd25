"""Solver "network_activity": the activity of a few units of one simulated network over time."""

from collections.abc import Sequence

import numpy as np

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate, FloatArray
from phasemap.model.status import Status
from phasemap.simulation.estimators.outcomes import Outcome, as_estimates, nothing, outcome
from phasemap.simulation.estimators.realisations import Seeds, sizes_of
from phasemap.simulation.lyapunov.exponents import Trajectory, record
from phasemap.simulation.network.disorder import draw_network, realisation_seed
from phasemap.simulation.network.integrators import start_from
from phasemap.simulation.solvers.network import sampling_of


def solve_points(points: Sequence[Parameters], options: SimulationOptions, seeds: Seeds) -> dict[str, Estimate]:
    """h(t) of the first `options.traces` units of realisation 0, after the transient, (n_points, units, times).

    The network is that of the solvers "network" and "network_spectrum" at the same seed. The numbers have no error:
    chaos makes any trajectory one of many; not converged where the time step is too long.

    Raises:
        UnsupportedError: white noise on an instantaneous gate.
    """
    return as_estimates([_solve_point(point, options, seed) for point, seed in zip(points, seeds, strict=True)])


def times_of(options: SimulationOptions) -> FloatArray:
    """Times of the samples, from the end of the transient."""
    interval = sampling_of(options)
    return np.asarray(interval * np.arange(1, max(1, round(options.duration / interval)) + 1), dtype=np.float64)


def units_of(options: SimulationOptions) -> FloatArray:
    """Units whose activity is kept."""
    return np.arange(min(options.traces, sizes_of(options)[-1]), dtype=np.float64)


def activity_of(trajectory: Trajectory, options: SimulationOptions) -> Outcome:
    """Traces (units, times) of a trajectory; one that has come to rest was not sampled on and is constant."""
    units, n_times = len(units_of(options)), len(times_of(options))
    if trajectory.lost:
        return nothing((units, n_times), Status.FAILED)
    h = trajectory.h[:, :units].T
    return outcome(
        h if h.shape[1] == n_times else np.repeat(h[:, -1:], n_times, axis=1), 0.0, good=trajectory.step.good
    )


def _solve_point(point: Parameters, options: SimulationOptions, seed: np.random.SeedSequence) -> dict[str, Outcome]:
    size = sizes_of(options)[-1]
    own = realisation_seed(seed, size, 0)
    integrator = start_from(draw_network(point, size, own), options, own)
    return {
        "network_activity": activity_of(
            record(integrator, options.transient, options.duration, sampling_of(options)), options
        )
    }
