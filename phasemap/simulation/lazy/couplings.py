"""Couplings applied to the outputs of all replicas: matrices, or a basis in the place of matrices."""

import math
from typing import NamedTuple, Protocol

import numpy as np

from phasemap.kernels.network.lazy.gate_time import H, R, Z
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.nonlinearities import is_constant_gate
from phasemap.simulation.lazy.basis import Basis
from phasemap.simulation.network.disorder import Stream, draw_coupling, generator

_STREAMS = (Stream.J_H, Stream.J_Z, Stream.J_R)


class _Tolerances(NamedTuple):
    """What is left out of the outputs, relative."""

    usual: float = 1e-6  # networks of other couplings differ by far more
    hard_gates: float = 1e-13  # a hard gate feels any noise: outputs must be represented to rounding there


_AT = _Tolerances()


class Couplings(Protocol):
    """What a network needs of its couplings. Fields are (replicas, units), in the order h, z, r of rows of `out`."""

    @property
    def size(self) -> int:
        """Number of units."""

    def gate_fields(self, phi: FloatArray, out: FloatArray) -> None:
        """J^z phi and J^r phi into out[:, Z] and out[:, R], as far as these gates move."""

    def membrane_fields(self, psi: FloatArray, out: FloatArray) -> None:
        """J^h psi, with psi = phi sigma_r, into out[:, H]."""


def moving_gates(p: Parameters) -> list[int]:
    """Which of the fields Z, R belong to gates that move."""
    gates = ((Z, p.alpha_z, p.beta_z), (R, p.alpha_r, p.beta_r))
    return [field for field, alpha, beta in gates if not is_constant_gate(alpha, beta)]


class DenseCouplings:
    """Matrices J^h, J^z, J^r (N, N) in double precision; None where no gate reads one."""

    def __init__(self, J: dict[int, FloatArray]) -> None:
        self.J = J

    @property
    def size(self) -> int:
        """Number of units."""
        return len(self.J[H])

    def gate_fields(self, phi: FloatArray, out: FloatArray) -> None:
        """See `Couplings`."""
        for field in (Z, R):
            if field in self.J:
                out[:, field] = phi @ self.J[field].T

    def membrane_fields(self, psi: FloatArray, out: FloatArray) -> None:
        """See `Couplings`."""
        out[:, H] = psi @ self.J[H].T


class LazyCouplings:
    """Couplings without matrices: one basis for the outputs phi sigma_r, one for phi, or one for both.

    Where the output gate does not move the two are proportional. Replicas are served one after the other, so that one
    sees the directions that another has added.
    """

    def __init__(self, p: Parameters, size: int, seed: np.random.SeedSequence, tolerance: float | None = None) -> None:
        self.size = size
        usual = _AT.hard_gates if math.isinf(p.alpha_z) or math.isinf(p.alpha_r) else _AT.usual
        self._moving = moving_gates(p)
        rngs = {field: generator(seed, stream) for field, stream in zip((H, Z, R), _STREAMS, strict=True)}
        first = [H, *(self._moving if R not in self._moving else [])]
        accuracy = usual if tolerance is None else tolerance
        self._membrane = Basis(size, accuracy, [rngs[field] for field in first])
        self._gates = self._membrane
        if R in self._moving:
            self._gates = Basis(size, accuracy, [rngs[field] for field in self._moving])
        self._shared = self._gates is self._membrane

    @property
    def rank(self) -> int:
        """Directions drawn so far, in the larger basis."""
        return max(self._membrane.rank, self._gates.rank)

    def gate_fields(self, phi: FloatArray, out: FloatArray) -> None:
        """See `Couplings`."""
        if not self._moving:
            return
        for c in range(len(phi)):
            coordinates = self._gates.coordinates(phi[c])
            for k, field in enumerate(self._moving):
                out[c, field] = self._gates.fields(coordinates, k + self._shared)

    def membrane_fields(self, psi: FloatArray, out: FloatArray) -> None:
        """See `Couplings`."""
        for c in range(len(psi)):
            out[c, H] = self._membrane.fields(self._membrane.coordinates(psi[c]), 0)

    def complete(self, seed: np.random.SeedSequence) -> DenseCouplings:
        """The network with all of its matrix elements, the missing ones drawn from `seed`."""
        rng = generator(seed, Stream.EQUILIBRIUM)
        J = dict(zip([H, *(self._moving if self._shared else [])], self._membrane.complete(rng), strict=True))
        if not self._shared:
            J |= dict(zip(self._moving, self._gates.complete(rng), strict=True))
        return DenseCouplings(J)


def draw_dense(p: Parameters, size: int, seed: np.random.SeedSequence) -> DenseCouplings:
    """The matrices of the simulated network with this seed (`simulation.network.disorder`), in double precision."""
    streams = dict(zip((H, Z, R), _STREAMS, strict=True))
    wanted = [H, *moving_gates(p)]
    return DenseCouplings(
        {field: draw_coupling(size, generator(seed, streams[field])).astype(float) for field in wanted}
    )


class PerturbedCouplings:
    """(J + epsilon J') / sqrt(1 + epsilon^2), J' independent of J: the same law, changed by a share epsilon."""

    def __init__(self, couplings: Couplings, other: Couplings, epsilon: float) -> None:
        self.size = couplings.size
        self._parts = ((couplings, 1.0), (other, epsilon))
        self._norm = math.sqrt(1.0 + epsilon**2)

    def gate_fields(self, phi: FloatArray, out: FloatArray) -> None:
        """See `Couplings`."""
        self._add(phi, out, (Z, R), "gate_fields")

    def membrane_fields(self, psi: FloatArray, out: FloatArray) -> None:
        """See `Couplings`."""
        self._add(psi, out, (H,), "membrane_fields")

    def _add(self, outputs: FloatArray, out: FloatArray, rows: tuple[int, ...], method: str) -> None:
        total = np.zeros_like(out)
        for couplings, share in self._parts:
            one = np.zeros_like(out)
            getattr(couplings, method)(outputs, one)
            total += share / self._norm * one
        for row in rows:
            out[:, row] = total[:, row]
