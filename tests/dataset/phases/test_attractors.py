"""The states that a network may come to, and the one that a map shows."""

import numpy as np
import pytest
from support.phase_facts import BAD, BRANCHES, FAILED, GOOD, NONE, exponents

from phasemap.dataset import Field
from phasemap.dataset.attractors import attractors, dominant_branch
from phasemap.model.status import Status


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"zero": -0.3}, "zero"),
        ({"zero": 0.3, "static": 0.2, "fluctuating": 0.1}, "fluctuating"),
        ({"zero": -0.1, "static": 0.2}, "zero"),
        ({"zero": 0.2, "static": -0.1}, "static"),
        ({"zero": -0.2, "static": -0.1}, "static"),
        ({"zero": 0.3, "static": 0.2}, "static"),
        ({"zero": -0.1, "fluctuating": (np.nan, FAILED)}, "fluctuating"),
        ({"zero": -0.1, "fluctuating_unstable": 0.3}, "zero"),
        ({"zero": -0.1, "static": (np.nan, FAILED)}, "zero"),
        ({"static_small": -0.1, "static": 0.2}, "static_small"),
        ({"static_small": -0.1, "static": -0.2}, "static"),
        ({"static_small": 0.0, "static": 0.1}, "static_small"),
        ({"zero": -0.1, "static": 0.0}, "static"),
        ({"fluctuating_small": -0.1, "fluctuating": 0.2}, "fluctuating"),
        ({"zero": -0.1, "fluctuating": (np.nan, Status.OUT_OF_TIME)}, "fluctuating"),
        ({}, None),
    ],
)
def test_map_shows_the_attractor(values, expected):
    chosen = int(dominant_branch(exponents(**values), BRANCHES))
    assert chosen == (-1 if expected is None else BRANCHES.index(expected))


def test_taking_a_branch_keeps_value_error_and_status_together():
    names = ("zero", "static", "fluctuating", "fluctuating_unstable")
    both = Field(
        name="lyapunov_max",
        dims=("g_h", "branch"),
        own_dims=("branch",),
        value=np.array([[-0.3, np.nan, 0.1, np.nan], [np.nan] * 4]),
        status=np.array([[GOOD, NONE, BAD, NONE], [NONE] * 4], dtype=np.uint8),
        error=np.array([[0.01, np.nan, 0.02, np.nan], [np.nan] * 4]),
    )
    taken = both.pick("branch", dominant_branch(both, names))
    assert taken.dims == ("g_h",) and taken.own_dims == ()
    assert taken.value[0] == 0.1 and taken.status[0] == BAD and taken.error[0] == 0.02
    assert np.isnan(taken.value[1]) and taken.status[1] == NONE and np.isnan(taken.error[1])


def test_attractors_are_the_stable_states():
    def found(**values):
        return [name for name, yes in zip(BRANCHES, attractors(exponents(**values), BRANCHES), strict=True) if yes]

    assert found(zero=-0.1, static=0.2, fluctuating=0.3, fluctuating_unstable=-0.5) == ["zero", "fluctuating"]
    assert found(static_small=-0.1, static=0.2, fluctuating_small=-0.2) == ["static_small", "fluctuating_small"]
    assert found(fluctuating=(np.inf, Status.DIVERGES), zero=(-0.1, Status.UPPER_BOUND)) == ["zero", "fluctuating"]
    assert found(static_small=0.0, static=0.1, fluctuating=0.2) == ["static_small", "fluctuating"]
    assert not found(zero=(-0.1, BAD), fluctuating=(0.3, FAILED), static=(-0.1, Status.LOWER_BOUND))
