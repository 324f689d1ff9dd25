"""Groups at their own solutions: what is left of the way there is followed to its end."""

import numpy as np
import pytest

from phasemap.theory.ensemble.errors import groups
from phasemap.theory.ensemble.sampling.paths import Moments


@pytest.mark.parametrize("made", [0.7, 0.8, 1.0, 1.2])
def test_a_share_of_the_way_is_extrapolated_to_its_end_by_what_is_left(made):
    """A group that lies at x = step, with steps that are too short or too long by a factor."""
    step, here = np.array([0.1, 0.05, -0.02]), np.array([0.6, 0.4, 0.1])
    start = Moments(here, 2.0 * here, 0.3)
    there = Moments(here + made * step, 2.0 * here + 3.0 * made * step, 0.3 - made)
    left = groups._left_over((1.0 - made) * step, made * step)
    end = groups._extrapolated(start, there, 1.0 / (1.0 + left))
    expected = min(1.0 / made, 1.35) * made
    np.testing.assert_allclose(end.activity, here + expected * step)
    np.testing.assert_allclose(end.membrane, 2.0 * here + 3.0 * expected * step)
    assert end.mean == pytest.approx(0.3 - expected)


def test_where_nothing_was_made_nothing_is_left():
    assert groups._left_over(np.ones(3), np.zeros(3)) == 0.0
