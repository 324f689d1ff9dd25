"""Static mean field of h+ = tanh(U h + b), U_ij ~ N(0, a^2/N)."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from phasemap.cells.static.cell import Cell


@dataclass(frozen=True)
class Vanilla(Cell):
    """Gain, mean and spread of the biases (static inputs included)."""

    gain_name: ClassVar[str] = "a_h"
    candidate: ClassVar[tuple[str, ...]] = ("b_h", "s_h")

    a_h: float = 1.0
    b_h: float = 0.0
    s_h: float = 0.0

    def _averages(self, C: float) -> tuple[float, float]:
        """(<tanh^2>, <tanh'^2>) of the field."""
        x, weights = self.field("h", C)
        square = np.tanh(x) ** 2
        return float(weights @ square), float(weights @ (1.0 - square) ** 2)

    def second_moment(self, C: float) -> float:
        """F(C) = <tanh^2>."""
        return self._averages(C)[0]

    def slope_variance(self, C: float) -> float:
        """a^2 <tanh'^2>."""
        return self.a_h**2 * self._averages(C)[1]

    def edge(self, C: float) -> float:
        """Radius of the Jacobian's disc."""
        return math.sqrt(self.slope_variance(C))

    def longitudinal(self, C: float, beyond: float = 0.0) -> float:
        """<x tanh tanh'> / (lambda <tanh^2>)."""
        x, weights = self.field("h", C)
        n = np.tanh(x)
        toward = float(weights @ (n * (1.0 - n * n) * self.recurrent("h", x, C)))
        return toward / self.second_moment(C) / (1.0 + beyond)

    def kept(self) -> float:
        """Nothing: there is no gate."""
        return 0.0

    def zero_multiplier(self) -> float:
        """a tanh'(b)."""
        return self.edge(0.0)

    def zero_gain(self) -> float:
        """1 without biases."""
        return 1.0

    def tricritical_ratio(self) -> float:
        """No gates, no fold."""
        return 0.0

    def dynamic_tricritical_ratio(self) -> float:
        """No gates, no fold."""
        return 0.0

    def lyapunov_max(self) -> float:
        """Exponent per step of the chaotic state (or of rest), without biases.

        The fields of two steps are independent: h(t) and h(t') have no correlation, so that C is that of the fixed
        point and lambda = ln(a^2 <tanh'^2>) / 2, averaged over N(0, a^2 C). (docs/cells.md)
        """
        from phasemap.cells.static.fixed_points import fixed_points

        found = fixed_points(self)
        return 0.5 * math.log(self.slope_variance(found[-1].C if found else 0.0))
