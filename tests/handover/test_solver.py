"""Networks without matrices take over where the window of the ensemble ends."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from phasemap.handover.solver import solve_points
from phasemap.handover.take import aged_fields, take
from phasemap.model.branches import BRANCHES, FLUCTUATING
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.results import Estimate
from phasemap.model.status import Status
from phasemap.simulation.aging.schedule import Schedule
from phasemap.simulation.aging.sizes import combine, run_sizes
from phasemap.theory.dynamic.autocovariance.correlation_functions import STORED_LAGS
from phasemap.theory.ensemble.functions import FUNCTIONS

AT = BRANCHES.index(FLUCTUATING)
SEEDS = [np.random.SeedSequence(2)]
SMALL = {"relative_error": 0.02, "lazy_sizes": (300, 600, 1200), "lazy_age": 600.0}


def solved(options, **parameters):
    return solve_points([make_parameters(**parameters)], options, SEEDS)


@pytest.fixture(scope="module")
def beyond_the_window():
    """(1.5, 3), whose relaxation time is 61, with a window of 15."""
    return solved(EnsembleOptions(longest_window=15.0, lazy_runs=5, **SMALL), g_h=1.5, alpha_z=3.0)


def number(found, name):
    one = found[name]
    return float(one.value[0, AT]), float(one.error[0, AT]), Status(int(one.status[0, AT]))


@pytest.mark.slow
def test_networks_agree_with_the_ensemble_where_both_work(beyond_the_window):
    """Variance and C(t), those of the ensemble with a window that holds the state (relative_error = 0.005)."""
    value, error, _ = number(beyond_the_window, "variance")
    assert abs(value - 0.3341) < 3.0 * error
    assert error < 0.03
    one = beyond_the_window["autocorrelation"]
    for lag, expected in ((10.0, 0.939), (19.953, 0.814), (39.811, 0.575)):
        k = int(np.argmin(abs(STORED_LAGS - lag)))
        shape, spread = one.value[0, AT, k] / value, one.error[0, AT, k] / value
        assert abs(shape - expected) < 3.0 * math.hypot(spread, 0.015), lag
        assert spread < 0.25, lag


def test_the_exponent_stays_the_bound_that_the_ensemble_knows(beyond_the_window):
    value, _, status = number(beyond_the_window, "lyapunov_max")
    assert status == Status.UPPER_BOUND
    assert value > 0.0171  # that of a long window: 0.01714(45)


def test_remarks_name_the_networks_and_their_age(beyond_the_window):
    said = [text for _, text in beyond_the_window.remarks if "300, 600, 1200" in text]
    assert said and "15 networks without matrices" in said[0] and "600" in said[0]


def test_a_state_that_ages_is_told_at_stated_ages():
    options = EnsembleOptions(lazy_runs=2, **{**SMALL, "lazy_sizes": (200, 400)})
    found = solved(options, g_h=2.0, alpha_z=math.inf)
    assert Status(int(found["lyapunov_max"].status[0, AT])) == Status.DIVERGES
    variances, C = found["aged_variance"].value[0], found["aged_autocorrelation"].value[0]
    assert np.isfinite(variances).all()
    np.testing.assert_allclose(C[:, 0], variances)
    lag = 42  # of about 120: fresh states forget within it, old ones do not
    assert C[2, lag] / C[2, 0] > 0.9
    assert found["lazy_networks"].value[0] == 0.0
    assert [i for i, text in found.remarks if "Aged: 4 networks" in text] == [0]


def test_nothing_is_run_where_the_ensemble_knows_the_state_or_none_moves():
    options = EnsembleOptions(relative_error=0.05, lazy_runs=1, exponents=False)
    found = solve_points([make_parameters(g_h=0.8, alpha_z=3.0), make_parameters(g_h=2.0)], options, 2 * SEEDS)
    assert found["aged_variance"].status[0, 0] == Status.NOT_SOUGHT
    assert found["aged_variance"].status[1, 0] == Status.ABSENT


@pytest.mark.slow
def test_both_methods_know_one_relaxation_time_where_both_work():
    """At (3, alpha_z 1): the window of the ensemble holds 16 of them, the networks are 30 old."""
    p, schedule = make_parameters(g_h=3.0, alpha_z=1.0), Schedule((3.0, 30.0, 300.0))
    time, error = map(float, combine(run_sizes(p, (400,), 8, schedule, np.random.SeedSequence(1)), schedule).time)
    value, doubt, status = number(solved(EnsembleOptions(relative_error=0.02), g_h=3.0, alpha_z=1.0), "relaxation_time")
    assert status == Status.CONVERGED and error < 0.3 * time and doubt < 0.3 * value
    assert abs(time - value) < 3.0 * math.hypot(error, doubt)


@pytest.mark.parametrize(
    ("time_error", "variance_error", "time", "variance"),
    [
        (10.0, 0.001, (150.0, Status.CONVERGED), (0.33, Status.CONVERGED)),
        (100.0, 0.1, (90.0, Status.LOWER_BOUND), (0.31, Status.CONVERGED)),  # networks that say less than is known
    ],
)
def test_networks_that_scatter_take_nothing_that_is_known(time_error, variance_error, time, variance):
    def one(value, status, shape=()):
        """An estimate of one point, known on all branches."""
        shape = (1, len(BRANCHES), *shape)
        fields = {"value": np.full(shape, value), "status": np.full(shape, status, dtype=np.uint8)}
        return Estimate(**fields, error=np.full(shape, 0.01))

    known = ("variance", 0.31, Status.CONVERGED), ("activity_variance", 0.32, Status.CONVERGED)
    found = {name: one(value, status) for name, value, status in known}
    found |= {"relaxation_time": one(90.0, Status.LOWER_BOUND), "lyapunov_max": one(0.02, Status.CONVERGED)}
    found |= {name: one(np.nan, Status.FAILED, STORED_LAGS.shape) for name in FUNCTIONS}
    options, lags = EnsembleOptions(lazy_runs=2), np.array([0.0, 100.0])
    found |= aged_fields([make_parameters(g_h=1.5, alpha_z=10.0)], options)
    shape = np.ones((2, 2)), np.zeros((2, 2))
    ages = np.ones((1, len(options.lazy_ages), 2))
    aged = SimpleNamespace(
        networks=6, is_stationary=True, schedule=SimpleNamespace(lags=lags, late_lags=lags), shape=shape,
        variances=np.array([[0.33, 0.34], [variance_error] * 2]), time=(150.0, time_error), aged=(ages, 0.01 * ages),
    )  # fmt: skip
    take(found, 0, aged, options, False)
    for name, expected in (("relaxation_time", time), ("variance", variance)):
        value, _, status = number(found, name)
        assert (value, status) == expected
