"""One curve of a diagram of protocols: what it wants, and how it is computed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from phasemap.dataset.panels import REFERENCE
from phasemap.dataset.runs import Run
from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.inputs import InputCourse
from phasemap.simulation.estimators.outcomes import Outcome, outcome
from phasemap.simulation.network.disorder import child, realisation_seed
from phasemap.simulation.protocols import readings
from phasemap.simulation.protocols.activity import run_activity
from phasemap.simulation.protocols.choice import DENSE
from phasemap.simulation.protocols.integrator import Staircase
from phasemap.simulation.protocols.kick import Kick, run_kick
from phasemap.simulation.protocols.networks import Conditions, Networks, run_networks
from phasemap.simulation.protocols.reset import ResetPulse
from phasemap.simulation.protocols.setup import Setup
from phasemap.simulation.protocols.symmetric import symmetric_trace
from phasemap.simulation.threads import single_threaded_blas
from phasemap.studies.protocols.drive import drive, switch
from phasemap.studies.protocols.integrator import integrator
from phasemap.studies.protocols.kick import kick
from phasemap.studies.protocols.report import Report
from phasemap.studies.protocols.reset import reset

# Quantities of kicks that the distance of the copies tells.
_OF_DISTANCE = ("retained_distance", "cosine")
# Standard deviation of the state that drives begin in.
_SILENCE = 1e-3


@dataclass(frozen=True)
class Wanted:
    """What a curve shows: a quantity of a protocol, in theory or networks or both.

    perturbed: change of the couplings at the kick. detuning: of a symmetric network. level: also the noise floor.
    """

    protocol: str
    quantity: str
    theory: bool = False
    networks: bool = False
    perturbed: float = 0.0
    detuning: float = 0.0
    staircase: Mapping[str, float] = field(default_factory=dict)
    inputs: tuple[InputCourse, ...] = ()
    until: float = 200.0
    level: bool = False


class Computed(NamedTuple):
    """Places of a curve, it by kind (theory, reference, networks, floor; or units by name), and its networks."""

    places: FloatArray
    found: dict[str, Outcome]
    run: Run = Run()


def compute(p: Parameters, options: ProtocolOptions, wanted: Wanted, seed: np.random.SeedSequence) -> Computed:
    """A curve at the parameters p."""
    if wanted.protocol == "symmetric":
        return _symmetric(options, wanted, seed)
    if wanted.protocol == "activity":
        return _activity(p, options, seed)
    if wanted.perturbed > 0.0:
        return _perturbed(p, options, wanted, seed)
    report = _report(p, options, wanted, seed)
    places = next(iter(report.coordinates.values()))
    found = {}
    if wanted.theory:
        kind = REFERENCE if wanted.quantity in report.beside else "theory"
        found[kind] = report.theory[wanted.quantity]
    if report.networks is not None and wanted.networks:
        name = f"{wanted.quantity}_extrapolated"
        found["networks"] = report.networks.get(name, report.networks[wanted.quantity])
        if wanted.level:
            found["floor"] = report.networks["noise_floor"]
    run = Run(options.networks, max(options.sizes or (options.size,)), f"{wanted.quantity}_extrapolated" in (
        report.networks or {})) if "networks" in found else Run()  # fmt: skip
    return Computed(np.asarray(places, dtype=float), found, run)


def _report(p: Parameters, options: ProtocolOptions, wanted: Wanted, seed: np.random.SeedSequence) -> Report:
    networks = Conditions(wanted.inputs) if wanted.networks else None
    from_silence = Conditions(wanted.inputs, _SILENCE)
    if wanted.protocol == "reset":
        return reset(p, options, seed, networks, wanted.inputs)
    if wanted.protocol == "drive":
        return drive(p, options, seed, from_silence, wanted.until, with_theory=wanted.theory)
    if wanted.protocol == "switch":
        return switch(p, options, seed, from_silence, [wanted.inputs[0].numbers["duration"]], wanted.until)
    if wanted.protocol == "integrator":
        numbers = dict(wanted.staircase)
        stairs = Staircase(int(numbers.pop("pulses", 10)), **{"spacing": 20.0, "strength": 0.2, **numbers})
        return integrator(p, options, stairs, seed, networks)
    # Theory of infinitesimal kicks beside networks with finite ones.
    infinitesimal = replace(options, amplitude=0.0) if wanted.theory else None
    with_distance = wanted.theory and wanted.quantity in _OF_DISTANCE
    return kick(p, options, seed, networks, wanted.inputs, infinitesimal, with_distance=with_distance)


def _perturbed(p: Parameters, options: ProtocolOptions, wanted: Wanted, seed: np.random.SeedSequence) -> Computed:
    push = Kick(options.amplitude, options.in_deviations, wanted.perturbed)
    networks = run_networks(lambda setup: run_kick(setup, push, options.delays), p, options, seed, 500.0)
    times = networks.runs[networks.largest][0].times
    found = readings.at_delays(networks.combined(readings.overlaps), times, tuple(options.delays))
    return Computed(np.array(options.delays), {"networks": found}, Run(options.networks, networks.largest))


def _symmetric(options: ProtocolOptions, wanted: Wanted, seed: np.random.SeedSequence) -> Computed:
    rows = []
    delays = list(options.delays)
    with single_threaded_blas():
        for k in range(options.networks):
            own = realisation_seed(seed, options.size, k)
            times, m = symmetric_trace(options.size, wanted.detuning, options.amplitude, delays, own)
            rows.append(m[[int(np.abs(times - delay).argmin()) for delay in delays]])
    runs = Networks({options.size: rows}, {options.size: DENSE})
    found = runs.combined(lambda m: (m, np.full_like(m, options.size**-0.5)))
    return Computed(np.array(delays), {"networks": found}, Run(options.networks, options.size))


def _activity(p: Parameters, options: ProtocolOptions, seed: np.random.SeedSequence) -> Computed:
    """h of a few units of one network through a reset, by the names of the units; the network is not the mean."""
    pulse = ResetPulse(options.gate, options.at, options.duration, options.read)
    setup = Setup(p, options.size, child(seed, 0), False, options.relax)
    with single_threaded_blas():
        times, h = run_activity(setup, pulse, options.strengths[-1])
    units = {f"unit {k + 1}": outcome(row, 0.0) for k, row in enumerate(h)}
    return Computed(times, {f"@{name}": one for name, one in units.items()})
