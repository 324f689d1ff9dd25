"""Integrals over two frequencies of the covariances between units, for the participation ratio.

One matrix of couplings drives h with psi = phi(h) sigma_r, others drive the gates with phi. A pair of units is
correlated through them by an amount of order N^(-1/2); its mean square, times N, is T_x(w1, w2) less the product of
the units' own spectra (docs/theory.md, section 17).
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL

# Rows of what `excess` returns.
MEMBRANE, ACTIVITY, OUTPUT, OUTPUT_GATE, UPDATE_GATE = 0, 1, 2, 3, 4


class Spectra(NamedTuple):
    """What a unit does at frequencies (K,) >= 0 (two-sided: even spectra, responses that are conjugate at -omega).

    weights:   (K,) quadrature of the integral over positive frequencies, over 2 pi.
    h, phi:    (K,) complex: response of h and of phi to the drive of h; [phi phi] is `slope` phi phi.
    gate_r, gate_z: (K,) complex: responses of r and z to their drives.
    membrane, activity, cross: (K,) spectra of h and of phi (averaged over units), and of (phi, h) as `cross` of root
               mean square over units.
    outputs, activities: (K, K) averages over units of products of spectra of psi, of phi at two frequencies.
    slope:     mean square over units of the mean slope of phi, where `phi` is the response of h; else 1.
    gate_square: mean square of the mean output gate.
    through_gate: mean square of <phi> <sigma_r'>, by which psi answers to the drive of r.
    """

    weights: np.ndarray
    h: np.ndarray
    phi: np.ndarray
    gate_r: np.ndarray
    gate_z: np.ndarray
    membrane: np.ndarray
    activity: np.ndarray
    cross: np.ndarray
    outputs: np.ndarray
    activities: np.ndarray
    slope: float
    gate_square: float
    through_gate: float


@njit(**INNER)
def _pair(s, i, j, negative, out):
    """out (5,): what pairs of units add at (w_i, w_j), or at (w_i, -w_j) if `negative`."""
    h = s.h[i] * (s.h[j].conjugate() if negative else s.h[j])
    phi = s.slope * s.phi[i] * (s.phi[j].conjugate() if negative else s.phi[j])
    gate = s.through_gate * s.gate_r[i] * (s.gate_r[j].conjugate() if negative else s.gate_r[j])
    # E = (1 - L)^-1 with L = [[gate_square phi, gate], [phi, 0]], rows and columns (psi, phi).
    of_psi = s.gate_square * phi
    psi_psi = 1.0 / (1.0 - of_psi - gate * phi)
    psi_phi = gate * psi_psi
    phi_psi = phi * psi_psi
    phi_phi = (1.0 - of_psi) * psi_psi
    outputs, activities = s.outputs[i, j], s.activities[i, j]
    both = s.gate_square * activities
    through = _squared(psi_psi, psi_phi, outputs, both, activities)
    cross = s.cross[i] * s.cross[j]
    out[MEMBRANE] = (h.real * h.real + h.imag * h.imag) * through
    out[MEMBRANE] += 2.0 * (h * (psi_psi * s.gate_square + psi_phi)).real * cross
    out[ACTIVITY] = _squared(phi_psi, phi_phi, outputs, both, activities) - activities
    out[OUTPUT] = through - outputs
    drive = out[ACTIVITY] + activities + s.activity[i] * s.activity[j]
    r = s.gate_r[i] * s.gate_r[j]
    z = s.gate_z[i] * s.gate_z[j]
    own_r = (r.real * r.real + r.imag * r.imag) * s.activity[i] * s.activity[j]
    own_z = (z.real * z.real + z.imag * z.imag) * s.activity[i] * s.activity[j]
    out[OUTPUT_GATE] = (r.real * r.real + r.imag * r.imag) * drive - own_r
    out[UPDATE_GATE] = (z.real * z.real + z.imag * z.imag) * drive - own_z


@njit(**INNER)
def _squared(a, b, first, mixed, second):
    """|a|^2 first + 2 Re(a b*) mixed + |b|^2 second."""
    cross = a.real * b.real + a.imag * b.imag
    return (
        (a.real * a.real + a.imag * a.imag) * first + 2.0 * cross * mixed + (b.real * b.real + b.imag * b.imag) * second
    )


@njit(**KERNEL)
def excess(s, out):
    """out (5,): double integrals over all frequencies of T_x less the units' own spectra, in the order of the rows."""
    terms = np.empty(5)
    for x in range(5):
        out[x] = 0.0
    for i in range(s.weights.size):
        for j in range(i + 1):
            weight = 2.0 * s.weights[i] * s.weights[j] * (1.0 if i == j else 2.0)
            for side in range(2):
                _pair(s, i, j, side == 1, terms)
                for x in range(5):
                    out[x] += weight * terms[x]
