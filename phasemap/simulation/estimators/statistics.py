"""Means of correlated series with honest errors, and where a series becomes stationary."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from phasemap.model.results import FloatArray

# Fewer blocks than this give no usable estimate of a variance.
_MIN_BLOCKS = 8
# Estimates of the correlation of so few blocks cannot be told from 1 above this.
_LARGEST_CORRELATION = 0.8
_ALLOWED_DRIFT = 6.0


class MeanWithError(NamedTuple):
    """A mean and its standard error; both NaN for an empty series."""

    value: float
    error: float


def block_error(series: FloatArray) -> NDArray[np.float64]:
    """Standard error of the mean of a correlated series along its first axis, by blocking.

    Neighbours are averaged in pairs again and again; the error that the scatter of the averages implies grows until
    they are independent. The largest value over levels with at least 8 blocks is returned, a cautious choice
    (Flyvbjerg and Petersen, J. Chem. Phys. 91, 461). Where the coarsest averages are still correlated with their
    neighbours (coefficient c), the error is enlarged by the factor sqrt((1 + c) / (1 - c)) of a process of first order.

    series: (n, ...). Returns (...): infinite where n < 8.
    """
    values = np.asarray(series, dtype=float)
    if values.shape[0] < _MIN_BLOCKS:
        return np.full(values.shape[1:], np.inf)
    best = np.zeros(values.shape[1:])
    while True:
        best = np.maximum(best, values.std(axis=0, ddof=1) / math.sqrt(values.shape[0]))
        if values.shape[0] < 2 * _MIN_BLOCKS:
            break
        even = values.shape[0] // 2 * 2
        values = 0.5 * (values[0:even:2] + values[1:even:2])
    deviations = values - values.mean(axis=0)
    scatter = np.maximum((deviations**2).sum(axis=0), 1e-300)
    remaining = np.clip((deviations[1:] * deviations[:-1]).sum(axis=0) / scatter, 0.0, _LARGEST_CORRELATION)
    return np.asarray(best * np.sqrt((1.0 + remaining) / (1.0 - remaining)))


def stationary_from(series: FloatArray) -> int:
    """Index from which a correlated series is stationary; its length if that is not so within its first half.

    After the start that is dropped, the mean of the first quarter must agree with that of the last half (Geweke 1992);
    starts are tried in eighths of the series. Six standard errors are allowed, of the last half without its linear
    trend, so that a drift does not excuse itself. A last half of fewer than eight samples has no error that could be
    allowed: whether so short a series is stationary cannot be told, and it does not count as such.
    """
    series = np.asarray(series, dtype=float)
    n = len(series)
    for start in range(0, n // 2 + 1, max(n // 8, 1)):
        rest = series[start:]
        last = rest[len(rest) // 2 :]
        if len(last) < _MIN_BLOCKS:
            break
        # The first quarter is half as long as the last half.
        allowed = _ALLOWED_DRIFT * math.sqrt(3.0) * float(block_error(_without_trend(last)))
        if abs(rest[: len(rest) // 4].mean() - last.mean()) <= allowed:
            return start
    return n


def _without_trend(series: FloatArray) -> FloatArray:
    time = np.arange(len(series)) - 0.5 * (len(series) - 1)
    return np.asarray(series - (time @ series) / (time @ time) * time)


def mean_over_time(series: FloatArray) -> MeanWithError:
    """Mean of a stationary correlated series (n,) with its block error."""
    if len(series) == 0:
        return MeanWithError(math.nan, math.nan)
    return MeanWithError(float(np.mean(series)), float(block_error(np.asarray(series))))


def combine_realisations(values: FloatArray, errors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean over realisations (first axis) and its standard error.

    The scatter between realisations holds both the disorder's and time's share, but from few of them it may come
    out small by chance; the error is never below what the errors in time alone imply.
    """
    values, errors = np.asarray(values, dtype=float), np.asarray(errors, dtype=float)
    n = values.shape[0]
    within = np.sqrt((errors**2).sum(axis=0)) / n
    if n < 2:
        return values.mean(axis=0), within
    between = values.std(axis=0, ddof=1) / math.sqrt(n)
    return values.mean(axis=0), np.maximum(within, between)
