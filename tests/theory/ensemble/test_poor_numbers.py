"""What is known where a number does not converge: bounds with their reasons, and rest under noise."""

import dataclasses

import numpy as np
import pytest

from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.theory.ensemble import point, refine, solver
from phasemap.theory.ensemble.bounds import Bounds
from phasemap.theory.ensemble.errors import known
from phasemap.theory.ensemble.errors.budget import SOURCES, ErrorBudget, standard_error
from phasemap.theory.ensemble.numbers import NAMES
from phasemap.theory.ensemble.resolution.slower import bounds_below
from phasemap.theory.ensemble.resolution.surroundings import rest_attracts, surroundings
from phasemap.theory.ensemble.resolution.window import Found
from phasemap.theory.ensemble.sampling.noise import Noise
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.mean_field import solve_points

ROUGH = EnsembleOptions(relative_error=0.02)
TINY = dataclasses.replace(ROUGH, paths=64, exponents=False)
LARGEST = 5


def solved(p, options=ROUGH):
    return point.solve(p, options, np.random.SeedSequence(3), surroundings([p])[0], fine=False)


def test_bounds_of_what_did_not_converge_hold():
    found = solved(make_parameters(g_h=3.0, alpha_z=1.0), dataclasses.replace(ROUGH, paths=256))
    values, good = dict(zip(NAMES, found.values, strict=True)), dict.fromkeys(NAMES, True)
    bounds = known.bounds_of(found, {**good, "lyapunov_max": False}, exponent=True)
    assert values["lyapunov_max"] < bounds.lyapunov_max < 2.0 * values["lyapunov_max"]
    nothing = dataclasses.astuple(Bounds())
    np.testing.assert_equal(dataclasses.astuple(dataclasses.replace(bounds, lyapunov_max=np.nan)), nothing)
    np.testing.assert_equal(dataclasses.astuple(known.bounds_of(found, good, exponent=True)), nothing)
    assert known.bounds_of(dataclasses.replace(found, solved=False), good, exponent=True) is None


@pytest.mark.parametrize(("g_h", "alpha_z", "time", "correlation"), [(3.0, 3.0, 29.0, 29.0), (1.5, 3.0, 55.0, 55.0)])
def test_times_that_a_rough_sample_does_not_tell_are_bounded_from_below(g_h, alpha_z, time, correlation):
    """Seeds scattered: each bound holds, also next to the onset, where C is rounded like 1 / cosh."""
    for seed in range(3):
        options = dataclasses.replace(ROUGH, relative_error=0.1, paths=64, exponents=False)
        [p] = [make_parameters(g_h=g_h, alpha_z=alpha_z)]
        found = point.solve(p, options, np.random.SeedSequence(seed), surroundings([p])[0], fine=False)
        bounds = known.bounds_of(found, dict.fromkeys(NAMES, False), exponent=False)
        assert 0.1 * time < bounds.relaxation_time < time
        assert 0.1 * correlation < bounds.correlation_time < correlation


@pytest.mark.parametrize(("g_h", "alpha_z", "time", "exponent"), [(3.0, 3.0, 29.0, 0.101), (1.5, 10.0, 5.8e3, 1.6e-3)])
def test_a_state_is_slower_than_a_time_scale_at_which_the_map_pulls_on(g_h, alpha_z, time, exponent):
    p = make_parameters(g_h=g_h, alpha_z=alpha_z)
    bounds = bounds_below(Process(p), ROUGH, np.random.SeedSequence(3), surroundings([p])[0])
    assert 0.2 * time < bounds.relaxation_time < time
    assert exponent < bounds.lyapunov_max < 6.0 * exponent


def test_nothing_is_bounded_where_something_rests_or_drives():
    for p in (make_parameters(g_h=3.0, alpha_z=3.0, noise_h=0.1), make_parameters(g_h=0.8, alpha_z=3.0)):
        assert bounds_below(Process(p), ROUGH, np.random.SeedSequence(3), surroundings([p])[0]) is None


def test_where_the_iteration_fails_variances_times_and_exponent_are_bounded(monkeypatch):
    monkeypatch.setattr(solver.single, "solve", lambda *args, **more: Found.NOTHING)
    found = solver.solve_points([make_parameters(g_h=3.0, alpha_z=3.0)], ROUGH, [np.random.SeedSequence(3)])
    for name, value in (("variance", 0.623), ("activity_variance", 0.683)):
        assert found[name].status[0] == Status.LOWER_BOUND
        assert 0.7 * value < found[name].value[0] < value
    assert found["relaxation_time"].status[0] == Status.LOWER_BOUND
    assert 5.0 < found["relaxation_time"].value[0] < 29.0
    assert found["lyapunov_max"].status[0] == Status.UPPER_BOUND
    assert 0.101 < found["lyapunov_max"].value[0] < 0.3


def test_heavy_tails_are_named_and_the_activity_is_known():
    p = make_parameters(g_h=2.0, alpha_z=2.5, s_h=0.2)
    found = solver.solve_points([p], ROUGH, [np.random.SeedSequence(3)])
    assert found["activity_variance"].status[0] == Status.CONVERGED
    assert found["lyapunov_max"].status[0] == Status.CONVERGED
    assert found["variance"].status[0] in (Status.NOT_CONVERGED, Status.LOWER_BOUND)
    assert any("heavy tails" in remark for _, remark in found.remarks)


def test_where_rare_units_never_rest_nothing_is_spent_on_exponents(monkeypatch):
    p = make_parameters(g_h=3.0, alpha_z=12.0, s_h=0.3)
    monkeypatch.setattr(point.numbers, "add_exponent", None)  # would raise
    found = solver.solve_points([p], ROUGH, [np.random.SeedSequence(3)])
    for name in ("variance", "relaxation_time", "lyapunov_max"):
        assert found[name].status[0] == Status.DIVERGES
    assert found["activity_variance"].status[0] == Status.CONVERGED


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"g_h": 1.2, "noise_z": 0.4, "beta_r": -1.0}, True),
        ({"g_h": 1.6, "noise_z": 0.4, "beta_r": -1.0}, False),
        ({"g_h": 1.2, "noise_z": 0.4, "beta_r": -1.0, "noise_r": 3.0, "tau_noise": 5.0}, True),
        ({"g_h": 1.35, "noise_z": 0.4, "beta_r": -1.0, "s_r": 0.05}, True),
        ({"g_h": 1.35, "noise_z": 0.4, "beta_r": 1.0, "noise_r": 3.0, "tau_noise": 5.0}, True),
        ({"g_h": 1.6, "noise_z": 0.4, "beta_r": 1.0, "noise_r": 3.0, "tau_noise": 5.0}, False),
        ({"g_h": 1.2, "noise_h": 0.4, "beta_r": -1.0}, False),  # there is no rest
    ],
)
def test_rest_under_noise_attracts_where_no_drive_outgrows_it(values, expected):
    [found] = rest_attracts([make_parameters({"alpha_z": 8.0, "alpha_r": 8.0, **values})])
    assert found == expected


def test_activity_that_dies_out_under_noise_on_the_gates_is_absent_after_two_windows(monkeypatch):
    attempts = []
    attempt = point.window._attempt
    monkeypatch.setattr(point.window, "_attempt", lambda *given: attempts.append(1) or attempt(*given))
    p = make_parameters(g_h=1.2, alpha_z=3.0, noise_z=0.4, alpha_r=2.0, beta_r=-1.0)
    found = solve_points([p], dataclasses.replace(ROUGH, paths=32), [np.random.SeedSequence(3)])
    assert found["variance"].status[0, LARGEST] == Status.ABSENT
    assert len(attempts) == 2


def test_variances_are_known_where_a_held_time_scale_tells_how_they_go_on():
    """At a twelfth and at a quarter of the window that (2.2, 10) needs; the long one gives 0.544(3)."""
    for window, most in ((750.0, 0.04), (188.0, 0.2)):
        options = dataclasses.replace(ROUGH, longest_window=window, exponents=False)
        found = solver.solve_points([make_parameters(g_h=2.2, alpha_z=10.0)], options, [np.random.SeedSequence(3)])
        value, error = found["variance"].value[0], found["variance"].error[0]
        assert abs(value - 0.544) < 2.0 * error < 2.0 * most * value
        assert found["variance"].status[0] == (Status.CONVERGED if error < 0.04 * value else Status.NOT_CONVERGED)
        assert found["relaxation_time"].status[0] == Status.LOWER_BOUND


@pytest.mark.parametrize(
    ("time", "exponent", "bound", "side"),
    [
        ((50.0, 2.0, Status.CONVERGED), (0.02, np.nan, Status.UPPER_BOUND), 0.02 * 56.0, Status.UPPER_BOUND),
        ((50.0, np.nan, Status.LOWER_BOUND), (0.02, 0.001, Status.CONVERGED), 0.017 * 50.0, Status.LOWER_BOUND),
        ((50.0, np.nan, Status.LOWER_BOUND), (0.02, np.nan, Status.UPPER_BOUND), np.nan, Status.NOT_CONVERGED),
        ((50.0, np.nan, Status.LOWER_BOUND), (0.02, 0.007, Status.CONVERGED), np.nan, Status.NOT_CONVERGED),
    ],
)
def test_a_product_is_bounded_where_one_factor_is_and_the_other_known(time, exponent, bound, side):
    table = solver.Table(1)
    table.put("relaxation_time", 0, *time)
    table.put("lyapunov_max", 0, *exponent)
    table.put(solver.PRODUCT, 0, np.nan, np.nan, Status.NOT_CONVERGED)
    solver._store_bounds(table, 0, None)
    assert table.status[solver.PRODUCT][0] == side
    np.testing.assert_allclose(table.value[solver.PRODUCT][0], bound)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("statistical", "path_steps"),
        ("time_step", "time step"),
        ("window", "longest_window"),
        ("iteration", "fixed point"),
    ],
)
def test_the_reason_of_a_wide_error_names_what_makes_most_of_it(source, words):
    found, good = solved(make_parameters(g_h=3.0, alpha_z=1.0), TINY), dict.fromkeys(NAMES, True)
    assert known.reason(found, good, TINY) is None
    parts = 1e-6 + 0.0 * found.errors.parts
    parts[NAMES.index("variance"), SOURCES.index(source)] = 0.1
    wide = dataclasses.replace(found, errors=ErrorBudget(parts))
    assert words in known.reason(wide, {**good, "variance": False}, TINY)


def test_the_reason_of_a_slow_state_points_to_networks_unless_they_run_or_there_is_noise():
    slow = dataclasses.replace(solved(make_parameters(g_h=3.0, alpha_z=1.0), TINY), bounds=Bounds())
    assert "lazy_runs" in known.reason(slow, {}, TINY)
    assert "lazy_runs" not in known.reason(slow, {}, dataclasses.replace(TINY, lazy_runs=8))


def test_an_error_that_was_found_too_small_by_chance_does_not_stand_alone(monkeypatch):
    """The second ensemble finds a fourth of the error that the first one lets one expect."""
    found, wanted = iter([0.04, 0.005]), np.random.SeedSequence(3)
    monkeypatch.setattr(refine, "_relative_error", lambda groups, target: next(found))
    p = make_parameters(g_h=3.0, alpha_z=1.0)
    result = point.solve(p, TINY, wanted, surroundings([p])[0], fine=False)
    small = Noise(wanted, len(result.groups), result.ring.steps, False)
    small.grow(TINY.paths)
    shares = small.paths / result.ensemble.noise.paths
    assert 0.15 < shares < 0.25
    assert result.pooled == pytest.approx(np.sqrt(0.5 * (shares * 0.04**2 + 0.005**2)) / 0.005)
    k = NAMES.index("variance")
    assert result.errors.of("variance", "statistical") == pytest.approx(
        result.pooled * standard_error(result.rows[:, [k]])[0]
    )
