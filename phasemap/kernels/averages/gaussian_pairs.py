"""Averages of a sigmoid over a pair of correlated Gaussians, from small Chebyshev tables.

For f(x) = tanh(x) and a pair of mean b, variance s**2 and covariance c = s**2 cos(psi), <f' f'> and <f' f'''>
(`phasemap.kernels.averages.pair_quadrature`) are integrated over c from c = 0, where <f f> = <f>**2: sums of positive
terms, so that nothing cancels even for a gate that is nearly shut. The logistic gate is (1 + tanh)/2, so one table
serves the activation and the gates.

Tables: panels per octave of s (panel 0 holds s < 1/4 in the variable s**2), more where a large bias makes averages
change by orders of magnitude; built when first needed and then a pure function of (bias, panel). In psi the natural
coordinate is w = asinh(s psi): averages of a steep sigmoid vary over psi ~ 1/s next to psi = 0 and like a power law
beyond. psi > pi/2 (anticorrelation) has a table of its own in pi - psi.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phasemap.kernels.averages.pair_quadrature import pair_moments, single_moments
from phasemap.kernels.compilation import INNER, KERNEL
from phasemap.model.status import Status

ANGLES = 32  # Chebyshev nodes in w
SCALES = 16  # Chebyshev nodes in s within a panel
OCTAVES = 21  # of s, from 1/4 to 2**19
SCALE_LIMIT = 2.0 ** (OCTAVES - 2)
# Angles up to here are read from the half of positive covariances: what is nought but for rounding needs no other half.
# Polynomials of 32 terms grow by a thousandth from pi/2 to there.
_ORTHOGONAL = 0.5 * math.pi * (1.0 + 1e-6)
_FIRST_EDGE = 0.25
# Handed up in place of a status by all who take averages: control flow, no status of a number.
# A number of its own type: the oldest Numba cannot return a constant beside a status.
MISSING_PANEL = np.int64(-1)
_INTEGRAL, _SLOPE, _CURVATURE = 0, 1, 2
_MEAN, _LOG_GATE, _MEAN_CURVATURE, _LOG_SLOPE, _LOG_MIRRORED_GATE = 0, 1, 2, 3, 4
SINGLES = 5  # averages of one Gaussian in a table


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

    bias >= 0; mirrored: whether averages are those at -bias; as_gate: whether they are those of (1 + tanh)/2 instead
    of tanh. The tables are the same.
    divisions: panels per octave; n_panels = 1 + OCTAVES * divisions.
    pairs (n_panels, 2, 3, ANGLES, SCALES), singles (n_panels, 5, SCALES), built (n_panels, 2).
    missing (2,): the panel and half that was asked for last.
    """

    bias: float
    mirrored: bool
    as_gate: bool
    divisions: int
    pairs: np.ndarray
    singles: np.ndarray
    built: np.ndarray
    missing: np.ndarray


@njit(**INNER)
def panel_of(scale, divisions):
    """Panel that holds `scale`, and the coordinate in [-1, 1] within it."""
    if scale < _FIRST_EDGE:
        return 0, 2.0 * (scale / _FIRST_EDGE) ** 2 - 1.0
    position = divisions * math.log2(scale / _FIRST_EDGE)
    panel = min(int(position), divisions * OCTAVES - 1)
    return panel + 1, 2.0 * (position - panel) - 1.0


@njit(**INNER)
def _scale_at(panel, x, divisions):
    if panel == 0:
        return _FIRST_EDGE * math.sqrt(0.5 * (1.0 + x))
    return _FIRST_EDGE * 2.0 ** ((panel - 1 + 0.5 * (1.0 + x)) / divisions)


@njit(**INNER)
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
    coefficients = np.zeros(n + 2)
    for i in range(2):
        for k in range(n):
            coefficients[k] = 0.0
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
def build_panel(tables, panel, half):
    """Fill pairs[panel, half] (3, ANGLES, SCALES) and singles[panel] (5, SCALES) for one bias.

    Pairs are stored in units of <f'>**2, the integrals also of s**2, and the positive singles as logarithms: across a
    panel the averages over a nearly shut gate change by orders of magnitude, and each deserves its relative accuracy.
    """
    values = np.empty((SCALES, 3, ANGLES))
    moments = np.empty((SCALES, SINGLES))
    sign = 1.0 if half == 0 else -1.0
    for m in range(SCALES):
        scale = _scale_at(panel, _SCALE_NODES[m], tables.divisions)
        _values_at_scale(scale, tables.bias, sign, values[m])
        mean, gate, curvature, slope = single_moments(scale, tables.bias)
        moments[m, _MEAN], moments[m, _LOG_GATE] = mean, math.log(gate)
        moments[m, _MEAN_CURVATURE], moments[m, _LOG_SLOPE] = curvature / slope, math.log(slope)
        moments[m, _LOG_MIRRORED_GATE] = math.log(single_moments(scale, -tables.bias)[1])
        unit = slope * slope
        for k in range(ANGLES):
            values[m, _SLOPE, k] /= unit
            values[m, _INTEGRAL, k] /= unit * scale * scale
            values[m, _CURVATURE, k] /= unit * scale * scale
    for p in range(SCALES):
        for i in range(SINGLES):
            total = 0.0
            for m in range(SCALES):
                total += _SCALE_TRANSFORM[p, m] * moments[m, i]
            tables.singles[panel, i, p] = total
        for i in range(3):
            for k in range(ANGLES):
                total = 0.0
                for m in range(SCALES):
                    total += _SCALE_TRANSFORM[p, m] * values[m, i, k]
                tables.pairs[panel, half, i, k, p] = total
    tables.built[panel, half] = True


@njit(**INNER)
def _polynomials(x):
    """Chebyshev polynomials 0 to SCALES - 1 at x."""
    polynomial = np.empty(SCALES)
    polynomial[0] = 1.0
    polynomial[1] = x
    for m in range(2, SCALES):
        polynomial[m] = 2.0 * x * polynomial[m - 1] - polynomial[m - 2]
    return polynomial


@njit(**INNER)
def _series_at_scale(polynomial, table, series):
    """Contract table (3, ANGLES, SCALES) with the polynomials in the scale into series (3, ANGLES)."""
    for i in range(3):
        for k in range(ANGLES):
            total = 0.0
            for m in range(SCALES):
                total += table[i, k, m] * polynomial[m]
            series[i, k] = total


@njit(**INNER)
def _clenshaw(x, coefficients):
    above = 0.0
    before = 0.0
    for k in range(ANGLES - 1, 0, -1):
        above, before = before, 2.0 * x * before - above + coefficients[k]
    return x * before - above + coefficients[0]


@njit(**KERNEL)
def pair_averages(variance, covariance, tables, out):
    """Averages of f = tanh (or the gate (1 + tanh)/2) over pairs with one variance and many covariances.

    variance:   of x; covariance: (n,).
    tables:     `PairTables` of the bias.
    out:        (3, n): <f f>, its derivative in the covariance <f' f'>, its derivative in the variance <f f''>.
    Returns CONVERGED; FAILED beyond the tables; or MISSING_PANEL with the panel noted in tables.missing, to be built by
    `build_panel`. (Building it here would compile that code into every kernel that takes averages.)
    """
    scale = math.sqrt(max(variance, 0.0))
    if not scale < SCALE_LIMIT:
        return Status.FAILED
    panel, x_scale = panel_of(scale, tables.divisions)
    scale = max(scale, 1e-12)
    tables.missing[0] = panel
    tables.missing[1] = 0
    if not tables.built[panel, 0]:
        return MISSING_PANEL
    polynomial = _polynomials(x_scale)
    mean, mean_curvature, slope = _means(polynomial, tables.singles[panel], tables.as_gate, tables.mirrored)
    factor = slope * slope * (0.25 if tables.as_gate else 1.0)
    series = np.empty((2, 3, ANGLES))
    _series_at_scale(polynomial, tables.pairs[panel, 0], series[0])
    has_negative = False
    width = math.asinh(0.5 * math.pi * scale)
    for i in range(covariance.size):
        half_gap = 0.5 * (1.0 - covariance[i] / variance) if variance > 0.0 else 0.5
        psi = 2.0 * math.asin(math.sqrt(min(max(half_gap, 0.0), 1.0)))
        half = 0
        if psi > _ORTHOGONAL:
            half = 1
            psi = math.pi - psi
            if not has_negative:
                if not tables.built[panel, 1]:
                    tables.missing[1] = 1
                    return MISSING_PANEL
                _series_at_scale(polynomial, tables.pairs[panel, 1], series[1])
                has_negative = True
        x = 2.0 * math.asinh(scale * psi) / width - 1.0
        out[0, i] = mean * mean + factor * variance * _clenshaw(x, series[half, _INTEGRAL])
        out[1, i] = factor * _clenshaw(x, series[half, _SLOPE])
        out[2, i] = mean * mean_curvature + factor * variance * _clenshaw(x, series[half, _CURVATURE])
    return Status.CONVERGED


@njit(**INNER)
def _means(polynomial, single, as_gate, mirrored):
    """(<f>, <f''>, <tanh'>) with f = tanh or the gate, at the bias of the table or at the opposite one."""
    mean = 0.0
    log_gate = 0.0
    curvature = 0.0
    log_slope = 0.0
    of_gate = _LOG_MIRRORED_GATE if mirrored else _LOG_GATE
    for m in range(SCALES):
        mean += single[_MEAN, m] * polynomial[m]
        log_gate += single[of_gate, m] * polynomial[m]
        curvature += single[_MEAN_CURVATURE, m] * polynomial[m]
        log_slope += single[_LOG_SLOPE, m] * polynomial[m]
    slope = math.exp(log_slope)
    if mirrored:
        mean, curvature = -mean, -curvature
    if as_gate:
        return math.exp(log_gate), 0.5 * curvature * slope, slope
    return mean, curvature * slope, slope
