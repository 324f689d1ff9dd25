"""What a recorded trajectory says about time and dimension: autocorrelation, correlation time, participation ratio."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from phasemap.model.results import FloatArray
from phasemap.simulation.statistics import MeanWithError

_SEGMENTS = 8
# The correlation time is summed up to this many correlation times, where noise begins to outweigh the rest.
_WINDOW = 6.0


@dataclass(frozen=True)
class Autocorrelation:
    """Autocovariance of the fluctuations about each unit's mean over time, averaged over units.

    lags, covariance: (n_lags,); frozen: variance over units of the means over time, the limit that C_h(t) goes to;
    time: correlation time, the integral of covariance / covariance[0] over positive lags; error: its standard error,
    from the scatter of eight groups of units; resolved: the record is longer than twenty correlation times.
    """

    lags: FloatArray
    covariance: FloatArray
    frozen: float
    time: float
    error: float
    resolved: bool


def autocorrelation(h: FloatArray, interval: float) -> Autocorrelation:
    """Autocorrelation of samples h (T, N), `interval` apart, up to a quarter of the record.

    Subtracting the mean over a finite record lowers the covariance at every lag by the variance of that mean, which
    is put back.
    """
    length, size = h.shape
    means = h.mean(axis=0)
    groups = np.array_split(np.arange(size), min(_SEGMENTS, size))
    raw_groups = [_raw_autocovariance(h[:, group] - means[group]) for group in groups]
    weights = [group.size / size for group in groups]
    raw: FloatArray = sum((w * one for w, one in zip(weights, raw_groups, strict=True)), np.zeros(1))
    lags: FloatArray = interval * np.arange(len(raw), dtype=np.float64)
    duration = length * interval
    if raw[0] <= 0.0:
        return Autocorrelation(lags, raw, float(means.var()), 0.0, 0.0, resolved=False)
    covariance, time = _restore_mean(raw, interval, duration)
    times = [_restore_mean(one, interval, duration)[1] for one in raw_groups if one[0] > 0.0]
    error = float(np.std(times, ddof=1) / math.sqrt(len(times))) if len(times) > 1 else math.nan
    frozen = max(float(means.var() - (covariance[0] - raw[0])), 0.0)
    return Autocorrelation(lags, covariance, frozen, time, error, resolved=20.0 * time < duration)


def _raw_autocovariance(deviations: FloatArray) -> FloatArray:
    """Autocovariance of deviations (T, n) from the mean over time, averaged over units; lags to a quarter of T."""
    length, size = deviations.shape
    padded = next_fast_len(2 * length, real=True)
    transform = rfft(deviations, n=padded, axis=0)
    power = (transform.real**2 + transform.imag**2).sum(axis=1)
    n_lags = max(1, length // 4)
    return np.asarray(irfft(power, n=padded)[:n_lags] / (size * (length - np.arange(n_lags))))


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

    The record is cut into segments and tr C^2 taken between different ones, which frees it of the bias that a finite
    number of samples gives to the square of an estimate.
    """
    length = h.shape[0] // _SEGMENTS
    if length < 2:
        return MeanWithError(math.nan, math.nan)
    centred = h - h.mean(axis=0)
    parts = [centred[k * length : (k + 1) * length] for k in range(_SEGMENTS)]
    traces = np.array([(part**2).sum() / length for part in parts])
    squares = np.zeros((_SEGMENTS, _SEGMENTS))
    for i in range(_SEGMENTS):
        for j in range(i):
            squares[i, j] = squares[j, i] = ((parts[i] @ parts[j].T) ** 2).sum() / length**2
    if not traces.sum() > 0.0:
        return MeanWithError(math.nan, math.nan)

    def ratio(keep: np.ndarray) -> float:
        products = np.outer(traces[keep], traces[keep])
        np.fill_diagonal(products, 0.0)
        return float(products.sum() / squares[np.ix_(keep, keep)].sum())

    everything = np.arange(_SEGMENTS)
    leave_one_out = np.array([ratio(np.delete(everything, k)) for k in range(_SEGMENTS)])
    spread = math.sqrt((_SEGMENTS - 1) * leave_one_out.var())
    return MeanWithError(ratio(everything), spread)
