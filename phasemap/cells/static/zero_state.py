"""What a small deviation from the zero state becomes: memory in steps, and the size of gradients after many of them."""

import math

import numpy as np
from scipy.special import gammaln, logsumexp

from phasemap.cells.static.cell import Cell


def memory_steps(multiplier: float) -> float:
    """Steps in which a deviation decays by a factor e; infinite where it does not decay."""
    if multiplier >= 1.0:
        return math.inf
    return -1.0 / math.log(multiplier) if multiplier > 0.0 else 0.0


def log_growth(steps: int, kept: float, coupled: float) -> float:
    """Logarithm of <|dh_k/dh_0|^2>/N at h = 0, or of the cells c of an LSTM: sum_j C(k, j)^2 kept^2(k-j) coupled^2j.

    Args:
        steps: k.
        kept: what a unit keeps of itself, sigma(b_z) or sigma(b_f).
        coupled: gain of what it takes from the others, (1 - sigma(b_z)) sigma(b_r) a_h or sigma(b_i) sigma(b_o) a_g.

    The recurrent matrix has independent entries: each choice of the j steps at which a deviation jumps to other units
    meets only itself in the average. (docs/cells.md)
    """
    if steps == 0:
        return 0.0
    j = np.arange(steps + 1)
    chosen = 2.0 * (gammaln(steps + 1) - gammaln(j + 1) - gammaln(steps - j + 1))
    return float(logsumexp(chosen + _power(kept, 2 * (steps - j)) + _power(coupled, 2 * j)))


def log_growth_of_output(steps: int, kept: float, coupled: float) -> float:
    """The same of an LSTM's h alone, if only h_0 and not c_0 is disturbed: coupled^2 times a sum over C(k-1, j)^2.

    A deviation of h must first reach the cells: b^2 sum_j C(k-1, j)^2 a^2(k-1-j) b^2j.
    """
    if steps == 0:
        return 0.0
    return 2.0 * math.log(max(coupled, 1e-300)) + log_growth(steps - 1, kept, coupled)


def log_gradient_at_zero(cell: Cell, steps: int) -> float:
    """Logarithm of <|dh_k/dh_0|^2>/N at the zero state of a cell; of an LSTM's h, if only h_0 is disturbed."""
    grow = log_growth_of_output if cell.gain_name == "a_g" else log_growth
    return grow(steps, cell.kept(), cell.zero_multiplier() - cell.kept())


def _power(base: float, exponent: np.ndarray) -> np.ndarray:
    if base > 0.0:
        return np.asarray(exponent * math.log(base))
    return np.where(exponent == 0, 0.0, -np.inf)
