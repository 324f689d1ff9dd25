"""The additive network without inputs: its chaotic state is known from conservation of energy up to a quadrature.

Source: Sompolinsky, Crisanti and Sommers, PRL 61, 259 (1988). It gives the first guess of everything else.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from phasemap.kernels.dynamic.additive import homoclinic_gain
from phasemap.kernels.dynamic.window import Grid
from phasemap.model.results import FloatArray
from phasemap.theory.dynamic.autocovariance.gaussian_pairs import tables, with_panels

_LN_X = np.linspace(math.log(1e-7), math.log(1e8), 400)


@dataclass(frozen=True)
class Orbit:
    """X_0 = gamma C_h(0), ln gamma, decay rate and -X''(0)/X_0 of the chaotic state."""

    x: float
    ln_gamma: float
    rate: float
    curvature: float


def orbit_at(ln_x: float) -> Orbit:
    """The chaotic state whose variance is X_0 = exp(ln_x)."""
    memory = tables(0.0)

    def run() -> tuple[int, tuple[float, float, float]]:
        """The state from the kernel, whose status asks for missing panels."""
        status, *values = homoclinic_gain(math.exp(ln_x), memory)
        return status, tuple(values)

    _, (ln_gamma, rate, curvature) = with_panels(run, memory)
    return Orbit(math.exp(ln_x), ln_gamma, rate, curvature)


@lru_cache(maxsize=1)
def _curve() -> tuple[FloatArray, FloatArray, FloatArray]:
    """ln(gamma - 1), rate and curvature over _LN_X."""
    orbits = [orbit_at(ln_x) for ln_x in _LN_X]
    excess = np.log(np.expm1([o.ln_gamma for o in orbits]))
    return excess, np.array([o.rate for o in orbits]), np.array([o.curvature for o in orbits])


def orbit_near(ln_gamma: float) -> Orbit | None:
    """The chaotic state at a gain, to three digits; None up to the transition gamma = 1, and beyond the table."""
    if ln_gamma <= 0.0:
        return None
    excess, rate, curvature = _curve()
    target = math.log(math.expm1(ln_gamma))
    if not excess[0] <= target <= excess[-1]:
        return None
    ln_x, k, c = (float(np.interp(target, excess, values)) for values in (_LN_X, rate, curvature))
    return Orbit(math.exp(ln_x), ln_gamma, k, c)


def shape(orbit: Orbit, nodes: Grid, window: float) -> FloatArray:
    """X(t)/X_0 as sech(k t / p)**p, which has the right curvature at 0 and the right decay."""
    power = orbit.rate**2 / abs(orbit.curvature)
    u = orbit.rate * nodes.t * window / power
    return np.asarray(np.exp(-power * (u + np.log1p(np.exp(-2.0 * u)) - math.log(2.0))))
