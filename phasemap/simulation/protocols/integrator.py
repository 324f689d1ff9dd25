"""A staircase of equal input pulses to h in one random direction: the trace against the sum of what came in."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.model.unit.inputs import make_course
from phasemap.simulation.lazy.drive import Bound, Drive
from phasemap.simulation.protocols.setup import Setup


class Staircase(NamedTuple):
    """Equal input pulses to h, each of integral `strength` times N(0, 1) in every unit, one every `spacing`.

    hold: time after the last of them during which the trace is followed.
    """

    pulses: int
    spacing: float
    strength: float
    duration: float = 1.0
    hold: float = 0.0

    @property
    def readings(self) -> FloatArray:
        """(pulses,) times of the readings after the first pulse began: just before the next one."""
        return np.asarray(self.spacing * np.arange(1.0, self.pulses + 1.0), dtype=np.float64)


@dataclass(frozen=True)
class StaircaseRun:
    """One network: the trace (pulses,) before each next pulse, along the direction of the pulses; held (n,) after them.

    The trace is the difference between the driven replica and the one that is not, projected on the direction: a
    perfect integrator shows the sum of the pulses.
    """

    trace: FloatArray
    distance: FloatArray
    held: FloatArray
    size: int


def hold_times(stairs: Staircase) -> FloatArray:
    """Times after the last reading at which the trace is read again."""
    return np.geomspace(min(1.0, stairs.hold), stairs.hold, 25) if stairs.hold > 0.0 else np.zeros(0)


def run_integrator(setup: Setup, stairs: Staircase) -> StaircaseRun:
    """Relax a network, copy it, and drive the copy with the staircase."""
    stepper = setup.relaxed()
    network = stepper.network
    start, u = network.time, setup.direction()
    pulses = [
        Bound(make_course("h", "pulse", {"at": start + k * stairs.spacing, "duration": stairs.duration,
                                         "strength": stairs.strength / stairs.duration}), u, (1,))
        for k in range(stairs.pulses)
    ]  # fmt: skip
    drive = network.drive
    network.drive = Drive(drive.static, (*drive.bound, *pulses), drive.noise)
    network.add_replica(0)
    stepper.event()
    times = np.concatenate([stairs.readings, stairs.readings[-1] + hold_times(stairs)])
    found = []
    for _ in stepper.visit((start + times).tolist()):
        difference = network.h[1] - network.h[0]
        found.append((float(difference @ u) / float(u @ u), float(difference @ difference) / float(u @ u)))
    trace, distance = np.array(found).T
    return StaircaseRun(trace[: stairs.pulses], distance[: stairs.pulses], trace[stairs.pulses :], network.size)
