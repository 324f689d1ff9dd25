"""What a unit does given its quenched means: the parts of h and r that stand still differ from unit to unit.

Given the mean, a Gaussian of variance V and correlation rho has <f f> - <f>^2 = sum_{n >= 1} f_n^2 rho^n with the
coefficients f_n of f in normalised Hermite polynomials.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from phasemap.kernels.averages.hard_pairs import hard_pair_averages
from phasemap.model.results import FloatArray

# Quadrature over the standard Gaussian: trapezoidal, which is exact to rounding for what it resolves.
_REACH, _POINTS = 10.0, 601
_MEANS_REACH = 6.0


class _Tolerances(NamedTuple):
    """How finely static parts are resolved."""

    negligible: float = 1e-17  # share of a square, below which a direction is rounding
    own_width: float = 0.6  # variance that the slope of tanh is as good as, for the smoothness of averages
    smooth: float = 1.2  # width of averages, in deviations of the static part, from which the nodes asked for suffice
    terms: int = 160  # of Hermite series, at most
    fewest: int = 20  # of them, and how many more per variance that moves
    per_variance: float = 40.0  # exp(-pi sqrt(2 n / V)) is 1e-12 at n = 39 V
    most: int = 8  # times the nodes asked for, at most


_TOLERANCES = _Tolerances()


@dataclass(frozen=True)
class GivenMeans:
    """A function f of a Gaussian at several means (P,), with weights (P,) of a Gaussian over them.

    mean, slope: (P,) <f>, <f'>; covariance: (n, P) <f f> - <f>^2 at lags.
    """

    weights: FloatArray
    mean: FloatArray
    slope: FloatArray
    covariance: FloatArray

    def average(self, values: FloatArray) -> float:
        """Average (P,) over the means."""
        return float(self.weights @ values)

    def directions(self) -> tuple[FloatArray, FloatArray]:
        """Few functions of the lag that <f f>, given any mean, is a sum of, with orthonormal coefficients.

        Returns the functions at the lags and, in the last row, at an infinite one (n + 1, R), and the averages (R,)
        of the coefficients over the means. Functions of the mean differ in few ways: R is near ten where P is fifty.
        """
        products = np.vstack([self.covariance + self.mean**2, self.mean**2])
        if len(self.weights) == 1:
            return products, np.ones(1)
        root = np.sqrt(self.weights)
        scaled = products * root
        squares, vectors = np.linalg.eigh(scaled.T @ scaled)
        kept = vectors[:, squares > _TOLERANCES.negligible * squares[-1]]
        return scaled @ kept, root @ kept


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


@lru_cache(maxsize=4)
def _hermite(terms: int) -> tuple[FloatArray, FloatArray]:
    """Points (m,) and normalised Hermite polynomials times the weights of a Gaussian quadrature (terms, m)."""
    x = np.linspace(-_REACH, _REACH, _POINTS)
    half = np.exp(-0.25 * x**2)
    rows = np.empty((terms, _POINTS))
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
    x, rows = _hermite(_TOLERANCES.terms)
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
    centre = bias + math.sqrt(max(static, 0.0)) * at
    deviation = math.sqrt(moving[0])
    mean = np.array([0.5 * math.erfc(-c / deviation / math.sqrt(2.0)) for c in centre])
    slope = np.exp(-0.5 * (centre / deviation) ** 2) / (math.sqrt(2.0 * math.pi) * deviation)
    covariance = np.empty((len(moving), len(at)))
    out = np.empty((3, len(moving)))
    for k, c in enumerate(centre):
        hard_pair_averages(moving[0], moving, c, out)
        covariance[:, k] = out[0] - mean[k] ** 2
    return GivenMeans(weights, mean, slope, covariance)
