"""Stability of a fixed point: static gain, fraction of open update gates, leading edge of the Jacobian's spectrum.

The edge is the largest real lambda with W(lambda) = 1 (docs/theory.md (3.3)), where

    W(lambda) = <sigma_z^2 / (lambda + sigma_z)^2> <phi'^2> (<sigma_r^2> + <phi^2> <sigma_r'^2> / (1 + tau_r lambda)^2),

with one more term where the input to h stands outside the update gate (`phasemap.kernels.static.outside`).
For a smooth gate sigma_z / (lambda + sigma_z) is again a gate, 1 / (1 + lambda) times sigma_z with its bias lowered
by log(1 + 1 / lambda), so that W costs one average. W(0) = S; where the gate takes values down to zero, the
spectrum reaches up to 0 whatever S, and the edge is 0 for S <= 1.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from phasemap.kernels.averages.gaussian import activation_averages, gate_averages
from phasemap.kernels.compilation import INNER
from phasemap.kernels.static.outside import MOST_NODES, PROFILE_ROWS, outside_growth, outside_profile

# Columns of the values of a fixed point.
DELTA_PHI, DELTA_H, DELTA_Z, DELTA_R, STATIC_GAIN, OPEN_FRACTION, LEADING_EDGE, PINNING_RATIO = range(8)
COLUMNS = 8
_LOWEST_LOG_RATE = -700.0


class Response(NamedTuple):
    """What the linear response of a fixed point is made of.

    gain, direct, through_gate: <phi'^2>, <sigma_r^2>, <phi^2> <sigma_r'^2>.
    drive, delta_z:             variances of the recurrent input to h, and of z.
    open_fraction:              <sigma_z>.
    nodes:                      number of columns in use of the profile over z (input outside the update gate only).
    """

    gain: float
    direct: float
    through_gate: float
    drive: float
    delta_z: float
    open_fraction: float
    nodes: int


@njit(**INNER)
def new_profile(p):
    """Scratch for `linear_response`, empty unless it is needed."""
    return np.empty((PROFILE_ROWS, MOST_NODES if p.outside > 0.0 else 0))


@njit(**INNER)
def linear_response(p, q, profile):
    """The `Response` at <phi^2> = q."""
    gate = gate_averages(p.alpha_r, p.offset_r, p.rest_r, q + p.v_r)
    drive, delta_z = q * gate[1], q + p.v_z
    open_fraction = gate_averages(p.alpha_z, p.offset_z, p.rest_z, delta_z)[0]
    gain, nodes = _gain(p, p.series, drive, delta_z, profile)
    return Response(gain, gate[1], q * gate[2] if q > 0.0 else 0.0, drive, delta_z, open_fraction, nodes)


@njit(**INNER)
def _gain(p, series, drive, delta_z, profile):
    """<phi'^2>, or the number of nodes of the profile that takes its place."""
    if series is None:
        return activation_averages(p.g, p.b, drive + p.v_h)[1], 0
    if math.isinf(p.alpha_z):
        # A unit on the verge of opening answers without bound: its gate multiplies an integrated input.
        return math.inf if p.g > 0.0 else 0.0, 0
    return 0.0, outside_profile(p, series, drive, delta_z, profile)


@njit(**INNER)
def _profile_growth(p, series, response, profile, rate):
    if series is None:
        return 0.0
    return outside_growth(p, profile, response.nodes, response.direct, response.through_gate, rate)


@njit(**INNER)
def static_gain(p, response, profile):
    """S = W(0)."""
    if response.nodes > 0:
        return _profile_growth(p, p.series, response, profile, 0.0)
    if response.gain == 0.0:
        return 0.0
    return response.gain * (response.direct + response.through_gate)


@njit(**INNER)
def growth(p, response, profile, rate):
    """W at lambda = rate; infinite where lambda is in the support for sure."""
    slow = 1.0 + p.tau_r * rate
    varies = p.alpha_z > 0.0 and response.delta_z > 0.0
    if rate == 0.0:
        return static_gain(p, response, profile)
    if slow <= 0.0 or (varies and rate < 0.0) or (not varies and rate <= -p.rest_z):
        return math.inf
    if response.nodes > 0:
        return _profile_growth(p, p.series, response, profile, rate)
    if not varies:
        mobility = (p.rest_z / (rate + p.rest_z)) ** 2
    elif math.isinf(p.alpha_z):
        mobility = response.open_fraction / (1.0 + rate) ** 2
    else:
        shift = math.log1p(rate) - math.log(rate)
        mobility = gate_averages(p.alpha_z, p.offset_z - shift, 1.0, response.delta_z)[1] / (1.0 + rate) ** 2
    return mobility * response.gain * (response.direct + response.through_gate / (slow * slow))


@njit(**INNER)
def edge_of_constant_gate(speed, gain, direct, through_gate, tau_r):
    """Largest real root of (lambda + s)^2 = s^2 gain (direct + through_gate / (1 + tau_r lambda)^2), s = speed."""
    if speed == 0.0 or gain == 0.0:
        return -speed
    total = gain * (direct + through_gate)
    if through_gate == 0.0 or tau_r == 0.0 or math.isinf(total):
        return speed * (math.sqrt(total) - 1.0)
    low = max(-speed, -1.0 / tau_r)
    high = max(0.0, speed * (math.sqrt(total) - 1.0))
    for _ in range(200):
        x = 0.5 * (low + high)
        if not low < x < high:
            break
        slow = 1.0 + tau_r * x
        if speed * math.sqrt(gain * (direct + through_gate / (slow * slow))) > x + speed:
            low = x
        else:
            high = x
    return 0.5 * (low + high)


@njit(**INNER)
def edge_of_smooth_gate(p, response, profile):
    """Largest real lambda with W = 1, or 0 where S <= 1; by Chandrupatla's method for log W over log lambda."""
    total = static_gain(p, response, profile)
    if total <= 1.0:
        return 0.0
    if math.isinf(total):
        return math.inf
    a, b = math.log(math.sqrt(total) - 1.0) + 1e-12, _LOWEST_LOG_RATE
    fa = math.log(growth(p, response, profile, math.exp(a)))
    fb = math.log(growth(p, response, profile, math.exp(b)))
    if fb <= 0.0:
        return 0.0
    if fa >= 0.0:
        return math.exp(a)
    t = 0.5
    for _ in range(100):
        x = a + t * (b - a)
        fx = math.log(growth(p, response, profile, math.exp(x)))
        if (fx > 0.0) == (fa > 0.0):
            c, fc = a, fa
        else:
            c, fc = b, fb
            b, fb = a, fa
        a, fa = x, fx
        tolerance = 4e-16 * min(abs(a), abs(b)) + 1e-15
        if fa == 0.0 or abs(b - a) <= 2.0 * tolerance:
            break
        t = 0.5
        place, height = (a - b) / (c - b), (fa - fb) / (fc - fb)
        if height * height < place and (1.0 - height) * (1.0 - height) < 1.0 - place:
            t = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        smallest = tolerance / abs(b - a)
        t = min(max(t, smallest), 1.0 - smallest)
    return math.exp(a if abs(fa) < abs(fb) else b)


@njit(**INNER)
def own_rate_of_gates(p):
    """The largest of the rates -1 / tau of the gates that move (see `phasemap.model.unit.gates`); -inf without any."""
    floor = -math.inf
    if p.alpha_z > 0.0 and p.tau_z > 0.0:
        floor = -1.0 / p.tau_z
    if p.alpha_r > 0.0 and p.tau_r > 0.0:
        floor = max(floor, -1.0 / p.tau_r)
    return floor


@njit(**INNER)
def leading_edge(p, response, profile):
    """Largest real part of the Jacobian's spectrum: that of h, but not below the gates' own rates."""
    return max(edge_of_support(p, response, profile), own_rate_of_gates(p))


@njit(**INNER)
def edge_of_support(p, response, profile):
    """Largest real lambda in the spectrum's support that involves h (docs/theory.md (3.3))."""
    if p.alpha_z == 0.0 or response.delta_z == 0.0:
        return edge_of_constant_gate(p.rest_z, response.gain, response.direct, response.through_gate, p.tau_r)
    if math.isinf(p.alpha_z):
        gain = response.open_fraction * response.gain
        return max(0.0, edge_of_constant_gate(1.0, gain, response.direct, response.through_gate, p.tau_r))
    return edge_of_smooth_gate(p, response, profile)


@njit(**INNER)
def constant_gate_edge(p, response, total):
    """The leading edge if the update gate stood at its mean; total: S, finite. NaN where nothing answers."""
    through = response.through_gate
    if response.direct + through == 0.0:
        return math.nan
    # An input outside the update gate adds to S: its share is counted as if it were delayed like the rest.
    gain = total / (response.direct + through)
    return edge_of_constant_gate(response.open_fraction, gain, response.direct, through, p.tau_r)


@njit(**INNER)
def pinning_ratio(p, response, total, edge):
    """Rate at which an unstable fixed point is left, over that if the update gate stood at its mean; NaN for S <= 1.

    total: S; edge: the leading edge (docs/theory.md (4.5)). Where both rates are infinite (S is), the limit.
    """
    if not total > 1.0:
        return math.nan
    through = response.through_gate
    if math.isinf(total):
        square = gate_averages(p.alpha_z, p.offset_z, p.rest_z, response.delta_z)[1]
        return (square / response.open_fraction**2) ** (0.25 if p.tau_r > 0.0 and math.isinf(through) else 0.5)
    return edge / constant_gate_edge(p, response, total)


@njit(**INNER)
def variance_of_h(p, response):
    """Delta_h; infinite (or beyond the floating-point range) where shut units integrate an input without end."""
    if p.outside == 0.0:
        return response.drive + p.v_h
    if math.isinf(p.alpha_z):
        return math.inf
    # 1 / sigma_z = 1 + e, log e Gaussian.
    spread = p.alpha_z * p.alpha_z * response.delta_z
    variance = response.drive
    if p.v_h > 0.0:
        variance += p.v_h * (1.0 + 2.0 * math.exp(p.offset_z + 0.5 * spread) + math.exp(2.0 * (p.offset_z + spread)))
    if p.m_h * p.m_h > 0.0:
        variance += p.m_h * p.m_h * math.exp(2.0 * p.offset_z + spread) * math.expm1(spread)
    return variance


@njit(**INNER)
def describe_fixed_point(p, q, out):
    """Fill `out` (COLUMNS,) at the fixed point <phi^2> = q."""
    profile = new_profile(p)
    response = linear_response(p, q, profile)
    out[DELTA_PHI] = q
    out[DELTA_H] = variance_of_h(p, response)
    out[DELTA_Z] = response.delta_z
    out[DELTA_R] = q + p.v_r
    out[STATIC_GAIN] = static_gain(p, response, profile)
    out[OPEN_FRACTION] = response.open_fraction
    out[LEADING_EDGE] = leading_edge(p, response, profile)
    out[PINNING_RATIO] = pinning_ratio(p, response, out[STATIC_GAIN], out[LEADING_EDGE])
