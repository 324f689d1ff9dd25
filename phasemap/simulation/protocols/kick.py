"""A kick to h in a random direction, and what is left of it (docs/memory.md).

    m(t) = dh(t).dh(0) / |dh(0)|^2   retained overlap, with a noise floor sqrt(r / N)
    r(t) = |dh(t)|^2 / |dh(0)|^2     retained distance;   cosine m / sqrt(r)

A finite kick is a copy of the network beside it; without an amplitude the kick is infinitesimal, a tangent vector.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.simulation.lazy.couplings import PerturbedCouplings
from phasemap.simulation.lazy.network import ReplicaNetwork
from phasemap.simulation.lazy.steps import Stepper
from phasemap.simulation.lazy.tangent import Tangent
from phasemap.simulation.network.disorder import child
from phasemap.simulation.protocols.setup import Setup

_PER_DECADE = 16
_PERTURBATION = 101  # child seed
_FIRST = 0.1


@dataclass(frozen=True)
class Kick:
    """Size of a kick: `amplitude`, absolute or (`in_deviations`) in deviations of h; 0: infinitesimal.

    perturbed: relative change of all couplings at the moment of the kick, in both copies.
    """

    amplitude: float = 0.0
    in_deviations: bool = False
    perturbed: float = 0.0


@dataclass(frozen=True)
class KickRun:
    """One network: times (n,) after the kick, m and r there; the kick's amplitude; the deviation of h at the kick."""

    times: FloatArray
    overlap: FloatArray
    distance: FloatArray
    amplitude: float
    deviation: float
    size: int

    @property
    def floor(self) -> FloatArray:
        """What m is uncertain by in one network: sqrt(r / N)."""
        return np.asarray(np.sqrt(self.distance / self.size))

    def at(self, delays: Sequence[float]) -> tuple[FloatArray, FloatArray]:
        """m and r at delays that are among the times."""
        rows = [int(np.abs(self.times - delay).argmin()) for delay in delays]
        return self.overlap[rows], self.distance[rows]


def times_of(delays: Sequence[float]) -> FloatArray:
    """The delays, and times evenly spaced in their logarithm before the last of them, ascending."""
    last = max(delays)
    if last == 0.0:
        return np.zeros(1)
    count = max(2, math.ceil(_PER_DECADE * math.log10(max(last / _FIRST, 10.0))))
    return np.unique([*delays, 10.0 if last >= 10.0 else last,
                      *np.geomspace(min(_FIRST, last), last, count)])  # fmt: skip


def run_kick(setup: Setup, kick: Kick, delays: Sequence[float]) -> KickRun:
    """Relax a network, kick it and follow both.

    Raises:
        UnsupportedError: an infinitesimal kick with a hard gate.
    """
    stepper = setup.relaxed()
    network = stepper.network
    deviation = float(network.h[0].std())
    amplitude = kick.amplitude * (deviation if kick.in_deviations else 1.0)
    if kick.perturbed > 0.0:
        other = setup.couplings(child(setup.seed, _PERTURBATION))
        network.couplings = PerturbedCouplings(network.couplings, other, kick.perturbed)
    times = times_of(delays)
    follow = _follow_copy if amplitude > 0.0 else _follow_tangent
    overlap, distance = follow(stepper, amplitude * setup.direction() if amplitude > 0.0 else setup.direction(), times)
    return KickRun(times, overlap, distance, amplitude, deviation, network.size)


def lay_trace(stepper: Stepper, shift: FloatArray) -> None:
    """Add a kicked copy to a network: an event."""
    stepper.network.add_replica(0, shift)
    stepper.event()


def trace_of(network: ReplicaNetwork, shift: FloatArray) -> tuple[float, float]:
    """m and r of the second replica against the first."""
    difference, norm = network.h[1] - network.h[0], float(shift @ shift)
    return float(difference @ shift) / norm, float(difference @ difference) / norm


def _follow_copy(stepper: Stepper, shift: FloatArray, times: FloatArray) -> tuple[FloatArray, FloatArray]:
    start = stepper.network.time
    lay_trace(stepper, shift)
    found = np.array([trace_of(stepper.network, shift) for _ in stepper.visit((start + times).tolist())])
    return found[:, 0], found[:, 1]


def _follow_tangent(stepper: Stepper, direction: FloatArray, times: FloatArray) -> tuple[FloatArray, FloatArray]:
    start, norm = stepper.network.time, float(direction @ direction)
    tangent = Tangent(stepper.network, direction)
    stepper.tangents.append(tangent)
    stepper.event()
    overlap, distance = np.empty_like(times), np.empty_like(times)
    for k, _ in enumerate(stepper.visit((start + times).tolist())):
        with np.errstate(over="ignore"):
            u = tangent.u[0] * np.exp(tangent.log_length)
            overlap[k], distance[k] = float(u @ direction) / norm, float(u @ u) / norm
    return overlap, distance
