"""What a unit does given its quenched means: the parts of h and r that stand still differ from unit to unit.

Given the mean, a Gaussian of variance V and correlation rho has <f f> - <f>^2 = sum_{n >= 1} f_n^2 rho^n with the
coefficients f_n of f in normalised Hermite polynomials.
"""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import scipy.special

from phasemap.model.results import FloatArray

# Quadrature over the standard Gaussian: trapezoidal, which is exact to rounding for what it resolves.
_REACH, _MEANS_REACH = 10.0, 6.0
# Of Gauss and Legendre, for the arcsine law.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(6)


class _Tolerances(NamedTuple):
    """How finely static parts are resolved."""

    own_width: float = 0.6  # variance that the slope of tanh is as good as, for the smoothness of averages
    smooth: float = 1.2  # width of averages, in deviations of the static part, from which the nodes asked for suffice
    terms: int = 160  # of Hermite series, at most
    fewest: int = 20  # of them, and how many more per variance that moves
    per_variance: float = 40.0  # exp(-pi sqrt(2 n / V)) is 1e-12 at n = 39 V
    most: int = 8  # times the nodes asked for, at most
    step: float = 0.1  # of the quadrature, for polynomials of 160 terms, which turn with a wavenumber of 13
    pieces: int = 16  # of the arcsine law's angle, besides the angles themselves
    per_deviation: float = 0.4  # of that step; poles of tanh cost exp(-pi^2 / 0.4) = 2e-11


_TOLERANCES = _Tolerances()


class Moments(NamedTuple):
    """Averages over means m, of the covariance c at lags and of m."""

    covariance: FloatArray  # c (n,)
    mixed: FloatArray  # c m^2 (n,)
    products: FloatArray  # c c' (n, n)
    square: float  # m^2
    fourth: float  # m^4


@dataclass(frozen=True)
class GivenMeans:
    """A function f of a Gaussian at several means (P,), with weights (P,) of a Gaussian over them.

    mean, slope: (P,) <f>, <f'>; covariance: (n, P) <f f> - <f>^2 at lags.
    """

    weights: FloatArray
    mean: FloatArray
    slope: FloatArray
    covariance: FloatArray

    @cached_property
    def moments(self) -> Moments:
        """Averages over the means."""
        c, square = self.covariance, self.mean**2
        weighted = c * self.weights
        return Moments(
            weighted.sum(axis=1), weighted @ square, weighted @ c.T, self.average(square), self.average(square**2)
        )

    def average(self, values: FloatArray) -> float:
        """Average (P,) over the means."""
        return float(self.weights @ values)


@lru_cache(maxsize=8)
def _means(count: int) -> tuple[FloatArray, FloatArray]:
    """Trapezoidal: tanh has poles, which make Gauss's rule converge slowly."""
    nodes = np.linspace(-_MEANS_REACH, _MEANS_REACH, count)
    weights = np.exp(-0.5 * nodes**2)
    return nodes, weights / weights.sum()


def _enough(means: int, static: float, width: float) -> int:
    """Nodes for averages that are smooth over a variance `width`, while the static part has the variance `static`."""
    narrow = _TOLERANCES.smooth * math.sqrt(max(static, 0.0) / width) if width > 0.0 else float(_TOLERANCES.most)
    times = min(max(1.0, narrow), float(_TOLERANCES.most))
    return 2 * math.ceil(0.5 * times * (means - 1)) + 1


def _points(deviation: float) -> int:
    """Points of the quadrature for tanh of a Gaussian of this deviation: few counts, so that tables are kept."""
    times = math.ceil(max(1.0, _TOLERANCES.step * deviation / _TOLERANCES.per_deviation))
    return times * round(2.0 * _REACH / _TOLERANCES.step) + 1


@lru_cache(maxsize=8)
def _hermite(terms: int, points: int) -> tuple[FloatArray, FloatArray]:
    """Points (m,) and normalised Hermite polynomials times the weights of a Gaussian quadrature (terms, m)."""
    x = np.linspace(-_REACH, _REACH, points)
    half = np.exp(-0.25 * x**2)
    rows = np.empty((terms, points))
    rows[0], rows[1] = half, x * half
    for n in range(2, terms):
        rows[n] = (x * rows[n - 1] - math.sqrt(n - 1.0) * rows[n - 2]) / math.sqrt(n)
    return x, rows * half * (x[1] - x[0]) / math.sqrt(2.0 * math.pi)


def given_means(
    bias: float, static: float, moving: FloatArray, means: int, terms: int, as_gate: bool = False
) -> GivenMeans:
    """tanh, or the gate (1 + tanh) / 2, of bias + sqrt(static) u + x.

    static: variance of the mean over units; moving: (n,) covariance of x at lags, the first at lag 0.
    """
    at, weights = _means(_enough(means, static, moving[0] + _TOLERANCES.own_width))
    # Poles of tanh at a distance of (pi / 2) / deviation: f_n^2 falls as exp(-pi sqrt(2 n) / deviation).
    terms = min(terms, _TOLERANCES.fewest + math.ceil(_TOLERANCES.per_variance * moving[0]))
    x, rows = _hermite(_TOLERANCES.terms, _points(math.sqrt(moving[0])))
    rows = rows[:terms]
    values = np.tanh(bias + math.sqrt(max(static, 0.0)) * at[:, None] + math.sqrt(moving[0]) * x)
    factor = 0.5 if as_gate else 1.0
    coefficients = factor * (values @ rows.T)
    mean = coefficients[:, 0] + (0.5 if as_gate else 0.0)
    correlation = np.clip(moving / moving[0], -1.0, 1.0)
    powers = np.multiply.accumulate(np.broadcast_to(correlation[:, None], (len(moving), terms - 1)), axis=1)
    covariance = powers @ (coefficients[:, 1:] ** 2).T
    slope = factor * (1.0 - values**2) @ rows[0]
    return GivenMeans(weights, mean, slope, covariance)


def hard_given_means(bias: float, static: float, moving: FloatArray, means: int) -> GivenMeans:
    """The same of the Heaviside function."""
    at, weights = _means(_enough(means, static, moving[0]))
    deviation = math.sqrt(moving[0])
    thresholds = (bias + math.sqrt(max(static, 0.0)) * at) / deviation
    mean = scipy.special.ndtr(thresholds)
    slope = np.exp(-0.5 * thresholds**2) / (math.sqrt(2.0 * math.pi) * deviation)
    covariance = mean * (1.0 - mean) - _hard_deficits(thresholds, np.clip(moving / moving[0], -1.0, 1.0))
    return GivenMeans(weights, mean, slope, covariance)


def _hard_deficits(thresholds: FloatArray, correlation: FloatArray) -> FloatArray:
    """P(x1 > -c > x2) (n, P) = int_0^psi exp(-c^2 / (1 + cos t)) dt / (2 pi) with cos psi the correlation (n,).

    The angles cut the integral into pieces, of which each is summed once for all angles beyond it.
    """
    psi = 2.0 * np.arcsin(np.sqrt(0.5 * (1.0 - correlation)))
    ends = np.union1d(psi, np.linspace(0.0, psi.max(), _TOLERANCES.pieces + 1))
    half = 0.5 * np.diff(ends)
    t = ends[:-1, None] + half[:, None] * (1.0 + _NODES)
    kernel = np.exp(-np.multiply.outer(0.5 / np.cos(0.5 * t) ** 2, thresholds**2))
    pieces = np.einsum("kqp,kq->kp", kernel, half[:, None] * _WEIGHTS) / (2.0 * math.pi)
    up_to = np.concatenate([np.zeros((1, len(thresholds))), np.cumsum(pieces, axis=0)])
    return np.asarray(up_to[np.searchsorted(ends, psi)])
