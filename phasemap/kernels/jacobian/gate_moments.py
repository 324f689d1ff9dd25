"""Averages over a Gaussian update gate of the rational functions that its slow directions bring into the spectrum.

With sigma = sigma_z(z), z Gaussian, and D = |sigma + lambda|^2 + zeta sigma^2, the spectrum needs

    T_k(zeta) = < sigma^k / D >,   k = 0, 1, 2,   and   dT_k / dzeta = -< sigma^(k+2) / D^2 >.

D vanishes where sigma = -mu or its conjugate, mu = (x + i sqrt(y^2 + zeta |lambda|^2)) / (1 + zeta), lambda = x + i y.
Near the negative real axis these poles approach the path of integration, where a trapezoid sum fails; the sum plus the
residues of the nearest pair of poles is accurate to 1e-11 at every distance, for a step of 1 / (2 alpha) or less.
"""

import cmath
import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from phasemap.kernels.compilation import KERNEL, REDUCTION

# A pole this far (in units of step / 2 pi) is not felt; its mirror image across the branch cut is then as near.
_FAR = 25.0


class UpdateGate(NamedTuple):
    """Distribution of sigma_z over units, as nodes and weights.

    nodes, weights: (n,). If `smooth` is 1 the nodes are sigma_z(origin + k step) under a Gaussian (mean, deviation),
    with steepness alpha and bias beta, and the sums are corrected for poles; if 0 the nodes are the distribution.
    """

    nodes: NDArray[np.float64]
    weights: NDArray[np.float64]
    smooth: float
    alpha: float
    beta: float
    mean: float
    deviation: float
    origin: float
    step: float


@njit(**REDUCTION)
def _sums(x, y, zeta, nodes, weights):
    t0 = 0.0
    t1 = 0.0
    t2 = 0.0
    d0 = 0.0
    d1 = 0.0
    d2 = 0.0
    for k in range(nodes.size):
        s = nodes[k]
        inverse = 1.0 / ((x + s) * (x + s) + y * y + zeta * s * s)
        a = weights[k] * inverse
        t0 += a
        t1 += a * s
        t2 += a * s * s
        b = a * s * s * inverse
        d0 -= b
        d1 -= b * s
        d2 -= b * s * s
    return t0, t1, t2, d0, d1, d2


@njit(**KERNEL)
def pole_correction(mu, gate):
    """What the trapezoid sum of < 1 / (sigma + mu) > misses because of the pole next to the real axis.

    Returns (correction, its derivative with respect to mu); Im mu > 0.
    """
    slope = 1.0 / (gate.alpha * mu * (1.0 + mu))
    pole = (cmath.log(-mu / (1.0 + mu)) + gate.beta) / gate.alpha
    if -2.0 * math.pi * pole.imag > _FAR * gate.step:
        return 0.0j, 0.0j
    offset = (pole - gate.mean) / gate.deviation
    density = cmath.exp(-0.5 * offset * offset) / (math.sqrt(2.0 * math.pi) * gate.deviation)
    phase = cmath.exp(2j * math.pi * (pole - gate.origin) / gate.step)
    # Residue of density / (sigma + mu), with dsigma/dz = alpha sigma (1 - sigma) at sigma = -mu.
    correction = -2j * math.pi * density * slope / (phase - 1.0)
    log_slope = (
        -offset / gate.deviation * slope
        - (1.0 + 2.0 * mu) / (mu * (1.0 + mu))
        - 2j * math.pi / gate.step * slope * phase / (phase - 1.0)
    )
    return correction, correction * log_slope


@njit(**KERNEL)
def gate_moments(x, y, zeta, gate):
    """(T_0, T_1, T_2, dT_0, dT_1, dT_2) at lambda = x + i y, y >= 0, zeta >= 0."""
    t0, t1, t2, d0, d1, d2 = _sums(x, y, zeta, gate.nodes, gate.weights)
    modulus2 = x * x + y * y
    height2 = y * y + zeta * modulus2
    if gate.smooth == 0.0 or height2 == 0.0 or modulus2 == 0.0:
        return t0, t1, t2, d0, d1, d2
    height = math.sqrt(height2)
    mu = complex(x, height) / (1.0 + zeta)
    g, dg = pole_correction(mu, gate)
    if g == 0.0:
        return t0, t1, t2, d0, d1, d2
    dmu = -mu / (1.0 + zeta) + 0.5j * modulus2 / (height * (1.0 + zeta))
    dg *= dmu
    shrink = -0.5 * modulus2 / height2
    c0 = -g.imag / height
    c1 = (mu * g).imag / height
    c2 = -(mu * mu * g).imag / height
    d0 += -dg.imag / height + shrink * c0
    d1 += (dmu * g + mu * dg).imag / height + shrink * c1
    d2 += -(2.0 * mu * dmu * g + mu * mu * dg).imag / height + shrink * c2
    return t0 + c0, t1 + c1, t2 + c2, d0, d1, d2
