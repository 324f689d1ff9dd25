"""The marginally stable region (docs/theory.md (4.4), (4.5)): every unstable non-zero fixed point is pinned.

At finite alpha_z: S > 1 and a pinning ratio up to a level; behind a hard update gate: S > 1 and f S < 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phasemap.model.estimate import Estimate, FloatArray
from phasemap.model.status import NUMBERS

MARGINALLY_STABLE = "marginally_stable"
NEEDED = ("static_gain", "pinning_ratio", "marginal_gain")


@dataclass(frozen=True)
class Membership:
    """Whether points lie in the region, and the numbers that decide it: (*points,) each.

    height:        positive inside, negative outside, continuous but where fixed points appear in pairs.
    static_gain, pinning_ratio: of the unstable non-zero fixed point that is pinned least, else of the one of largest
                   gain; NaN where there is none, and no ratio up to S = 1.
    """

    height: FloatArray
    static_gain: FloatArray
    pinning_ratio: FloatArray

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Whether the point lies in the region."""
        return np.asarray(self.height > 0.0)


def is_behind_hard_gate(parameters: Mapping[str, float]) -> bool:
    """Whether the update gate of a plane is hard, by its fixed parameters."""
    return bool(np.isinf(parameters.get("alpha_z", 0.0)))


def membership(quantities: Mapping[str, Estimate], alpha_z: FloatArray, level: float) -> Membership:
    """Membership of points.

    quantities: those of `NEEDED`, over (*points, fixed_point), the zero state first.
    alpha_z:    (*points,) steepness of the update gate, inf for a hard one.
    level:      largest pinning ratio that counts.
    """
    S, p, f_S = (_numbers(quantities[name])[..., 1:] for name in NEEDED)
    unstable = S > 1.0
    soft = _signed(np.full_like(p, level), np.where(unstable & ~np.isnan(p), p, 1.0))
    hard = np.minimum(_signed(S, 1.0), _signed(np.ones_like(f_S), f_S))
    each = np.where(np.isinf(alpha_z)[..., None], np.where(unstable, hard, _signed(S, 1.0)), soft)
    each = np.where(np.isnan(each) | np.isnan(S), -1.0, each)
    # The least pinned of the unstable ones; without any, the one of largest gain.
    rank = np.where(unstable, each, np.where(np.isnan(S), np.inf, 10.0 - S / (1.0 + S)))
    chosen = rank.argmin(axis=-1)[..., None]
    height, gain, ratio = (np.take_along_axis(one, chosen, axis=-1)[..., 0] for one in (each, S, p))
    return Membership(height, gain, ratio)


def _numbers(estimate: Estimate) -> FloatArray:
    """Values, NaN where there is no number."""
    known = np.isin(estimate.status, NUMBERS) | np.isinf(estimate.value)
    return np.where(known, estimate.value, np.nan).astype(np.float64)


def _signed(x: FloatArray, y: FloatArray | float) -> FloatArray:
    """(x - y) / (x + y) of numbers that are not negative, of which one may be infinite."""
    with np.errstate(invalid="ignore"):
        ratio = (x - y) / (x + y)
        return np.asarray(np.where(np.isposinf(x), 1.0, np.where(np.isposinf(y), -1.0, ratio)))
