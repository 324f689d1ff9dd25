"""Adjoint covariances at a constant update gate, refined until they are known to the accuracy asked for.

Up to a horizon all pairs of lags are kept; further out only a band around the diagonal, beyond which the leading
eigenfunction has decayed, so that the cost is linear in the lag. Where what is left after division by exp(2 lambda s)
has become constant, it is continued as a constant.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from phasemap.kernels.gradients.march import accumulate, march
from phasemap.model.results import FloatArray
from phasemap.numerics.romberg import extrapolate
from phasemap.theory.dynamic.autocovariance.correlations import Profile
from phasemap.theory.gradients.fluctuating.coupling import Correlations, correlations_at, coupling_of
from phasemap.theory.gradients.records import Curve

# The first step, in gated membrane times, and how much of a fast output gate's time constant it may be.
_STEP, _STEP_PER_GATE = 0.1, 0.4


class _Tolerances(NamedTuple):
    """When a march has gone far enough."""

    converged: float = 9e-7  # relative error that counts as converged
    settled: float = 1e-7  # relative change over the last fifth of the march that counts as none


_TOLERANCES = _Tolerances()
TOLERANCE = _TOLERANCES.converged
# All pairs of lags are kept up to here.
FULL = 48.0
# Most cells of a march at its finest step.
_MOST_CELLS = 4e8
ROWS = (
    "adjoint_variance", "adjoint_variance_r", "gradient_profile_h", "gradient_profile_r", "gradient_profile_input",
    "gradient_variance_h", "gradient_variance_r", "gradient_variance_input",
)  # fmt: skip


@dataclass(frozen=True)
class March:
    """Curves by ROWS over exp(2 shift s), in gated membrane times; settled: relative change at the end of the march."""

    shift: float
    curves: dict[str, Curve]
    unsettled: float

    @property
    def end(self) -> float:
        """Last lag of the march."""
        return float(self.curves["adjoint_variance"].lags[-1])


def first_step(correlations: Correlations) -> float:
    """The coarsest step, in gated membrane times."""
    return min(_STEP, _STEP_PER_GATE * correlations.tau) if correlations.moving else _STEP


def marched(profile: Profile, exponent: float, longest: float, reach: float) -> tuple[March, March]:
    """Marches along a fluctuating state: near, with all pairs of lags, and far, up to a lag or until nothing changes.

    exponent: of the state, divided out.  longest: lag asked for.  reach: decay length of the leading eigenfunction,
    times ten or so: what is further from the diagonal does not matter in the long run.
    """
    horizon = min(longest, FULL)
    near = found = _to(profile, exponent, horizon, math.inf)
    while found.end < longest and found.unsettled > _TOLERANCES.settled:
        further = min(longest, 2.0 * found.end)
        if _cells(further, max(reach, FULL)) > _MOST_CELLS:
            break
        found = _to(profile, exponent, further, max(reach, FULL))
    return near, found


def _cells(horizon: float, band: float) -> float:
    return horizon * min(band, horizon) * (8.0 / _STEP) ** 2


def _to(profile: Profile, shift: float, horizon: float, band: float) -> March:
    probe = correlations_at(profile, np.zeros(1))
    step = first_step(probe)
    count = max(math.ceil(horizon / step), 8)

    def on_grid(fine: float) -> FloatArray:
        """The march on a grid of this step."""
        n = count * round(step / fine)
        known = (n if band >= horizon else min(n, math.ceil(band / fine))) + 1
        at = correlations_at(profile, np.asarray(fine * np.arange(known), dtype=float))
        return run(at, fine, n, shift)

    most = 5 if _cells(horizon, band) <= _MOST_CELLS / 16.0 else 4
    rows, errors = extrapolate(on_grid, step, TOLERANCE, levels=4, most=most)
    lags = np.asarray(step * np.arange(count + 1), dtype=float)
    curves = {name: Curve(lags, rows[k], errors[k]) for k, name in enumerate(ROWS)}
    return March(shift, curves, _change(rows))


def run(at: Correlations, step: float, n: int, shift: float) -> FloatArray:
    """One march of n steps: ROWS (8, n + 1) over exp(2 shift s). Pairs further apart than `at` reaches vanish."""
    coupling = coupling_of(at, step, shift)
    diagonal, rows = np.zeros((2, n + 1)), np.zeros((3, n + 1))
    march(coupling, step, shift, at.tau if at.moving else 1.0, len(at.activity) - 1, diagonal, rows)
    rows[1] /= at.tau**2 if at.moving else 1.0
    totals = np.empty_like(rows)
    accumulate(rows, step, shift, totals)
    return np.concatenate([diagonal, rows, totals])


def resolution_error(profile: Profile, coarser: Profile, longest: float) -> float:
    """Relative change of any number up to a lag (at most FULL) between two resolutions of the correlations."""
    count = max(math.ceil(min(longest, FULL) / _STEP), 2)
    lags = np.asarray(_STEP * np.arange(count + 1), dtype=float)
    fine, coarse = (run(correlations_at(one, lags), _STEP, count, 0.0)[:, 1:] for one in (profile, coarser))
    known = fine != 0.0
    return float(np.abs(coarse[known] / fine[known] - 1.0).max())


def _change(rows: FloatArray) -> float:
    """Largest relative change of covariances and profiles over the last fifth."""
    start = rows.shape[1] - 1 - rows.shape[1] // 5
    rows = rows[:5]
    end = rows[:, -1]
    known = end != 0.0
    return float(np.abs(rows[known, start] / end[known] - 1.0).max())
