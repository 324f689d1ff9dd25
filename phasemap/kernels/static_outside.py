"""Averages at a fixed point whose static input I to h stands outside a fluctuating update gate.

There h = R + I / sigma_z with R ~ N(0, Delta_R), I ~ N(m, v), z ~ N(0, Delta_z) independent, so that h is Gaussian
only given z. With e = exp(-(alpha_z z - offset_z)), 1 / sigma_z = 1 + e:

    h | z ~ N(m (1 + e), Delta_R + v (1 + e)^2).

A slowly opening unit feels its gate: q / sigma_z = -alpha_z e I (theory notes, section 3, with q = sigma_z' (total
input - h) = -sigma_z' I / sigma_z), which adds a column to Gamma. Its spectral radius is 1 where

    A (<sigma_r^2> + <phi^2> <sigma_r'^2> / (1 + tau_r lambda)^2) + B / (1 + tau_z lambda)^2 = 1,
    A = <phi'^2 (sigma_z / (lambda + sigma_z))^2>,   B = <phi'^2 (alpha_z I e sigma_z / (lambda + sigma_z))^2>.

The average over z is a trapezoid sum in t, xi = c + w sinh(t), whose steps resolve both bends of the integrand:
e = 1, and the e at which the input outgrows the rest of h.
"""

import math

from numba import njit

from phasemap.kernels.averages import activation_averages, gate_averages, slope_square_moments
from phasemap.kernels.compilation import KERNEL

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


@njit(**KERNEL)
def _nodes(p, drive, delta_z):
    """(centre, width, step, first, last) of the sum over xi = z / sqrt(Delta_z)."""
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
    return centre, width, step, first, min(last, first + MOST_NODES - 1)


@njit(**KERNEL)
def outside_map(p, q, drive, d_drive):
    """<phi^2> and its derivative in q; drive = Delta_R(q) and its derivative."""
    delta_z = q + p.v_z
    if math.isinf(p.alpha_z):
        # Closed units integrate their input until they saturate.
        gate = gate_averages(p.alpha_z, p.offset_z, p.rest_z, delta_z)
        phi = activation_averages(p.g, p.b + p.g * p.m_h, drive + p.v_h)
        return 1.0 - gate[0] * (1.0 - phi[0]), gate[0] * phi[2] * d_drive - gate[3] * (1.0 - phi[0])
    centre, width, step, first, last = _nodes(p, drive, delta_z)
    a = p.alpha_z * math.sqrt(delta_z)
    square = slope = 0.0
    for i in range(first, last + 1):
        t = i * step
        xi = centre + width * math.sinh(t)
        weight = step * width * math.cosh(t) * _INV_SQRT_2PI * math.exp(-0.5 * xi * xi)
        e = math.exp(min(p.offset_z - a * xi, _MOST_SHUT))
        d_e = -e * 0.5 * a * xi / delta_z
        phi = activation_averages(p.g, p.b + p.g * p.m_h * (1.0 + e), drive + p.v_h * (1.0 + e) ** 2)
        square += weight * phi[0]
        slope += weight * (phi[2] * (d_drive + 2.0 * p.v_h * (1.0 + e) * d_e) + phi[4] * p.g * p.m_h * d_e)
    return square, slope


@njit(**KERNEL)
def outside_profile(p, drive, delta_z, profile):
    """Fill `profile` (PROFILE_ROWS, MOST_NODES) with what does not depend on lambda; returns the number of nodes."""
    centre, width, step, first, last = _nodes(p, drive, delta_z)
    a = p.alpha_z * math.sqrt(delta_z)
    for i in range(first, last + 1):
        t = i * step
        xi = centre + width * math.sinh(t)
        weight = step * width * math.cosh(t) * _INV_SQRT_2PI * math.exp(-0.5 * xi * xi)
        log_e = min(p.offset_z - a * xi, _MOST_SHUT)
        slowness = 1.0 + math.exp(log_e)
        variance = drive + p.v_h * slowness * slowness
        # Given h, the input is Gaussian too: its mean is linear in h, its variance v Delta_R / variance.
        plain, squared_mean = slope_square_moments(
            p.g, p.b + p.g * p.m_h * slowness, variance, p.m_h, p.v_h * slowness / math.sqrt(variance)
        )
        profile[0, i - first] = weight * plain
        profile[1, i - first] = weight * (squared_mean + plain * p.v_h * drive / variance)
        profile[2, i - first] = log_e
    return last - first + 1


@njit(**KERNEL)
def outside_growth(p, profile, count, direct, through_gate, rate):
    """The left-hand side of the condition above at lambda = rate >= 0; S at rate 0."""
    direct_gain = gate_gain = 0.0
    for i in range(count):
        e = math.exp(profile[2, i])
        amplitude = 1.0 / (1.0 + rate * (1.0 + e))
        square = amplitude * amplitude
        direct_gain += profile[0, i] * square
        gate_gain += profile[1, i] * square * e * e
    slow_r, slow_z = 1.0 + p.tau_r * rate, 1.0 + p.tau_z * rate
    return (direct_gain * (direct + through_gate / (slow_r * slow_r))
            + p.alpha_z * p.alpha_z * gate_gain / (slow_z * slow_z))  # fmt: skip
