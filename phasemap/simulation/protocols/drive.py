"""A network under inputs that change in time: whether it is moved from one attractor to another, and stays there."""

from dataclasses import dataclass

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.model.unit.nonlinearities import activation
from phasemap.simulation.protocols.setup import Setup

_SAMPLES = 200


@dataclass(frozen=True)
class DriveRun:
    """One network: times (n,) after the relaxation, mean squares of h and of phi(h) over units there."""

    times: FloatArray
    variance: FloatArray
    activity_variance: FloatArray
    size: int


def drive_times(end: float) -> FloatArray:
    """Times at which a driven network is read."""
    return np.linspace(0.0, end, _SAMPLES + 1)


def run_drive(setup: Setup, end: float) -> DriveRun:
    """Follow a network under `setup.courses` to the end."""
    stepper = setup.relaxed()
    p, network = setup.parameters, stepper.network
    times = drive_times(end)
    variance, activity = np.empty_like(times), np.empty_like(times)
    for k, _ in enumerate(stepper.visit(times.tolist())):
        variance[k] = float((network.h[0] ** 2).mean())
        activity[k] = float((activation(network.h[0], p.g_h, p.beta_h) ** 2).mean())
    return DriveRun(times, variance, activity, network.size)
