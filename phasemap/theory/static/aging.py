"""Points whose state ages: a hard update gate pins every unstable fixed point, so that motion slows down for ever.

While f S < 1 < S (docs/theory.md (4.3)) closed units hold what they have and the open ones alone cannot sustain motion:
correlations depend on both of their times, and nothing is stationary. Networks give them at a stated age.
"""

from collections.abc import Sequence

import numpy as np

from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.theory.static import fixed_points

AGES = (
    "No stationary state: the hard update gate pins what is unstable, f S = {pinned:.3g} < 1 < S = {gain:.3g}. "
    "The state ages: it moves ever more slowly, and its correlations depend on both times. There is no stationary "
    "lambda_max. Networks give variance and correlations at stated ages (ensemble.lazy_runs)."
)


def remarks_where_ages(points: Sequence[Parameters]) -> dict[int, str]:
    """Place -> why there is no stationary state, for the points whose state ages. Under noise none does."""
    hard = [i for i, p in enumerate(points) if p.update_gate.is_hard and p.update_gate.moves and not p.is_noisy]
    if not hard:
        return {}
    found = fixed_points.solve_points([points[i] for i in hard])
    gain, pinned = (np.asarray(found[name].value, dtype=float) for name in ("static_gain", "marginal_gain"))
    known = found["delta_h"].status != Status.DIVERGES  # else shut units integrate an input
    return {
        i: AGES.format(pinned=float(pinned[k][-1]), gain=float(gain[k][-1]))
        for k, i in enumerate(hard)
        if known[k].all() and _is_pinned(gain[k], pinned[k])
    }


def _is_pinned(gain: FloatArray, pinned: FloatArray) -> bool:
    """Whether fixed points exist, none of them is stable, and the gate holds all but that at zero (the first)."""
    there = np.isfinite(gain)
    others = there[1:]
    return bool(others.any() and (gain[there] > 1.0).all() and (pinned[1:][others] < 1.0).all())
