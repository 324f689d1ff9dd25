"""Entropy rate, Kaplan-Yorke dimension and share of positive exponents from W at a few values of s."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.polynomial import Polynomial

from phasemap.model.results import FloatArray
from phasemap.theory.tangent_spectrum.levels import Levels, Values
from phasemap.theory.tangent_spectrum.slopes import Slopes

NAMES = ("entropy_rate_per_unit", "kaplan_yorke_per_unit", "positive_exponent_fraction")


class _Tolerances(NamedTuple):
    """Values of s at which W is asked for."""

    first: float = 2.0  # in mean positive exponents
    nearest: float = 2e-3  # the least, as a share of the uncoupled rate
    largest: float = 0.9  # the largest, likewise
    decay: float = 4.0  # slowest uncoupled rate there, times the ring's period, which has to be long for it
    close: float = 0.1  # of two values of s, which tell nothing of each other
    apart: float = 0.8  # the nearer one is then taken at this distance


_TOLERANCES = _Tolerances()


@dataclass(frozen=True)
class Spectrum:
    """Numbers (n,), those of NAMES or another row of them, and their errors by scrambles and regulator (n,).

    inside: whether the minimum of W / |s| lies where W was looked at; else the dimension is not above the value given,
    the least W / |s| that was found.
    place: the s of that minimum. bare: the numbers at the least regulator, which other rings are compared with.
    """

    values: FloatArray
    scatter: FloatArray
    correction: FloatArray
    converged: bool
    inside: bool = True
    place: float = math.nan
    bare: FloatArray | None = None


def spectrum_of(levels: Levels) -> Spectrum:
    """The numbers of one sample of paths, in gated units (docs/theory.md, section 16).

    h/N = W(0); the share -W'(0); D/N = min W(s)/|s| over s < 0, from W and W' at three values of s, the third of them
    next to the minimum. A dimension below that share is none: the polynomial then tells nothing.
    """
    limit = lowest_place(levels.slopes)
    found = [levels.at(0.0)]
    mean = found[0].value / max(found[0].share, 1e-12)
    first = -min(max(_TOLERANCES.first * mean, _TOLERANCES.nearest * limit), limit)
    found.append(levels.at(first))
    guess = least_ratio(found, limit)[1]
    found.append(levels.at(guess if abs(guess / first - 1.0) > _TOLERANCES.close else _TOLERANCES.apart * first))
    dimension, _, inside = least_ratio(found, limit)
    at, third = found[0], found[2]
    if not inside or dimension < at.share:
        dimension, inside = max(at.share, min(one.value / -one.s for one in found[1:])), False
    bare = np.array([at.bare, third.bare / abs(third.s), at.bare_share])
    groups = np.stack([at.groups, third.groups / abs(third.s), _slopes_at_zero(found)])
    change = np.array([at.change, third.change / third.s, at.share_change])
    values = np.array([max(at.value, 0.0), dimension, at.share])  # W is a sum of what lies above s
    return Spectrum(values, scatter_of(groups), change, levels.converged, inside, third.s, bare)


def bare_numbers(levels: Levels, place: float) -> FloatArray:
    """The numbers at the least regulator alone, with the minimum of W / |s| taken to be at `place`."""
    at, there = levels.bare_at(0.0), levels.bare_at(place)
    return np.array([at.bare, there.bare / abs(place), at.bare_share])


def lowest_place(slopes: Slopes) -> float:
    """How far below zero W is looked at: not where uncoupled units hardly decay around the ring."""
    slowest = min(slopes.rates)
    return max(min(_TOLERANCES.largest * slowest, slowest - _TOLERANCES.decay / slopes.period), 0.5 * slowest)


def least_ratio(found: list[Values], limit: float) -> tuple[float, float, bool]:
    """min of W(s)/|s| over -limit < s < 0, its s, and whether it is inside, from W and W' at values of s.

    Between and beyond them by Hermite's polynomial; not farther than half as far again.
    """
    s = np.array([one.s for one in found])
    curve = hermite(s, np.array([one.value for one in found]), -np.array([one.share for one in found]))
    nearest = _TOLERANCES.nearest * limit
    grid = -np.linspace(nearest, min(limit, max(1.5 * -s.min(), 2.0 * nearest)), 2001)
    ratio = curve(grid) / -grid
    k = int(np.argmin(ratio))
    return float(ratio[k]), float(grid[k]), bool(k < grid.size - 1)


def hermite(s: FloatArray, values: FloatArray, slopes: FloatArray) -> Polynomial:
    """The polynomial with values and slopes (n,) at s (n,)."""
    scale = np.abs(s).max()
    x = s / scale
    powers = np.arange(2 * len(s))
    rows = x[:, None] ** powers
    derived = powers * x[:, None] ** np.maximum(powers - 1, 0)
    solution = np.linalg.solve(np.concatenate([rows, derived]), np.concatenate([values, slopes * scale]))
    return Polynomial(solution / scale**powers)


def scatter_of(groups: FloatArray) -> FloatArray:
    """Standard errors (n,) of the means of values (n, groups) of independent scrambles, with Student's factor."""
    count = groups.shape[1]
    if count < 2:
        return np.zeros(len(groups))
    few = {2: 1.84, 3: 1.32, 4: 1.2}.get(count, 1.1)
    return np.asarray(few * groups.std(axis=1, ddof=1) / math.sqrt(count))


def _slopes_at_zero(found: list[Values]) -> FloatArray:
    """What each scramble (groups,) adds to the share: the slope at 0 of a parabola through what it adds to W."""
    s = np.array([one.s for one in found])
    away = np.array([one.groups - one.groups.mean() for one in found])
    return np.asarray(-np.polyfit(s, away, 2)[1])
