"""The entry point: known values, an independent slow solver at random points, statuses that say the truth."""

import importlib.util
import json
import math
import sys
from pathlib import Path

import numpy as np
import pytest

from phasemap.dataset.attractors import dominant_branch
from phasemap.dataset.phases import Phase, phase_labels
from phasemap.handover import solver as handover
from phasemap.model.branches import BRANCHES
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.results import Estimate
from phasemap.model.status import Status
from phasemap.quantities import DIMENSIONS, QUANTITIES
from phasemap.theory import mean_field
from phasemap.theory.dynamic import fluctuating
from phasemap.theory.static import fixed_points

HERE = Path(__file__).parent
ZERO, STATIC, SMALL, CHAOTIC, UNSTABLE = (
    BRANCHES.index(name) for name in ("zero", "static", "fluctuating_small", "fluctuating", "fluctuating_unstable")
)
# Errors of the oracle: spectral without noise; with noise, second order in the spacing, extrapolated once.
PLAIN = {"variance": 5e-11, "activity_variance": 2e-9, "lyapunov_max": 1e-7, "correlation_time": 3e-5}
NOISY = {"variance": 2e-7, "activity_variance": 1e-7, "lyapunov_max": 4e-6, "correlation_time": 3e-5}


@pytest.fixture(scope="module")
def oracle():
    spec = importlib.util.spec_from_file_location("mean_field_oracle", HERE / "oracles" / "mean_field.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def solve(*points):
    points = [make_parameters(values) for values in points]
    return mean_field.solve_points(points, None, np.random.SeedSequence(0).spawn(len(points)))


REFERENCE = json.loads((HERE.parent / "references" / "mean_field_random_points.json").read_text())["points"]


def test_random_points_agree_with_an_independent_slow_solver():
    """53 points: output gates from flat to steep, biases, inputs, white and coloured noise."""
    found = solve(*(row["parameters"] for row in REFERENCE))
    assert len(REFERENCE) >= 50
    for i, row in enumerate(REFERENCE):
        noisy = "noise_h" in row["parameters"]
        for name, tolerance in (NOISY if noisy else PLAIN).items():
            assert found[name].status[i, CHAOTIC] == Status.CONVERGED
            assert found[name].value[i, CHAOTIC] == pytest.approx(row[name], abs=tolerance, rel=tolerance), (name, row)


@pytest.mark.parametrize("seed", [11, 12])
def test_fresh_random_points_agree_with_the_slow_solver(oracle, seed):
    for values in oracle.random_points(2, seed):
        noisy = "noise_h" in values
        c = oracle.Oracle(make_parameters(values), spacing=0.025 if noisy else 0.1, half_period=50.0)
        correlation = c.solve()
        found = solve(values)
        tolerance = 3e-5 if noisy else 1e-9
        assert found["variance"].value[0, CHAOTIC] == pytest.approx(correlation[0], abs=tolerance)
        if not noisy:
            assert found["lyapunov_max"].value[0, CHAOTIC] == pytest.approx(c.exponent(correlation), abs=1e-8)


def test_every_registered_number_is_returned_with_its_shape():
    points = [make_parameters(g_h=g_h) for g_h in (3.0, 0.5)]
    options = EnsembleOptions()
    found = handover.solve_points(points, options, np.random.SeedSequence(0).spawn(2))
    for quantity in QUANTITIES.values():
        if quantity.solver != "mean_field":
            continue
        shape = (2, *(len(DIMENSIONS[dim].coordinates(options)) for dim in quantity.dims))
        estimate = found[quantity.name]
        assert np.shape(estimate.value) == np.shape(estimate.status) == shape, quantity.name
        missing = np.isnan(np.asarray(estimate.value, dtype=float))
        assert np.all(np.isin(estimate.status[missing], [Status.ABSENT, Status.FAILED, Status.NOT_CONVERGED]))
    assert mean_field.BRANCHES == BRANCHES


def test_branches_of_a_bistable_point():
    found = solve({"g_h": 1.8, "alpha_r": 20.0})
    assert found["variance"].status[0].tolist() == [
        Status.ABSENT if name in ("fluctuating_small", "static_small") else Status.CONVERGED for name in BRANCHES
    ]
    assert found["lyapunov_max"].value[0, ZERO] == pytest.approx(-0.1, abs=1e-12)  # g_h / 2 - 1
    assert found["lyapunov_max"].value[0, CHAOTIC] == pytest.approx(0.2097, abs=1e-4)
    product = found["lyapunov_max"].value * found["relaxation_time"].value
    assert found["lyapunov_times_relaxation"].value[0, CHAOTIC:] == pytest.approx(product[0, CHAOTIC:])
    noisy = solve({"g_h": 1.78, "alpha_r": 20.0, "noise_h": 0.02})
    assert noisy["variance"].status[0].tolist() == [Status.ABSENT] * 3 + [Status.CONVERGED] * 3
    assert noisy["lyapunov_max"].value[0, SMALL] < 0.0 < noisy["lyapunov_max"].value[0, CHAOTIC]


@pytest.mark.parametrize(("name", "value"), [("s_h", 0.001), ("m_h", 0.001), ("beta_h", 0.002)])
def test_the_state_that_continues_rest_under_an_input_has_a_branch(name, value):
    """Without the input it is the zero state; the states of the fold are the large static one and its partner."""
    found = solve({"g_h": 1.7, "alpha_r": 20.0, name: value})
    exponents, variances = found["lyapunov_max"], found["variance"].value[0]
    assert exponents.status[0].tolist() == [Status.ABSENT, Status.CONVERGED, Status.CONVERGED, *[Status.ABSENT] * 3]
    small, large = BRANCHES.index("static_small"), BRANCHES.index("static")
    assert exponents.value[0, small] < 0.0 < exponents.value[0, large] and variances[small] < 1e-3 * variances[large]
    assert BRANCHES[dominant_branch(exponents, BRANCHES)[0]] == "static_small"
    at_rest = solve({"g_h": 1.7, "alpha_r": 20.0})["lyapunov_max"]
    assert BRANCHES[dominant_branch(at_rest, BRANCHES)[0]] == "zero"


def _label(found, **values):
    statics = fixed_points.solve_points([make_parameters(**values)])
    names = [str(name) for name in DIMENSIONS["fixed_point"].labels]
    parameters = make_parameters(**values)._asdict()
    return Phase(int(phase_labels({**statics, **found}, names, BRANCHES, parameters)[0]))


def test_the_onset_of_chaos_at_a_flat_update_gate_is_chaos_and_not_marginal_stability():
    """The edge is 2.7e-4, and an ensemble does not converge there; nothing is pinned, and nothing is stable."""
    point = {"g_h": 1.03, "alpha_z": 0.02, "beta_z": 0.0}
    assert _label({}, **point) is Phase.CHAOTIC
    value = np.array([[np.nan, np.nan, np.nan, np.nan, 5e-4, np.nan]])
    status = np.where(np.isnan(value), Status.ABSENT, Status.NOT_CONVERGED).astype(np.uint8)
    assert (
        _label({"lyapunov_max": Estimate(value=value, status=status, error=np.full((1, 6), 2e-4))}, **point)
        is Phase.CHAOTIC
    )


def test_the_response_to_noise_beside_chaos_is_found_where_the_update_gate_moves():
    """A network of 800 units that starts at rest has a variance of 4.4e-4 there, one that starts large 0.028(9)."""
    point = {"g_h": 1.78, "alpha_r": 20.0, "alpha_z": 0.5, "noise_h": 0.01, "tau_noise": 1.0}
    found = solve(point)
    variance, exponent = found["variance"], found["lyapunov_max"]
    assert variance.status[0, SMALL] == variance.status[0, CHAOTIC] == Status.CONVERGED
    assert variance.value[0, SMALL] == pytest.approx(4.39e-4, rel=0.02)
    assert exponent.value[0, SMALL] < 0.0 < exponent.value[0, CHAOTIC]
    assert _label(found, **point) is Phase.BISTABLE


def test_what_grows_out_of_rest_is_absent_where_it_is_the_only_state_and_not_sought_without_noise():
    """Weak noise on a quiet network leaves a response, however weak; noise on the gates alone leaves it silent."""
    weak = solve({"g_h": 0.5, "alpha_z": 1.0, "noise_h": 1e-3})
    assert weak["variance"].status[0].tolist() == [*[Status.ABSENT] * 4, Status.CONVERGED, Status.ABSENT]
    assert weak["variance"].value[0, CHAOTIC] == pytest.approx(1.156e-6, rel=0.02)
    silent = solve({"g_h": 0.8, "alpha_z": 1.0, "noise_z": 0.3, "tau_noise": 1.0})
    assert silent["variance"].value[0, ZERO] == 0.0
    assert silent["variance"].status[0, CHAOTIC] == Status.ABSENT
    biased = solve({"g_h": 2.5, "alpha_z": 1.0, "beta_h": 0.1})
    assert biased["variance"].status[0, SMALL] == Status.NOT_SOUGHT


@pytest.mark.parametrize(("gain", "status"), [(1.0, Status.UPPER_BOUND), (1.5, Status.NOT_SOUGHT)])
def test_how_fast_silence_is_left_is_bounded_while_nothing_grows_and_else_not_sought(gain, status):
    """h is a mean of past drives of size g_h |h| at most, whatever noise does to the update gate."""
    found = solve({"g_h": gain, "alpha_z": 1.0, "noise_z": 0.3, "tau_noise": 1.0})["lyapunov_max"]
    assert found.status[0, ZERO] == status
    assert found.value[0, ZERO] == 0.0 if status == Status.UPPER_BOUND else math.isnan(found.value[0, ZERO])


def test_a_live_output_gate_relaxes_at_its_own_rate():
    """At the zero point h decays at 1 - g_h / 2, r at 1 / tau_r; a constant gate has no direction of its own."""
    found = solve(
        {"g_h": 0.4, "alpha_r": 1.0, "tau_r": 10.0},
        {"g_h": 0.4, "beta_r": 0.0},
        {"g_h": 0.4, "beta_r": 0.0, "beta_z": 0.0},
    )
    assert found["lyapunov_max"].value[:, ZERO] == pytest.approx([-0.1, -0.8, -0.4], abs=1e-12)


def test_static_input_and_biases_leave_a_static_branch_and_no_zero():
    found = solve({"g_h": 3.0, "s_h": 0.3}, {"g_h": 3.0, "beta_h": 0.3}, {"g_h": 1.2, "s_h": 0.3})
    assert np.all(found["variance"].status[:, ZERO] == Status.ABSENT)
    assert np.all(found["variance"].status[:, STATIC] == Status.CONVERGED)
    assert found["variance"].status[:, CHAOTIC].tolist() == [Status.CONVERGED, Status.CONVERGED, Status.ABSENT]
    # Chaos goes with an unstable fixed point, and is slower than its growth.
    assert np.all(found["lyapunov_max"].value[:2, CHAOTIC] < found["lyapunov_max"].value[:2, STATIC])
    assert found["lyapunov_max"].value[2, STATIC] < 0.0


def test_noise_drives_chaos_at_a_steep_gate_and_suppresses_it_without():
    strengths = np.array([0.02, 0.1, 0.2])
    gated = solve(*({"g_h": 1.6, "alpha_r": 25.0, "noise_h": float(s), "tau_noise": 1.0} for s in strengths))
    assert gated["lyapunov_max"].value[0, CHAOTIC] < 0.0 < gated["lyapunov_max"].value[1:, CHAOTIC].max()
    free = solve(*({"g_h": 1.6, "noise_h": float(s), "tau_noise": 1.0} for s in strengths))
    assert np.all(np.diff(free["lyapunov_max"].value[:, CHAOTIC]) < 0.0)


def test_correlation_functions_start_at_their_variances():
    found = solve({"g_h": 3.0, "alpha_r": 2.0}, {"g_h": 0.5})
    c = found["autocorrelation"]
    assert c.value[0, CHAOTIC, 0] == pytest.approx(found["variance"].value[0, CHAOTIC], rel=1e-12)
    assert np.all(np.diff(c.value[0, CHAOTIC]) <= 1e-9) and c.value[0, CHAOTIC, -1] == pytest.approx(0.0, abs=1e-6)
    assert np.all(c.value[0, STATIC] == found["variance"].value[0, STATIC])
    assert np.all(c.value[1, ZERO] == 0.0) and np.all(c.status[1, CHAOTIC] == Status.ABSENT)


def test_errors_of_correlation_functions_hold_at_doubled_resolution(monkeypatch):
    """At every lag, those beyond the window included; the same for attractors and for the solution between them."""
    points = [
        {"g_h": 1.5},
        {"g_h": 3.0, "alpha_r": 2.0, "s_h": 0.3},
        {"g_h": 1.8, "alpha_r": 20.0},
        {"g_h": 2.5, "alpha_r": 6.0, "noise_h": 0.2, "tau_noise": 3.0},
    ]
    ordinary = solve(*points)
    doubled = fluctuating._TOLERANCES._replace(levels=((64, 1.6), (96, 2.0)))
    monkeypatch.setattr(fluctuating, "_TOLERANCES", doubled)
    better = solve(*points)
    for name in ("autocorrelation", "activity_autocorrelation"):
        value, error = ordinary[name].value[:, CHAOTIC:], ordinary[name].error[:, CHAOTIC:]
        known = np.isfinite(value)
        gap = np.abs(value - better[name].value[:, CHAOTIC:])[known]
        assert known.any() and np.all(gap <= 3.0 * error[known] + 1e-10), name
        assert error[known].max() < 1e-5


def test_correlation_functions_of_paths_join_those_of_a_constant_gate():
    """The fluctuating update gate's come from an ensemble; at alpha_z -> 0 they are those of the constant gate."""
    options = EnsembleOptions(relative_error=0.02)
    points = [make_parameters(g_h=3.0, alpha_r=2.0, alpha_z=a) for a in (1e-3, 0.0)]
    found = mean_field.solve_points(points, options, np.random.SeedSequence(0).spawn(2))
    for name in ("autocorrelation", "activity_autocorrelation"):
        estimate = found[name]
        assert np.all(estimate.status[:, CHAOTIC] == Status.CONVERGED), name
        paths, constant = estimate.value[:, CHAOTIC]
        gap = np.abs(paths - constant)
        assert np.all(gap < 5.0 * estimate.error[0, CHAOTIC]), np.max(gap / estimate.error[0, CHAOTIC])
        assert estimate.error[0, CHAOTIC].max() < 5e-3 * constant[0]


def test_what_does_not_exist_or_cannot_be_done_is_said():
    closed, white = {"g_h": 3.0, "beta_z": math.inf}, {"g_h": 3.0, "alpha_r": 2.0, "tau_r": 0.0, "noise_r": 0.3}
    found = solve(closed, white, {"g_h": 0.9})
    assert found["variance"].status[:, CHAOTIC].tolist() == [Status.ABSENT, Status.FAILED, Status.ABSENT]


def test_a_hard_output_gate_makes_chaos_infinitely_fast():
    found = solve({"g_h": 3.0, "alpha_r": math.inf})
    assert found["variance"].status[0, CHAOTIC] == Status.CONVERGED
    assert math.isinf(found["lyapunov_max"].value[0, CHAOTIC])


def test_numbers_do_not_depend_on_the_block():
    points = [{"g_h": g, "alpha_r": a} for g in (1.8, 2.5) for a in (5.0, 20.0)]
    together = solve(*points)
    for i, point in enumerate(points):
        alone = solve(point)
        for name, estimate in alone.items():
            assert np.array_equal(estimate.value[0], together[name].value[i], equal_nan=True), name
