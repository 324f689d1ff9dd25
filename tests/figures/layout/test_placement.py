import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phasemap.figures.layout.placement import Box, components, fit_inside, fit_near, pole


@given(st.integers(0, 2**32 - 1), st.integers(3, 25), st.integers(2, 12))
@settings(max_examples=60, deadline=None)
def test_a_fitted_box_covers_only_free_cells(seed, width, height):
    rng = np.random.default_rng(seed)
    free = rng.random((40, 60)) < 0.995
    box = fit_inside(free, width, height)
    if box is not None:
        covered = np.zeros_like(free)
        box.paint(covered)
        assert covered.sum() == width * height
        assert free[covered].all()
    else:
        views = np.lib.stride_tricks.sliding_window_view(free, (height, width))
        assert not views.all(axis=(2, 3)).any()


def test_a_label_lands_in_the_middle_of_an_empty_field():
    box = fit_inside(np.ones((50, 80), dtype=bool), 20, 8)
    assert (box.x, box.y) == pytest.approx((40, 25), abs=2)


def test_no_room_is_no_box():
    assert fit_inside(np.ones((5, 5), dtype=bool), 6, 2) is None
    assert fit_inside(np.zeros((50, 50), dtype=bool), 6, 2) is None


def test_pole_is_the_farthest_point_from_the_border():
    mask = np.zeros((40, 60), dtype=bool)
    mask[10:30, 20:50] = True
    x, y, radius = pole(mask)
    assert (x, y) == pytest.approx((35, 20), abs=1) and radius == pytest.approx(10, abs=1)


def test_pole_of_a_crescent_lies_inside_it():
    j, i = np.mgrid[:60, :60]
    mask = (np.hypot(i - 30, j - 30) < 28) & (np.hypot(i - 42, j - 30) > 28)
    x, y, _ = pole(mask)
    assert mask[int(y), int(x)]


def test_components_are_separate_and_small_ones_are_left_out():
    codes = np.zeros((20, 20), dtype=np.uint8)
    codes[2:8, 2:8] = codes[12:18, 12:18] = 3
    codes[0, 19] = 3
    assert [m.sum() for m in components(codes, 3, smallest=5)] == [36, 36]


def test_a_leader_crosses_no_label_and_no_other_leader():
    free = np.ones((60, 100), dtype=bool)
    wall = Box(50, 30, 40, 6)
    wall.paint(free := free.copy())
    free = ~np.zeros((60, 100), dtype=bool)
    covered = np.zeros_like(free)
    wall.paint(covered)
    leader = ((20.0, 40.0), (60.0, 40.0))
    box = fit_near(free & ~covered, 20, 8, (50.0, 36.0), [wall], [leader])
    assert box is not None
    assert not wall.crosses((box.x, box.y), (50.0, 36.0)) and not box.overlaps(wall) and not box.crosses(*leader)


def test_boxes_know_when_they_overlap():
    assert Box(0, 0, 4, 4).overlaps(Box(3, 0, 4, 4))
    assert not Box(0, 0, 4, 4).overlaps(Box(4, 0, 4, 4))
