"""Frequencies and lags on which spectra are taken, and what becomes of them: participation ratios."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from phasemap.kernels.dynamic.dimension.participation import Spectra, excess
from phasemap.kernels.dynamic.window import Grid
from phasemap.model.results import FloatArray
from phasemap.theory.dynamic.autocovariance.correlation_functions import interpolation_on
from phasemap.theory.dynamic.autocovariance.correlations import Profile

# Rows of the kernel, by the number that they give.
NAMES = (
    "participation_ratio",
    "participation_ratio_activity",
    "participation_ratio_output",
    "participation_ratio_output_gate",
    "participation_ratio_update_gate",
)


class _Tolerances(NamedTuple):
    """How frequencies are chosen."""

    highest: float = 60.0  # in gated units
    vanished: float = 1e-8  # share of a spectrum below which sums over lags find nothing but their own rounding
    wide: float = 0.01  # width of 1 / (1 - s) from which the spacing asked for is enough
    finest: float = 1.0 / 16.0  # share of the spacing that is used, at least


_TOLERANCES = _Tolerances()
HIGHEST = _TOLERANCES.highest


@dataclass(frozen=True)
class Level:
    """A resolution: lags, static parts of a Gaussian, terms of a Hermite series, spacing of asinh(omega / c)."""

    lags: int
    means: int
    terms: int
    spacing: float


FINE, COARSE = Level(400, 25, 160, 0.08), Level(200, 17, 80, 0.16)


@dataclass(frozen=True)
class Sizes:
    """Moments over units of variances in time, by row: squares of means, means of squares (5,)."""

    squared_mean: FloatArray
    mean_square: FloatArray


def frequencies(
    loop: float, spacing: float, rate: float = 1.0, highest: float = HIGHEST
) -> tuple[FloatArray, FloatArray]:
    """Frequencies (K,) >= 0 that resolve 1 / (1 - s), and weights (K,) over 2 pi.

    loop: largest eigenvalue of L(0, 0), below 1; rate: of the update gate. With c = rate (1 - loop) / 2 the spectra
    need not have it, but 1 - s is as small as c about (0, 0) and as c + w^2 / rate on the antidiagonal (w, -w): spacing
    w times that of asinh(w / c) must stay below this, narrowest at w = sqrt(c rate).
    """
    width = 0.5 * (1.0 - loop)
    step = spacing * min(max(math.sqrt(width / _TOLERANCES.wide), _TOLERANCES.finest), 1.0)
    count = int(math.asinh(highest / width) / step) + 1
    u = step * np.arange(count)
    weights = rate * width * step * np.cosh(u) / (2.0 * math.pi)
    weights[0] *= 0.5
    return rate * width * np.sinh(u), weights


def kept(spectrum: FloatArray) -> slice:
    """Frequencies (K,) up to where a spectrum has vanished."""
    vanished = np.flatnonzero(spectrum < _TOLERANCES.vanished * spectrum[0])
    return slice(int(vanished[0]) if vanished.size else len(spectrum))


def ratios(spectra: Spectra, sizes: Sizes) -> FloatArray:
    """Participation ratios per unit (5,), by NAMES."""
    pairs = np.empty(5)
    excess(spectra, pairs)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(sizes.squared_mean / (sizes.mean_square + pairs))


@dataclass(frozen=True)
class Lags:
    """Lags (n,) of a profile's window, denser than its nodes; weights (n,); values: nodes -> lags (n, n_nodes)."""

    times: FloatArray
    weights: FloatArray
    values: FloatArray

    def waves(self, omega: FloatArray) -> FloatArray:
        """Matrix (K, n_nodes) that takes an even function at the nodes to its spectrum."""
        return np.asarray((2.0 * np.cos(omega[:, None] * self.times)) @ (self.weights[:, None] * self.values))


def lags_of(profile: Profile, count: int) -> Lags:
    """Lags of a profile: evenly spaced in the variable of its grid, in which even functions stay even."""
    grid = profile.grid
    times, weights, values = _unit_lags(len(grid.t), grid.stretch, count, _Hashable(grid))
    return Lags(times * profile.window, weights * profile.window, values)


class _Hashable:
    """A grid as a key of the cache: its nodes and stretch name it already."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hashable)


@lru_cache(maxsize=64)
def _unit_lags(nodes: int, stretch: float, count: int, known: _Hashable) -> tuple[FloatArray, FloatArray, FloatArray]:
    x = np.linspace(0.0, 1.0, count)
    times = np.sinh(stretch * x) / math.sinh(stretch)
    weights = stretch * np.cosh(stretch * x) / math.sinh(stretch) / (count - 1)
    weights[[0, -1]] *= 0.5
    return times, weights, interpolation_on(known.grid, times)
