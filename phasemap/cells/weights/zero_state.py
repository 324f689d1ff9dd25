"""A given layer at h = 0: its multiplier in mean field and of its own matrix, and the factor to its line."""

import math

import numpy as np
from scipy.optimize import brentq

from phasemap.cells.weights.layer import Layer
from phasemap.cells.weights.statistics import LARGEST_FOR_EIGENVALUES, gain_of, zero_state_units

_CANDIDATE = {"gru": "n", "lstm": "g", "vanilla": "n"}


def candidate_gain(layer: Layer) -> float:
    """a_h of a GRU or tanh layer, a_g of an LSTM."""
    return gain_of(layer.recurrent[_CANDIDATE[layer.cell]])


def zero_multiplier(layer: Layer) -> float:
    """Largest |lambda| of D_kept + D_taken U for independent entries: 1 = a^2 mean(taken^2 / (lambda - kept)^2)."""
    kept, taken = zero_state_units(layer)
    strengths = candidate_gain(layer) * taken
    if np.ptp(kept) < 1e-12:
        return float(kept[0] + np.sqrt(np.mean(strengths**2)))

    def excess(value: float) -> float:
        """The condition of the bulk; zero at the multiplier."""
        return float(np.mean((strengths / (value - kept)) ** 2)) - 1.0

    top = float(kept.max())
    low = top + float(strengths[np.argmax(kept)]) / math.sqrt(kept.size) * 0.999
    high = top + float(strengths.max()) + 1e-12
    if low <= top or excess(low) < 0.0:
        return top
    return float(brentq(excess, low, high, xtol=1e-13))


def zero_factor(layer: Layer) -> float:
    """The factor in the candidate's gain at which h = 0 loses stability: the multiplier is then 1."""
    kept, taken = zero_state_units(layer)
    size = candidate_gain(layer) * math.sqrt(float(np.mean((taken / (1.0 - kept)) ** 2)))
    return 1.0 / size if size > 0.0 else math.inf


def zero_multiplier_of_matrix(layer: Layer) -> float:
    """Spectral radius of this very matrix's linearisation at h = 0; NaN where it is too large to diagonalise."""
    if layer.size > LARGEST_FOR_EIGENVALUES:
        return math.nan
    kept, taken = zero_state_units(layer)
    U = layer.recurrent[_CANDIDATE[layer.cell]]
    return float(np.abs(np.linalg.eigvals(np.diag(kept) + taken[:, None] * U)).max())
