"""One network, from its seed to everything that is known about it."""

import math
from collections.abc import Generator
from dataclasses import dataclass, replace

import numpy as np

from phasemap.model.options import SimulationOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate
from phasemap.model.status import Status
from phasemap.simulation.estimators.autocorrelations import Autocorrelation, autocorrelation
from phasemap.simulation.estimators.outcomes import as_estimates, nothing, outcome
from phasemap.simulation.estimators.realisations import Outcomes
from phasemap.simulation.lyapunov.exponents import Trajectory, record
from phasemap.simulation.lyapunov.spectra import Progress, Spectrum, can_have_spectrum, spectrum_steps
from phasemap.simulation.network.disorder import Network, draw_network, realisation_seed
from phasemap.simulation.network.integrators import start_from
from phasemap.simulation.solvers.activity import activity_of
from phasemap.simulation.solvers.dimension import NAMES as PARTICIPATION
from phasemap.simulation.solvers.dimension import ratios
from phasemap.simulation.solvers.network import activity_outcomes, sampling_of
from phasemap.simulation.solvers.network_spectrum import convergence_outcome, spectrum_outcomes
from phasemap.simulation.solvers.remarks import remarks_on
from phasemap.simulation.threads import available_cores, panel_executor, single_threaded_blas


@dataclass(frozen=True)
class SimulationRecord:
    """Everything that is known about one network.

    estimates: its quantities by their names in the registry, each (1, *dims), with errors over time.
    spectrum: None where a hard gate leaves no tangent flow. lyapunov_max, variance, autocorrelation, ... are taken from
    `trajectory`, the activity after the transient; the spectrum is measured after that.
    eliminated: exponents of the gates that are no degrees of freedom, N each in the flow of all three fields: -1 / tau
    of a constant gate, -inf of an instantaneous one.
    remarks: what the numbers alone do not say, a sentence each.
    """

    parameters: Parameters
    size: int
    estimates: dict[str, Estimate]
    spectrum: Spectrum | None
    trajectory: Trajectory
    autocorrelation: Autocorrelation
    eliminated: dict[str, float]
    remarks: tuple[str, ...] = ()


def simulate(
    parameters: Parameters, options: SimulationOptions, seed: np.random.SeedSequence, threads: int | None = None
) -> SimulationRecord:
    """Simulate one network of `options.size` units, realisation 0 of `seed` (docs/theory.md, section 7).

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
    options = replace(options, sizes=())  # one network, of the size that is named
    own = realisation_seed(seed, options.size, 0)
    network = draw_network(parameters, options.size, own)
    spectrum = None
    with single_threaded_blas(), panel_executor(threads or available_cores()) as executor:
        integrator = start_from(network, options, own)
        trajectory = record(integrator, options.transient, options.duration, sampling_of(options))
        found = activity_outcomes(integrator, trajectory, options)
        found |= _participation(network, trajectory, options, own)
        if can_have_spectrum(integrator):
            spectrum = yield from spectrum_steps(integrator, options, own, executor)
    if spectrum is not None and trajectory.settled:
        spectrum = replace(spectrum, step=trajectory.step)
    found |= spectrum_outcomes(spectrum, options.size, options)
    if spectrum is None and not trajectory.lost:
        found["lyapunov_convergence"] = convergence_outcome(
            trajectory.growth, trajectory.interval, options, good=trajectory.step.good
        )
    found |= {"settled_fraction": outcome(float(trajectory.settled), 0.0), "activity": activity_of(trajectory, options)}
    return SimulationRecord(
        parameters=parameters,
        size=options.size,
        estimates=as_estimates([{f"network_{name}": one for name, one in found.items()}]),
        spectrum=spectrum,
        trajectory=trajectory,
        autocorrelation=autocorrelation(trajectory.h, trajectory.interval),
        eliminated=eliminated_exponents(network),
        remarks=remarks_on(integrator, trajectory, spectrum, options),
    )


def _participation(
    network: Network, trajectory: Trajectory, options: SimulationOptions, seed: np.random.SeedSequence
) -> Outcomes:
    """Participation ratios, from more trajectories; none where the first came to rest or its step is unstable."""
    if trajectory.settled or trajectory.lost:
        status = Status.FAILED if trajectory.lost else Status.ABSENT
        return {name: nothing(status=status) for name in PARTICIPATION}
    return ratios(network, options, seed)[0]


def eliminated_exponents(network: Network) -> dict[str, float]:
    """Exponents of the gates that are no degrees of freedom of the reduced flow, by the name of the gate."""
    p = network.parameters
    return {
        name: -1.0 / tau if tau > 0.0 else -math.inf
        for name, tau, carried in (("z", p.tau_z, network.carried[1]), ("r", p.tau_r, network.carried[2]))
        if not carried
    }
