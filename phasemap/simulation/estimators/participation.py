"""The participation ratio of covariances over units, from several trajectories of the same couplings."""

import math
from itertools import combinations

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.simulation.estimators.autocorrelations import participation_ratio
from phasemap.simulation.estimators.statistics import MeanWithError

# Pieces of time that are left out in turn: their scatter is the error.
_PIECES = 8


def ratio_of_trajectories(x: FloatArray) -> MeanWithError:
    """Participation ratio (tr C)^2 / tr C^2 of samples x (trajectories, T, N), with a jackknife error.

    Unbiased: tr C^2 is taken between different trajectories, which share the couplings and no noise
    (docs/theory.md (7.4)), each about its own mean over time; what that takes off both traces alike cancels.
    Of one trajectory alone it is estimated between segments of the record (`participation_ratio`), as if they were
    independent. NaN where nothing moves or the record is too short. The error knows the noise of time alone: networks
    scatter besides.
    """
    if len(x) == 1:
        return participation_ratio(x[0])
    length = x.shape[1] // _PIECES
    if length < 2:
        return MeanWithError(math.nan, math.nan)
    centred = (x - x.mean(axis=1, keepdims=True))[:, : length * _PIECES].astype(np.float32)
    squares = (centred.astype(np.float64) ** 2).reshape(len(x), _PIECES, -1).sum(axis=2) / length
    pairs = list(combinations(range(len(x)), 2))
    traces = np.sum([np.outer(squares[a], squares[b]) for a, b in pairs], axis=0)
    products = np.sum([_squared_products(centred[a], centred[b]) for a, b in pairs], axis=0)
    everything = np.arange(_PIECES)

    def ratio(keep: np.ndarray) -> float:
        """The ratio of the pieces kept."""
        at = np.ix_(keep, keep)
        top, bottom = float(traces[at].sum()), float(products[at].sum())
        return top / bottom if bottom > 0.0 else math.nan

    left_out = np.array([ratio(np.delete(everything, k)) for k in everything])
    return MeanWithError(ratio(everything), math.sqrt((_PIECES - 1) * left_out.var()))


def _squared_products(a: FloatArray, b: FloatArray) -> FloatArray:
    """Means of (a_t . b_s)^2 over the times t, s in every pair of pieces (pieces, pieces), of a, b (T, N)."""
    products = (a @ b.T).astype(np.float64).reshape(_PIECES, len(a) // _PIECES, _PIECES, -1)
    return np.asarray((products**2).mean(axis=(1, 3)))
