"""Static mean field of the GRU, h+ = z h + (1 - z) n, in both conventions of its reset gate.

before: n = tanh(U_h (r h) + b_h);            the field is Gaussian, of variance a_h^2 <r^2> C.
after:  n = tanh(b_h + r (U_h h + b_hn));     the field is a scale mixture: Gaussian only for given r.

z -> 1 is slow. Every bias has a mean b and a spread s, which holds static inputs too. (docs/cells.md)
"""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

import numpy as np

from phasemap.cells.gru.edge import edge_of_update_gate
from phasemap.cells.nodes import gaussian_nodes, logistic
from phasemap.cells.static.cell import Cell, slow_gate


class Averages(NamedTuple):
    """<n^2>; rho^2, the variance of the Jacobian's entries per unit without the update gate; d ln F / d ln C."""

    square: float
    rho_squared: float
    along: float


@dataclass(frozen=True)
class Gru(Cell):
    """Gains a, mean biases b and their spreads s; `reset` says where the reset gate stands."""

    gain_name: ClassVar[str] = "a_h"
    candidate: ClassVar[tuple[str, ...]] = ("b_h", "s_h", "b_hn", "s_hn")

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

    def second_moment(self, C: float) -> float:
        """F(C) = <n^2>: at a fixed point h = n, whatever the update gate does."""
        return self._averages(C).square

    def slope_variance(self, C: float) -> float:
        """rho^2: at lambda = 1 the update gate drops out of the condition for the edge."""
        return self._averages(C).rho_squared

    def edge(self, C: float) -> float:
        """Largest |lambda| with 1 = rho^2 <(1 - z)^2 / |lambda - z|^2>."""
        x, weights = self.field("z", C)
        return edge_of_update_gate(self.slope_variance(C), x, weights)

    def longitudinal(self, C: float, beyond: float = 0.0) -> float:
        """<(1 - z) / (lambda - z)> d ln F / d ln C: the update gate only slows the state's own motion."""
        x, weights = self.field("z", C)
        return self._averages(C).along * float(weights @ (1.0 / (1.0 + beyond * (1.0 + np.exp(x)))))

    def kept(self) -> float:
        """sigma(b_z)."""
        return float(logistic(np.asarray(self.b_z)))

    def zero_multiplier(self) -> float:
        """sigma(b_z) + (1 - sigma(b_z)) sigma(b_r) a_h; with spread r.m.s. of sigma(b_r), and the mean b_z."""
        z = self.kept()
        return z + (1.0 - z) * math.sqrt(self.slope_variance(0.0))

    def zero_gain(self) -> float:
        """1 / sqrt<sigma(b_r)^2>, for every b_z."""
        square = self.moments("r", 0.0).square
        return 1.0 / math.sqrt(square) if square > 0.0 else math.inf

    def tricritical_ratio(self) -> float:
        """a_r sqrt((1 - s)(2 - 3 s) / 2), s = sigma(b_r): 1 at a_r = sqrt(8) for b_r = 0, in both conventions."""
        s = float(logistic(np.asarray(self.b_r)))
        return self.a_r * math.sqrt(max((1.0 - s) * (2.0 - 3.0 * s) / 2.0, 0.0))

    def dynamic_tricritical_ratio(self) -> float:
        """a_r sqrt(q(s)): 1 at a_r = sqrt(12) for b_r = 0, in both conventions."""
        return self.a_r * math.sqrt(max(slow_gate(float(logistic(np.asarray(self.b_r)))), 0.0))

    def _averages(self, C: float) -> Averages:
        return self._before(C) if self.reset == "before" else self._after(C)

    def _before(self, C: float) -> Averages:
        r = self.moments("r", C)
        variance = self.a_h**2 * r.square * C
        x, gaussian = gaussian_nodes(self.b_h, math.sqrt(variance + self.s_h**2))
        n = np.tanh(x)
        slope = 1.0 - n * n
        share = variance / (variance + self.s_h**2) if variance > 0.0 else 0.0
        along = float(gaussian @ (n * slope * (x - self.b_h))) * share * (1.0 + r.along / r.square)
        rho_squared = self.a_h**2 * float(gaussian @ slope**2) * (r.square + self.a_r**2 * r.slope * C)
        square = float(gaussian @ n**2)
        return Averages(square, rho_squared, along / square if square > 0.0 else math.nan)

    def _after(self, C: float) -> Averages:
        """The bias b_h and its spread stand outside the reset gate: another Gaussian, added to r u."""
        x, weights = self.field("r", C)
        r, y = logistic(x), self.recurrent("r", x, C)
        u, inner = gaussian_nodes(self.b_hn, math.sqrt(self.a_h**2 * C + self.s_hn**2))
        outside, outer = gaussian_nodes(self.b_h, self.s_h)
        joint = weights[:, None, None] * inner[:, None] * outer
        n = np.tanh(r[:, None, None] * u[:, None] + outside)
        slope = joint * (1.0 - n * n)
        toward = (slope * n).sum(axis=2)
        slope = slope * (1.0 - n * n)
        own = self.a_h**2 * float(slope.sum(axis=(1, 2)) @ r**2)
        by_gate = self.a_r**2 * float((r * (1.0 - r)) ** 2 @ (slope.sum(axis=2) @ u**2))
        variance = self.a_h**2 * C
        zeta = (u - self.b_hn) * (variance / (variance + self.s_hn**2) if variance > 0.0 else 0.0)
        along = float(r @ (toward @ zeta) + (r * (1.0 - r) * y) @ (toward @ u))
        square = float((joint * n**2).sum())
        return Averages(square, own + by_gate, along / square if square > 0.0 else math.nan)
