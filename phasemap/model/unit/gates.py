"""The gates: which of them move, what they are of a centred variable, and the rates that they have of their own.

A gate moves where it depends on its variable: a steepness above zero and a finite bias. Its variable is then a degree
of freedom of the flow, with a time constant tau_k > 0: whatever h does, perturbations of it that the couplings do not
carry on decay at the rate 1 / tau_k (N eigenvalues of the Jacobian, N Lyapunov exponents lie there), so that neither a
spectrum's leading edge nor the maximum Lyapunov exponent is below -1 / tau_k. A constant gate (alpha_k = 0, or
beta_k = +-inf) is no degree of freedom, whatever its tau_k: nothing feels its variable. At alpha_k = 0 exactly the
floor is therefore absent that holds at the smallest alpha_k > 0. An instantaneous gate (tau_k = 0) follows h and adds
no floor either.

`Gate` is one gate of one point; `Parameters.update_gate` and `Parameters.output_gate` give it. The functions do the
same for columns of many points.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.model.unit.nonlinearities import gate, gate_moves

if TYPE_CHECKING:
    from phasemap.model.parameters import Parameters


class Gate(NamedTuple):
    """One gate: steepness and bias, the input common to all units, and the time constant of its variable."""

    alpha: float
    beta: float
    mean: float = 0.0
    tau: float = 1.0

    @property
    def moves(self) -> bool:
        """Whether it depends on its variable."""
        return bool(gate_moves(self.alpha, self.beta))

    @property
    def is_constant(self) -> bool:
        """Whether it does not: absent, shut for good, or of zero steepness."""
        return not self.moves

    @property
    def is_hard(self) -> bool:
        """Whether it is a step function of its variable, which has no slope."""
        return bool(is_hard(self.alpha, self.beta))

    @property
    def is_live(self) -> bool:
        """Whether its variable is a degree of freedom of the flow: it moves on a time of its own."""
        return self.moves and self.tau > 0.0

    @property
    def steepness(self) -> float:
        """Steepness as the averages take it: 0 of a constant gate, inf of a hard one."""
        return self.alpha if self.moves else 0.0

    @property
    def offset(self) -> float:
        """The bias with the common input absorbed, sigma = 1 / (1 + exp(-(alpha x - offset))) for centred x.

        Of a hard gate it is the threshold in x; of a constant one it means nothing and is 0.
        """
        if self.is_constant:
            return 0.0
        return -self.mean if self.is_hard else self.beta - self.alpha * self.mean

    @property
    def at_rest(self) -> float:
        """Its value where the centred variable is 0; of a constant gate, its value."""
        return float(gate(self.mean, self.alpha, self.beta))

    @property
    def centred(self) -> tuple[float, float, float]:
        """(steepness, offset, value at rest), as `phasemap.kernels.averages.gaussian.gate_averages` takes them."""
        return self.steepness, self.offset, self.at_rest

    @property
    def floor(self) -> float:
        """The rate -1 / tau below which no leading exponent lies; -inf of a gate that is no degree of freedom."""
        return -1.0 / self.tau if self.is_live else -math.inf

    def quantiles(self, variance: float, probabilities: Sequence[float]) -> FloatArray:
        """Its quantiles where its variable is Gaussian of this variance, at ascending probabilities."""
        from scipy.special import ndtri

        x = self.mean + np.sqrt(variance) * ndtri(np.asarray(probabilities, dtype=float))
        return gate(x, self.alpha, self.beta)


def gate_floor(p: "Parameters") -> float:
    """The largest of the rates -1 / tau_k of the gates that move, 1 / membrane time constant; -inf without any."""
    return max(p.update_gate.floor, p.output_gate.floor)


def is_hard(alpha: Any, beta: Any) -> Any:
    """Whether a gate is a step function: numbers, or arrays of one shape -> bool, or an array of them."""
    return np.isinf(alpha) & gate_moves(alpha, beta)


def centred_columns(alpha: FloatArray, beta: FloatArray, mean: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """`Gate.centred` of many gates, arrays of one shape; its values at rest agree to rounding."""
    hard, moves = is_hard(alpha, beta), gate_moves(alpha, beta)
    with np.errstate(invalid="ignore", over="ignore"):
        offset = np.where(hard, -mean, beta - np.where(moves & ~hard, alpha * mean, 0.0))
        at_rest = 1.0 / (1.0 + np.exp(offset))
        at_rest = np.where(hard & (mean != 0), (mean > 0).astype(float), at_rest)
        at_rest = np.where(hard & (mean == 0), 1.0 / (1.0 + np.exp(beta)), at_rest)
    return np.where(moves, alpha, 0.0), np.where(moves, offset, 0.0), at_rest
