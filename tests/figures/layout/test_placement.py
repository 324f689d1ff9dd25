import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phasemap.figures.layout.placement import components, fit_inside, fit_turned, pole


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


def test_a_turned_rectangle_lies_in_a_strip_that_an_upright_one_does_not_fit_into():
    j, i = np.mgrid[:80, :80] + 0.5
    strip = np.abs(i - j) < 8.0  # along the diagonal, 11 wide
    assert fit_inside(strip, 30, 8) is None and fit_turned(strip, 30, 8, 90.0) is None
    box = fit_turned(strip, 30, 8, 45.0)
    cosine = np.sqrt(0.5)
    along, across = (i - box.x) * cosine + (j - box.y) * cosine, (j - box.y) * cosine - (i - box.x) * cosine
    covered = (np.abs(along) < 14.5) & (np.abs(across) < 3.5)
    assert covered.sum() > 150 and strip[covered].all()


def test_a_quarter_turn_is_width_for_height():
    free = np.zeros((40, 60), dtype=bool)
    free[5:35, 20:28] = True
    box = fit_turned(free, 25, 7, 90.0)
    assert abs(box.x - 24) <= 1 and abs(box.y - 20) <= 3
    assert fit_turned(free, 25, 7, 0.0) is None
