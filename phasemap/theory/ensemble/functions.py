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
    full = _interpolated(solution, solution.solution, name, lags)
    groups = np.array([_interpolated(solution, one, name, lags) for one in solution.groups])
    values, _ = debias(full, groups)
    k = NAMES.index(_AT_ZERO[name])
    # Time step, window and iteration move the whole function: at no lag is it known better than at lag zero.
    other = float(np.linalg.norm(solution.errors.parts[k, SOURCES.index("statistical") + 1 :]))
    return values, np.hypot(standard_error(groups), other)


def _interpolated(point: PointSolution, solution: Solution, name: str, lags: FloatArray) -> FloatArray:
    from scipy.interpolate import CubicSpline  # slow to load, and most points need no ensemble

    ring, process = point.ring, point.ensemble.process
    covariance = getattr(solution.moments, FUNCTIONS[name]) + point.functions[list(FUNCTIONS).index(name)]
    # Smooth functions of the lag are even; noise on h makes a kink at lag zero.
    if process.noise_placement == NO_NOISE:
        spline = CubicSpline(ring.lags, covariance, bc_type=("clamped", "not-a-knot"))
    else:
        spline = CubicSpline(ring.lags, covariance, bc_type="not-a-knot")
    last = _TRUSTED * ring.period
    values = np.asarray(spline(np.minimum(lags, last)))
    floor = tail.limit(covariance, process.is_odd)
    time = point.solution.tail.time
    beyond = np.maximum(lags - last, 0.0)
    fade = np.exp(-beyond / time) if math.isfinite(time) else np.ones_like(beyond)
    return np.where(beyond > 0.0, floor + (values - floor) * fade, values)
