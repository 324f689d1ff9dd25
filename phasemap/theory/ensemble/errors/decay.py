"""What the times of a correlation function are at least, by what its groups of paths say of it (docs/theory.md (5.6)).

A fitted time is known no better than the tail that it is fitted to, and where noise hides that, the fit says hardly
anything. How far C(t) has come down by a lag says how fast it falls at least, with an error that is known.
"""

import math

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.theory.ensemble import tail
from phasemap.theory.ensemble.errors.budget import standard_error
from phasemap.theory.ensemble.sampling.ring import Ring

# Standard errors by which a bound keeps away from what was found.
ERRORS = 3.0
# Share of C(0) from which on its decay tells a time: before, it is a parabola.
_FALLEN = 0.5
# Share of the period up to which the other side of the ring adds nothing that matters.
_WITHIN = 0.35


def relaxation_from_below(covariances: FloatArray, ring: Ring, odd: bool, doubt: float = 0.0) -> float:
    """What the relaxation time is at least by C_h of groups (G, half), by three errors; NaN where they do not tell.

    At a lag t after that t_1 at which C falls through one half, r = ln[C(0) / C(t)] / t is its mean rate of decay so
    far, and r' = ln[C(t_1) / C(t)] / (t - t_1) that since t_1. A mixture of decays slows down: r' <= r, and the last
    rate is smaller still. Next to an onset C is like 1 / cosh and quickens, but never beyond 2 r' - r.

    doubt: relative error of time scales that the scatter of groups does not tell.
    """
    falling = _falling(covariances, odd)
    shape = falling.mean(axis=0) / falling[:, 0].mean()
    fallen = np.flatnonzero(shape < _FALLEN)
    if fallen.size == 0:
        first, late = ring.steps // 4, np.array([ring.steps // 2])  # it stays up: the two halves of the window
    else:
        first = int(fallen[0])
        late = np.arange(first + 1, max(math.ceil(_WITHIN * ring.steps), first + 2))
    if first == 0 or not late[-1] < shape.size:
        return math.nan
    so_far, since = _fastest(falling, 0, late, ring), _fastest(falling, first, late, ring)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = -np.log(np.clip(shape[late], 0.0, 1.0)) / ring.lags[late]
        times = 1.0 / np.fmax(so_far, 2.0 * since - mean)
    times = times[np.isfinite(times)]
    longest = float(times.max()) if times.size else 0.0
    return longest / (1.0 + ERRORS * doubt) if longest > 0.0 else math.nan


def correlation_from_below(covariances: FloatArray, ring: Ring, odd: bool, doubt: float = 0.0) -> float:
    """The same of the correlation time: the integral of what C_h / C_h(0) is at least; C_h is positive if it decays."""
    falling = _falling(covariances, odd)
    integral = float(ring.weights @ np.maximum(_at_least(falling, falling[:, 0]), 0.0))
    return integral / (1.0 + ERRORS * doubt) if integral > 0.0 else math.nan


def _falling(covariances: FloatArray, odd: bool) -> FloatArray:
    """The decaying part (G, half) of correlation functions whose common limit is known."""
    return np.asarray(covariances - tail.limit(covariances.mean(axis=0), odd))


def _fastest(falling: FloatArray, first: int, late: np.ndarray, ring: Ring) -> FloatArray:
    """The mean rate of decay between a lag and later ones, at most; infinite where C may have vanished by then."""
    left = _at_least(falling[:, late], falling[:, first])
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log(np.clip(left, 0.0, 1.0)) / (ring.lags[late] - ring.lags[first]))


def _at_least(parts: FloatArray, wholes: FloatArray) -> FloatArray:
    """The ratio (n,) of the means of parts (G, n) and wholes (G,), less three of its errors."""
    whole = float(wholes.mean())
    ratio = parts.mean(axis=0) / whole
    return np.asarray(ratio - ERRORS * standard_error((parts - wholes[:, None] * ratio) / whole))
