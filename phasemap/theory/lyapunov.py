"""The maximum Lyapunov exponent of fluctuating solutions of the mean field (theory notes, section 6)."""

import math
from dataclasses import dataclass

import numpy as np

from phasemap.kernels.correlations import CONSTANT_GATE, HARD_GATE
from phasemap.kernels.lyapunov import leading_exponent
from phasemap.model.results import FloatArray
from phasemap.theory.correlations import Profile

_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Exponent:
    """lambda in units of the gated rate, and its eigenfunction (n,) on the profile's grid."""

    value: float
    state: FloatArray
    converged: bool


def exponent(profile: Profile, start: Exponent | None = None) -> Exponent:
    """The growth rate at which the linearised covariance map has radius one.

    A hard output gate turns an infinitesimal perturbation into a finite one at every crossing: its exponent is
    infinite.

    start: a solution nearby whose state is on the same grid.
    """
    problem = profile.problem
    n = len(profile.x)
    if problem.gate == HARD_GATE:
        return Exponent(math.inf, np.zeros(n), True)
    gain = math.exp(profile.ln_gamma) * profile.phi[1]
    p = gain * profile.sigma[0]
    c = profile.phi[0] * profile.sigma[1] * problem.steepness**2
    state = np.zeros(n) if start is None else start.state.copy()
    status, value, _ = leading_exponent(
        profile.grid, profile.window, problem.tau_r, p, c, gain, problem.gate != CONSTANT_GATE, start is not None,
        _TOLERANCE, state, 0.0 if start is None else start.value,
    )  # fmt: skip
    return Exponent(float(value), state, status == 0)
