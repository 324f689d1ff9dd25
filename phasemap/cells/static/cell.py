"""What a cell must provide for the generic static theory: fixed points, folds, lines, phases.

All three cells have the same form. At a fixed point the second moment C of the units fulfils C = F(C; a), where the
gain a of the candidate (a_h, a_g) only makes F larger: for given C there is one gain, and a*(C) is a function.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any, ClassVar, NamedTuple, Self

from phasemap.cells.nodes import Array, gaussian_nodes, logistic


class Moments(NamedTuple):
    """<sigma^2>, <sigma'^2> of a gate, and <sigma sigma' y>, y the recurrent part of its field."""

    square: float
    slope: float
    along: float


class Cell(ABC):
    """Parameters of one cell in the limit of many units, with its averages. A frozen dataclass of numbers.

    gain_name:  the gain over which critical lines are sought: a_h of a GRU, a_g of an LSTM.
    candidate:  names of the candidate's biases and of their spreads.
    """

    gain_name: ClassVar[str]
    candidate: ClassVar[tuple[str, ...]]

    @property
    def gain(self) -> float:
        """The gain of the candidate."""
        return float(getattr(self, self.gain_name))

    @property
    def rests(self) -> bool:
        """Whether h = 0 is a fixed point: the candidate has no bias and no input."""
        return all(getattr(self, name) == 0.0 for name in self.candidate)

    @property
    def is_spread(self) -> bool:
        """Whether biases differ from unit to unit."""
        return any(value for name, value in vars(self).items() if name.startswith("s_"))

    def with_gain(self, gain: float) -> Self:
        """The same cell with another gain."""
        changed: Any = {self.gain_name: gain}
        return replace(self, **changed)  # type: ignore[type-var]

    def at_rest(self) -> Self:
        """The same cell without biases of its candidate, so that h = 0 is a fixed point."""
        absent: Any = dict.fromkeys(self.candidate, 0.0)
        return replace(self, **absent)  # type: ignore[type-var]

    def field(self, gate: str, C: float) -> tuple[Array, Array]:
        """Nodes and weights of a gate's field U_k h + b_k among units of mean square C."""
        a, b, s = (float(getattr(self, f"{kind}_{gate}")) for kind in "abs")
        return gaussian_nodes(b, math.sqrt(a * a * C + s * s))

    def recurrent(self, gate: str, x: Array, C: float) -> Array:
        """The part of a field x that comes from the other units, given x: the rest is the spread of biases."""
        a, b, s = (float(getattr(self, f"{kind}_{gate}")) for kind in "abs")
        variance = a * a * C
        return (x - b) * (variance / (variance + s * s) if variance > 0.0 else 0.0)

    def moments(self, gate: str, C: float) -> Moments:
        """Averages over one gate."""
        x, weights = self.field(gate, C)
        gate_values = logistic(x)
        slope = gate_values * (1.0 - gate_values)
        along = float(weights @ (gate_values * slope * self.recurrent(gate, x, C)))
        return Moments(float(weights @ gate_values**2), float(weights @ slope**2), along)

    @abstractmethod
    def second_moment(self, C: float) -> float:
        """F(C): the mean square of the units whose fields come from units of mean square C."""

    @abstractmethod
    def slope_variance(self, C: float) -> float:
        """S(C) = E(1): the fixed point is unstable where it is above 1."""

    def is_slope_bound(self, C: float) -> bool:
        """Whether `slope_variance` is only a lower bound: units of its average lie beyond those that are followed."""
        return False

    def left_out(self, C: float) -> float:
        """Largest relative error of C from units whose fields are beyond those that are followed."""
        return 0.0

    @abstractmethod
    def edge(self, C: float) -> float:
        """Radius of the Jacobian's bulk in one step: the largest |lambda| with E(lambda) = 1."""

    @abstractmethod
    def longitudinal(self, C: float, beyond: float = 0.0) -> float:
        """L(lambda) at lambda = 1 + beyond: the state itself has the multiplier lambda where L = 1.

        L falls with lambda; L(1) = d ln F / d ln C. (docs/cells.md)
        """

    @abstractmethod
    def kept(self) -> float:
        """What a unit keeps of itself at h = 0 in a step, at the mean bias of the gate that holds it."""

    @abstractmethod
    def zero_multiplier(self) -> float:
        """Factor of a small deviation from h = 0 in one step, at the mean biases of the gates."""

    @abstractmethod
    def zero_gain(self) -> float:
        """The gain at which h = 0 loses stability; infinite where it cannot."""

    @abstractmethod
    def tricritical_ratio(self) -> float:
        """Scale of the gates' gains relative to the tricritical point: above 1 there is a static fold; 0: never."""

    @abstractmethod
    def dynamic_tricritical_ratio(self) -> float:
        """The same for the fold of fluctuating states: chaos then begins at a finite amplitude."""


def slow_gate(s: float) -> float:
    """q(s) = (1 - s)(1 - 2 s) / 2 + (1 - s)^2 / 3: what a gate of mean s adds at the dynamic tricritical point.

    It multiplies the gate's squared gain; a candidate without gates has 1 / s^2 on the other side. (docs/cells.md)
    """
    return (1.0 - s) * (1.0 - 2.0 * s) / 2.0 + (1.0 - s) ** 2 / 3.0
