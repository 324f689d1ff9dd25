"""Jacobians of finite networks and their eigenvalues, without dimensions that do not take part.

A gate that moves and does not act back on h (the update gate wherever q = 0) only follows: its N eigenvalues are
-1 / tau exactly. A constant gate is no degree of freedom (`phasemap.model.unit.gates`), an instantaneous one no
dimension of the flow: it is eliminated.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phasemap.kernels.network.steps import CONSTANT, LIVE
from phasemap.model.results import FloatArray
from phasemap.model.unit.linearisation import LocalFactors, local_factors
from phasemap.simulation.network.disorder import Network


@dataclass(frozen=True)
class SampledSpectrum:
    """Eigenvalues of one Jacobian.

    values: (n_live * N,) complex, of the directions that take part.
    atoms:  (position, how many) of the others, which lie at one point.
    """

    values: NDArray[np.complex128]
    atoms: tuple[tuple[float, int], ...]

    @property
    def all_values(self) -> NDArray[np.complex128]:
        """Every eigenvalue, the atoms repeated."""
        return np.concatenate([self.values, *(np.full(count, at, dtype=complex) for at, count in self.atoms)])


def drift(network: Network, state: FloatArray) -> FloatArray:
    """q = sigma_z'(z) (-h + total input inside the bracket) of every unit, for a state (3, N)."""
    h, z, r = state
    at = local_factors(network.parameters, h, z, r)
    inside = network.drive[0] if network.parameters.input_inside else 0.0
    return np.asarray(at.update_slope * (-h + network.J_h @ (at.phi * at.output) + inside))


def slaved_state(network: Network, h: FloatArray) -> FloatArray:
    """(3, N): h with the gates at rest with respect to it, z = J^z phi(h) + I^z and r = J^r phi(h) + I^r."""
    phi = np.tanh(network.parameters.g_h * h + network.parameters.beta_h)
    state = np.stack([h, network.drive[1], network.drive[2]])
    for row, coupling in ((1, network.J_z), (2, network.J_r)):
        if coupling.size:
            state[row] += coupling @ phi
    return state


def live_fields(network: Network, at: LocalFactors, q: FloatArray) -> tuple[bool, bool, bool]:
    """Which of h, z, r are directions that take part in the linearised flow."""
    through_gate = bool(np.any(at.phi * at.output_slope) and np.any(at.phi_slope))
    return True, network.modes[0] == LIVE and bool(np.any(q)), network.modes[1] == LIVE and through_gate


def jacobian(network: Network, state: FloatArray, q: FloatArray | None = None) -> FloatArray:
    """The Jacobian of the flow at `state` (3, N), over the directions that take part, in the order h, z, r.

    q: (N,) to use instead of that of the state (zero for units drawn independently of the couplings).
    """
    p = network.parameters
    at = local_factors(p, *state)
    q = drift(network, state) if q is None else np.asarray(q, dtype=float)
    _, has_z, has_r = live_fields(network, at, q)
    n, J_h = network.size, network.J_h
    speed = at.update[:, None]
    hh = speed * (J_h * (at.phi_slope * at.output))
    hh[np.diag_indices(n)] -= at.update
    if not has_z and network.modes[0] != CONSTANT and np.any(q):
        hh += q[:, None] * network.J_z * at.phi_slope
    if not has_r and network.modes[1] != CONSTANT and np.any(at.output_slope):
        hh += speed * ((J_h * (at.phi * at.output_slope)) @ network.J_r) * at.phi_slope
    blocks = [[hh]]
    for live, coupling, tau, column in (
        (has_z, network.J_z, p.tau_z, np.diag(q) if has_z else None),
        (has_r, network.J_r, p.tau_r, speed * (J_h * (at.phi * at.output_slope)) if has_r else None),
    ):
        if live and column is not None:
            blocks = _border(blocks, column, coupling * at.phi_slope / tau, -np.eye(n) / tau)
    return np.block(blocks)


Blocks = list[list[FloatArray]]


def _border(blocks: Blocks, column: FloatArray, row: FloatArray, corner: FloatArray) -> Blocks:
    """Append a field that h reads through `column` and that reads h through `row`."""
    n = len(corner)
    none = np.zeros((n, n))
    widened = [[*line, column if k == 0 else none] for k, line in enumerate(blocks)]
    return [*widened, [row, *(none for _ in range(len(blocks) - 1)), corner]]


def leading_edge(network: Network, spectrum: SampledSpectrum) -> float:
    """Largest real part of the eigenvalues of the gated flow, those of gates that vary and only follow among them.

    A constant gate (alpha = 0, or beta infinite) is no degree of freedom and has no rate of its own.
    """
    slaved = [
        -1.0 / tau
        for tau, mode in zip((network.parameters.tau_z, network.parameters.tau_r), network.modes, strict=True)
        if mode == LIVE and (-1.0 / tau, network.size) in spectrum.atoms
    ]
    return max(float(spectrum.values.real.max()), *slaved, -np.inf)


def eigenvalues(network: Network, state: FloatArray, q: FloatArray | None = None) -> SampledSpectrum:
    """Eigenvalues of `jacobian`, and those of the directions that it leaves out."""
    p, at = network.parameters, local_factors(network.parameters, *state)
    q = drift(network, state) if q is None else np.asarray(q, dtype=float)
    live = live_fields(network, at, q)
    gates = ((live[1], network.modes[0], p.tau_z), (live[2], network.modes[1], p.tau_r))
    atoms = tuple((-1.0 / tau, network.size) for takes_part, mode, tau in gates if mode == LIVE and not takes_part)
    values = np.linalg.eigvals(jacobian(network, state, q))
    return SampledSpectrum(np.asarray(values, dtype=np.complex128), atoms)
