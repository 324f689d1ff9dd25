"""Where networks without matrices are needed, and what they cost, before anything is computed."""

import numpy as np

from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import Parameters
from phasemap.simulation.aging.schedule import Schedule
from phasemap.simulation.aging.sizes import seconds_of
from phasemap.theory.static import fixed_points
from phasemap.theory.static.quantities import PINNED


def seconds_at(p: Parameters, options: EnsembleOptions) -> float:
    """Expected cost at a point: where an unstable fixed point is pinned, that of all networks, elsewhere none."""
    if p.is_noisy or not _is_pinned(p):
        return 0.0
    return cost(p, options)


def cost(p: Parameters, options: EnsembleOptions) -> float:
    """Expected cost of all networks of a point on one core."""
    return seconds_of(p, options.lazy_sizes, options.lazy_runs, Schedule(options.lazy_ages))


def _is_pinned(p: Parameters) -> bool:
    ratio = np.asarray(fixed_points.solve_points([p])["pinning_ratio"].value, dtype=float)[0, 1:]
    return bool((ratio <= PINNED).any())
