"""The soft mode of the iteration, and how it is stiffened: C(t) and C(t / s) are almost equally good solutions.

Near a continuous transition, and wherever an update gate pins the dynamics, stretching the correlations in time by a
factor e^a changes the residual of the map by -kappa a d only, with d = -t dC/dt and kappa << 1 (docs/theory.md (5.5)).
The *pull* of the map at a time scale is the projection of its residual on d: positive where the true time scale is
longer. Dividing that part of the residual by kappa makes a residual that says how far the solution is, in every
direction.

What else is slow are other changes of shape. The answers of a few paths to several changes of the time scale and of the
amplitude give the map's derivative on the functions that matter, and with it nearly Newton's step.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.numerics.anderson import relative_size
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.ring import Ring, resample
from phasemap.theory.ensemble.tail import crossing, limit


class _Tolerances(NamedTuple):
    """How the response is measured."""

    softest: float = 2e-3  # smallest kappa that is believed
    stretches: tuple[float, ...] = (-2.4, -1.7, -1.1, -0.6, -0.25, 0.3, 0.65, 1.0)  # whose answers are the response
    share: float = 0.1  # of them, and of a change of the amplitude, that is mixed into C
    asked: int = 8  # groups of paths whose mean answer is the response: half of them know it well enough
    linear: float = 0.1  # in half times: beyond, lags count by their logarithm
    independent: float = 1e-3  # singular value, relative to the largest, of a change that tells something
    floor: float = 0.5  # share of kappa: no direction is softer
    parts: int = 4  # of the paths, whose scatter tells how much of a residual is chance


TOLERANCES = _Tolerances()


@dataclass(frozen=True)
class Response:
    """The map's derivative F' on n functions q_i, and Newton's step r + F' (1 - F')^-1 r for the part of r in them.

    functions: (n, half) q_i, orthonormal with the weights (half,); answers: (n, half) F' q_i.
    inverse:   (n, n) of 1 - F'.
    """

    functions: FloatArray
    weights: FloatArray
    answers: FloatArray
    inverse: FloatArray

    def __call__(self, residual: FloatArray) -> FloatArray:
        """The step (half,) that would cancel a residual (half,)."""
        return np.asarray(residual + (self.inverse @ (self.functions @ (self.weights * residual))) @ self.answers)

    def resampled(self, ring: Ring, target: Ring) -> "Response":
        """The same on a ring of the same period."""
        functions, answers = (
            np.array([resample(one, ring, target) for one in rows]) for rows in (self.functions, self.answers)
        )
        weights = np.interp(target.lags, ring.lags, self.weights) * ring.lags.size / target.lags.size
        return Response(functions, weights, answers, self.inverse)


@dataclass(frozen=True)
class Stiffener:
    """Divides the part of a residual along d (half,) by kappa, or does better where the response is known.

    scatter: standard error of a stiffened residual of the paths that were asked, relative to C(0); 0 if unknown. A
    steep gate makes the map rough on that scale, and a residual that is much smaller says nothing.
    """

    direction: FloatArray
    kappa: float
    response: Response | None = None
    scatter: float = 0.0

    def __call__(self, residual: FloatArray) -> FloatArray:
        """The stiffened residual (half,)."""
        if self.response is not None:
            return self.response(residual)
        return residual + (1.0 / self.kappa - 1.0) * pull_along(residual, self.direction) * self.direction

    def resampled(self, ring: Ring, target: Ring) -> "Stiffener":
        """The same on a ring of the same period."""
        response = None if self.response is None else self.response.resampled(ring, target)
        return Stiffener(resample(self.direction, ring, target), self.kappa, response, self.scatter)


def stiffened(
    mapping: Callable[[FloatArray], FloatArray], stiff: Callable[[FloatArray], FloatArray]
) -> Callable[[FloatArray], FloatArray]:
    """A map with the same fixed points whose residual is stiff."""

    def stiff_map(activity: FloatArray) -> FloatArray:
        """C_phi (half,) after one step."""
        return np.asarray(activity + stiff(mapping(activity) - activity))

    return stiff_map


def direction(ring: Ring, activity: FloatArray) -> FloatArray:
    """d = -t dC/dt (half,): what a longer time scale changes, per unit of its logarithm."""
    return np.asarray(-ring.lags * np.gradient(activity, ring.step))


def pull_along(residual: FloatArray, along: FloatArray) -> float:
    """Change of ln(time scale) that the map makes: projection of a residual (half,) on d (half,)."""
    size = float(along @ along)
    return float(along @ residual) / size if size > 0.0 else 0.0


def informed(ensemble: Ensemble, activity: FloatArray, kappa: float) -> Stiffener:
    """The stiffener at C_phi (half,) of a map whose pull falls by kappa, with the response of some groups."""
    ring = ensemble.ring
    others = [stretched(ring, activity, amount) - activity for amount in TOLERANCES.stretches]
    changes = TOLERANCES.share * np.array([-activity, *others])
    before = _asked(ensemble, activity)
    answers = np.array([_asked(ensemble, activity + change) - before for change in changes])
    weights = 1.0 / (ring.lags + TOLERANCES.linear * min(half_time(ring, activity, True), ring.period))
    left, size, _ = np.linalg.svd(changes * np.sqrt(weights), full_matrices=False)
    kept = size > TOLERANCES.independent * size[0]
    combine = (left[:, kept] / size[kept]).T
    functions, answers = combine @ changes, combine @ answers
    derivative = (weights * functions) @ answers.T
    left, size, right = np.linalg.svd(np.eye(len(functions)) - derivative)
    inverse = right.T @ (left / np.maximum(size, TOLERANCES.floor * kappa)).T
    response = Response(functions, weights, answers, inverse)
    return Stiffener(direction(ring, activity), kappa, response, _scatter(ensemble, activity, response))


def _scatter(ensemble: Ensemble, activity: FloatArray, stiff: Response) -> float:
    """Standard error of the stiffened residual of all paths, relative to C(0), by that of parts of them."""
    parts = np.array_split(np.arange(len(ensemble.noise.groups)), TOLERANCES.parts)
    residuals = np.array([stiff(ensemble.map(activity, tuple(map(int, part))) - activity) for part in parts])
    off = [relative_size(one, activity) ** 2 for one in residuals - residuals.mean(axis=0)]
    return math.sqrt(sum(off) / (len(off) - 1) / len(off))


def _asked(ensemble: Ensemble, activity: FloatArray) -> FloatArray:
    """The map of a few groups together."""
    return ensemble.map(activity, tuple(range(TOLERANCES.asked)))


def stretched(ring: Ring, activity: FloatArray, amount: float, target: Ring | None = None) -> FloatArray:
    """C(t e**-amount) on the lags of a ring (or another one); its last value beyond the window."""
    from scipy.interpolate import CubicSpline  # slow to load, and most points need no ensemble

    lags = (ring if target is None else target).lags
    return np.asarray(CubicSpline(ring.lags, activity)(np.minimum(np.exp(-amount) * lags, ring.lags[-1])))


def half_time(ring: Ring, activity: FloatArray, odd: bool) -> float:
    """The lag at which C(t) - C(inf) has fallen to one half; inf if it does not."""
    floor = limit(activity, odd)
    height = float(activity[0]) - floor
    return crossing((activity - floor) / height, ring, 0.5) if height > 0.0 else np.inf
