"""Gradients of drawn layers in the limit of many units."""

import numpy as np
import pytest

from phasemap.simulation.estimators.extrapolation import extrapolate_to_infinite_size
from phasemap.studies.cells.gradients import gradient_curve


def test_a_line_in_one_over_n_counts_as_a_guess_after_more_steps_than_the_root_of_the_smallest_size():
    panel = {"cell": "gru", "places": [0, 4, 12]}
    curves = {
        size: gradient_curve(panel, {"start": "PyTorch"}, {"size": size, "networks": 6}, np.random.SeedSequence(1))[1]
        for size in (16, 32, 64)
    }
    options = {"sizes": list(curves), "networks": 6}
    _, found, run = gradient_curve(panel, {"start": "PyTorch"}, options, np.random.SeedSequence(1))
    assert run == (6, 64, True) and found["networks"].value[0] == found["networks"].error[0] == 0.0
    for k, guessed in ((1, False), (2, True)):
        values, errors = (
            [float(getattr(one["networks"], part)[k]) for one in curves.values()] for part in ("value", "error")
        )
        fit = extrapolate_to_infinite_size(list(curves), values, errors)
        expected = np.hypot(fit.error, 0.5 * (fit.limit - values[-1]) if guessed else 0.0)
        assert found["networks"].value[k] == pytest.approx(fit.limit) and found["networks"].error[k] == pytest.approx(
            expected
        )
