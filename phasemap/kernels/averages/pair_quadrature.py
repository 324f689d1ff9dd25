"""Averages of the slopes of tanh over a pair of correlated Gaussians, by quadrature.

For x1, x2 jointly Gaussian with mean b, variance s**2 and covariance c = s**2 cos(psi), and f = tanh,

    slope(psi, s)     = <f'(x1) f'(x2)>            = d<f f>/dc   (Price's theorem)
    curvature(psi, s) = <f'(x1) f'''(x2)>          = d<f f''>/dc

With A = (x1 + x2)/2 and V = (x1 - x2)/2, independent, f'(x1) f'(x2) = 4 / (cosh 2A + cosh 2V)**2 is localised
around the origin whatever s is, so that a trapezoid sum of fixed size is accurate to rounding for every steepness.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL, REDUCTION

# Trapezoid steps that give rounding accuracy for poles (up to fourth order) at distance pi/2, and for a unit Gaussian.
_STEP_KERNEL = 0.20
_STEP_GAUSS = 0.60
_REACH_GAUSS = 8.7
_REACH_KERNEL = 9.5
# Where 1 - tanh is nothing to rounding, and the deviation from which a single average is a sum over that range only.
_REACH_TANH = 19.0
_WIDE = 8.0


class _Tolerances(NamedTuple):
    """Below what a Gaussian is a point, and a decay none."""

    narrow: float = 1e-9  # deviation: kernels change by its square, less than rounding
    decay: float = 1e-3  # of exp(-4|A|) times the Gaussian, least: the range is cut by the Gaussian before


_AT = _Tolerances()


@njit(**INNER)
def _step(deviation):
    """Trapezoid step for the product of the kernel and a Gaussian: both limit the strip of analyticity."""
    return deviation / math.hypot(deviation / _STEP_KERNEL, 1.0 / _STEP_GAUSS)


@njit(**INNER)
def _reach(bias, deviation):
    """Where exp(-4|A|) times the Gaussian of A lives, (lower, upper), and up to which |V| the product does.

    For bias >= 0. In V the kernel is flat up to |A| and falls as exp(-4|V|) beyond.
    """
    peak = bias - 4.0 * deviation * deviation
    side = _REACH_GAUSS * deviation
    if peak > 0.0:
        # |V| = A + v with (A - peak)^2 / (2 deviation^2) + 4 v as large as it may be; farthest where A is as follows.
        beyond = min(4.0 * deviation * deviation, side)
        rest = _REACH_KERNEL * (1.0 - (beyond / side) ** 2)
        return max(peak - side, -_REACH_KERNEL), peak + side, max(peak + beyond + rest, _REACH_KERNEL)
    decay = 4.0 - bias / max(deviation * deviation, 1e-300)
    upper = min(side, 4.0 * _REACH_KERNEL / max(decay, _AT.decay))
    return -min(side, _REACH_KERNEL), upper, max(upper, _REACH_KERNEL)


@njit(**REDUCTION)
def _row(cosh_a, cosh_v, weight_v):
    """Sums over V of the kernels of slope and curvature at one A."""
    slope = 0.0
    curvature = 0.0
    for j in range(cosh_v.size):
        inverse = 2.0 / (cosh_a + cosh_v[j])
        square = inverse * inverse
        term = weight_v[j] * square
        slope += term
        curvature += term * (4.0 - 3.0 * (1.0 + cosh_a * cosh_v[j]) * square)
    return slope, curvature


@njit(**INNER)
def _normal(x, deviation, step):
    """Weight of a trapezoid node of a Gaussian; 1 for a deviation so small that one node stands for all."""
    if step == 0.0:
        return 1.0
    u = x / deviation
    return math.exp(-0.5 * u * u) * step / (deviation * math.sqrt(2.0 * math.pi))


@njit(**KERNEL)
def pair_moments(scale, bias, psi):
    """Return (slope, curvature) of tanh at standard deviation `scale`, mean `bias`, covariance scale**2 cos(psi)."""
    bias = abs(bias)
    wide = scale * math.cos(0.5 * psi)
    narrow = scale * math.sin(0.5 * psi)
    lower, upper, step, reach = bias, bias, 0.0, bias + _REACH_KERNEL
    if wide > _AT.narrow * (1.0 + bias):
        lower, upper, reach = _reach(bias, wide)
        step = _step(wide)
    step_v, count_v = 0.0, 1
    if narrow > _AT.narrow:
        step_v = _step(narrow)
        count_v = int(min(_REACH_GAUSS * narrow, reach) / step_v) + 2
    weight_v = np.empty(count_v)
    cosh_v = np.empty(count_v)
    for j in range(count_v):
        cosh_v[j] = math.cosh(2.0 * j * step_v)
        weight_v[j] = _normal(j * step_v, narrow, step_v) * (2.0 if j > 0 else 1.0)
    if step == 0.0:
        return _row(math.cosh(2.0 * bias), cosh_v, weight_v)
    # The kernels are even in A: a row serves both signs.
    first, last = math.floor(lower / step), math.ceil(upper / step)
    slope = 0.0
    curvature = 0.0
    for i in range(max(first, 0), max(-first, last) + 1):
        a = i * step
        part, part_curvature = _row(math.cosh(2.0 * a), cosh_v, weight_v)
        weight = _normal(a - bias, wide, step)
        if 0 < i <= -first:
            weight += _normal(a + bias, wide, step)
        slope += weight * part
        curvature += weight * part_curvature
    return slope, curvature


@njit(**KERNEL)
def single_moments(scale, bias):
    """Return (<tanh>, <(1 + tanh)/2>, <tanh''>, <tanh'>) at standard deviation `scale` and mean `bias`."""
    if scale < _AT.narrow:
        t = math.tanh(bias)
        e = math.exp(-2.0 * abs(bias))
        slope = 4.0 * e / ((1.0 + e) * (1.0 + e))
        return t, (1.0 if bias > 0.0 else e) / (1.0 + e), -2.0 * t * slope, slope
    if scale > _WIDE and abs(bias) < scale:
        return _wide_moments(scale, bias)
    step = _step(scale) / scale
    half = int(_REACH_GAUSS * 1.15 / step) + 1
    mean = 0.0
    gate = 0.0
    curvature = 0.0
    slope = 0.0
    for j in range(-half, half + 1):
        z = j * step
        weight = math.exp(-0.5 * z * z)
        x = scale * z + bias
        e = math.exp(-2.0 * abs(x))
        t = math.copysign((1.0 - e) / (1.0 + e), x)
        gate += weight * ((1.0 if x > 0.0 else e) / (1.0 + e))
        mean += weight * t
        local = weight * 4.0 * e / ((1.0 + e) * (1.0 + e))
        slope += local
        curvature -= 2.0 * t * local
    norm = step / math.sqrt(2.0 * math.pi)
    return mean * norm, gate * norm, curvature * norm, slope * norm


@njit(**INNER)
def _wide_moments(scale, bias):
    """`single_moments` at a deviation that is large compared with 1 and with the mean.

    tanh(x) = erf(x / sqrt(2)) + a function localised around zero, and <erf> is known.
    """
    mean = 0.0
    curvature = 0.0
    slope = 0.0
    for j in range(int(_REACH_TANH / _STEP_KERNEL) + 1):
        x = j * _STEP_KERNEL
        weight = (2.0 if j > 0 else 1.0) * math.exp(-0.5 * (x * x + bias * bias) / (scale * scale))
        tilt = x * bias / (scale * scale)
        e = math.exp(-2.0 * x)
        t = (1.0 - e) / (1.0 + e)
        local = weight * 4.0 * e / ((1.0 + e) * (1.0 + e))
        mean += weight * (t - math.erf(x / math.sqrt(2.0))) * math.sinh(tilt)
        curvature -= 2.0 * t * local * math.sinh(tilt)
        slope += local * math.cosh(tilt)
    norm = _STEP_KERNEL / (scale * math.sqrt(2.0 * math.pi))
    mean = mean * norm + math.erf(bias / math.sqrt(2.0 * (1.0 + scale * scale)))
    return mean, 0.5 * (1.0 + mean), curvature * norm, slope * norm
