"""The dynamic mean field at points, with networks without matrices as the second method where the first one fails."""

import math
from collections.abc import Sequence

import numpy as np

from phasemap.handover.take import aged_fields, take
from phasemap.model.branches import BRANCHES, FLUCTUATING
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimates
from phasemap.model.status import Status
from phasemap.simulation.aging.schedule import Schedule
from phasemap.simulation.aging.sizes import combine, run_sizes
from phasemap.simulation.network.disorder import child
from phasemap.theory import mean_field
from phasemap.theory.static.aging import remarks_where_ages

_AT = BRANCHES.index(FLUCTUATING)
# Relaxation times from which on networks are the better method; below, the ensemble is cheaper and knows more.
_SLOW = 100.0
# The child of a point's seed that networks are drawn from.
_STREAM = 77


def solve_points(
    points: Sequence[Parameters], options: EnsembleOptions | None, seeds: Sequence[np.random.SeedSequence]
) -> Estimates:
    """What `phasemap.theory.mean_field.solve_points` returns, and of networks without matrices (docs/theory.md (5.7)):

        lazy_networks (n_points,), aged_variance (n_points, age), aged_autocorrelation (n_points, age, lag)

    Where `options.lazy_runs` > 0 and no window of the ensemble holds the fluctuating state, its variances, correlation
    functions and relaxation time are those of the networks. The exponent stays what the ensemble knows of it, a bound.
    Where the state ages only the numbers at stated ages are given.
    """
    chosen = options or EnsembleOptions()
    found = mean_field.solve_points(points, chosen, seeds)
    found.update(aged_fields(points, chosen))
    if chosen.lazy_runs == 0:
        return found
    aging, remarks = remarks_where_ages(points), list(found.remarks)
    for i, p in enumerate(points):
        if i in aging or _is_slow(found, i, p):
            schedule = Schedule(chosen.lazy_ages)
            runs = run_sizes(p, chosen.lazy_sizes, chosen.lazy_runs, schedule, child(seeds[i], _STREAM))
            remarks.append((i, take(found, i, combine(runs, schedule), chosen, i in aging)))
    return Estimates(found, remarks)


def _is_slow(found: Estimates, i: int, p: Parameters) -> bool:
    """Whether there is a fluctuating state, without noise, that the ensemble does not know because it is slow."""
    if p.update_gate.is_constant or p.is_noisy:
        return False
    known = {name: found[name].status[i, _AT] for name in ("variance", "relaxation_time")}
    if all(status == Status.CONVERGED for status in known.values()):
        return False
    if {Status.ABSENT, Status.DIVERGES, Status.NOT_SOUGHT} & {Status(int(status)) for status in known.values()}:
        return False
    if known["relaxation_time"] == Status.LOWER_BOUND and known["variance"] != Status.CONVERGED:
        return True
    time = float(np.asarray(found["relaxation_time"].value, dtype=float)[i, _AT])
    return math.isnan(time) or time >= _SLOW
