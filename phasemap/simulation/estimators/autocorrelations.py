"""What a recorded trajectory says about time and dimension: autocorrelation, correlation time, participation ratio."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from phasemap.model.results import FloatArray
from phasemap.simulation.estimators.statistics import MeanWithError

_SEGMENTS = 8
# Segments that are no neighbours.
_APART = np.abs(np.subtract.outer(np.arange(_SEGMENTS), np.arange(_SEGMENTS))) >= 2
# The correlation time is summed up to this many correlation times, where noise begins to outweigh the rest.
_WINDOW = 6.0


@dataclass(frozen=True)
class Autocorrelation:
    """Autocovariance of the fluctuations about each unit's mean over time, averaged over units.

    lags, covariance, covariance_error: (n_lags,); frozen: variance over units of the means over time, the limit that
    C_h(t) goes to; time, error: correlation time, the integral of covariance / covariance[0] over positive lags, with
    its error; resolved: the record is longer than twenty correlation times.
    Errors are standard errors from the scatter of eight pieces of the record.
    """

    lags: FloatArray
    covariance: FloatArray
    covariance_error: FloatArray
    frozen: float
    time: float
    error: float
    resolved: bool


def lag_count(samples: int) -> int:
    """Lags of the autocorrelation of a record of so many samples: up to a quarter of it."""
    return max(1, samples // 4)


def autocorrelation(h: FloatArray, interval: float) -> Autocorrelation:
    """Autocorrelation of samples h (T, N), `interval` apart, up to a quarter of the record.

    Subtracting the mean over a finite record lowers the covariance at every lag by the variance of that mean, which
    is put back.
    """
    length = len(h)
    means = h.mean(axis=0)
    sums, counts = _sums_of_products(h - means, lag_count(length))
    raw = sums.sum(axis=0) / counts.sum(axis=0)
    lags = interval * np.arange(len(raw), dtype=np.float64)
    if raw[0] <= 0.0 or len(sums) < 2:
        none = np.zeros(len(raw))
        return Autocorrelation(lags, raw, none, float(means.var()), 0.0, math.nan, resolved=False)
    covariance, time = _restore_mean(raw, interval, length * interval)
    left_out = (sums.sum(axis=0) - sums) / (counts.sum(axis=0) - counts)
    jackknife = [_restore_mean(one, interval, length * interval) for one in left_out]
    spread = math.sqrt(len(sums) - 1.0)
    return Autocorrelation(
        lags=lags,
        covariance=covariance,
        covariance_error=spread * np.std([one for one, _ in jackknife], axis=0),
        frozen=max(float(means.var() - (covariance[0] - raw[0])), 0.0),
        time=time,
        error=float(spread * np.std([one for _, one in jackknife])),
        resolved=20.0 * time < length * interval,
    )


def _sums_of_products(x: FloatArray, n_lags: int) -> tuple[FloatArray, FloatArray]:
    """Sums over t and units of x(t) x(t + lag), t in each of eight pieces of x (T, N), and their numbers of terms.

    Returns two arrays (pieces, n_lags).
    """
    length, size = x.shape
    edges = np.linspace(0, length, min(_SEGMENTS, length) + 1).astype(int)
    sums, counts = np.zeros((len(edges) - 1, n_lags)), np.zeros((len(edges) - 1, n_lags))
    for index, (first, last) in enumerate(pairwise(edges)):
        reach = min(length, last + n_lags)
        padded = next_fast_len(reach - first + n_lags, real=True)
        early = rfft(x[first:last], n=padded, axis=0)
        late = rfft(x[first:reach], n=padded, axis=0)
        sums[index] = irfft((early.conj() * late).sum(axis=1), n=padded)[:n_lags]
        counts[index] = size * np.clip(length - first - np.arange(n_lags), 0, last - first)
    return sums, counts


def _restore_mean(raw: FloatArray, interval: float, duration: float) -> tuple[FloatArray, float]:
    """Put back the variance of the mean that was subtracted; returns the covariance and its correlation time."""
    covariance, time = raw, 0.0
    for _ in range(20):
        time = _integral(covariance / covariance[0]) * interval
        covariance = raw + 2.0 * time * covariance[0] / duration
    return covariance, time


def _integral(correlation: FloatArray) -> float:
    """Trapezoid sum over positive lags in a window of six correlation times (Sokal's rule), in sampling intervals."""
    sums = np.cumsum(correlation) - 0.5 * (correlation[0] + correlation)
    beyond = np.flatnonzero(np.arange(len(sums)) >= _WINDOW * np.maximum(sums, 0.5))
    return float(max(sums[beyond[0]] if beyond.size else sums[-1], 0.0))


def participation_ratio(h: FloatArray) -> MeanWithError:
    """Participation ratio (tr C)^2 / tr C^2 of the covariance C of samples h (T, N) over time, with a jackknife error.

    tr C^2 of one pooled covariance counts the noise of a finite number of samples as further variance, and the ratio
    comes out low by 20 to 45 % at usual lengths. Here the record is cut into eight segments, and tr C^2 taken between
    those that have another one between them, as if they were independent groups (docs/theory.md (7.4)): the mean of
    (x_t . x_s)^2 over pairs of times. What of this is the square of the mean of x_t . x_s, which the subtraction of a
    common mean leaves at about -2 tau tr C / T, is no part of tr C^2 and is taken off.
    """
    length = h.shape[0] // _SEGMENTS
    if length < 2:
        return MeanWithError(math.nan, math.nan)
    centred = h - h.mean(axis=0)
    parts = [centred[k * length : (k + 1) * length] for k in range(_SEGMENTS)]
    traces = np.array([(part**2).sum() / length for part in parts])
    squares, sums = np.zeros((2, _SEGMENTS, _SEGMENTS))
    for i, j in zip(*np.nonzero(_APART), strict=True):
        if i > j:
            products = parts[i] @ parts[j].T
            squares[i, j] = squares[j, i] = (products**2).mean()
            sums[i, j] = sums[j, i] = products.mean()
    if not traces.sum() > 0.0:
        return MeanWithError(math.nan, math.nan)

    def ratio(keep: np.ndarray) -> float:
        """The ratio of the members kept."""
        among = np.ix_(keep, keep)
        apart = _APART[among]
        top = np.outer(traces[keep], traces[keep])[apart].mean()
        bottom = float(squares[among][apart].mean() - sums[among][apart].mean() ** 2)
        return float(top / bottom) if bottom > 0.0 else math.nan

    everything = np.arange(_SEGMENTS)
    leave_one_out = np.array([ratio(np.delete(everything, k)) for k in range(_SEGMENTS)])
    spread = math.sqrt((_SEGMENTS - 1) * leave_one_out.var())
    return MeanWithError(ratio(everything), spread)
