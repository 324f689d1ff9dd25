"""Averages over a smooth update gate, with poles at every distance from the path of integration."""

import cmath
import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad

from phasemap.kernels.jacobian.gate_moments import gate_moments
from phasemap.model.unit.gates import Gate
from phasemap.theory.jacobian.local_ensemble import update_gate

ALPHA, BETA, VARIANCE = 6.0, 0.5, 0.4


def by_quadrature(power, order, lam, zeta):
    """< sigma^power / D^order > by adaptive quadrature, split next to the poles."""

    def integrand(z):
        s = 1.0 / (1.0 + math.exp(min(BETA - ALPHA * z, 700.0)))
        d = abs(s + lam) ** 2 + zeta * s * s
        return s**power / d**order * math.exp(-0.5 * z * z / VARIANCE) / math.sqrt(2.0 * math.pi * VARIANCE)

    mu = complex(lam.real, math.sqrt(lam.imag**2 + zeta * abs(lam) ** 2)) / (1.0 + zeta)
    pole = (cmath.log(-mu / (1.0 + mu)) + BETA) / ALPHA
    width = max(abs(pole.imag), 1e-8)
    marks = [pole.real + sign * width * 4.0**k for k in range(12) for sign in (-1, 1)]
    cuts = sorted({-6.0, 6.0, *(m for m in marks if -6.0 < m < 6.0)})
    return sum(quad(integrand, a, b, epsabs=0.0, epsrel=1e-11)[0] for a, b in itertools.pairwise(cuts))


PLACES = [
    (0.3 + 0.2j, 0.4),
    (0.02 + 0j, 0.0),
    (-0.4 + 0.01j, 0.3),
    (-0.4 + 1e-6j, 0.0),
    (-1e-3 + 1e-6j, 1e-2),
    (-2.0 + 0.1j, 1.0),
]


@pytest.mark.parametrize(("lam", "zeta"), PLACES)
def test_moments_and_their_slopes_are_exact_at_every_distance_from_the_axis(lam, zeta):
    gate = update_gate(Gate(ALPHA, BETA), VARIANCE)
    found = gate_moments(lam.real, lam.imag, zeta, gate)
    expected = [by_quadrature(k, 1, lam, zeta) for k in range(3)]
    expected += [-by_quadrature(k + 2, 2, lam, zeta) for k in range(3)]
    np.testing.assert_allclose(found, expected, rtol=2e-8)


def test_moments_obey_their_sum_rule():
    gate = update_gate(Gate(ALPHA, BETA), VARIANCE)
    lam, zeta = -0.2 + 0.05j, 0.7
    t0, t1, t2, *_ = gate_moments(lam.real, lam.imag, zeta, gate)
    assert abs(lam) ** 2 * t0 + 2.0 * lam.real * t1 + (1.0 + zeta) * t2 == pytest.approx(1.0, abs=1e-12)
