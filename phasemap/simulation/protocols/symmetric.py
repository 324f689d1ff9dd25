"""What memory needed before gates: an additive network with symmetric couplings, tuned so that one mode neither grows
nor decays (docs/memory.md).

Its trace is laid along that mode, the best case for it. Detuned by a per cent the mode decays, or runs away to where
the nonlinearity stops it, whatever the kick was.
"""

import numpy as np
from scipy.linalg import eigh

from phasemap.kernels.network.lazy.gate_time import H
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.simulation.lazy.couplings import DenseCouplings
from phasemap.simulation.lazy.drive import Drive
from phasemap.simulation.lazy.network import ReplicaNetwork
from phasemap.simulation.lazy.steps import Stepper
from phasemap.simulation.network.disorder import Stream, generator
from phasemap.simulation.protocols.kick import times_of


def symmetric_trace(
    size: int, detuning: float, amplitude: float, delays: list[float], seed: np.random.SeedSequence
) -> tuple[FloatArray, FloatArray]:
    """Times and m there: the gain is (1 + detuning) times the critical one, the kick `amplitude` (per unit) long."""
    J = generator(seed, Stream.J_H).standard_normal((size, size)) / np.sqrt(2.0 * size)
    J = J + J.T
    values, vectors = eigh(J, subset_by_index=[size - 1, size - 1])
    p = Parameters(g_h=float((1.0 + detuning) / values[0]))
    shift = amplitude * np.sqrt(size) * vectors[:, 0]
    state = np.zeros((3, size))
    state[H] = shift
    stepper = Stepper(ReplicaNetwork(p, DenseCouplings({H: J}), Drive(np.zeros((3, size))), state))
    times = times_of(delays)
    norm = float(shift @ shift)
    return times, np.array([float(stepper.network.h[0] @ shift) / norm for _ in stepper.visit(times.tolist())])
