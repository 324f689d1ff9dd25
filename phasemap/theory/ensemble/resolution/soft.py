"""The soft mode of the iteration, and how it is stiffened: C(t) and C(t / s) are almost equally good solutions.

Near a continuous transition, and wherever an update gate pins the dynamics, stretching the correlations in time by a
factor e^a changes the residual of the map by -kappa a d only, with d = -t dC/dt and kappa << 1 (docs/theory.md (5.5)).
The *pull* of the map at a time scale is the projection of its residual on d: positive where the true time scale is
longer. Dividing that part of the residual by kappa makes a residual that says how far the solution is, in every
direction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.ring import Ring, resample
from phasemap.theory.ensemble.tail import crossing, limit


class _Tolerances(NamedTuple):
    """How kappa is measured."""

    stretch: float = 0.3  # change of ln(time scale)
    softest: float = 2e-3  # smallest kappa that is believed


_TOLERANCES = _Tolerances()


@dataclass(frozen=True)
class Stiffener:
    """Divides the part of a residual along d (half,) by kappa; the identity for kappa = 1."""

    direction: FloatArray
    kappa: float

    def __call__(self, residual: FloatArray) -> FloatArray:
        """The stiffened residual (half,)."""
        return residual + (1.0 / self.kappa - 1.0) * pull_along(residual, self.direction) * self.direction

    def resampled(self, ring: Ring, target: Ring) -> "Stiffener":
        """The same on a ring of the same period."""
        return Stiffener(resample(self.direction, ring, target), self.kappa)


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


def stiffener(ensemble: Ensemble, activity: FloatArray) -> Stiffener:
    """The stiffener at C_phi (half,), from the map's answers to stretches either way."""
    residual = ensemble.map(activity) - activity
    found = []
    for amount in (-_TOLERANCES.stretch, _TOLERANCES.stretch):
        changed = stretched(ensemble.ring, activity, amount)
        change = ensemble.map(changed) - changed - residual
        found.append(-pull_along(change, changed - activity))
    kappa = float(np.clip(np.mean(found), _TOLERANCES.softest, 1.0))
    return Stiffener(direction(ensemble.ring, activity), kappa)


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
