"""The edge of a Jacobian whose units keep a fraction z of themselves."""

import math

import numpy as np
from scipy.optimize import brentq

from phasemap.cells.nodes import Array


def edge_of_update_gate(rho_squared: float, x: Array, weights: Array) -> float:
    """Largest |lambda| with 1 = rho^2 <(1 - z)^2 / |lambda - z|^2>, z = sigma(x).

    With lambda = 1 + e the integrand is 1 / (1 + e (1 + exp(x)))^2, without cancellation however slow a unit is. For
    rho^2 <= 1 and a spread update gate the edge is 1: some units keep everything.
    """
    rho = math.sqrt(rho_squared)
    if x.size == 1:
        z = 1.0 / (1.0 + math.exp(-x[0]))
        return z + (1.0 - z) * rho
    if rho <= 1.0:
        return 1.0
    inverse = 1.0 + np.exp(x)

    def excess(logarithm: float) -> float:
        """The condition of the edge at the logarithm of its size; zero there."""
        return rho_squared * float(weights @ (1.0 + math.exp(logarithm) * inverse) ** -2.0) - 1.0

    # z >= 0 bounds the edge by rho, and by the same sum the slowest unit bounds it from below.
    low = math.log(rho - 1.0) - math.log(inverse[-1])
    return 1.0 + math.exp(float(brentq(excess, low, math.log(rho - 1.0) + 1.0, xtol=1e-13, rtol=1e-13)))
