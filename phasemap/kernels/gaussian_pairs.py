"""Averages of a sigmoid over a pair of correlated Gaussians, from small Chebyshev tables.

For f(x) = tanh(x) and x1, x2 jointly Gaussian with mean b, variance s**2 and covariance c = s**2 cos(psi):

    slope(psi, s)     = <f'(x1) f'(x2)>            = d<f f>/dc   (Price's theorem)
    curvature(psi, s) = <f'(x1) f'''(x2)>          = d<f f''>/dc

With A = (x1 + x2)/2 and V = (x1 - x2)/2, independent, f'(x1) f'(x2) = 4 / (cosh 2A + cosh 2V)**2 is localised
around the origin whatever s is, so a trapezoid sum of fixed size is accurate to rounding for every steepness.
Both are integrated from c = 0, where <f f> = <f>**2: sums of positive terms, so that nothing cancels even for a
gate that is nearly shut. The logistic gate is (1 + tanh)/2, so one table serves the activation and the gates.

Tables: one panel per octave of s (panel 0 holds s < 1/4 in the variable s**2), built when first needed and then
a pure function of (bias, panel). In psi the natural coordinate is w = asinh(s psi): averages of a steep sigmoid vary
over psi ~ 1/s next to psi = 0 and like a power law beyond. psi > pi/2 (anticorrelation) has a table of its own in
pi - psi.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phasemap.kernels.compilation import INLINE, KERNEL

ANGLES = 32  # Chebyshev nodes in w
SCALES = 16  # Chebyshev nodes in s within a panel
PANELS = 22  # octaves of s from 1/4 to 2**19
SCALE_LIMIT = 2.0 ** (PANELS - 3)
_FIRST_EDGE = 0.25
_INTEGRAL, _SLOPE, _CURVATURE = 0, 1, 2
_MEAN, _LOG_GATE, _MEAN_CURVATURE, _LOG_SLOPE = 0, 1, 2, 3
# Trapezoid steps that give rounding accuracy for poles (up to fourth order) at distance pi/2, and for a unit Gaussian.
_STEP_KERNEL = 0.20
_STEP_GAUSS = 0.60
_REACH_GAUSS = 8.7
_REACH_KERNEL = 9.5


def _chebyshev(n):
    """Nodes of the first kind on [-1, 1] and the matrix from values to coefficients."""
    angle = (np.arange(n) + 0.5) * math.pi / n
    to_coefficients = 2.0 / n * np.cos(np.outer(np.arange(n), angle))
    to_coefficients[0] *= 0.5
    return np.cos(angle), to_coefficients


_ANGLE_NODES, _ANGLE_TRANSFORM = _chebyshev(ANGLES)
_SCALE_NODES, _SCALE_TRANSFORM = _chebyshev(SCALES)


class PairTables(NamedTuple):
    """The memory of one bias, filled where it is first needed and then a pure function of (bias, panel).

    pairs (PANELS, 2, 3, ANGLES, SCALES), singles (PANELS, 4, SCALES), built (PANELS, 2).
    """

    bias: float
    pairs: np.ndarray
    singles: np.ndarray
    built: np.ndarray


@njit(**INLINE)
def _step(deviation):
    """Trapezoid step for the product of the kernel and a Gaussian: both limit the strip of analyticity."""
    return deviation / math.hypot(deviation / _STEP_KERNEL, 1.0 / _STEP_GAUSS)


@njit(**INLINE)
def _reach(bias, deviation):
    """Where exp(-4|A|) times the Gaussian of A lives: (lower, upper), for bias >= 0."""
    peak = bias - 4.0 * deviation * deviation
    if peak > 0.0:
        return max(peak - _REACH_GAUSS * deviation, -_REACH_KERNEL), peak + _REACH_GAUSS * deviation
    side = _REACH_GAUSS * deviation
    decay = 4.0 - bias / max(deviation * deviation, 1e-300)
    upper = min(side, 4.0 * _REACH_KERNEL / max(decay, 1e-3))
    return -min(side, _REACH_KERNEL), upper


@njit(**KERNEL)
def pair_moments(scale, bias, psi):
    """Return (slope, curvature) of tanh at standard deviation `scale`, mean `bias`, covariance scale**2 cos(psi)."""
    bias = abs(bias)
    wide = scale * math.cos(0.5 * psi)
    narrow = scale * math.sin(0.5 * psi)
    lower, upper = _reach(bias, wide)
    step = _step(wide)
    count = 1
    if wide > 1e-9 * (1.0 + bias):
        count = int((upper - lower) / step) + 2
    else:
        lower = bias
        step = 0.0
    reach = min(_REACH_GAUSS * narrow, max(abs(lower), abs(upper)) + _REACH_KERNEL)
    step_v = _step(narrow)
    count_v = 1
    if narrow > 1e-9:
        count_v = int(reach / step_v) + 2
    weight_v = np.empty(count_v)
    cosh_v = np.empty(count_v)
    for j in range(count_v):
        v = j * step_v
        cosh_v[j] = math.cosh(2.0 * v)
        weight_v[j] = math.exp(-0.5 * (v / narrow) ** 2) * (1.0 if j == 0 else 2.0) if count_v > 1 else 1.0
    norm_v = step_v / (narrow * math.sqrt(2.0 * math.pi)) if count_v > 1 else 1.0
    norm_a = step / (wide * math.sqrt(2.0 * math.pi)) if count > 1 else 1.0
    slope = 0.0
    curvature = 0.0
    for i in range(count):
        a = lower + i * step
        cosh_a = math.cosh(2.0 * a)
        part = 0.0
        part_curvature = 0.0
        for j in range(count_v):
            inverse = 2.0 / (cosh_a + cosh_v[j])
            square = inverse * inverse
            term = weight_v[j] * square
            part += term
            part_curvature += term * (4.0 - 3.0 * (1.0 + cosh_a * cosh_v[j]) * square)
        weight = math.exp(-0.5 * ((a - bias) / wide) ** 2) if count > 1 else 1.0
        slope += weight * part
        curvature += weight * part_curvature
    norm = norm_a * norm_v
    return slope * norm, curvature * norm


@njit(**KERNEL)
def single_moments(scale, bias):
    """Return (<tanh>, <(1 + tanh)/2>, <tanh''>, <tanh'>) at standard deviation `scale` and mean `bias`."""
    if scale < 1e-9:
        t = math.tanh(bias)
        e = math.exp(-2.0 * abs(bias))
        slope = 4.0 * e / ((1.0 + e) * (1.0 + e))
        return t, (1.0 if bias > 0.0 else e) / (1.0 + e), -2.0 * t * slope, slope
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


@njit(**INLINE)
def panel_of(scale):
    """Panel that holds `scale`, and the coordinate in [-1, 1] within it."""
    if scale < _FIRST_EDGE:
        return 0, 2.0 * (scale / _FIRST_EDGE) ** 2 - 1.0
    octave = math.log2(scale / _FIRST_EDGE)
    panel = min(int(octave), PANELS - 2)
    return panel + 1, 2.0 * (octave - panel) - 1.0


@njit(**INLINE)
def _scale_at(panel, x):
    if panel == 0:
        return _FIRST_EDGE * math.sqrt(0.5 * (1.0 + x))
    return _FIRST_EDGE * 2.0 ** (panel - 1 + 0.5 * (1.0 + x))


@njit(**KERNEL)
def _values_at_scale(scale, bias, sign, out):
    """Chebyshev coefficients in w of (integral, slope, curvature integral) at one scale: out (3, ANGLES)."""
    n = ANGLES
    width = math.asinh(0.5 * math.pi * scale)
    rates = np.empty((2, n))
    slopes = np.empty(n)
    for k in range(n):
        w = 0.5 * width * (1.0 + _ANGLE_NODES[k])
        psi = math.sinh(w) / scale
        slope, curvature = pair_moments(scale, bias, psi if sign > 0.0 else math.pi - psi)
        slopes[k] = slope
        # d(c)/dx with c = sign s**2 cos(psi) and psi = sinh(w)/s
        rate = -sign * scale * math.sin(psi) * math.cosh(w) * 0.5 * width
        rates[0, k] = slope * rate
        rates[1, k] = curvature * rate
    for k in range(n):
        total = 0.0
        for j in range(n):
            total += _ANGLE_TRANSFORM[k, j] * slopes[j]
        out[_SLOPE, k] = total
    coefficients = np.empty(n + 2)
    for i in range(2):
        coefficients[:] = 0.0
        for k in range(n):
            for j in range(n):
                coefficients[k] += _ANGLE_TRANSFORM[k, j] * rates[i, j]
        row = _INTEGRAL if i == 0 else _CURVATURE
        at_end = 0.0
        for k in range(1, n):
            before = 2.0 * coefficients[0] if k == 1 else coefficients[k - 1]
            out[row, k] = (before - coefficients[k + 1]) / (2.0 * k)
            at_end += out[row, k]
        out[row, 0] = -at_end  # zero at x = 1, where c = 0


@njit(**KERNEL)
def build_panel(bias, panel, half, pairs, singles):
    """Fill pairs[panel, half] (3, ANGLES, SCALES) and singles[panel] (4, SCALES) for one bias.

    Pairs are stored in units of <f'>**2 and the positive singles as logarithms: across a panel the averages over a
    nearly shut gate change by orders of magnitude, and each deserves its relative accuracy.
    """
    values = np.empty((SCALES, 3, ANGLES))
    moments = np.empty((SCALES, 4))
    sign = 1.0 if half == 0 else -1.0
    for m in range(SCALES):
        scale = _scale_at(panel, _SCALE_NODES[m])
        _values_at_scale(scale, bias, sign, values[m])
        mean, gate, curvature, slope = single_moments(scale, bias)
        moments[m, _MEAN], moments[m, _LOG_GATE] = mean, math.log(gate)
        moments[m, _MEAN_CURVATURE], moments[m, _LOG_SLOPE] = curvature / slope, math.log(slope)
        values[m] /= slope * slope
    for p in range(SCALES):
        for i in range(4):
            total = 0.0
            for m in range(SCALES):
                total += _SCALE_TRANSFORM[p, m] * moments[m, i]
            singles[panel, i, p] = total
        for i in range(3):
            for k in range(ANGLES):
                total = 0.0
                for m in range(SCALES):
                    total += _SCALE_TRANSFORM[p, m] * values[m, i, k]
                pairs[panel, half, i, k, p] = total


@njit(**KERNEL)
def _polynomials(x):
    """Chebyshev polynomials 0 to SCALES - 1 at x."""
    polynomial = np.empty(SCALES)
    polynomial[0] = 1.0
    polynomial[1] = x
    for m in range(2, SCALES):
        polynomial[m] = 2.0 * x * polynomial[m - 1] - polynomial[m - 2]
    return polynomial


@njit(**KERNEL)
def _series_at_scale(polynomial, table, series):
    """Contract table (3, ANGLES, SCALES) with the polynomials in the scale into series (3, ANGLES)."""
    for i in range(3):
        for k in range(ANGLES):
            total = 0.0
            for m in range(SCALES):
                total += table[i, k, m] * polynomial[m]
            series[i, k] = total


@njit(**INLINE)
def _clenshaw(x, coefficients):
    above = 0.0
    before = 0.0
    for k in range(ANGLES - 1, 0, -1):
        above, before = before, 2.0 * x * before - above + coefficients[k]
    return x * before - above + coefficients[0]


@njit(**KERNEL)
def pair_averages(variance, covariance, as_gate, tables, out):
    """Averages of f = tanh (or the gate (1 + tanh)/2) over pairs with one variance and many covariances.

    variance:   of x; covariance: (n,).
    tables:     `PairTables` of the bias, filled here where they are still empty.
    out:        (3, n): <f f>, its derivative in the covariance <f' f'>, its derivative in the variance <f f''>.
    Returns 0, or 1 where the variance is beyond the tables.
    """
    scale = math.sqrt(max(variance, 0.0))
    if not scale < SCALE_LIMIT:
        return 1
    panel, x_scale = panel_of(scale)
    scale = max(scale, 1e-12)
    series = np.empty((2, 3, ANGLES))
    ready = np.zeros(2, dtype=np.bool_)
    width = math.asinh(0.5 * math.pi * scale)
    polynomial = _polynomials(x_scale)
    factor = 0.25 if as_gate else 1.0
    mean = 0.0
    mean_curvature = 0.0
    for i in range(covariance.size):
        half_gap = 0.5 * (1.0 - covariance[i] / variance) if variance > 0.0 else 0.5
        psi = 2.0 * math.asin(math.sqrt(min(max(half_gap, 0.0), 1.0)))
        half = 0
        if psi > 0.5 * math.pi:
            half = 1
            psi = math.pi - psi
        if not ready[half]:
            if not tables.built[panel, half]:
                build_panel(tables.bias, panel, half, tables.pairs, tables.singles)
                tables.built[panel, half] = True
            _series_at_scale(polynomial, tables.pairs[panel, half], series[half])
            if not ready[1 - half]:
                mean, mean_curvature, slope = _means(polynomial, tables.singles[panel], as_gate)
                factor *= slope * slope
            ready[half] = True
        x = min(2.0 * math.asinh(scale * psi) / width - 1.0, 1.0)
        out[0, i] = mean * mean + factor * _clenshaw(x, series[half, _INTEGRAL])
        out[1, i] = factor * _clenshaw(x, series[half, _SLOPE])
        out[2, i] = mean * mean_curvature + factor * _clenshaw(x, series[half, _CURVATURE])
    return 0


@njit(**KERNEL)
def _means(polynomial, single, as_gate):
    """(<f>, <f''>, <tanh'>) with f = tanh or the gate."""
    mean = 0.0
    log_gate = 0.0
    curvature = 0.0
    log_slope = 0.0
    for m in range(SCALES):
        mean += single[_MEAN, m] * polynomial[m]
        log_gate += single[_LOG_GATE, m] * polynomial[m]
        curvature += single[_MEAN_CURVATURE, m] * polynomial[m]
        log_slope += single[_LOG_SLOPE, m] * polynomial[m]
    slope = math.exp(log_slope)
    if as_gate:
        return math.exp(log_gate), 0.5 * curvature * slope, slope
    return mean, curvature * slope, slope


@njit(**KERNEL)
def hard_pair_averages(variance, covariance, mean, out):
    """The same for the Heaviside function of x ~ N(mean, variance): the arcsine law and its bias.

    out[1] and out[2] diverge as the pair becomes one variable; where they coincide out[1] is 0 and out[2] carries the
    whole derivative of <f f> = <f> in the variance.
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
    return 0


@njit(**KERNEL)
def _conditional(threshold, psi, density):
    """Sum over both partners: 2 * density(threshold) * P(partner beyond its threshold | this one at it)."""
    root = math.sin(psi)
    tail = math.tan(0.5 * psi) * threshold
    if root <= 0.0:
        return density
    return 2.0 * density * 0.5 * math.erfc(-tail / math.sqrt(2.0))


_LEGENDRE_NODES, _LEGENDRE_WEIGHTS = np.polynomial.legendre.leggauss(24)


@njit(**KERNEL)
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
