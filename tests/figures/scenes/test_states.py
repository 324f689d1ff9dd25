"""Colours go on through a phase border where the state that is shown goes on, and stop where another one begins."""

import numpy as np

from phasemap.dataset.phases import Phase
from phasemap.figures.scenes.states import states_of


def test_the_branch_that_is_shown_decides_where_there_are_branches(plane):
    shape = plane.shape[::-1]
    chaotic = np.full(shape, Phase.CHAOTIC, np.uint8)
    both = np.full(shape, Phase.BISTABLE, np.uint8)
    mixed = np.where(np.arange(shape[1]) % 2, chaotic, both)
    codes = states_of(plane, "lyapunov_max", None, mixed)
    assert codes.shape == shape
    np.testing.assert_array_equal(codes, states_of(plane, "lyapunov_max", None, chaotic))
    assert len(np.unique(codes)) > 1  # silent and fluctuating states
    assert len(np.unique(states_of(plane, "lyapunov_max", "zero", chaotic))) == 1


def test_a_stable_response_and_chaos_are_two_states(plane):
    shape = plane.shape[::-1]
    driven = np.full(shape, Phase.DRIVEN_STABLE, np.uint8)
    driven[:, 10:] = Phase.CHAOTIC
    codes = states_of(plane, "lyapunov_max", "fluctuating", driven)
    assert set(np.unique(codes[:, :10])).isdisjoint(np.unique(codes[:, 10:]))


def test_without_branches_the_phase_decides(plane):
    phases = np.random.default_rng(0).integers(0, 7, plane.shape[::-1]).astype(np.uint8)
    np.testing.assert_array_equal(states_of(plane, "fixed_point_count", None, phases), phases)
    assert states_of(plane, "fixed_point_count", None, None) is None
    assert states_of(plane, "phase", None, phases) is None
