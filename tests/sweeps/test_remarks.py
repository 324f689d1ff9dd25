"""What a solver says beside its numbers, and which of them are stored as good."""

import math

import numpy as np

from phasemap.model.results import Estimate, Estimates
from phasemap.model.status import Status
from phasemap.sweeps.work import as_stored


def test_what_is_not_finite_has_not_converged() -> None:
    value = np.array([1.0, math.inf, 2.0, math.nan])
    error = np.array([0.0, 0.0, math.inf, 0.0])
    found = as_stored(
        "x", Estimate(value=value, status=np.full(4, Status.CONVERGED, dtype=np.uint8), error=error), (4,)
    )
    assert found.status.tolist() == [Status.CONVERGED, Status.DIVERGES, Status.NOT_CONVERGED, Status.FAILED]


def test_remarks_are_said_once() -> None:
    assert Estimates({}, [(0, "a"), (1, "b"), (0, "a")]).remarks == ((0, "a"), (1, "b"))
