"""The weakest pulse to h that switches a network from the silent state on, for pulses of several durations."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.model.unit.inputs import InputCourse
from phasemap.numerics.threshold import smallest
from phasemap.simulation.estimators.outcomes import Outcome
from phasemap.simulation.protocols.networks import Networks
from phasemap.simulation.protocols.setup import Setup

# Bisection in a network stops here: networks scatter by more.
_RATIO = 1.1
# A network whose mean square of h is above this counts as active.
ACTIVE = 1e-6


class Scan(NamedTuple):
    """A pulse of several durations, the strengths tried for each, and the time at which activity is read."""

    pulse: InputCourse
    durations: tuple[float, ...]
    tried: tuple[tuple[float, ...], ...]
    end: float


@dataclass(frozen=True)
class SwitchRun:
    """One network: the smallest strength that leaves it active at the end, by duration (n,); infinite if none does."""

    strength: FloatArray
    size: int


def run_switch(setup: Setup, scan: Scan) -> SwitchRun:
    """Bisect for every duration; every run of the network starts from the same state."""

    def active(pulse: InputCourse) -> bool:
        """Whether the network is active at the end of a run with this pulse."""
        stepper = replace(setup, courses=(pulse,)).relaxed()
        stepper.advance_to(scan.end)
        return float((stepper.network.h[0] ** 2).mean()) > ACTIVE

    def of_duration(duration: float, tried: tuple[float, ...]) -> float:
        """The threshold of pulses that last so long."""
        pulse = scan.pulse.lasting(duration)
        found = smallest(lambda strength: active(pulse.stronger(strength)), tried, _RATIO)
        return found.middle if found.low > 0.0 else found.high

    return SwitchRun(np.array([of_duration(*one) for one in zip(scan.durations, scan.tried, strict=True)]), setup.size)


def switching(networks: Networks[SwitchRun]) -> Outcome:
    """Geometric mean over the networks that can be switched on, its standard error, by duration.

    ABSENT where no more than half of them can; NOT_CONVERGED where some cannot, or a single one was run.
    """
    logs = np.log([run.strength for run in networks.runs[networks.largest]])
    switched = np.isfinite(logs)
    count = switched.sum(axis=0)
    there = 2 * count > len(logs)
    sums = np.where(switched, logs, 0.0).sum(axis=0) / np.maximum(count, 1)
    spread = np.sqrt((np.where(switched, logs - sums, 0.0) ** 2).sum(axis=0) / np.maximum(count - 1, 1))
    error = np.hypot(spread, 0.5 * math.log(_RATIO)) / np.sqrt(np.maximum(count, 1))
    value = np.where(there, np.exp(sums), np.nan)
    good = (count == len(logs)) & (count > 1)
    status = np.where(there, np.where(good, Status.CONVERGED, Status.NOT_CONVERGED), Status.ABSENT).astype(np.uint8)
    return Outcome(value, value * error, status)
