"""What a cell must provide for the generic static theory: fixed points, folds, lines, phases.

All three cells have the same form. At a fixed point the second moment C of the units fulfils C = F(C; a), where the
gain a of the candidate (a_h, a_g) only makes F larger: for given C there is one gain, and a*(C) is a function.
"""

from typing import Protocol, Self


class Cell(Protocol):
    """Parameters of one cell in the limit of many units, with its averages."""

    @property
    def gain(self) -> float:
        """The gain over which critical lines are sought: a_h of a GRU, a_g of an LSTM."""

    @property
    def rests(self) -> bool:
        """Whether h = 0 is a fixed point: the candidate has no bias and no input."""

    def with_gain(self, gain: float) -> Self:
        """The same cell with another gain."""

    def second_moment(self, C: float) -> float:
        """F(C): the mean square of the units whose fields come from units of mean square C."""

    def slope_variance(self, C: float) -> float:
        """S(C) = E(1): the fixed point is unstable exactly where it is above 1."""

    def edge(self, C: float) -> float:
        """Radius of the Jacobian's bulk in one step: the largest |lambda| with E(lambda) = 1."""

    def zero_multiplier(self) -> float:
        """Factor of a small deviation from h = 0 in one step, at the mean biases of the gates."""

    def zero_gain(self) -> float:
        """The gain at which h = 0 loses stability; infinite where it cannot."""

    def tricritical_ratio(self) -> float:
        """Scale of the gates' gains relative to the tricritical point: above 1 there is a static fold; 0: never."""
