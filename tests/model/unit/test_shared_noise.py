"""Ornstein-Uhlenbeck noise that all units share."""

import math

import numpy as np
import pytest

from phasemap.model.unit.shared_noise import shared_noise


def test_it_has_the_variance_and_the_correlations_of_its_law():
    """4000 correlation times: errors of about 2 % each."""
    times = np.arange(0.0, 8000.0, 0.5)
    course = np.array([shared_noise(t, 2.0, 3) for t in times])
    assert course.var() == pytest.approx(1.0, abs=0.08)
    assert (course[:-4] * course[4:]).mean() == pytest.approx(math.exp(-1.0), abs=0.08)
    assert abs(course.mean()) < 0.08


def test_it_is_one_course_whatever_was_asked_before():
    late = shared_noise(333.3, 0.7, 5)
    assert [shared_noise(t, 0.7, 5) for t in (0.1, 333.3)][1] == late
    assert shared_noise(333.3, 0.7, 6) != late
    assert shared_noise(-1.0, 0.7, 5) == 0.0


def test_it_is_continuous_where_one_piece_ends():
    end = 4096 / 50
    assert shared_noise(end - 1e-9, 1.0, 1) == pytest.approx(shared_noise(end + 1e-9, 1.0, 1), abs=1e-6)
