"""Correlation functions of an ensemble at any lags, logarithmically spaced ones for instance."""

import math

import numpy as np

from phasemap.kernels.ensemble.paths import NO_NOISE
from phasemap.model.results import FloatArray
from phasemap.theory.ensemble import tail
from phasemap.theory.ensemble.errors.budget import SOURCES, debias, standard_error
from phasemap.theory.ensemble.numbers import NAMES, Solution
from phasemap.theory.ensemble.point import PointSolution

# Quantity -> the moment that it is, and its value at lag zero.
FUNCTIONS = {"autocorrelation": "membrane", "activity_autocorrelation": "activity"}
_AT_ZERO = {"autocorrelation": "variance", "activity_autocorrelation": "activity_variance"}
# From this share of the period on a function is continued by its tail.
_TRUSTED = 0.45


def at_lags(solution: PointSolution, name: str, lags: FloatArray) -> tuple[FloatArray, FloatArray]:
    """One of FUNCTIONS at `lags` (n,), in membrane time constants: (values, errors), both (n,).

    Corrected for the bias of a finite ensemble. Lags beyond the window follow the exponential tail.
    """
    covariance = _on_the_ring(solution, solution.solution, name)
    full = _interpolated(solution, covariance, lags)
    groups = np.array([_interpolated(solution, _on_the_ring(solution, one, name), lags) for one in solution.groups])
    values, _ = debias(full, groups)
    k = NAMES.index(_AT_ZERO[name])
    # Time step, window and iteration move the whole function: at no lag is it known better than at lag zero.
    other = float(np.linalg.norm(solution.errors.parts[k, SOURCES.index("statistical") + 1 :]))
    # Groups differ from the whole by their bias, and by what is left of the iteration at that lag.
    left = np.abs(groups.mean(axis=0) - full)
    read = np.hypot(_between_steps(solution, covariance, lags), _continued(solution, covariance, lags))
    return values, np.sqrt((solution.pooled * standard_error(groups)) ** 2 + other**2 + left**2 + read**2)


def _between_steps(point: PointSolution, covariance: FloatArray, lags: FloatArray) -> FloatArray:
    """Error of steps away from lag zero: a third of what every second one alone would change (second order)."""
    inside = np.minimum(lags, _TRUSTED * point.ring.period)
    return np.abs(_read(point, covariance, inside) - _read(point, covariance, inside, 2)) / 3.0


def _continued(point: PointSolution, covariance: FloatArray, lags: FloatArray) -> FloatArray:
    """Error of a tail: continued it is no better known than large, and on the ring its image from behind adds."""
    period = point.ring.period
    floor = tail.limit(covariance, point.ensemble.process.is_odd)
    tails = np.where(lags > _TRUSTED * period, lags, period - lags)
    return np.abs(_interpolated(point, covariance, tails) - floor)


def _on_the_ring(point: PointSolution, solution: Solution, name: str) -> FloatArray:
    moment: FloatArray = getattr(solution.moments, FUNCTIONS[name]) + point.functions[list(FUNCTIONS).index(name)]
    return moment


def _read(point: PointSolution, covariance: FloatArray, lags: FloatArray, every: int = 1) -> FloatArray:
    """A function at some lags, from every so many steps of the ring."""
    from scipy.interpolate import CubicSpline  # slow to load, and most points need no ensemble

    known, values = point.ring.lags[::every], covariance[::every]
    # Smooth functions of the lag are even; noise on h makes a kink at lag zero.
    if point.ensemble.process.noise_placement == NO_NOISE:
        return np.asarray(CubicSpline(known, values, bc_type=("clamped", "not-a-knot"))(lags))
    return np.asarray(CubicSpline(known, values, bc_type="not-a-knot")(lags))


def _interpolated(point: PointSolution, covariance: FloatArray, lags: FloatArray) -> FloatArray:
    ring, process = point.ring, point.ensemble.process
    last = _TRUSTED * ring.period
    values = _read(point, covariance, np.minimum(lags, last))
    floor = tail.limit(covariance, process.is_odd)
    time = point.solution.tail.time
    beyond = np.maximum(lags - last, 0.0)
    fade = np.exp(-beyond / time) if math.isfinite(time) else np.ones_like(beyond)
    return np.where(beyond > 0.0, floor + (values - floor) * fade, values)
