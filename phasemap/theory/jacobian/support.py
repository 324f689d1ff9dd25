"""The support of the Jacobian's spectrum in the complex plane: its components, boundary curves and leading edge.

The boundary is rho(Gamma(lambda)) = 1 (docs/theory.md (3.2)). Two properties of Gamma make the search complete:

- every entry decreases with |Im lambda|, so that the support is { |Im lambda| < Y(Re lambda) }: it has no holes, every
  component meets the real axis, and the rightmost point lies on it;
- on the real axis every entry is log-convex between poles, and so is rho: between neighbouring poles there is at most
  one gap, on both sides of the lowest point of rho, and beyond the outermost poles exactly one edge.
"""

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasemap.kernels.jacobian.support import heights, ray_crossing, spectral_radii, spectral_radius, valley
from phasemap.model.results import FloatArray
from phasemap.theory.jacobian.local_ensemble import LocalEnsemble


class _Tolerances(NamedTuple):
    """Where edges are looked for, and how closely they are drawn."""

    nearest: float = 1e-150  # distance from a pole: nothing is nearer in double precision
    farthest: float = 1e12  # distance from a pole: no spectrum reaches so far
    flatness: float = 4e-3  # distance of a chord from the curve, relative to that from 0: unseen in print
    floor: float = 2e-4  # the same, relative to the size of the support
    rounds: int = 9  # of halving every segment that is not flat
    inside: float = 1e-9  # distance from the ends at which a mark lies between them


_TOLERANCES = _Tolerances()


@dataclass(frozen=True)
class Component:
    """One connected component of the support.

    left, right: where its boundary crosses the real axis.
    upper:    (n,) boundary in the upper half-plane, from left to right; the lower half mirrors it.
    residual: (n,) |rho(Gamma) - 1| at each vertex; NaN where the boundary is a spike on the real axis.
    """

    left: float
    right: float
    upper: NDArray[np.complex128]
    residual: FloatArray

    @property
    def closed(self) -> NDArray[np.complex128]:
        """The whole curve, closed, counter-clockwise."""
        return np.concatenate([self.upper[::-1], np.conj(self.upper[1:])])


@dataclass(frozen=True)
class Support:
    """The support of the spectrum of an ensemble of local linearisations."""

    ensemble: LocalEnsemble

    @cached_property
    def intervals(self) -> list[tuple[float, float]]:
        """(left, right) of every component on the real axis, from left to right; empty without random couplings."""
        if not self.ensemble.is_random:
            return []
        data, walls = self.ensemble.support, self._walls
        left = walls[0][0] - self._reach(walls[0][0], -1.0, _TOLERANCES.farthest)
        found = []
        for (_, a), (b, _) in itertools.pairwise(walls):
            lowest = valley(a, b, data)
            if spectral_radius(lowest, 0.0, data) < 1.0:
                found.append((left, a + self._reach(a, 1.0, lowest - a)))
                left = b - self._reach(b, -1.0, b - lowest)
        last = walls[-1][1]
        return [*found, (left, last + self._reach(last, 1.0, _TOLERANCES.farthest))]

    @property
    def edge(self) -> float:
        """Largest real part in the support, 1 / membrane time constant; NaN without random couplings."""
        return self.intervals[-1][1] if self.intervals else float("nan")

    @cached_property
    def components(self) -> list[Component]:
        """All components with their boundary curves, every vertex solved to rounding, from left to right."""
        return [self._trace(left, right) for left, right in self.intervals]

    def radius(self, points: ArrayLike) -> FloatArray:
        """rho(Gamma(lambda)) at complex `points`, same shape: above 1 inside the support."""
        lam = np.asarray(points, dtype=complex)
        out = np.empty(lam.size)
        spectral_radii(lam.real.ravel(), np.abs(lam.imag).ravel(), self.ensemble.support, out)
        return out.reshape(lam.shape)

    def height(self, x: ArrayLike) -> FloatArray:
        """Y(x): the support above the real x is |Im lambda| < Y; 0 outside, same shape as `x`."""
        x = np.asarray(x, dtype=float)
        out = np.zeros(x.size)
        if self.ensemble.is_random:
            heights(x.ravel(), _TOLERANCES.nearest, _TOLERANCES.farthest, self.ensemble.support, out)
        return out.reshape(x.shape)

    def contains(self, points: ArrayLike, margin: float = 0.0) -> NDArray[np.bool_]:
        """Whether complex `points` lie in the support enlarged by `margin` (measured along the imaginary axis, and
        beyond the ends of a component along the real one)."""
        lam = np.asarray(points, dtype=complex)
        x, inside = lam.real, np.zeros(lam.shape, dtype=bool)
        for left, right in self.intervals:
            near = (x >= left - margin) & (x <= right + margin)
            top = self.height(np.clip(x[near], left, right))
            inside[near] |= np.abs(lam.imag[near]) <= top + margin
        return inside

    @cached_property
    def marks(self) -> list[float]:
        """Points of the real axis next to which the spectrum may be sharp: ends of the range of -sigma_z, and poles."""
        e = self.ensemble
        gates = ((e.live_z, e.units.tau_z), (e.live_r, e.units.tau_r))
        return sorted({*e.continuum, *(-1.0 / tau for live, tau in gates if live and tau > 0)})

    @cached_property
    def _walls(self) -> list[tuple[float, float]]:
        """Where rho is infinite on the real axis, as disjoint closed intervals from left to right."""
        low, high = self.ensemble.continuum
        return sorted({(low, high), *((mark, mark) for mark in self.marks if not low <= mark <= high)})

    def _reach(self, pole: float, direction: float, farthest: float) -> float:
        distance = float(ray_crossing(pole, 0.0, direction, 0.0, _TOLERANCES.nearest, farthest, self.ensemble.support))
        return distance if distance > _TOLERANCES.nearest else 0.0

    def _trace(self, left: float, right: float) -> Component:
        size = right - left
        inner = [
            mark for mark in self.marks if left + _TOLERANCES.inside * size < mark < right - _TOLERANCES.inside * size
        ]
        knots = [left, *inner, right]
        x = np.concatenate([_between(a, b, 17) for a, b in itertools.pairwise(knots)])
        x = np.unique(np.concatenate([x, knots]))
        y = self._height_inside(x, left, right)
        for _ in range(_TOLERANCES.rounds):
            middle = 0.5 * (x[:-1] + x[1:])
            level = self._height_inside(middle, left, right)
            sag = np.abs(level - 0.5 * (y[:-1] + y[1:]))
            scale = np.minimum(np.abs(middle + 1j * level) + _TOLERANCES.floor * size, 0.5 * size)
            rough = (sag > _TOLERANCES.flatness * scale) & (middle > x[:-1]) & (middle < x[1:])
            if not rough.any():
                break
            x, y = np.concatenate([x, middle[rough]]), np.concatenate([y, level[rough]])
            order = np.argsort(x)
            x, y = x[order], y[order]
        upper = x + 1j * y
        with np.errstate(invalid="ignore"):
            residual = np.abs(self.radius(upper) - 1.0)
        return Component(left, right, upper, np.where(_on_spike(upper, self.ensemble), np.nan, residual))

    def _height_inside(self, x: FloatArray, left: float, right: float) -> FloatArray:
        return np.where((x <= left) | (x >= right), 0.0, self.height(x))


def _between(a: float, b: float, count: int) -> FloatArray:
    """`count` points from a to b, crowded at both ends as the height's square roots there need it."""
    t = np.linspace(0.0, np.pi, count)
    return 0.5 * (a + b) - 0.5 * (b - a) * np.cos(t)


def _on_spike(upper: NDArray[np.complex128], ensemble: LocalEnsemble) -> NDArray[np.bool_]:
    """Vertices on the real axis inside the range of -sigma_z, where the support has no thickness to solve for."""
    low, high = ensemble.continuum
    flat: NDArray[np.bool_] = (upper.imag == 0.0) & (upper.real >= low) & (upper.real <= high)
    return flat
