"""Where a statement begins to hold."""

import math

import pytest

from phasemap.numerics.threshold import smallest


def test_the_threshold_is_bracketed_to_the_ratio_asked_for():
    asked: list[float] = []

    def holds(x: float) -> bool:
        asked.append(x)
        return x >= 0.7

    found = smallest(holds, (0.01, 0.1, 1.0, 10.0), 1.01)
    assert found.low < 0.7 <= found.high <= 1.01 * found.low
    assert found.middle == pytest.approx(0.7, rel=0.01)
    assert 0.01 not in asked  # nothing below the first failure is needed


def test_what_holds_everywhere_or_nowhere_is_told_apart():
    assert smallest(lambda x: True, (0.5, 2.0), 1.1) == (0.0, 0.5)
    assert smallest(lambda x: False, (0.5, 2.0), 1.1) == (0.0, math.inf)


def test_a_statement_that_fails_at_the_top_is_found_below_it():
    found = smallest(lambda x: 0.3 < x < 5.0, (0.1, 1.0, 10.0), 1.05)
    assert found.low <= 0.3 < found.high < 1.0
