"""The lag at which gradients have fallen to, or grown to, a multiple of their value."""

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.theory.gradients.records import Gradients, Law

# Fine enough that a straight line in the logarithm does between them.
SCAN = np.linspace(0.1, 48.0, 480)
# A thousandth of what a gradient was, and a thousand times as much: logarithms.
VANISHED = math.log(1e-3)
EXPLODED = math.log(1e3)


class _Tolerances(NamedTuple):
    """Lags at which a level is reached."""

    farthest: float = 1e12  # lag that is looked for
    accepted: float = 0.05  # relative error
    of_straight_lines: float = 1e-4  # absolute error of straight lines between the lags of SCAN


_TOLERANCES = _Tolerances()


class Found(NamedTuple):
    """A lag with its error and status."""

    value: float
    error: float
    status: Status


def lag_of_level(gradients: Gradients, scan: slice, level: float) -> Found:
    """The first lag at which ln A(s, s) crosses a level.

    scan: the places of SCAN among the lags of `gradients`. Beyond them the last law decides: ABSENT where A never gets
    there, a lower bound where the law is not known.
    """
    known = gradients.numbers["adjoint_variance"]
    if not np.isin(known.status[scan], (Status.CONVERGED, Status.NOT_CONVERGED)).any():
        return Found(math.nan, math.nan, Status(int(known.status[scan][0])))
    lags, logarithm = gradients.lags[scan], known.logarithm[scan]
    usable = np.isfinite(logarithm)
    error = np.concatenate([[0.0], known.error[scan][usable]])
    lags = np.concatenate([[0.0], lags[usable]])
    logarithm = np.concatenate([[0.0], logarithm[usable]])
    beyond = np.flatnonzero((logarithm - level) * level >= 0.0)
    if len(beyond):
        return _between(lags, logarithm, error, int(beyond[0]), level)
    return _by_law(gradients.law, lags[-1], logarithm[-1], level)


def _between(lags: FloatArray, logarithm: FloatArray, errors: FloatArray, k: int, level: float) -> Found:
    slope = (logarithm[k] - logarithm[k - 1]) / (lags[k] - lags[k - 1])
    value = float(lags[k - 1] + (level - logarithm[k - 1]) / slope)
    error = float(errors[k] / abs(slope)) + _TOLERANCES.of_straight_lines
    return Found(value, error, Status.CONVERGED if error < _TOLERANCES.accepted * value else Status.NOT_CONVERGED)


def _by_law(law: Law, last: float, at_last: float, level: float) -> Found:
    if law.rate_status != Status.CONVERGED or law.amplitude_status != Status.CONVERGED:
        settled = law.limit_status == Status.CONVERGED and level > 0.0  # A falls to zero: it does not explode
        return Found(math.nan, math.nan, Status.ABSENT) if settled else Found(last, math.nan, Status.LOWER_BOUND)

    def gap(lag: float) -> float:
        """How far the law is from the level at a lag, in logarithms."""
        return math.log(law.amplitude) + law.power * math.log(lag) + 2.0 * law.rate * lag - level

    if law.rate * level <= 0.0:
        # A turns round before it gets there, unless it is still on its way down to a small amplitude.
        on_its_way = level < 0.0 < law.rate and math.log(law.amplitude) < level
        algebraic = level < 0.0 and law.rate == 0.0 and law.power < 0.0
        if algebraic:
            return Found(math.exp((level - math.log(law.amplitude)) / law.power), 0.0, Status.NOT_CONVERGED)
        return Found(last, math.nan, Status.LOWER_BOUND) if on_its_way else Found(math.nan, math.nan, Status.ABSENT)
    high = last
    while gap(high) * level < 0.0 and high < _TOLERANCES.farthest:
        high *= 2.0
    if gap(high) * level < 0.0:
        return Found(last, math.nan, Status.LOWER_BOUND)
    value = float(brentq(gap, last, high)) if high > last and gap(last) * level < 0.0 else last
    # What A and the law differ by where the march ended moves the lag by this.
    mismatch = abs(gap(last) + level - at_last)
    error = (mismatch + law.amplitude_error / law.amplitude + 2.0 * value * law.rate_error) / (2.0 * abs(law.rate))
    good = error < _TOLERANCES.accepted * value
    return Found(value, error, Status.CONVERGED if good else Status.NOT_CONVERGED)
