"""Static mean field of h+ = tanh(U h + b), U_ij ~ N(0, a^2/N)."""

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from phasemap.cells.nodes import gaussian_nodes


@dataclass(frozen=True)
class Vanilla:
    """Gain, mean and spread of the biases (static inputs included)."""

    a_h: float = 1.0
    b_h: float = 0.0
    s_h: float = 0.0

    @property
    def gain(self) -> float:
        """a_h."""
        return self.a_h

    @property
    def rests(self) -> bool:
        """Whether there is neither bias nor input."""
        return self.b_h == 0.0 and self.s_h == 0.0

    def with_gain(self, gain: float) -> Self:
        """The same network with another a_h."""
        return replace(self, a_h=gain)

    def _averages(self, C: float) -> tuple[float, float]:
        """(<tanh^2>, <tanh'^2>) of the field."""
        x, weights = gaussian_nodes(self.b_h, math.sqrt(self.a_h**2 * C + self.s_h**2))
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

    def zero_multiplier(self) -> float:
        """a tanh'(b)."""
        return self.edge(0.0)

    def zero_gain(self) -> float:
        """1 without biases."""
        return self.a_h / max(self.edge(0.0), 1e-300)

    def tricritical_ratio(self) -> float:
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
