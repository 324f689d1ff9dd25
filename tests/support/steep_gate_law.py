"""How a steep update gate pinches the edge of the spectrum: the law for alpha_z -> infinity.

Where 1 < S < 1 / f the edge solves <sigma_z^2 / (lambda + sigma_z)^2> = 1 / S with lambda exponentially small. In the
range that matters sigma_z = exp(alpha_z z - beta_z), and the integrand is a step in z of width 1 / alpha_z at
z* = (log lambda + beta_z) / alpha_z, displaced by -1 / alpha_z:

    P(z > z* + 1 / alpha_z) = 1 / S + O(alpha_z^-2)
    log lambda_e = -c alpha_z - beta_z - 1 + O(1 / alpha_z),      c = sqrt(Delta_z) Phi^-1(1 / S) - m_z

with Phi the normal distribution function: the edge falls exponentially at the rate c > 0.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from phasemap.model.results import FloatArray


def pinching_rate(static_gain: float, delta_z: float, m_z: float = 0.0) -> float:
    """The rate c at which log lambda_e falls with alpha_z; NaN unless S > 1, not positive where the edge detaches."""
    if not static_gain > 1.0:
        return math.nan
    return math.sqrt(delta_z) * float(ndtri(1.0 / static_gain)) - m_z


def pinched_edge(
    alpha_z: ArrayLike, static_gain: float, delta_z: float, beta_z: float = 0.0, m_z: float = 0.0
) -> FloatArray:
    """The law above without its corrections of relative order 1 / alpha_z, 1 / membrane time constant."""
    exponent = -pinching_rate(static_gain, delta_z, m_z) * np.asarray(alpha_z, dtype=float) - beta_z - 1.0
    return np.asarray(np.exp(exponent))
