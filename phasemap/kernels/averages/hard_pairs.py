"""Averages of the Heaviside function over a pair of correlated Gaussians: the arcsine law and its bias."""

import math

import numpy as np
from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.model.status import Status

_LEGENDRE_NODES, _LEGENDRE_WEIGHTS = np.polynomial.legendre.leggauss(24)


@njit(**KERNEL)
def hard_pair_averages(variance, covariance, mean, out):
    """Averages of the Heaviside function of x ~ N(mean, variance) over pairs with many covariances (n,).

    out: (3, n) as in `phasemap.kernels.averages.gaussian_pairs.pair_averages`. out[1] and out[2] diverge as the pair
    becomes one variable; where it is one, out[1] is 0 and out[2] is the whole derivative of <f f> = <f> in the
    variance.
    """
    deviation = math.sqrt(variance)
    threshold = mean / deviation
    single = 0.5 * math.erfc(-threshold / math.sqrt(2.0))
    density = math.exp(-0.5 * threshold * threshold) / math.sqrt(2.0 * math.pi)
    for i in range(covariance.size):
        gap = 1.0 - covariance[i] / variance
        if gap <= 0.0:
            out[0, i] = single
            out[1, i] = 0.0
            out[2, i] = -0.5 * threshold * density / variance
            continue
        psi = 2.0 * math.asin(math.sqrt(min(0.5 * gap, 1.0)))
        out[0, i] = single - _hard_deficit(threshold, psi)
        cosine = math.cos(psi)
        plus = 1.0 + cosine
        peak = math.exp(-threshold * threshold / plus) / (2.0 * math.pi) if plus > 0.0 else 0.0
        slope = peak / max(math.sin(psi), 1e-300)
        out[1, i] = slope / variance
        out[2, i] = -0.5 * threshold * _conditional(threshold, psi, density) / variance - cosine * slope / variance
    return Status.CONVERGED


@njit(**INNER)
def _conditional(threshold, psi, density):
    """Sum over both partners of the density at the threshold times the chance that the partner is beyond its own."""
    return density * math.erfc(-math.tan(0.5 * psi) * threshold / math.sqrt(2.0))


@njit(**INNER)
def _hard_deficit(threshold, psi):
    """P(x1 > 0 > x2) = int_0^psi exp(-threshold**2 / (1 + cos t)) dt / (2 pi)."""
    if threshold == 0.0:
        return psi / (2.0 * math.pi)
    # Split where the integrand starts to fall, so that Gauss-Legendre stays accurate up to psi = pi.
    total = 0.0
    pieces = 1 if psi < 0.5 * math.pi else 4
    left = 0.0
    for p in range(pieces):
        right = psi * (p + 1.0) / pieces
        for k in range(_LEGENDRE_NODES.size):
            t = left + 0.5 * (right - left) * (1.0 + _LEGENDRE_NODES[k])
            plus = 2.0 * math.cos(0.5 * t) ** 2
            total += 0.5 * (right - left) * _LEGENDRE_WEIGHTS[k] * math.exp(-threshold * threshold / plus)
        left = right
    return total / (2.0 * math.pi)
