"""Infinitesimal differences of a network: a tangent vector that rides along, with the network's couplings or its own.

With the couplings of the network it is the derivative of that network. With couplings of its own, independent of the
network's, its fields are independent of the path, as in the limit of infinitely many units: the exponent is then that
of the mean field up to O(1 / M).
"""

import math

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.kernels.network.lazy.gate_time import H, R, Z
from phasemap.kernels.network.lazy.tangent import step_tangent, tangent_outputs
from phasemap.model.results import FloatArray
from phasemap.simulation.lazy.couplings import Couplings, moving_gates
from phasemap.simulation.lazy.network import ReplicaNetwork, Step


class Tangent:
    """A tangent vector u (3, N) of replica 0, kept at length 1; `log_length` is the logarithm of its true length.

    Raises:
        UnsupportedError: a gate is a step function, which has no derivative.
    """

    def __init__(self, network: ReplicaNetwork, direction: FloatArray, couplings: Couplings | None = None) -> None:
        p = network.parameters
        steepness = {Z: p.alpha_z, R: p.alpha_r}
        if any(math.isinf(steepness[field]) for field in moving_gates(p)):
            raise UnsupportedError("A hard gate has no tangent flow: give the kick an amplitude.")
        self._network = network
        self._couplings = network.couplings if couplings is None else couplings
        self._instant = [f for f in moving_gates(p) if (p.tau_z if f == Z else p.tau_r) == 0.0]
        self.u = np.zeros((3, network.size))
        self.u[H] = direction
        self.log_length = 0.0
        self._zeta = np.zeros_like(self.u)
        self._evaluate(network.x[0], self.u, self._zeta)
        self._normalise()

    def follow(self, step: Step) -> None:
        """Take the derivative of a step that the network has just made."""
        p, u = self._network.parameters, self.u
        fields = step.eta_0[0], step.eta_1[0], step.drive_0[0], step.drive_1[0]
        predicted, corrected, zeta = np.empty_like(u), np.empty_like(u), np.zeros_like(u)
        frozen = fields[0], fields[0], *fields[2:]
        step_tangent(p, step.length, step.start[0], step.predicted_z[0], *frozen, u, self._zeta, self._zeta, predicted)
        self._evaluate(step.predicted[0], predicted, zeta)
        step_tangent(p, step.length, step.start[0], step.end[0, Z], *fields, u, self._zeta, zeta, corrected)
        self.u, self._zeta = corrected, zeta
        self._normalise()

    def refresh(self) -> None:
        """Evaluate the fields at the network's state again: after its event."""
        self._evaluate(self._network.x[0], self.u, self._zeta)

    def _evaluate(self, x: FloatArray, u: FloatArray, zeta: FloatArray) -> None:
        phi, psi = np.empty((1, u.shape[1])), np.empty((1, u.shape[1]))
        tangent_outputs(self._network.parameters, x, u, phi[0], psi[0])
        self._couplings.gate_fields(phi, zeta[None])
        if self._instant:
            u[self._instant] = zeta[self._instant]
            tangent_outputs(self._network.parameters, x, u, phi[0], psi[0])
        self._couplings.membrane_fields(psi, zeta[None])

    def _normalise(self) -> None:
        """Vector and stored fields are rescaled together."""
        length = float(np.sqrt((self.u**2).sum()))
        if length > 0.0:
            self.u /= length
            self._zeta /= length
            self.log_length += math.log(length)
