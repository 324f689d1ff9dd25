"""Facts about a point, as the rules of phases read them: one point of a few named branches and fixed points."""

import math

import numpy as np

from phasemap.dataset.phases import Phase, phase_labels
from phasemap.model.results import Estimate
from phasemap.model.status import Status

FIXED_POINTS = ("zero", "lower", "middle", "upper")
BRANCHES = ("zero", "static_small", "static", "fluctuating_small", "fluctuating", "fluctuating_unstable")
GOOD, BAD, NONE, FAILED, PENDING = (
    Status.CONVERGED,
    Status.NOT_CONVERGED,
    Status.ABSENT,
    Status.FAILED,
    Status.PENDING,
)


def estimate(names, error=0.0, **given_values):
    """One point: name=value is converged, name=(value, status) as said, the rest absent."""
    value, status = np.full(len(names), np.nan), np.full(len(names), NONE, dtype=np.uint8)
    for name, what in given_values.items():
        v, s = what if isinstance(what, tuple) else (what, GOOD)
        value[names.index(name)], status[names.index(name)] = v, s
    return Estimate(value=value, status=status, error=np.full(len(names), error))


def gains(**values):
    return estimate(FIXED_POINTS, **values)


def exponents(error=0.0, **values):
    return estimate(BRANCHES, error, **values)


def label(gate=(0.0, -math.inf), rules=None, **quantities):
    parameters = dict(zip(("alpha_z", "beta_z"), gate, strict=True))
    return Phase(int(phase_labels(quantities, FIXED_POINTS, BRANCHES, parameters, rules)))
