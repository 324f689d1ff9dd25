"""Activation and gates, in every limit: absent, constant, smooth and hard.

    phi(x)     = tanh(g x + b)
    sigma(x)   = 1 / (1 + exp(-a x + b)):   b = -inf: 1;  b = +inf: 0;  a = inf: the Heaviside function of x
                 (at x = 0 the limit is 1 / (1 + e^b), which is what fixes the stability of the zero state).

Plain NumPy, for setting up and for reference; the kernels have compiled twins that the tests hold against these.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from phasemap.model.results import FloatArray


def activation(x: ArrayLike, g: float, b: float = 0.0) -> FloatArray:
    """tanh(g x + b)."""
    return np.tanh(g * np.asarray(x, dtype=float) + b)


def activation_slope(x: ArrayLike, g: float, b: float = 0.0) -> FloatArray:
    """Derivative of `activation` with respect to x."""
    return g * (1.0 - activation(x, g, b) ** 2)


def gate(x: ArrayLike, alpha: float, beta: float) -> FloatArray:
    """The gate sigma(x), exact for alpha = inf and beta = +-inf."""
    x = np.asarray(x, dtype=float)
    if math.isinf(beta):
        return np.full_like(x, 1.0 if beta < 0 else 0.0)
    if math.isinf(alpha):
        return np.where(x == 0.0, gate_at_rest(beta), (x > 0.0).astype(float))
    # Split by sign so that neither exponential overflows.
    u = alpha * x - beta
    e = np.exp(-np.abs(u))
    return np.where(u >= 0.0, 1.0, e) / (1.0 + e)


def gate_slope(x: ArrayLike, alpha: float, beta: float) -> FloatArray:
    """Derivative of `gate` with respect to x; for a hard gate it is a delta function, which has no values."""
    if math.isinf(alpha) and math.isfinite(beta):
        raise ValueError("a hard gate has no pointwise slope: take its averages analytically")
    s = gate(x, alpha, beta)
    if math.isinf(beta):
        return np.zeros_like(s)
    return alpha * s * (1.0 - s)


def gate_at_rest(beta: float) -> float:
    """Gate value at x = 0, 1 / (1 + e^beta), for any steepness."""
    if beta > 0:
        return math.exp(-beta) / (1.0 + math.exp(-beta))
    return 1.0 / (1.0 + math.exp(beta))


def gate_moves(alpha: Any, beta: Any) -> Any:
    """Whether a gate depends on its variable: numbers, or arrays of one shape -> bool, or an array of them."""
    return (alpha > 0.0) & np.isfinite(beta)


def is_constant_gate(alpha: float, beta: float) -> bool:
    """Whether the gate does not depend on its argument (absent, shut, or of zero steepness); see `model.gates`."""
    return not gate_moves(alpha, beta)
