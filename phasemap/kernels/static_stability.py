"""Stability of a fixed point: static gain, fraction of open update gates, leading edge of the Jacobian's spectrum.

The edge is the largest real lambda with W(lambda) = 1 (theory notes, section 3), where

    W(lambda) = <sigma_z^2 / (lambda + sigma_z)^2> <phi'^2> (<sigma_r^2> + <phi^2> <sigma_r'^2> / (1 + tau_r lambda)^2).

For a smooth gate sigma_z / (lambda + sigma_z) is again a gate, 1 / (1 + lambda) times sigma_z with its bias lowered
by log(1 + 1 / lambda), so that W costs one average. W(0) = S; where the gate takes values down to zero, the
spectrum reaches up to 0 whatever S, and the edge is 0 for S <= 1.
"""

import math

from numba import njit

from phasemap.kernels.averages import activation_averages, gate_averages
from phasemap.kernels.compilation import KERNEL
from phasemap.kernels.static_problem import problem_of_row

# Columns of the values of a fixed point.
DELTA_PHI, DELTA_H, DELTA_Z, DELTA_R, STATIC_GAIN, OPEN_FRACTION, LEADING_EDGE = range(7)
COLUMNS = 7
_MOST_NEGATIVE_LOG = -700.0


@njit(**KERNEL)
def gains(p, q):
    """(<phi'^2>, <sigma_r^2>, <phi^2> <sigma_r'^2>, Delta_h) at <phi^2> = q."""
    delta_r = q + p.v_r
    gate = gate_averages(p.alpha_r, p.offset_r, p.rest_r, delta_r)
    delta_h = q * gate[1] + p.v_h
    if delta_h > 0.0:
        slope_square = activation_averages(p.g, p.b, delta_h)[1]
    else:
        slope_square = (p.g * (1.0 - math.tanh(p.b) ** 2)) ** 2
    return slope_square, gate[1], q * gate[2] if q > 0.0 else 0.0, delta_h


@njit(**KERNEL)
def edge_of_constant_gate(speed, gain, direct, through_gate, tau_r):
    """Largest real root of (lambda + s)^2 = s^2 gain (direct + through_gate / (1 + tau_r lambda)^2), s = speed."""
    static_gain = gain * (direct + through_gate)
    if speed == 0.0:
        return 0.0
    if through_gate == 0.0 or tau_r == 0.0 or math.isinf(static_gain):
        return speed * (math.sqrt(static_gain) - 1.0)
    low = max(-speed, -1.0 / tau_r)
    high = max(0.0, speed * (math.sqrt(static_gain) - 1.0))
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


@njit(**KERNEL)
def log_growth_condition(p, delta_z, gain, direct, through_gate, log_rate):
    """log W at lambda = e^log_rate > 0, for a smooth update gate."""
    rate = math.exp(log_rate)
    shift = math.log1p(rate) - log_rate
    shifted = gate_averages(p.alpha_z, p.offset_z - shift, 1.0, delta_z)[1]
    slow = 1.0 + p.tau_r * rate
    return math.log(shifted * gain * (direct + through_gate / (slow * slow))) - 2.0 * math.log1p(rate)


@njit(**KERNEL)
def edge_of_smooth_gate(p, delta_z, gain, direct, through_gate):
    """Largest real lambda with W = 1, or 0 where S <= 1; by Chandrupatla's method in log lambda."""
    static_gain = gain * (direct + through_gate)
    if static_gain <= 1.0:
        return 0.0
    if math.isinf(static_gain):
        return math.inf
    a, b = math.log(math.sqrt(static_gain) - 1.0) + 1e-12, _MOST_NEGATIVE_LOG
    fa = log_growth_condition(p, delta_z, gain, direct, through_gate, a)
    fb = log_growth_condition(p, delta_z, gain, direct, through_gate, b)
    if fb <= 0.0:
        return 0.0
    if fa >= 0.0:
        return math.exp(a)
    # A first guess that scales with the answer: the Gaussian tail makes log lambda huge where S is close to 1.
    t = 0.5
    for _ in range(100):
        x = a + t * (b - a)
        fx = log_growth_condition(p, delta_z, gain, direct, through_gate, x)
        if (fx > 0.0) == (fa > 0.0):
            c, fc = a, fa
        else:
            c, fc = b, fb
            b, fb = a, fa
        a, fa = x, fx
        best = a if abs(fa) < abs(fb) else b
        tolerance = 4e-16 * abs(best) + 1e-15
        if fa == 0.0 or abs(b - a) <= 2.0 * tolerance:
            break
        t = 0.5
        ratio, slope = (a - b) / (c - b), (fa - fb) / (fc - fb)
        if slope * slope < ratio and (1.0 - slope) * (1.0 - slope) < 1.0 - ratio:
            t = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        smallest = tolerance / abs(b - a)
        t = min(max(t, smallest), 1.0 - smallest)
    return math.exp(a if abs(fa) < abs(fb) else b)


@njit(**KERNEL)
def leading_edge(p, delta_z, gain, direct, through_gate):
    """Largest real lambda in the spectrum's support that involves h (theory notes, section 3)."""
    if p.alpha_z == 0.0 or delta_z == 0.0:
        return edge_of_constant_gate(p.rest_z, gain, direct, through_gate, p.tau_r)
    if math.isinf(p.alpha_z):
        fraction = gate_averages(p.alpha_z, p.offset_z, p.rest_z, delta_z)[0]
        return max(0.0, edge_of_constant_gate(1.0, fraction * gain, direct, through_gate, p.tau_r))
    return edge_of_smooth_gate(p, delta_z, gain, direct, through_gate)


@njit(**KERNEL)
def describe_fixed_point(p, q, out):
    """Fill `out` (COLUMNS,) at the fixed point <phi^2> = q."""
    gain, direct, through_gate, delta_h = gains(p, q)
    delta_z = q + p.v_z
    out[DELTA_PHI] = q
    out[DELTA_H] = delta_h
    out[DELTA_Z] = delta_z
    out[DELTA_R] = q + p.v_r
    out[STATIC_GAIN] = gain * (direct + through_gate)
    out[OPEN_FRACTION] = gate_averages(p.alpha_z, p.offset_z, p.rest_z, delta_z)[0]
    out[LEADING_EDGE] = leading_edge(p, delta_z, gain, direct, through_gate)


@njit(**KERNEL)
def describe_rows(table, q, out):
    """`describe_fixed_point` for rows of `table` (n, fields of StaticProblem) and q (n,): fills out (n, COLUMNS)."""
    for i in range(table.shape[0]):
        describe_fixed_point(problem_of_row(table[i]), q[i], out[i])
