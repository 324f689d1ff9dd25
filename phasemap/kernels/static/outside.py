"""Averages at a fixed point whose static input I to h stands outside a fluctuating update gate.

There h = R + I / sigma_z with R ~ N(0, Delta_R), I ~ N(m, v), z ~ N(0, Delta_z) independent, so that h is Gaussian
only given z. With e = exp(-(alpha_z z - offset_z)), 1 / sigma_z = 1 + e:

    h | z ~ N(m (1 + e), Delta_R + v (1 + e)^2).

A slowly opening unit feels its gate: q / sigma_z = -alpha_z e I (docs/theory.md (3.1), with q = sigma_z' (total
input - h) = -sigma_z' I / sigma_z), which adds a column to Gamma. Its spectral radius is 1 where

    A (<sigma_r^2> + <phi^2> <sigma_r'^2> / (1 + tau_r lambda)^2) + B / (1 + tau_z lambda)^2 = 1,
    A = <phi'^2 (sigma_z / (lambda + sigma_z))^2>,   B = <phi'^2 (alpha_z I e sigma_z / (lambda + sigma_z))^2>.

The average over z is a trapezoid sum in t, xi = c + w sinh(t), whose steps resolve both bends of the integrand:
e = 1, and the e at which the input outgrows the rest of h. Without a common input the averages given z depend on z
only through the variance of h, and come from a series (`phasemap.kernels.averages.activation_series`).
"""

import math

import numpy as np
from numba import njit

from phasemap.kernels.arithmetic.elementary import exp
from phasemap.kernels.averages.activation_series import SLOPE_MOMENT, SLOPE_SQUARE, SQUARE, SQUARE_SLOPE, sum_series
from phasemap.kernels.averages.gaussian import activation_averages, gate_averages, slope_square_moments
from phasemap.kernels.compilation import INNER, KERNEL

MOST_NODES = 4000
# Rows of a profile, one column per node: weight <phi'^2>, weight <(phi' I)^2>, log e (all given z).
PROFILE_ROWS = 3
_REACH = 8.7
_WIDEST = 4.0
_STEP = 0.11
_RESOLUTION = 0.3
# Beyond this log e a unit is saturated by its input to all digits.
_MOST_SHUT = 60.0
_INV_SQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)


@njit(**INNER)
def _nodes(p, drive, delta_z):
    """(centre, width, step, first, number) of the sum over xi = z / sqrt(Delta_z)."""
    a = p.alpha_z * math.sqrt(delta_z)
    size = max(math.sqrt(p.v_h), abs(p.m_h))
    # log e at which the input bends the integrand, seen from log e = 0.
    far = max(0.0, math.log(max(1.0 / max(p.g, 1e-300), math.sqrt(drive)) / size))
    centre = min(max((p.offset_z - 0.5 * far) / a, -_REACH), _REACH)
    width = min(math.pi / a, _WIDEST)
    reach = abs(centre - p.offset_z / a) + 0.5 * far / a
    step = min(_STEP, _RESOLUTION / (a * math.sqrt(width * width + min(reach, 2.0 * _REACH) ** 2)))
    step = min(step, 0.4 / math.sqrt(width * width + centre * centre))
    first = math.floor(math.asinh((-_REACH - centre) / width) / step)
    last = math.ceil(math.asinh((_REACH - centre) / width) / step)
    return centre, width, step, first, min(last - first + 1, MOST_NODES)


@njit(**INNER)
def _fill_nodes(p, drive, delta_z, weight, xi, log_e, slowness):
    """Weights, places, log e and 1 + e of the nodes, of which `_nodes` tells the number."""
    centre, width, step, first, count = _nodes(p, drive, delta_z)
    a = p.alpha_z * math.sqrt(delta_z)
    for i in range(count):
        up = exp(step * (first + i))
        down = 1.0 / up
        x = centre + 0.5 * width * (up - down)
        xi[i] = x
        weight[i] = 0.5 * step * width * (up + down) * _INV_SQRT_2PI * exp(-0.5 * x * x)
        log_e[i] = min(p.offset_z - a * x, _MOST_SHUT)
        slowness[i] = 1.0 + exp(log_e[i])


@njit(**KERNEL)
def outside_map(p, series, q, drive, d_drive):
    """<phi^2> and its derivative in q; drive = Delta_R(q) and its derivative."""
    delta_z = q + p.v_z
    if math.isinf(p.alpha_z):
        # Closed units integrate their input until they saturate.
        gate = gate_averages(p.alpha_z, p.offset_z, p.rest_z, delta_z)
        phi = activation_averages(p.g, p.b + p.g * p.m_h, drive + p.v_h)
        return 1.0 - gate[0] * (1.0 - phi[0]), gate[0] * phi[2] * d_drive - gate[3] * (1.0 - phi[0])
    count = _nodes(p, drive, delta_z)[4]
    work = np.empty((7, count))
    weight, xi, log_e, slowness, c, values, slopes = work[0], work[1], work[2], work[3], work[4], work[5], work[6]
    _fill_nodes(p, drive, delta_z, weight, xi, log_e, slowness)
    _squares(p, series, drive, slowness, c, values, slopes)
    # d log e / dq = -alpha_z xi / (2 sqrt(Delta_z)).
    rate = -0.5 * p.alpha_z / math.sqrt(delta_z)
    square = slope = 0.0
    for i in range(count):
        square += weight[i] * values[i]
        slope += weight[i] * (slopes[i] * d_drive + c[i] * (slowness[i] - 1.0) * rate * xi[i])
    return square, slope


@njit(**INNER)
def _squares(p, series, drive, slowness, c, values, slopes):
    """<phi^2> given z, its derivative in Delta_R, and (in place of c) its derivative in 1 / sigma_z."""
    count = slowness.shape[0]
    if series.shape[1] == 0:
        for i in range(count):
            s = slowness[i]
            phi = activation_averages(p.g, p.b + p.g * p.m_h * s, drive + p.v_h * s * s)
            values[i], slopes[i], c[i] = phi[0], phi[2], 2.0 * p.v_h * s * phi[2] + p.g * p.m_h * phi[4]
        return
    for i in range(count):
        c[i] = p.g * math.sqrt(drive + p.v_h * slowness[i] * slowness[i])
    sum_series(series[SQUARE], c, values)
    sum_series(series[SQUARE_SLOPE], c, slopes)
    at_rest = math.tanh(p.b) ** 2
    for i in range(count):
        near = 1.0 / (1.0 + c[i])
        values[i] = at_rest + (c[i] * near) ** 2 * values[i]
        slopes[i] *= p.g * p.g * near * near * near
        c[i] = 2.0 * p.v_h * slowness[i] * slopes[i]


@njit(**KERNEL)
def outside_profile(p, series, drive, delta_z, profile):
    """Fill `profile` (PROFILE_ROWS, MOST_NODES) with what does not depend on lambda; returns the number of nodes."""
    count = _nodes(p, drive, delta_z)[4]
    work = np.empty((6, count))
    weight, slowness, c, plain, second = work[0], work[2], work[3], work[4], work[5]
    _fill_nodes(p, drive, delta_z, weight, work[1], profile[2], slowness)
    if series.shape[1] > 0:
        for i in range(count):
            c[i] = p.g * math.sqrt(drive + p.v_h * slowness[i] * slowness[i])
        sum_series(series[SLOPE_SQUARE], c, plain)
        sum_series(series[SLOPE_MOMENT], c, second)
    for i in range(count):
        variance = drive + p.v_h * slowness[i] * slowness[i]
        # Given h, the input is Gaussian too: its mean is linear in h, its variance v Delta_R / variance.
        pull = p.v_h * slowness[i] / math.sqrt(variance)
        if series.shape[1] > 0:
            near = 1.0 / (1.0 + c[i])
            gain, squared_mean = p.g * p.g * near * plain[i], (p.g * pull) ** 2 * near**3 * second[i]
        else:
            shifted = p.b + p.g * p.m_h * slowness[i]
            gain, squared_mean = slope_square_moments(p.g, shifted, variance, p.m_h, pull)
        profile[0, i] = weight[i] * gain
        profile[1, i] = weight[i] * (squared_mean + gain * p.v_h * drive / variance)
    return count


@njit(**KERNEL)
def outside_growth(p, profile, count, direct, through_gate, rate):
    """The left-hand side of the condition above at lambda = rate >= 0; S at rate 0."""
    direct_gain = gate_gain = 0.0
    for i in range(count):
        e = exp(profile[2, i])
        amplitude = 1.0 / (1.0 + rate * (1.0 + e))
        square = amplitude * amplitude
        direct_gain += profile[0, i] * square
        gate_gain += profile[1, i] * square * e * e
    slow_r, slow_z = 1.0 + p.tau_r * rate, 1.0 + p.tau_z * rate
    return (direct_gain * (direct + through_gate / (slow_r * slow_r))
            + p.alpha_z * p.alpha_z * gate_gain / (slow_z * slow_z))  # fmt: skip
