"""Solver "network_trace": a short record of a few units of one network, to be looked at beside other numbers."""

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

UNITS, SAMPLES = 5, 200
_LONGEST = 100.0


def solve_points(points: Sequence[Parameters], options: SimulationOptions, seeds: Seeds) -> dict[str, Estimate]:
    """h(t) of a few units of one network of the smallest size, after the transient: (n_points, units, samples).

    In single precision, and without errors: chaos makes any trajectory one of many. Silent, pinned and chaotic
    networks are told apart by eye. Not converged where the time step is too long.

    Raises:
        UnsupportedError: white noise on an instantaneous gate.
    """
    return as_estimates([_solve_point(point, options, seed) for point, seed in zip(points, seeds, strict=True)])


def times_of(options: SimulationOptions) -> FloatArray:
    """Times of the samples, from the end of the transient."""
    return np.asarray(_interval(options) * np.arange(1, _count(options) + 1), dtype=np.float64)


def units_of(options: SimulationOptions) -> FloatArray:
    """Units that are kept."""
    return np.arange(min(UNITS, sizes_of(options)[0]), dtype=np.float64)


def _interval(options: SimulationOptions) -> float:
    """Time between samples, a multiple of the step."""
    wanted = min(options.duration, _LONGEST) / SAMPLES
    return max(1, round(wanted / options.time_step)) * options.time_step


def _count(options: SimulationOptions) -> int:
    """How many samples there are."""
    return max(1, min(SAMPLES, round(options.duration / _interval(options))))


def _solve_point(point: Parameters, options: SimulationOptions, seed: np.random.SeedSequence) -> dict[str, Outcome]:
    """One network, from its own seed."""
    size = sizes_of(options)[0]
    own = realisation_seed(seed, size, 0)
    integrator = start_from(draw_network(point, size, own), options, own)
    duration = _interval(options) * _count(options)
    return {"network_trace": _traces(record(integrator, options.transient, duration, _interval(options)), options)}


def _traces(trajectory: Trajectory, options: SimulationOptions) -> Outcome:
    """Records of the units; a trajectory that has come to rest was not sampled on and is constant."""
    units, count = len(units_of(options)), _count(options)
    if trajectory.lost:
        return nothing((units, count), Status.FAILED)
    h = trajectory.h[:, :units].T.astype(np.float32).astype(np.float64)
    h = h if h.shape[1] == count else np.repeat(h[:, -1:], count, axis=1)
    return outcome(h, 0.0, good=trajectory.step.good)
