"""A trace, and a pulse to the gates that is meant to clear it (docs/memory.md).

Whether the trace is only replaced (m goes, r does not: the opened network is chaotic) or the copies come together
(r goes too) shows in both numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.model.unit.inputs import make_course
from phasemap.simulation.lazy.drive import Drive, bind
from phasemap.simulation.lazy.steps import Stepper
from phasemap.simulation.protocols.kick import Kick, lay_trace, trace_of
from phasemap.simulation.protocols.setup import Setup

GATES = {"z": {"z": 1.0}, "r": {"r": -1.0}, "both": {"z": 1.0, "r": -1.0}}
"""What a pulse of strength B goes to: +B opens the update gate, -B closes the output gate."""


class ResetPulse(NamedTuple):
    """A common input pulse that resets (`GATES`), `at` a time after the trace was laid; read a time after its end."""

    gate: str
    at: float
    duration: float
    read: float

    @property
    def reading(self) -> float:
        """Time of the reading after the trace was laid."""
        return self.at + self.duration + self.read


@dataclass(frozen=True)
class ResetRun:
    """One network: m, r at the pulse's start; m, r (n_strengths,) at the reading."""

    before: tuple[float, float]
    overlap: FloatArray
    distance: FloatArray
    end_distance: FloatArray
    amplitude: float
    deviation: float
    gate_deviation: float
    size: int

    @property
    def retained(self) -> FloatArray:
        """Share of the overlap at the pulse that is left at the reading (n_strengths,)."""
        return self.overlap / self.before[0]


def run_reset(setup: Setup, kick: Kick, pulse: ResetPulse, strengths: Sequence[float]) -> ResetRun:
    """Relax a network, lay a trace, and go on from there with a pulse of every strength in turn."""
    stepper = setup.relaxed()
    network = stepper.network
    deviation = float(network.h[0].std())
    amplitude = kick.amplitude * (deviation if kick.in_deviations else 1.0)
    shift = amplitude * setup.direction()
    start = network.time
    lay_trace(stepper, shift)
    stepper.advance_to(start + pulse.at)
    before = trace_of(network, shift)
    kept, drive = network.x.copy(), network.drive
    found = []
    for strength in strengths:
        network.x, network.time = kept.copy(), start + pulse.at
        network.drive = with_pulse(drive, pulse, strength, start, network.size)
        found.append(_read(stepper, shift, pulse, start))
    overlap, distance, end_distance = np.array(found).T
    spread = float(kept[0, 1].std())
    return ResetRun(before, overlap, distance, end_distance, amplitude, deviation, spread, network.size)


def with_pulse(drive: Drive, pulse: ResetPulse, strength: float, start: float, size: int) -> Drive:
    """The drive of a network with a common pulse to the gates."""
    span = {"at": start + pulse.at, "duration": pulse.duration}
    courses = [
        make_course(field, "pulse", {**span, "strength": sign * strength}) for field, sign in GATES[pulse.gate].items()
    ]
    return Drive(drive.static, (*drive.bound, *(bind(course, size) for course in courses)), drive.noise)


def _read(stepper: Stepper, shift: FloatArray, pulse: ResetPulse, start: float) -> tuple[float, float, float]:
    stepper.event()
    stepper.advance_to(start + pulse.at + pulse.duration)
    _, at_end = trace_of(stepper.network, shift)
    stepper.event()
    stepper.advance_to(start + pulse.reading)
    return *trace_of(stepper.network, shift), at_end
