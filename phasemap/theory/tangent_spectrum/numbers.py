"""Entropy rate, Kaplan-Yorke dimension and share of positive exponents from W at a few values of s."""

import math
from dataclasses import dataclass

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.theory.tangent_spectrum.level import Flow
from phasemap.theory.tangent_spectrum.slopes import Slopes

NAMES = ("entropy_rate_per_unit", "kaplan_yorke_per_unit", "positive_exponent_fraction")
# Regulators: W is quadratic in them, and is extrapolated to none. Half the distance of the difference that is -W'(0).
_REGULATORS = (0.01, 0.003)
_NEAR = 0.02
# Values of s about that of the dimension, and the share of the uncoupled rate that they keep from.
_AROUND, _LARGEST = (0.75, 1.0, 1.3), 0.9


@dataclass(frozen=True)
class Spectrum:
    """Numbers (n,), those of NAMES or another row of them, and what the extrapolation in the regulator changed of them.

    inside: whether the minimum of W / |s| lies where W was looked at; else the dimension is not above the value given.
    """

    values: FloatArray
    correction: FloatArray
    converged: bool
    inside: bool


class Levels:
    """W(s) of one sample of paths, every value started from the kernels of the one before."""

    def __init__(self, slopes: Slopes) -> None:
        self.slopes = slopes
        self.kernels: FloatArray | None = None
        self.converged = bool(slopes.weights.min() > 0.0)

    def at(self, s: float) -> tuple[float, float]:
        """W extrapolated to no regulator, and by how much that changed it."""
        found = []
        for eta in _REGULATORS:
            level = Flow(self.slopes, s, eta).solve(self.kernels)
            self.kernels, self.converged = level.kernels, self.converged and level.converged
            found.append(level.value)
        change = (found[1] - found[0]) * _REGULATORS[1] ** 2 / (_REGULATORS[0] ** 2 - _REGULATORS[1] ** 2)
        return found[1] + change, change


def spectrum_of(slopes: Slopes) -> Spectrum:
    """The numbers of one sample of paths, in gated units (docs/theory.md, section 16).

    h/N = W(0); -W'(0) by a central difference; D/N = min W(s)/|s| over s < 0 by a parabola through three values.
    """
    levels = Levels(slopes)
    above, at, below = (levels.at(s) for s in (_NEAR, 0.0, -_NEAR))
    share = (below[0] - above[0]) / (2.0 * _NEAR)
    bend = max((below[0] + above[0] - 2.0 * at[0]) / _NEAR**2, 1e-3)
    limit = _LARGEST * min(slopes.rates)
    guess = min(math.sqrt(2.0 * max(at[0], 1e-6) / bend), limit / _AROUND[-1])
    places = -guess * np.array(_AROUND)
    found = np.array([levels.at(float(s)) for s in places])
    dimension, inside = least_ratio(places, found[:, 0], limit)
    change = np.array([at[1], float(found[1, 1]) / guess, (below[1] - above[1]) / (2.0 * _NEAR)])
    return Spectrum(np.array([at[0], dimension, share]), change, levels.converged, inside)


def shares_above(slopes: Slopes, rates: FloatArray) -> Spectrum:
    """-W'(s) at rates (n,), the number of exponents above them over N; NaN up to the uncoupled rate."""
    levels = Levels(slopes)
    values, changes = np.full((2, len(rates)), np.nan)
    for k in np.argsort(-rates):
        if rates[k] - _NEAR > -_LARGEST * min(slopes.rates):
            above, below = levels.at(float(rates[k]) + _NEAR), levels.at(float(rates[k]) - _NEAR)
            values[k], changes[k] = (below[0] - above[0]) / (2.0 * _NEAR), (below[1] - above[1]) / (2.0 * _NEAR)
    return Spectrum(values, changes, levels.converged, True)


def least_ratio(s: FloatArray, w: FloatArray, limit: float) -> tuple[float, bool]:
    """min of q(s) / |s| over -limit < s < 0 for the parabola q through three values (3,), and whether it is inside."""
    c, b, a = np.polyfit(s, w, 2)
    if a > 0.0 and c > 0.0 and math.sqrt(a / c) < limit:
        return 2.0 * math.sqrt(a * c) - b, True
    return float(a / limit - b + c * limit), False
