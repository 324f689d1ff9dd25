"""The flow linearised at single units (docs/theory.md (3.1)).

In the state order (h, z, r) the Jacobian of a network is M + L J D, with J = blockdiag(J^h, J^z, J^r) and, for every
unit,

    M = [[-sigma_z, q, 0], [0, -1/tau_z, 0], [0, 0, -1/tau_r]],      L = diag(sigma_z, 1/tau_z, 1/tau_r),
    D = [[phi' sigma_r, 0, phi sigma_r'], [phi', 0, 0], [phi', 0, 0]],

where q = sigma_z'(z) (-h + total input inside the bracket). At a fixed point q = -sigma_z' I^h / sigma_z, which is
zero but for input that stands outside the update gate.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from phasemap.errors import UnsupportedError
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.gates import Gate
from phasemap.model.unit.nonlinearities import activation, activation_slope, gate, gate_slope


class LocalFactors(NamedTuple):
    """Activation and gates with their slopes at some units, arrays of one shape."""

    phi: FloatArray
    phi_slope: FloatArray
    update: FloatArray
    update_slope: FloatArray
    output: FloatArray
    output_slope: FloatArray


def local_factors(p: Parameters, h: ArrayLike, z: ArrayLike, r: ArrayLike) -> LocalFactors:
    """Activation, gates and slopes at (h, z, r). The slope of a hard gate is taken as 0, its value off the step."""
    h, z, r = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (h, z, r)))
    return LocalFactors(
        activation(h, p.g_h, p.beta_h), activation_slope(h, p.g_h, p.beta_h),
        gate(z, p.alpha_z, p.beta_z), _slope(z, p.update_gate),
        gate(r, p.alpha_r, p.beta_r), _slope(r, p.output_gate),
    )  # fmt: skip


def _slope(x: FloatArray, of: Gate) -> FloatArray:
    return np.zeros_like(x) if of.is_constant or of.is_hard else gate_slope(x, of.alpha, of.beta)


def local_matrices(p: Parameters, at: LocalFactors, q: ArrayLike = 0.0) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(M, L, D) of every unit, each (..., 3, 3), L diagonal.

    Raises:
        UnsupportedError: a gate without a time constant (tau = 0) is no dimension of the flow.
    """
    if p.tau_z == 0.0 or p.tau_r == 0.0:
        raise UnsupportedError("An instantaneous gate (tau = 0) has no row of its own in M, L and D: eliminate it.")
    M, L, D = (np.zeros((*at.phi.shape, 3, 3)) for _ in range(3))
    M[..., 0, 0], M[..., 0, 1] = -at.update, q
    M[..., 1, 1], M[..., 2, 2] = -1.0 / p.tau_z, -1.0 / p.tau_r
    L[..., 0, 0], L[..., 1, 1], L[..., 2, 2] = at.update, 1.0 / p.tau_z, 1.0 / p.tau_r
    D[..., 0, 0], D[..., 0, 2] = at.phi_slope * at.output, at.phi * at.output_slope
    D[..., 1, 0] = D[..., 2, 0] = at.phi_slope
    return M, L, D
