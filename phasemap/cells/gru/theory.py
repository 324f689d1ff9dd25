"""Static mean field of the GRU, h+ = z h + (1 - z) n, in both conventions of its reset gate.

before: n = tanh(U_h (r h) + b_h);            the field is Gaussian, of variance a_h^2 <r^2> C.
after:  n = tanh(b_h + r (U_h h + b_hn));     the field is a scale mixture: Gaussian only for given r.

z -> 1 is slow. Every bias has a mean b and a spread s, which holds static inputs too. (docs/cells.md)
"""

import math
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, Self

import numpy as np

from phasemap.cells.gru.edge import edge_of_update_gate
from phasemap.cells.nodes import Array, gaussian_nodes, logistic


class Averages(NamedTuple):
    """<n^2>, and rho^2: the variance of the Jacobian's entries per unit, without the update gate."""

    square: float
    rho_squared: float


@dataclass(frozen=True)
class Gru:
    """Gains a, mean biases b and their spreads s; `reset` says where the reset gate stands."""

    a_h: float = 1.0
    a_z: float = 0.0
    a_r: float = 0.0
    b_h: float = 0.0
    b_z: float = 0.0
    b_r: float = 0.0
    b_hn: float = 0.0
    s_h: float = 0.0
    s_z: float = 0.0
    s_r: float = 0.0
    s_hn: float = 0.0
    reset: Literal["before", "after"] = "after"

    @property
    def gain(self) -> float:
        """a_h."""
        return self.a_h

    @property
    def rests(self) -> bool:
        """Whether h = 0 is a fixed point."""
        return self.b_h == self.b_hn == self.s_h == self.s_hn == 0.0

    def with_gain(self, gain: float) -> Self:
        """The same cell with another a_h."""
        return replace(self, a_h=gain)

    def second_moment(self, C: float) -> float:
        """F(C) = <n^2>: at a fixed point h = n, whatever the update gate does."""
        return self._averages(C).square

    def slope_variance(self, C: float) -> float:
        """rho^2: at lambda = 1 the update gate drops out of the condition for the edge."""
        return self._averages(C).rho_squared

    def edge(self, C: float) -> float:
        """Largest |lambda| with 1 = rho^2 <(1 - z)^2 / |lambda - z|^2>."""
        x, weights = gaussian_nodes(self.b_z, math.sqrt(self.a_z**2 * C + self.s_z**2))
        return edge_of_update_gate(self.slope_variance(C), x, weights)

    def zero_multiplier(self) -> float:
        """sigma(b_z) + (1 - sigma(b_z)) sigma(b_r) a_h; with spread r.m.s. of sigma(b_r), and the mean b_z."""
        z = float(logistic(np.asarray(self.b_z)))
        return z + (1.0 - z) * math.sqrt(self.slope_variance(0.0))

    def zero_gain(self) -> float:
        """1 / sqrt<sigma(b_r)^2>, for every b_z."""
        return self.a_h / max(math.sqrt(self.slope_variance(0.0)), 1e-300)

    def tricritical_ratio(self) -> float:
        """a_r sqrt((1 - s)(2 - 3 s) / 2), s = sigma(b_r): 1 at a_r = sqrt(8) for b_r = 0, in both conventions."""
        s = float(logistic(np.asarray(self.b_r)))
        return self.a_r * math.sqrt(max((1.0 - s) * (2.0 - 3.0 * s) / 2.0, 0.0))

    def _averages(self, C: float) -> Averages:
        x, weights = gaussian_nodes(self.b_r, math.sqrt(self.a_r**2 * C + self.s_r**2))
        r = logistic(x)
        return self._before(C, r, weights) if self.reset == "before" else self._after(C, r, weights)

    def _before(self, C: float, r: Array, weights: Array) -> Averages:
        mean_square, slope_square = float(weights @ r**2), float(weights @ (r * (1.0 - r)) ** 2)
        x, gaussian = gaussian_nodes(self.b_h, math.sqrt(self.a_h**2 * mean_square * C + self.s_h**2))
        square = np.tanh(x) ** 2
        slopes = float(gaussian @ (1.0 - square) ** 2)
        return Averages(float(gaussian @ square), self.a_h**2 * slopes * (mean_square + self.a_r**2 * slope_square * C))

    def _after(self, C: float, r: Array, weights: Array) -> Averages:
        """The bias b_h and its spread stand outside the reset gate: another Gaussian, added to r u."""
        u, inner = gaussian_nodes(self.b_hn, math.sqrt(self.a_h**2 * C + self.s_hn**2))
        outside, outer = gaussian_nodes(self.b_h, self.s_h)
        joint = weights[:, None, None] * inner[:, None] * outer
        square = np.tanh(r[:, None, None] * u[:, None] + outside) ** 2
        slope = joint * (1.0 - square) ** 2
        own = self.a_h**2 * float(slope.sum(axis=(1, 2)) @ r**2)
        by_gate = self.a_r**2 * float((r * (1.0 - r)) ** 2 @ (slope.sum(axis=2) @ u**2))
        return Averages(float((joint * square).sum()), own + by_gate)
