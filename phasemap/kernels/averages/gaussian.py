"""Gaussian averages of the activation and the gates, and their derivatives in the variance.

With x = sqrt(variance) * xi, xi ~ N(0, 1), both nonlinearities are a logistic step of steepness a in xi (for the
tanh, a = 2 g sqrt(variance)) centred on xi_0. A trapezoid sum in t, xi = c + w sinh(t), converges exponentially
however steep the step is: w = pi / a puts the step's poles as far from the real t-axis as they can be, and the number
of nodes grows only as log a. The centre c is the step, or the peak of the integrand exp(2 a xi - xi**2 / 2) where the
step lies beyond it, so that the tiny averages of a nearly shut gate keep their relative accuracy.

Measured relative accuracy: 1e-12 for any steepness, bias and variance. Exceptions: derivatives, where it is relative to
their largest term, and slopes of a step more than 8.5 standard deviations out, which are below 1e-14 of its height.
"""

import math

import numpy as np
from numba import njit

from phasemap.kernels.arithmetic.elementary import exp, expm1
from phasemap.kernels.compilation import INNER, REDUCTION

# xi reaches this far beyond the integrand's peak: exp(-8.7**2 / 2) = 4e-17.
_REACH = 8.7
# Beyond 8.5 standard deviations a step changes a plateau in the middle by less than rounding; beyond 38 the Gaussian
# weight itself underflows.
_FARTHEST_STEP = 8.5
_FARTHEST_PEAK = 38.0
# The widest map: for a flat integrand the nodes are then as good as a plain trapezoid sum.
_WIDEST = 4.0
# Steps in t for centres near the bulk of the Gaussian, and far from it.
_STEP = 0.11
_FAR = 3.0
_SMALLEST_VARIANCE = 1e-250
_INV_SQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)
_MOST_NODES = 640


def _table(step):
    t = step * np.arange(-_MOST_NODES, _MOST_NODES + 1)
    return np.sinh(t), step * np.cosh(t) * _INV_SQRT_2PI


_SINH, _COSH = _table(_STEP)
_SINH_FINE, _COSH_FINE = _table(_STEP / 2.0)


@njit(**REDUCTION)
def _sinh_nodes(steepness, offset, plateau):
    """Nodes for a step 1 / (1 + exp(-(steepness * xi - offset))).

    plateau: whether the integrand has a level at xi = 0 that counts, however far away the step is.

    Returns (centre c, width w, argument of the step at c, its scale a w, first and last index, fine table?).
    """
    reach = min(2.0 * steepness, _FARTHEST_PEAK)
    if abs(offset) <= reach * steepness:
        centre = offset / steepness if steepness > 0.0 else 0.0
        at_centre = 0.0
    else:
        centre = math.copysign(reach, offset)
        at_centre = steepness * centre - offset
    if plateau and abs(centre) > _FARTHEST_STEP:
        centre, at_centre = 0.0, -offset
    width = min(math.pi / max(steepness, 1e-300), _WIDEST)
    fine = abs(centre) > _FAR
    step = 0.5 * _STEP if fine else _STEP
    low = math.asinh((min(centre, 0.0) - _REACH - centre) / width) / step
    high = math.asinh((max(centre, 0.0) + _REACH - centre) / width) / step
    first = _MOST_NODES + max(math.floor(low), -_MOST_NODES)
    last = _MOST_NODES + min(math.ceil(high), _MOST_NODES)
    return centre, width, at_centre, steepness * width, first, last, fine


@njit(**INNER)
def _tanh_and_slope(u):
    """(tanh(u / 2), sech(u / 2)**2), both to full relative accuracy."""
    em = expm1(min(abs(u), 350.0))
    d = 1.0 / (em + 2.0)
    t = em * d
    return math.copysign(t, u), 4.0 * (em + 1.0) * d * d


@njit(**INNER)
def _logistic_and_complement(u):
    """(s, 1 - s) for s = 1 / (1 + exp(-u)), both to full relative accuracy."""
    e = exp(-min(max(u, -700.0), 700.0))
    s = 1.0 / (1.0 + e)
    return s, e * s


@njit(**REDUCTION)
def activation_averages(g, b, variance):
    """Averages of phi(x) = tanh(g x + b) over x ~ N(0, variance), variance >= 0.

    Returns (<phi^2>, <phi'^2>, and the derivatives of the two in the variance, and in b).
    """
    c = g * math.sqrt(max(variance, _SMALLEST_VARIANCE))
    # Derivatives: <f''>/2 where the step is shallow, <xi f'>/(2 sqrt(variance)) where it is steep (no cancellation).
    by_parts = 1.0 if c > 0.5 else 0.0
    direct = 1.0 - by_parts
    centre, width, at_centre, scale, first, last, fine = _sinh_nodes(2.0 * c, -2.0 * b, True)
    sinh, cosh = (_SINH_FINE, _COSH_FINE) if fine else (_SINH, _COSH)
    square = slope_square = v_square = v_slope_square = b_square = b_slope_square = 0.0
    even = b == 0.0
    if even:
        # Half of the nodes: the sums in b vanish, the others count twice but for the node at xi = 0.
        first = _MOST_NODES
        slope_square, v_square, v_slope_square = -0.5 * cosh[first], -0.5 * direct * cosh[first], direct * cosh[first]
    for i in range(first, last + 1):
        xi = centre + width * sinh[i]
        weight = cosh[i] * exp(-0.5 * xi * xi)
        t, s = _tanh_and_slope(at_centre + scale * sinh[i])
        tt, ss = t * t, s * s
        square += weight * tt
        slope_square += weight * ss
        v_square += weight * s * (direct * (s - 2.0 * tt) + by_parts * xi * t)
        v_slope_square += weight * ss * (direct * (8.0 - 10.0 * s) - by_parts * 2.0 * xi * t)
        b_square += weight * s * t
        b_slope_square += weight * ss * t
    if even:
        width *= 2.0
        b_square = b_slope_square = 0.0
    gg = g * g
    unit = width * (gg / c if by_parts > 0.0 else gg)
    return (width * square, gg * width * slope_square, unit * v_square, gg * unit * v_slope_square,
            2.0 * width * b_square, -4.0 * gg * width * b_slope_square)  # fmt: skip


@njit(**REDUCTION)
def slope_square_moments(g, b, variance, mean, scale):
    """<phi'^2> and <phi'^2 (mean + scale xi)^2> over x = sqrt(variance) xi, xi ~ N(0, 1)."""
    c = g * math.sqrt(max(variance, _SMALLEST_VARIANCE))
    centre, width, at_centre, argument_scale, first, last, fine = _sinh_nodes(2.0 * c, -2.0 * b, True)
    sinh, cosh = (_SINH_FINE, _COSH_FINE) if fine else (_SINH, _COSH)
    plain = weighted = 0.0
    for i in range(first, last + 1):
        xi = centre + width * sinh[i]
        _, s = _tanh_and_slope(at_centre + argument_scale * sinh[i])
        density = cosh[i] * exp(-0.5 * xi * xi) * s * s
        factor = mean + scale * xi
        plain += density
        weighted += density * factor * factor
    return g * g * width * plain, g * g * width * weighted


@njit(**REDUCTION)
def gate_averages(alpha, offset, at_rest, variance):
    """Averages of a gate over x ~ N(0, variance), in every limit.

    alpha:   steepness; 0: constant gate; inf: hard gate, the Heaviside function of x - offset.
    offset:  s = 1 / (1 + exp(-(alpha x - offset))); for a hard gate the threshold in x.
    at_rest: gate value at x = 0, which is all that counts where alpha or the variance is zero.

    Returns (<s>, <s^2>, <s'^2>, and the derivatives of the three in the variance).
    """
    if alpha == 0.0 or variance == 0.0:
        return at_rest, at_rest * at_rest, _slope_square_at_rest(alpha, at_rest), 0.0, 0.0, 0.0
    if math.isinf(alpha):
        deviation = math.sqrt(variance)
        z = offset / deviation
        open_fraction = 0.5 * math.erfc(z / math.sqrt(2.0))
        d = 0.5 * z * _INV_SQRT_2PI * math.exp(-0.5 * z * z) / variance
        return open_fraction, open_fraction, math.inf, d, d, -math.inf
    a = alpha * math.sqrt(variance)
    by_parts = 1.0 if a > 1.0 else 0.0
    direct = 1.0 - by_parts
    centre, width, at_centre, scale, first, last, fine = _sinh_nodes(a, offset, offset < 0.0)
    sinh, cosh = (_SINH_FINE, _COSH_FINE) if fine else (_SINH, _COSH)
    mean = square = slope_square = v_mean = v_square = v_slope_square = 0.0
    for i in range(first, last + 1):
        xi = centre + width * sinh[i]
        weight = cosh[i] * exp(-0.5 * xi * xi)
        s, r = _logistic_and_complement(at_centre + scale * sinh[i])
        sr = s * r
        mean += weight * s
        square += weight * s * s
        slope_square += weight * sr * sr
        v_mean += weight * sr * (direct * 0.5 * (r - s) + by_parts * 0.5 * xi)
        v_square += weight * s * sr * (direct * (2.0 * r - s) + by_parts * xi)
        v_slope_square += weight * sr * sr * (direct * 2.0 * ((r - s) * (r - s) - sr) + by_parts * xi * (r - s))
    aa = alpha * alpha
    unit = width * (aa / a if by_parts > 0.0 else aa)
    return (width * mean, width * square, aa * width * slope_square,
            unit * v_mean, unit * v_square, aa * unit * v_slope_square)  # fmt: skip


@njit(**INNER)
def _slope_square_at_rest(alpha, at_rest):
    """s'^2 of a gate whose argument is certain; a hard gate is flat there."""
    return (alpha * at_rest * (1.0 - at_rest)) ** 2 if alpha < math.inf else 0.0
