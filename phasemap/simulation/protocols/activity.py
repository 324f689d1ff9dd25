"""What single units do before, during and after a pulse to the gates."""

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.simulation.protocols.reset import ResetPulse, with_pulse
from phasemap.simulation.protocols.setup import Setup

_UNITS, _SAMPLES = 6, 300


def run_activity(setup: Setup, pulse: ResetPulse, strength: float) -> tuple[FloatArray, FloatArray]:
    """Times (n,) after the relaxation, and h (units, n) of the first few units of a network without a kick."""
    stepper = setup.relaxed()
    network = stepper.network
    network.drive = with_pulse(network.drive, pulse, strength, 0.0, network.size)
    stepper.event()
    times = np.linspace(0.0, pulse.reading, _SAMPLES)
    h = np.array([network.h[0, :_UNITS].copy() for _ in stepper.visit(times.tolist())])
    return np.asarray(times, dtype=np.float64), np.asarray(h.T)
