"""What few cases tell: a share, by its posterior from a uniform prior, and a mean, by Student's distribution."""

import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import betainc, betaincinv, ndtr, ndtri, stdtr, stdtrit

from phasemap.numerics.arrays import FloatArray

_MASS = math.erf(math.sqrt(0.5))
# Between which the number of cases is looked for that makes the deviation.
_FEWEST_CASES = 1e-9
_MOST_CASES = 1e9
# Student's distribution, of the scatter of no more numbers, has no variance.
_NO_VARIANCE = 3
# Normal deviates beyond which tails are no numbers any more.
_MOST_ERRORS = 30.0
_LEAST_TAIL = 1e-300


def deviation_of_share(cases: int, of: int) -> float:
    """Standard deviation of Beta(cases + 1, of - cases + 1), whose mode is the share cases / of."""
    return math.sqrt((cases + 1) * (of - cases + 1) / ((of + 2) ** 2 * (of + 3)))


def interval_of_share(share: float, deviation: float) -> tuple[float, float]:
    """The densest 68.3 % of the Beta distribution with this mode and standard deviation: within [0, 1] around the mode.

    That is the interval of one standard error where a share is neither 0 nor 1 and the cases are many.
    """
    if not 0.0 <= share <= 1.0 or not 0.0 < deviation < math.sqrt(1.0 / 12.0):
        return share, share

    def excess(logarithm: float) -> float:
        """How much wider the posterior of so many cases is than it should be."""
        a, b = _shape(share, math.exp(logarithm))
        return math.log(a * b / ((a + b) ** 2 * (a + b + 1.0))) - 2.0 * math.log(deviation)

    low, high = math.log(_FEWEST_CASES), math.log(_MOST_CASES)
    if excess(low) <= 0.0 or excess(high) >= 0.0:
        return share, share
    a, b = _shape(share, math.exp(brentq(excess, low, high)))
    # The densest interval is the narrowest; it begins where so much mass lies below it.
    below = np.linspace(0.0, 1.0 - _MASS, 401)
    first, last = betaincinv(a, b, below), betaincinv(a, b, below + _MASS)
    k = int(np.argmin(last - first))
    return float(first[k]), float(last[k])


def mass_between(share: float, cases: float, low: float, high: float) -> float:
    """Posterior probability of an interval after so many cases."""
    a, b = _shape(share, cases)
    return float(betainc(a, b, high) - betainc(a, b, low))


def _shape(share: float, cases: float) -> tuple[float, float]:
    return 1.0 + share * cases, 1.0 + (1.0 - share) * cases


def student_widening(errors: float, networks: int | None) -> float:
    """Quantile of Student's distribution, for the scatter of so many networks, over that of the normal one."""
    if networks is None or networks < 2 or not 0.0 < errors < _MOST_ERRORS:
        return 1.0
    return float(-stdtrit(networks - 1, ndtr(-errors))) / errors


def as_normal(pulls: FloatArray, freedom: FloatArray) -> FloatArray:
    """Deviations over standard errors with so many degrees of freedom, in errors of the normal distribution.

    Equally improbable: eleven standard errors of the scatter of four networks are three normal ones.
    """
    with np.errstate(invalid="ignore"):
        tail = stdtr(freedom, -np.abs(pulls))
        return np.asarray(np.where(tail > _LEAST_TAIL, -np.sign(pulls) * ndtri(tail), pulls))


def expected_square(networks: int | None) -> float:
    """Mean square of a mean over its standard error, if both are of so many normal numbers around zero."""
    if networks is None:
        return math.nan
    return (networks - 1) / (networks - 3) if networks > _NO_VARIANCE else math.inf
