"""Nodes and weights for averages over units of rational functions of the activation and of a gate.

Inside the support the averages have poles that come close to the real axis of h and r: where phi vanishes, and in the
tails where slopes are exponentially small. Trapezoid sums in a variable that spreads these places out converge
exponentially (errors of 1e-6 and less at the steps below).
"""

import math

import numpy as np

from phasemap.model.results import FloatArray

_REACH = 6.5  # standard deviations
_DEPTH = math.log(3e-5)  # logarithm of the smallest distance from phi = 0 that is resolved, in widths of the step
_ACTIVATION_STEP, _ACTIVATION_CORE = 0.5, 6.0
_GATE_STEP, _GATE_CORE = 0.6, 10.0


def activation_rule(
    variance: float, g: float, b: float, near_zero: bool, resolution: float = 1.0
) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights for h ~ N(0, variance) and functions of phi = tanh(g h + b).

    near_zero: whether the functions are sharp where phi = 0 (a live output gate makes them so); nodes are then
    logarithmic in the distance from there. Even functions, b = 0: only h > 0 is returned.
    """
    if variance == 0.0:
        return np.zeros(1), np.ones(1)
    deviation = math.sqrt(variance)
    zero = min(max(-b / g, -_REACH * deviation), _REACH * deviation) if g > 0 else 0.0
    width = min(0.8 / max(g, 1e-300), deviation)
    step = _ACTIVATION_STEP / resolution
    last = _ACTIVATION_CORE * math.asinh((_REACH * deviation + abs(zero)) / (width * _ACTIVATION_CORE))
    t = np.arange(math.floor((_DEPTH if near_zero else -last) / step), math.ceil(last / step) + 1) * step
    # u runs from 0 (or -last) to last: logarithmic near 0, linear up to the core, exponential beyond it.
    u, du = (np.logaddexp(0.0, t), 1.0 / (1.0 + np.exp(-t))) if near_zero else (t, np.ones_like(t))
    offset = width * _ACTIVATION_CORE * np.sinh(u / _ACTIVATION_CORE)
    slope = width * np.cosh(u / _ACTIVATION_CORE) * du
    if near_zero and zero != 0.0:
        offset, slope = np.concatenate([-offset[::-1], offset]), np.concatenate([slope[::-1], slope])
    elif not near_zero and zero == 0.0:
        slope = np.where(offset > 0, 2.0, 1.0) * slope
        offset, slope = offset[offset >= 0], slope[offset >= 0]
    return _gaussian(zero + offset, slope, deviation)


def gate_rule(variance: float, alpha: float, offset: float, resolution: float = 1.0) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights for r ~ N(0, variance) and functions of 1 / (1 + exp(-(alpha r - offset)))."""
    if variance == 0.0:
        return np.zeros(1), np.ones(1)
    deviation = math.sqrt(variance)
    centre = min(max(offset / alpha, -_REACH * deviation), _REACH * deviation)
    width = min(1.0 / alpha, 0.8 * deviation)
    step = _GATE_STEP / resolution
    ends = (-_REACH * deviation, _REACH * deviation)
    first, last = (_GATE_CORE * math.asinh((end - centre) / (width * _GATE_CORE)) for end in ends)
    t = step * np.arange(math.floor(first / step), math.ceil(last / step) + 1)
    slope = width * np.cosh(t / _GATE_CORE)
    return _gaussian(centre + width * _GATE_CORE * np.sinh(t / _GATE_CORE), slope, deviation)


def _gaussian(x: FloatArray, slope: FloatArray, deviation: float) -> tuple[FloatArray, FloatArray]:
    weight = slope * np.exp(-0.5 * (x / deviation) ** 2)
    return x, weight / weight.sum()
