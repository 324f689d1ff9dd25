"""One network, from its seed to everything that is known about it."""

import math
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters
from phasemap.simulation.autocorrelations import Autocorrelation, autocorrelation, participation_ratio
from phasemap.simulation.disorder import Network, draw_network, realisation_seed
from phasemap.simulation.exponents import MaximumExponent, Trajectory, maximum_exponent, record
from phasemap.simulation.integrators import start
from phasemap.simulation.spectra import Progress, Spectrum, spectrum_steps
from phasemap.simulation.statistics import MeanWithError, mean_over_time, stationary_from
from phasemap.simulation.threads import available_cores, panel_executor, single_threaded_blas

# Time between samples of the activity.
_SAMPLING = 0.5


@dataclass(frozen=True)
class SimulationRecord:
    """Everything that is known about one network.

    spectrum, lyapunov_max: None where a hard gate leaves no tangent flow; the latter comes from a tangent vector of its
    own, over the time of `trajectory`, before that of the spectrum. trajectory: the activity after the transient.
    participation_ratio and autocorrelation are of h; NaN and zero at rest.
    eliminated: exponents of the gates that are no degrees of freedom, N each in the flow of all three fields: -1 / tau
    of a constant gate, -inf of an instantaneous one.
    """

    parameters: Parameters
    size: int
    spectrum: Spectrum | None
    lyapunov_max: MaximumExponent | None
    variance: MeanWithError
    participation_ratio: MeanWithError
    autocorrelation: Autocorrelation
    trajectory: Trajectory
    eliminated: dict[str, float]


def simulate(
    parameters: Parameters, options: SimulationOptions, seed: np.random.SeedSequence, threads: int | None = None
) -> SimulationRecord:
    """Simulate one network of `options.size` units, realisation 0 of `seed` (theory notes, section 7).

    threads: None for all cores. Every number is the same, bit by bit, for any number of threads on one machine; on
    another the products round differently, which chaos turns into another trajectory with the same statistics.

    Raises:
        UnsupportedError: white noise on an instantaneous gate.
    """
    steps = simulate_steps(parameters, options, seed, threads)
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            result: SimulationRecord = finished.value
            return result


def simulate_steps(
    parameters: Parameters, options: SimulationOptions, seed: np.random.SeedSequence, threads: int | None = None
) -> Generator[Progress, None, SimulationRecord]:
    """The generator behind `simulate`: yields the progress of the spectrum, returns the record."""
    own = realisation_seed(seed, options.size, 0)
    network = draw_network(parameters, options.size, own)
    spectrum, maximum = None, None
    with single_threaded_blas(), panel_executor(threads or available_cores()) as executor:
        integrator = start(network, options.time_step, options.initial_amplitude, own)
        trajectory = record(integrator, options.transient, options.duration, _SAMPLING)
        if not network.has_hard_gate:
            maximum = maximum_exponent(integrator, trajectory)
            spectrum = yield from spectrum_steps(integrator, options, own, executor)
    first = stationary_from((trajectory.h**2).mean(axis=1))
    h = trajectory.h[first if first < len(trajectory.h) else 0 :]
    variance = ((h - h.mean()) ** 2).mean(axis=1)
    return SimulationRecord(
        parameters=parameters,
        size=options.size,
        spectrum=spectrum,
        lyapunov_max=maximum,
        variance=MeanWithError(float(variance[-1]), 0.0) if trajectory.settled else mean_over_time(variance),
        participation_ratio=participation_ratio(h),
        autocorrelation=autocorrelation(h, trajectory.interval),
        trajectory=trajectory,
        eliminated=eliminated_exponents(network),
    )


def eliminated_exponents(network: Network) -> dict[str, float]:
    """Exponents of the gates that are no degrees of freedom of the reduced flow, by the name of the gate."""
    p = network.parameters
    return {
        name: -1.0 / tau if tau > 0.0 else -math.inf
        for name, tau, carried in (("z", p.tau_z, network.carried[1]), ("r", p.tau_r, network.carried[2]))
        if not carried
    }
