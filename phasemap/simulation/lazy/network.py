"""A network with all of its replicas, advanced in gate time; its couplings may be matrices or none.

Replicas are copies with the same couplings: they are advanced together and, without a matrix, share what has been
drawn of it.
"""

from typing import NamedTuple

import numpy as np

from phasemap.kernels.network.lazy.gate_time import H, R, Z, activities, gated, step_units
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.simulation.lazy.couplings import Couplings, moving_gates
from phasemap.simulation.lazy.drive import Drive


class Step(NamedTuple):
    """What a step was made of, all (replicas, 3, N) but `predicted_z`.

    predicted: the state at which the fields eta_1 were evaluated. predicted_z: (replicas, N), z of the predictor
    (a gate without inertia takes its value only after it).
    """

    length: float
    start: FloatArray
    predicted: FloatArray
    predicted_z: FloatArray
    end: FloatArray
    eta_0: FloatArray
    eta_1: FloatArray
    drive_0: FloatArray
    drive_1: FloatArray


class ReplicaNetwork:
    """State x (replicas, 3, N) in the order h, z, r, and the fields eta of the couplings at it.

    change: root mean square of what the corrector of the last step added to h, over the root mean square of h: the
    local error of a step that had no corrector, and an upper bound of its own.
    """

    def __init__(self, p: Parameters, couplings: Couplings, drive: Drive, state: FloatArray) -> None:
        self.parameters, self.couplings, self.drive = p, couplings, drive
        self.x = np.array(state, dtype=float).reshape(-1, 3, couplings.size)
        self.time, self.change, self.steps = 0.0, 0.0, 0
        self._instant = [f for f in moving_gates(p) if (p.tau_z if f == Z else p.tau_r) == 0.0]
        self.eta = np.zeros_like(self.x)
        self.refresh()

    @property
    def size(self) -> int:
        """Number of units."""
        return self.couplings.size

    @property
    def replicas(self) -> int:
        """Number of replicas."""
        return len(self.x)

    @property
    def h(self) -> FloatArray:
        """Membrane variables (replicas, N); a view."""
        return self.x[:, H]

    def refresh(self) -> None:
        """Evaluate the fields of all replicas at their states: after anything that is no step."""
        self._evaluate(self.x, self.eta, self.drive.at(self.time, self.replicas))

    def add_replica(self, of: int = 0, shift: FloatArray | None = None) -> int:
        """Append a copy of a replica, with `shift` (N,) added to its h; returns its number. Refreshes all fields."""
        copy = self.x[of].copy()
        if shift is not None:
            copy[H] += shift
        self.x = np.concatenate([self.x, copy[None]])
        self.eta = np.zeros_like(self.x)
        self.refresh()
        return self.replicas - 1

    def step(self, length: float) -> Step:
        """Predict with frozen fields, evaluate them there, correct with fields linear in gate time (second order)."""
        first, last = self.drive.ends(self.time, self.time + length, self.replicas)
        predicted, corrected, eta = np.empty_like(self.x), np.empty_like(self.x), np.zeros_like(self.eta)
        p = self.parameters
        step_units(p, length, self.x, self.eta, self.eta, first, last, predicted)
        predicted_z = predicted[:, Z].copy() if self._instant else predicted[:, Z]
        self._evaluate(predicted, eta, last)
        step_units(p, length, self.x, self.eta, eta, first, last, corrected)
        made = Step(length, self.x, predicted, predicted_z, corrected, self.eta, eta, first, last)
        self.change = _change(corrected[:, H], predicted[:, H])
        self.x, self.eta = corrected, eta
        self.time += length
        self.steps += 1
        return made

    def _evaluate(self, x: FloatArray, eta: FloatArray, drive: FloatArray) -> None:
        """Fields at x into eta; gates without inertia take their values on the way, into x."""
        phi, psi = np.empty_like(x[:, H]), np.empty_like(x[:, H])
        activities(self.parameters, x[:, H], phi)
        self.couplings.gate_fields(phi, eta)
        for field in self._instant:
            x[:, field] = eta[:, field] + drive[:, field]
        gated(self.parameters, x[:, R], phi, psi)
        self.couplings.membrane_fields(psi, eta)


def _change(corrected: FloatArray, predicted: FloatArray) -> float:
    scale = float(np.sqrt((corrected**2).mean()))
    return float(np.sqrt(((corrected - predicted) ** 2).mean())) / scale if scale > 0.0 else 0.0
