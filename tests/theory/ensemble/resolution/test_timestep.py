"""The time step that a point needs."""

import numpy as np
import pytest

from phasemap.model.branches import BRANCHES
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.theory import mean_field

FLUCTUATING = BRANCHES.index("fluctuating")


@pytest.mark.slow
def test_an_exponent_does_not_depend_on_the_step_that_the_search_begins_with():
    """Steps of ten and of twenty membrane time constants agree with each other on an exponent twice too large."""
    point, options = make_parameters(g_h=2.6875, alpha_z=11.6667), EnsembleOptions(relative_error=0.02)
    found = [mean_field.solve_points([point], options, np.random.SeedSequence(seed).spawn(1)) for seed in (2, 1)]
    first, second = (one["lyapunov_max"] for one in found)
    at = 0, FLUCTUATING
    assert first.status[at] == second.status[at] == Status.CONVERGED
    assert abs(first.value[at] - second.value[at]) < 4.0 * np.hypot(first.error[at], second.error[at])
    assert 0.05 < first.value[at] < 0.09
