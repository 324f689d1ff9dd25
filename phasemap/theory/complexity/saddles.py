"""The saddle at one point, with its error, and whether the network's own count is known by it."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from phasemap.kernels.complexity.continuation import End
from phasemap.kernels.complexity.moments import COUNTED, Q_PHI, Q_PSI, SIZE, STABLE
from phasemap.kernels.complexity.replicas import overlaps, pair_excess
from phasemap.kernels.complexity.saddle import lagrangian
from phasemap.kernels.complexity.search import best_saddle, find_saddle, lower_root_start, sheets
from phasemap.model.quantities.counting import Reduced
from phasemap.model.results import FloatArray
from phasemap.theory.complexity import hard_gate
from phasemap.theory.complexity.laws import is_continuous, onset_law


class _Tolerances(NamedTuple):
    """Errors of a saddle that no resolution shows."""

    rounding: float = 2e-14  # of the sums over nodes
    of_steepness: float = 1e-12  # of numbers between two steepnesses


_TOLERANCES = _Tolerances()
# Steepness at which a hard gate's pairs of fixed points are judged.
_NEARLY_HARD = 3000.0


@dataclass(frozen=True)
class Saddle:
    """Sigma (negative or zero: no fixed points), its error, and the saddle theta (7,) where there is one at the point.

    excess: how far the quenched exponent lies below the annealed, Delta / 2 to second order; inf: beyond that order.
    found:  whether the search ended with an answer.
    """

    value: float
    error: float
    theta: FloatArray | None = None
    excess: float = 0.0
    found: bool = True

    @property
    def variances(self) -> tuple[float, float]:
        """(q_psi, q_phi): variances of the recurrent input to h and to r."""
        assert self.theta is not None
        return math.exp(self.theta[Q_PSI]), math.exp(self.theta[Q_PHI])


NOTHING = Saddle(0.0, 0.0)


def counted(at: Reduced) -> Saddle:
    """The exponent of all fixed points but the zero one."""
    if math.isinf(at.alpha):
        return _hard(at)
    if at.g <= 0.0 or (at.alpha == 0.0 and at.g <= 1.0):
        return NOTHING
    theta = np.empty(SIZE)
    gain, value, how = best_saddle(COUNTED, at.g, at.alpha, at.beta, theta, True)
    if how == End.FOUND:
        fine, error = refined(COUNTED, at, theta, value)
        return Saddle(fine, error, theta, 0.5 * pair_excess(at.g, at.alpha, at.beta, theta))
    if how == End.VANISHED:
        return _next_to_onset(at, gain, value)
    if is_continuous(at) and at.g * at.at_rest > 1.0:
        # Fixed points branch off the zero state; where its sheet is not followed that far, the law is all there is.
        law = onset_law(at)
        return Saddle(law, law)
    return Saddle(math.nan, math.nan, found=False) if how == End.LOST else NOTHING


def refined(kind: int, at: Reduced, theta: FloatArray, value: float) -> tuple[float, float]:
    """(value at doubled resolution, error): the sums converge exponentially and the value is stationary."""
    gradient, hessian = np.empty(SIZE), np.empty((SIZE, SIZE))
    fine = lagrangian(kind, at.g, at.alpha, at.beta, theta, 2.0, 1.0, gradient, hessian)
    return float(fine), abs(fine - value) + _TOLERANCES.rounding


def _next_to_onset(at: Reduced, gain: float, value: float) -> Saddle:
    """Between the onset and the last gain with a saddle large enough to be solved for: the leading law."""
    law, last = onset_law(at), onset_law(at._replace(g=gain))
    # What the law misses at that gain shrinks by one order faster than the law itself.
    return Saddle(law, abs(value - last) * (law / last if last > 0.0 else 0.0) + _TOLERANCES.rounding)


def _hard(at: Reduced) -> Saddle:
    solved = hard_gate.solve(at.g) if at.g > 0.0 else None
    if solved is None:
        return Saddle(math.nan, math.nan, found=False) if at.g > 1.0 else NOTHING
    value, error, _ = solved
    if value <= 0.0:
        return NOTHING
    theta = np.empty(SIZE)
    _, _, how = best_saddle(COUNTED, at.g, _NEARLY_HARD, 0.0, theta, True)
    excess = 0.5 * pair_excess(at.g, _NEARLY_HARD, 0.0, theta) if how == End.FOUND else math.inf
    return Saddle(value, error, excess=excess)


def mean_square_field(at: Reduced, theta: FloatArray) -> tuple[float, float]:
    """<h^2> of the counted fixed points, and its error."""
    coarse, fine = (float(overlaps(at.g, at.alpha, at.beta, theta, resolution)[2]) for resolution in (1.0, 2.0))
    return fine, abs(fine - coarse) + _TOLERANCES.of_steepness


def stable(at: Reduced) -> Saddle:
    """The exponent of the stable fixed points, the larger of those next to the upper and to the lower static one."""
    candidates = []
    for far in range(sheets(at.alpha, at.beta)):
        theta = np.empty(SIZE)
        _, value, how = find_saddle(STABLE, at.g, at.alpha, at.beta, bool(far), theta, False)
        candidates.append((value, how, theta))
    theta = np.empty(SIZE)
    candidates.append((*lower_root_start(at.g, at.alpha, at.beta, theta), theta))
    # The multiplier l of S <= 1 is positive.
    good = [(value, theta) for value, how, theta in candidates if how == End.FOUND and theta[4] > 0.0]
    if not good:
        return Saddle(math.nan, math.nan, found=False)
    value, theta = max(good, key=lambda pair: pair[0])
    return Saddle(*refined(STABLE, at, theta, value), theta)
