"""The dynamic mean field with a fluctuating update gate: limits, independent routes, errors, honesty."""

import math
from functools import lru_cache

import numpy as np
import pytest

from phasemap.model.branches import BRANCHES
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.theory import mean_field
from phasemap.theory.dynamic import quantities
from phasemap.theory.dynamic.autocovariance.correlation_functions import STORED_LAGS
from phasemap.theory.ensemble import solver
from phasemap.theory.ensemble.errors import budget
from phasemap.theory.ensemble.solver import solve_points

QUICK = EnsembleOptions(relative_error=0.01)
CHAOTIC = BRANCHES.index("fluctuating")
LIMITS = ("variance", "activity_variance", "correlation_time", "lyapunov_max")


@lru_cache(maxsize=32)
def solved(seed=1, options=QUICK, **values):
    """All quantities of one point."""
    return solve_points([make_parameters(values)], options, [np.random.SeedSequence(seed)])


def number(found, name):
    estimate = found[name]
    return float(estimate.value[0]), float(estimate.error[0])


def status(found, name):
    return Status(found[name].status[0])


def test_names_and_dimensions_are_those_of_the_registry():
    assert quantities.ERROR_SOURCES == budget.SOURCES
    assert quantities.GATE_PROBABILITIES == solver.PROBABILITIES
    registered = {row.name for row in quantities.QUANTITIES if row.solver == "mean_field"}
    assert set(solved(g_h=0.5, alpha_z=1.0)) <= registered


@pytest.mark.parametrize(
    ("gain", "variance", "exponent"),
    [
        # Sompolinsky, Crisanti and Sommers (1988), solved by two methods that agree to 1e-12.
        (2.0, 0.4812013534343, 0.112458109627),
        (3.0, 0.6051473425603, 0.235460964037),
    ],
)
def test_a_gate_that_hardly_fluctuates_rescales_time(gain, variance, exponent):
    found = solved(g_h=gain, alpha_z=1e-4)
    value, error = number(found, "variance")
    assert value == pytest.approx(variance, rel=1e-3)
    assert abs(value - variance) < 3.0 * error
    # sigma_z = 1/2 halves all rates.
    assert number(found, "lyapunov_max")[0] == pytest.approx(0.5 * exponent, abs=3e-4)


@pytest.mark.parametrize(
    "values",
    [
        {"g_h": 3.0, "alpha_r": 2.0},
        {"g_h": 3.0, "alpha_r": 2.0, "tau_r": 3.0, "beta_r": 0.5},
        {"g_h": 3.0, "alpha_r": 2.0, "tau_r": 0.0},
        {"g_h": 2.5, "beta_h": 0.3},
        {"g_h": 2.5, "s_h": 0.2, "input_inside": 1.0},
        {"g_h": 2.5, "s_h": 0.1, "m_h": 0.05},
        {"g_h": 2.0, "noise_h": 0.3, "input_inside": 1.0},
        {"g_h": 2.0, "noise_h": 0.2, "tau_noise": 2.0},
        {"g_h": 3.0, "alpha_r": 2.0, "noise_r": 0.5, "tau_noise": 1.0, "s_r": 0.3, "m_r": 0.2},
    ],
    ids=str,
)
def test_every_input_agrees_with_the_deterministic_solver_as_the_gate_stops_fluctuating(values):
    found = solved(alpha_z=1e-4, beta_z=-0.7, **values)
    constant = mean_field.solve_points(
        [make_parameters(alpha_z=0.0, beta_z=-0.7, **values)], None, [np.random.SeedSequence(0)]
    )
    for name in LIMITS:
        value, error = number(found, name)
        exact = float(constant[name].value[0, CHAOTIC])
        floor = 1e-3 if name == "lyapunov_max" else 2e-3 * abs(exact)
        assert value == pytest.approx(exact, abs=4.0 * error + floor), name
    functions, exact = found["autocorrelation"], constant["autocorrelation"].value[0, CHAOTIC]
    assert (np.abs(functions.value[0] - exact) < 4.0 * functions.error[0] + 4e-3 * exact[0]).all()


def test_close_to_the_transition_the_slow_time_scale_is_found():
    """The additive network at g_h = 1.2, by the deterministic solver; sigma_z = 1/2 doubles all times."""
    found = solved(g_h=1.2, alpha_z=1e-4, seed=2, options=EnsembleOptions(relative_error=0.02))
    constant = mean_field.solve_points([make_parameters(g_h=1.2)], None, [np.random.SeedSequence(0)])
    for name, tolerance in (("variance", 1e-3), ("correlation_time", 0.05), ("relaxation_time", 0.05)):
        scale = 2.0 if name.endswith("time") else 1.0
        exact = scale * float(constant[name].value[0, CHAOTIC])
        assert number(found, name)[0] == pytest.approx(exact, rel=tolerance), name


def test_the_update_gate_slows_down_and_calms_the_network():
    fluctuating, still = solved(g_h=3.0, alpha_z=3.0), solved(g_h=3.0, alpha_z=1e-4)
    assert number(fluctuating, "correlation_time")[0] > 2.0 * number(still, "correlation_time")[0]
    assert number(fluctuating, "variance")[0] > number(still, "variance")[0]


def test_two_seeds_agree_within_their_errors():
    options = EnsembleOptions(relative_error=0.005)
    one, two = (solved(seed, options, g_h=3.0, alpha_z=3.0) for seed in (11, 12))
    for name in LIMITS:
        (a, da), (b, db) = number(one, name), number(two, name)
        assert abs(a - b) < 4.0 * math.hypot(da, db), name
        assert da > 0.0
        assert status(one, name) == Status.CONVERGED


def test_more_accuracy_costs_paths_and_agrees():
    quick = solved(3, EnsembleOptions(relative_error=0.02), g_h=3.0, alpha_z=2.0)
    fine = solved(4, EnsembleOptions(relative_error=0.004), g_h=3.0, alpha_z=2.0)
    assert fine["ensemble_paths"].value[0] > quick["ensemble_paths"].value[0]
    assert number(fine, "variance")[1] < 0.006 * number(fine, "variance")[0]
    for name in LIMITS:
        (a, da), (b, db) = number(quick, name), number(fine, name)
        assert abs(a - b) < 4.0 * math.hypot(da, db), name


def test_correlation_functions_start_at_the_variances_and_decay():
    found = solved(g_h=3.0, alpha_z=3.0)
    for name, variance in (("autocorrelation", "variance"), ("activity_autocorrelation", "activity_variance")):
        values = found[name].value[0]
        assert values[0] == pytest.approx(number(found, variance)[0], rel=1e-3)
        assert values.shape == STORED_LAGS.shape
        assert np.abs(values).max() <= values[0] * (1.0 + 1e-6)
        assert np.abs(values[STORED_LAGS > 300.0]).max() < 0.1 * values[0]
    assert (found["autocorrelation"].error[0][STORED_LAGS < 100.0] > 0.0).all()


def test_the_errors_by_source_add_up_to_the_error():
    found = solved(g_h=3.0, alpha_z=3.0)
    for quantity, name in (("variance_error_budget", "variance"), ("lyapunov_error_budget", "lyapunov_max")):
        parts = found[quantity].value[0]
        assert (parts >= 0.0).all()
        assert np.linalg.norm(parts) == pytest.approx(number(found, name)[1])


def test_numbers_of_a_point_do_not_depend_on_its_block():
    points = [make_parameters(g_h=g, alpha_z=a) for g, a in ((3.0, 2.0), (0.8, 1.0), (2.0, 1.0))]
    seeds = np.random.SeedSequence(9).spawn(3)
    together = solve_points(points, QUICK, seeds)
    alone = solve_points(points[2:], QUICK, seeds[2:])
    for name, estimate in together.items():
        np.testing.assert_array_equal(estimate.value[2], alone[name].value[0], err_msg=name)
        np.testing.assert_array_equal(estimate.error[2], alone[name].error[0], err_msg=name)


def test_below_the_transition_there_is_nothing():
    found = solved(g_h=0.95, alpha_z=3.0)
    assert all((found[name].status == Status.ABSENT).all() for name in solver.OF_ATTRACTOR)


def test_between_the_static_and_the_dynamic_fold_chaos_is_absent():
    # beta_r = 0, alpha_r = 20: the zero state is stable below g_h = 2, fixed points appear at 1.628.
    found = solved(g_h=1.65, alpha_z=3.0, alpha_r=20.0)
    assert status(found, "variance") == Status.ABSENT


def test_chaos_coexists_with_a_stable_zero_state_above_the_dynamic_fold():
    found = solved(g_h=1.85, alpha_z=3.0, alpha_r=20.0)
    assert status(found, "variance") == Status.CONVERGED
    assert number(found, "lyapunov_max")[0] > 0.05


@pytest.mark.parametrize("window", [110.0, 205.0])
def test_correlations_slower_than_the_window_are_not_passed_off_as_good(window):
    """The decay ends beyond the window: variances are stored with what that makes of them, the others as bounds.

    What one side of each factor tells of their product is nothing, and correlation functions may change shape.
    """
    found = solved(1, EnsembleOptions(relative_error=0.02, longest_window=window), g_h=3.0, alpha_z=10.0)
    bounds = dict.fromkeys(("relaxation_time", "correlation_time"), Status.LOWER_BOUND)
    bounds["lyapunov_max"] = Status.UPPER_BOUND
    for name, known in (("variance", 0.649), ("activity_variance", 0.690)):  # in a window of 1638
        value, error = number(found, name)
        assert abs(value - known) < 3.0 * error < value
        bounds[name] = Status.CONVERGED if error < 0.04 * value else Status.NOT_CONVERGED
    for name in solver.OF_ATTRACTOR:
        assert (found[name].status == bounds.get(name, Status.NOT_CONVERGED)).all(), name
    assert 0.097 < number(found, "lyapunov_max")[0] < 0.3
    assert 5.0 < number(found, "relaxation_time")[0] < 190.0
    assert 5.0 < number(found, "correlation_time")[0] < 130.0


@pytest.mark.parametrize(
    ("g_h", "alpha_z", "time", "exponent", "variance"),
    [(1.5, 3.0, 55.0, 0.0172, 0.334), (1.4, 4.0, 102.0, 0.00998, 0.289), (1.7, 5.0, 148.0, 0.0194, 0.409),
     (1.3, 5.0, 255.0, 0.0053, 0.236), (2.0, 7.0, 272.0, 0.0275, 0.498)],
)  # fmt: skip
def test_bounds_hold_where_the_window_is_a_quarter_of_the_relaxation_time(g_h, alpha_z, time, exponent, variance):
    """Times, exponents and variances are those of long windows, to some per cent; a bound of one factor of a product
    is none of the product where the other one is bounded from the other side.
    """
    options = EnsembleOptions(relative_error=0.02, longest_window=0.25 * time)
    found = solved(3, options, g_h=g_h, alpha_z=alpha_z)
    value, error = number(found, "variance")
    # Where the window holds a few time constants nothing may tell how the variance goes on.
    if status(found, "variance") == Status.LOWER_BOUND:
        assert 0.2 * variance < value < variance
    else:
        assert abs(value - variance) < 3.0 * error < 2.0 * variance
    assert status(found, "lyapunov_times_relaxation") == Status.NOT_CONVERGED
    assert status(found, "relaxation_time") == Status.LOWER_BOUND
    assert status(found, "lyapunov_max") == Status.UPPER_BOUND
    assert 0.02 * time < number(found, "relaxation_time")[0] < 0.9 * time
    assert max(1.1 * exponent, 4.0 / time) < number(found, "lyapunov_max")[0] < 0.3


def test_an_accuracy_beyond_the_budget_is_not_passed_off_as_reached():
    poor = EnsembleOptions(relative_error=2e-4, path_steps=2.0**18, exponents=False)
    found = solved(1, poor, g_h=3.0, alpha_z=3.0)
    assert status(found, "variance") == Status.NOT_CONVERGED
    assert number(found, "variance")[0] == pytest.approx(0.62, rel=0.1)


def test_a_hard_gate_is_the_limit_of_steep_ones():
    steep, hard = solved(g_h=8.0, alpha_z=40.0), solved(g_h=8.0, alpha_z=math.inf, beta_z=0.0)
    for name in ("variance", "activity_variance"):
        (a, da), (b, db) = number(steep, name), number(hard, name)
        assert abs(a - b) < 4.0 * math.hypot(da, db) + 0.01 * b, name
    assert number(hard, "lyapunov_max")[0] == math.inf


def test_the_exponent_grows_with_the_logarithm_of_the_steepness():
    """The mean square of a perturbation of a hard gate diverges at crossings of small slope, like a logarithm."""
    shallow, steep = solved(g_h=8.0, alpha_z=10.0), solved(g_h=8.0, alpha_z=40.0)
    (a, da), (b, db) = number(shallow, "lyapunov_max"), number(steep, "lyapunov_max")
    assert b - a > 3.0 * math.hypot(da, db)


def test_quantiles_of_the_gate_are_those_of_a_gaussian_through_it():
    found = solved(g_h=3.0, alpha_z=3.0)
    quantiles = found["update_gate_quantiles"].value[0]
    assert quantiles[2] == pytest.approx(0.5)
    np.testing.assert_allclose(quantiles + quantiles[::-1], 1.0, atol=1e-12)
    np.testing.assert_allclose(found["effective_time_quantiles"].value[0], 1.0 / quantiles[::-1])
    # z has the variance of C_phi filtered: between 0.3 and 0.69 for C_phi(0) = 0.68 and slow correlations.
    z = np.log(quantiles[4] / (1.0 - quantiles[4])) / 3.0 / 1.6448536
    assert 0.5 < z < math.sqrt(0.69)


def test_a_constant_gate_has_a_distribution_of_one_value():
    found = solved(g_h=3.0, alpha_z=0.0, beta_z=1.0)
    np.testing.assert_allclose(found["update_gate_quantiles"].value[0], 1.0 / (1.0 + math.e))
    assert status(found, "variance") == Status.ABSENT


def test_white_noise_on_an_instantaneous_gate_fails_without_an_exception():
    found = solved(g_h=3.0, alpha_z=3.0, tau_z=0.0, noise_z=0.5)
    assert status(found, "variance") == Status.FAILED


def test_the_dispatcher_takes_the_fluctuating_attractor_from_here():
    point = make_parameters(g_h=3.0, alpha_z=3.0)
    seeds = [np.random.SeedSequence(1)]
    through = mean_field.solve_points([point, make_parameters(g_h=3.0)], QUICK, [*seeds, np.random.SeedSequence(2)])
    direct = solved(g_h=3.0, alpha_z=3.0)
    for name in mean_field.QUANTITIES:
        assert through[name].value[0, CHAOTIC] == direct[name].value[0]
    # SCS: see above.
    assert through["variance"].value[1, CHAOTIC] == pytest.approx(0.6051473425603, abs=1e-8)
    assert through["ensemble_paths"].status[1] == Status.ABSENT
