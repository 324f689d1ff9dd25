"""Nodes and weights of the averages over h and r of a unit at a counted fixed point.

tanh(g h) and the output gate are steps: a trapezoid sum in t, x = centre + w sinh(t), converges exponentially however
steep they are, and the number of nodes grows with the logarithm of the steepness only (as in `kernels.averages`).
"""

import math

import numpy as np
from numba import njit

from phasemap.kernels.arithmetic.elementary import exp
from phasemap.kernels.compilation import KERNEL

# Gaussian weights reach this many standard deviations: exp(-9**2 / 2) = 3e-18.
_REACH = 9.0
# Steps of t at resolution 1. The square root of W has branch points closer to the real axis than the poles of the
# steps: of the gate, at alpha r = a + i pi / 2 with a ~ log of the largest u s^2.
_ACTIVATION_STEP, _GATE_STEP = 0.11, 0.08
# Widest map, in standard deviations: beyond, the sum is a plain trapezoid one and the Gaussian sets the step.
_WIDEST = 4.0
# A step that is further out leaves the middle of the nodes here, so that they stay close in the bulk.
_FARTHEST = 6.0
_INV_SQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)


@njit(**KERNEL)
def activation_nodes(g, variance, sharpness, resolution):
    """(n, 4) over h >= 0, h ~ N(0, variance), even functions: weight, h**2 / variance, phi**2, phi'**2.

    sharpness: largest c for which the functions change like sqrt(1 + c**2 phi**2) near h = 0.
    """
    deviation = math.sqrt(variance)
    width = min(min(0.5 * math.pi, 1.0 / max(sharpness, 1e-300)) / max(g, 1e-300), _WIDEST * deviation)
    step = _ACTIVATION_STEP / resolution
    count = math.ceil(math.asinh(_REACH * deviation / width) / step)
    nodes = np.empty((count + 1, 4))
    for i in range(count + 1):
        t = i * step
        x = width * math.sinh(t)
        y = x / deviation
        e = math.exp(-2.0 * g * x)
        phi = -math.expm1(-2.0 * g * x) / (1.0 + e)
        slope = 4.0 * g * e / ((1.0 + e) * (1.0 + e))
        # Both halves of the line; the node at 0 is shared.
        share = 1.0 if i == 0 else 2.0
        nodes[i, 0] = share * step * width * math.cosh(t) * _INV_SQRT_2PI / deviation * math.exp(-0.5 * y * y)
        nodes[i, 1], nodes[i, 2], nodes[i, 3] = y * y, phi * phi, slope * slope
    return nodes


@njit(**KERNEL)
def gate_nodes(alpha, beta, variance, resolution):
    """(n, 5) over r ~ N(0, variance): weight, r**2 / variance, sigma**2, sigma'**2, r / standard deviation.

    A constant gate (alpha = 0) is a single node.
    """
    if alpha == 0.0:
        s = 1.0 / (1.0 + math.exp(beta))
        return np.array([[1.0, 1.0, s * s, 0.0, 0.0]])
    deviation = math.sqrt(variance)
    centre = min(max(beta / alpha, -_FARTHEST * deviation), _FARTHEST * deviation)
    width = min(math.pi / alpha, _WIDEST * deviation)
    step = _GATE_STEP / resolution
    first = math.floor(math.asinh((-_REACH * deviation - centre) / width) / step)
    last = math.ceil(math.asinh((_REACH * deviation - centre) / width) / step)
    nodes = np.empty((last - first + 1, 5))
    for i in range(first, last + 1):
        t = i * step
        x = centre + width * math.sinh(t)
        y = x / deviation
        e = exp(-abs(alpha * x - beta))
        small = e / (1.0 + e)
        s = 1.0 - small if alpha * x > beta else small
        slope = alpha * small * (1.0 - small)
        row = nodes[i - first]
        row[0] = step * width * math.cosh(t) * _INV_SQRT_2PI / deviation * math.exp(-0.5 * y * y)
        row[1], row[2], row[3], row[4] = y * y, s * s, slope * slope, y
    return nodes
