"""Fixed points at N -> infinity: closed forms, limits, published check values, independent routes."""

import math
import time

import numpy as np
import pytest
from support.static_value import UPPER, value

from phasemap.model.parameters import Parameters
from phasemap.model.status import Status
from phasemap.theory.static.fixed_points import solve_points

OPEN = Parameters()


# --- check values ------------------------------------------------------------------------

STATIC_CHECKS = [
    # g_h, alpha_r, slot, Delta_h, S; beta_r = 0
    (2.5, 0.0, 3, 0.0522343, 1.048195),
    (3.0, 2.0, 3, 0.1336322, 1.472605),
    (1.8, 20.0, 2, 0.00129726, 1.209724),
    (1.8, 20.0, 3, 0.08317608, 2.324808),
]


@pytest.mark.parametrize(("g_h", "alpha_r", "slot", "delta_h", "gain"), STATIC_CHECKS)
def test_check_values_of_the_notes(g_h, alpha_r, slot, delta_h, gain):
    point = Parameters(g_h=g_h, alpha_r=alpha_r, beta_r=0.0)
    assert value("delta_h", point, slot) == pytest.approx(delta_h, rel=1e-5)
    assert value("static_gain", point, slot) == pytest.approx(gain, abs=6e-7)


PINNING_CHECKS = [(1.5, 3.0, 0.500), (1.5, 10.0, 0.0086), (2.2, 10.0, 0.0684), (3.0, 10.0, 0.282), (1.03, 0.02, 1.00)]


@pytest.mark.parametrize(("g_h", "alpha_z", "ratio"), PINNING_CHECKS)
def test_pinning_ratios_of_the_notes(g_h, alpha_z, ratio):
    """Section 11: beta_z = 0, no output gate; there it is lambda_e / (<sigma_z> (sqrt(S) - 1))."""
    point = Parameters(g_h=g_h, alpha_z=alpha_z, beta_z=0.0)
    found = solve_points([point])["pinning_ratio"]
    assert float(found.value[0, UPPER]) == pytest.approx(ratio, abs=0.5 * 10.0 ** -(4 if ratio < 0.1 else 3) + 4e-4)
    assert found.error[0, UPPER] < 1e-12 and found.status[0, UPPER] == Status.CONVERGED
    edge, f, S = (value(name, point) for name in ("leading_edge", "open_fraction", "static_gain"))
    assert value("pinning_ratio", point) == pytest.approx(edge / (f * (math.sqrt(S) - 1.0)), rel=1e-9)


def test_a_constant_gate_pins_nothing_and_a_hard_one_all_before_the_marginal_boundary():
    constant = Parameters(g_h=3.0, alpha_z=0.0, beta_z=0.4, alpha_r=3.0, beta_r=0.2, tau_r=2.0)
    assert value("pinning_ratio", constant) == pytest.approx(1.0, rel=1e-12)
    hard = Parameters(g_h=2.0, alpha_z=math.inf, beta_z=0.0)
    assert value("marginal_gain", hard) < 1.0 and value("pinning_ratio", hard) == 0.0
    free = hard._replace(g_h=7.0)
    assert value("marginal_gain", free) > 1.0 and value("pinning_ratio", free) > 0.5


def test_a_stable_fixed_point_has_no_pinning_ratio():
    found = solve_points([Parameters(g_h=0.5, alpha_z=5.0, beta_z=0.0)])["pinning_ratio"]
    assert np.isnan(found.value[0, 0]) and found.status[0, 0] == Status.ABSENT


def test_pinning_behind_a_hard_output_gate_is_the_limit_of_steep_ones():
    point = Parameters(g_h=2.0, alpha_z=5.0, beta_z=0.0, beta_r=0.0, tau_r=1.0)
    steep = [value("pinning_ratio", point._replace(alpha_r=alpha)) for alpha in (1e6, 1e8)]
    limit = value("pinning_ratio", point._replace(alpha_r=math.inf))
    assert abs(steep[1] - limit) < 0.4 * abs(steep[0] - limit) and steep[1] == pytest.approx(limit, abs=3e-3)


# --- limits -----------------------------------------------------------------------------------------------------------


def test_without_gates_the_additive_network_is_left():
    """The zero state is the only fixed point below g_h = 1; its edge is g_h - 1."""
    result = solve_points([Parameters(g_h=0.8), Parameters(g_h=1.4)])
    assert result["fixed_point_count"].value.tolist() == [1.0, 2.0]
    assert result["leading_edge"].value[:, 0] == pytest.approx([-0.2, 0.4])
    assert result["open_fraction"].value[:, 0].tolist() == [1.0, 1.0]


def test_a_constant_output_gate_rescales_the_gain():
    """sigma_r = s: h / s obeys the additive network with gain g_h s."""
    s = 1.0 / (1.0 + math.exp(0.7))
    gated = Parameters(g_h=5.0, alpha_r=0.0, beta_r=0.7)
    plain = Parameters(g_h=5.0 * s)
    assert value("delta_phi", gated) == pytest.approx(value("delta_phi", plain), rel=1e-12)
    assert value("delta_h", gated) == pytest.approx(s**2 * value("delta_h", plain), rel=1e-12)
    assert value("static_gain", gated) == pytest.approx(value("static_gain", plain), rel=1e-12)


def test_a_constant_update_gate_rescales_time():
    s = 1.0 / (1.0 + math.exp(1.3))
    gated, plain = Parameters(g_h=2.0, beta_z=1.3), Parameters(g_h=2.0)
    assert value("delta_h", gated) == value("delta_h", plain)
    assert value("leading_edge", gated) == pytest.approx(s * value("leading_edge", plain), rel=1e-13)


def test_the_update_gate_moves_no_fixed_point():
    points = [Parameters(g_h=4.0, alpha_r=3.0, beta_r=0.5, alpha_z=a, beta_z=1.0) for a in (0.0, 3.0, math.inf)]
    result = solve_points(points)
    for name in ("delta_h", "static_gain"):
        column = result[name].value[:, UPPER]
        assert (column == column[0]).all()


@pytest.mark.parametrize("name", ["delta_h", "static_gain"])
def test_a_shallow_gate_tends_to_a_constant_one(name):
    constant = value(name, Parameters(g_h=3.0, beta_r=0.5))
    errors = [abs(value(name, Parameters(g_h=3.0, alpha_r=a, beta_r=0.5)) - constant) for a in (1e-2, 1e-3)]
    assert errors[0] == pytest.approx(100 * errors[1], rel=0.05)


def test_steep_gates_tend_to_hard_ones():
    hard = Parameters(g_h=2.5, alpha_r=math.inf, beta_r=0.3, m_r=0.2, alpha_z=math.inf, beta_z=0.0, m_z=-0.1)
    errors = []
    for alpha in (1e2, 1e3, 1e4):
        # The threshold of a hard gate does not know beta: it belongs to the limit at fixed beta.
        steep = hard._replace(alpha_r=alpha, alpha_z=alpha)
        errors.append(max(abs(value(n, steep) - value(n, hard)) for n in ("delta_h", "open_fraction")))
    assert errors[0] > 5 * errors[1] > 25 * errors[2]


def test_common_inputs_shift_the_biases():
    """m_k inside a gate is -alpha_k m_k in its bias; m_h inside the update gate is g_h m_h in that of phi."""
    shifted = Parameters(g_h=2.5, alpha_r=3.0, beta_r=0.2, alpha_z=2.0, beta_z=1.0, m_r=0.4, m_z=-0.3, m_h=0.15,
                         input_inside=1.0)  # fmt: skip
    biased = Parameters(g_h=2.5, alpha_r=3.0, beta_r=0.2 - 1.2, alpha_z=2.0, beta_z=1.6, beta_h=0.375)
    for name in ("delta_h", "static_gain", "open_fraction", "leading_edge"):
        assert value(name, shifted) == pytest.approx(value(name, biased), rel=1e-13)


def test_input_outside_a_constant_update_gate_is_divided_by_it():
    s = 1.0 / (1.0 + math.exp(0.9))
    outside = Parameters(g_h=1.5, beta_z=0.9, s_h=0.2, m_h=-0.1)
    inside = Parameters(g_h=1.5, beta_z=0.9, s_h=0.2 / s, m_h=-0.1 / s, input_inside=1.0)
    for name in ("delta_h", "static_gain", "leading_edge"):
        assert value(name, outside) == pytest.approx(value(name, inside), rel=1e-13)


def test_sign_symmetry():
    """(h, beta_h, m_h) -> -(h, beta_h, m_h) leaves all variances alone."""
    a = Parameters(g_h=2.0, beta_h=0.3, m_h=0.2, s_h=0.1, alpha_r=2.0, beta_r=0.4, alpha_z=2.0, beta_z=0.0)
    b = a._replace(beta_h=-0.3, m_h=-0.2)
    for name in ("delta_h", "static_gain", "leading_edge"):
        assert value(name, a) == pytest.approx(value(name, b), rel=1e-12)


# --- closed forms of the transitions (docs/theory.md (4.2) to (5.4)) -----------------------------------------------


@pytest.mark.parametrize("beta_r", [-1.0, 0.0, 1.5])
def test_the_zero_state_loses_stability_at_one_plus_exp_beta_r(beta_r):
    critical = 1.0 + math.exp(beta_r)
    for alpha_r in (0.0, 1.0, 30.0, math.inf):
        base = Parameters(alpha_r=alpha_r, beta_r=beta_r, alpha_z=2.0, beta_z=0.5)
        points = [base._replace(g_h=critical * (1 + e)) for e in (-1e-9, 1e-9)]
        result = solve_points(points)
        assert result["stability"].value[:, 0].tolist() == [1.0, -1.0]
        assert result["static_gain"].value[:, 0] == pytest.approx([1.0, 1.0], abs=1e-8)
        s_z = 1.0 / (1.0 + math.exp(0.5))
        assert result["leading_edge"].value[:, 0] == pytest.approx([-1e-9 * s_z, 1e-9 * s_z], rel=1e-5)


@pytest.mark.parametrize("beta_r", [-0.5, 0.0, 1.0])
def test_static_tricritical_point_fitted_from_solutions(beta_r):
    """Above g_c the continuous branch rises as q = (g^2 s^2 - 1) / k with k -> 0 at the tricritical point.

    k is measured from solutions at small q and fitted against alpha_r^2: its zero is where
    alpha_r^2 (1 - s)(2 - 3 s) = 2, sqrt(8) at beta_r = 0.
    """
    s = 1.0 / (1.0 + math.exp(beta_r))
    square = 2.0 / ((1.0 - s) * (2.0 - 3.0 * s))
    alphas = np.sqrt(square * np.array([0.2, 0.4, 0.6, 0.8]))
    slopes = []
    for alpha in alphas:
        ratios = []
        for excess in (1e-5, 2e-5):
            q = value("delta_phi", Parameters(g_h=math.sqrt(1.0 + excess) / s, alpha_r=float(alpha), beta_r=beta_r))
            ratios.append(excess / q)
        slopes.append(2 * ratios[0] - ratios[1])
    line = np.polyfit(alphas**2, slopes, 1)
    assert -line[1] / line[0] == pytest.approx(square, rel=1e-4)
    if beta_r == 0.0:
        assert math.sqrt(-line[1] / line[0]) == pytest.approx(math.sqrt(8.0), rel=1e-4)


def test_a_hard_output_gate_has_its_fold_at_sqrt_two():
    base = Parameters(alpha_r=math.inf, beta_r=0.0)
    points = [base._replace(g_h=math.sqrt(2.0) * (1 + e)) for e in (-1e-9, 1e-9)]
    assert solve_points(points)["fixed_point_count"].value.tolist() == [1.0, 2.0]


# --- accuracy over the box, and the contract of a solver ----------------------------------------------------------


def test_all_numbers_agree_with_quadrature_over_the_box(straightforward):
    rng = np.random.default_rng(17)

    def gate():
        alpha = [math.inf, 0.0, 10 ** rng.uniform(-1, 2.5)][rng.choice(3, p=[0.2, 0.1, 0.7])]
        return float(alpha), float([0.0, rng.uniform(-6, 8), -math.inf][rng.choice(3, p=[0.3, 0.6, 0.1])])

    points = []
    for _ in range(25):
        (alpha_z, beta_z), (alpha_r, beta_r) = gate(), gate()
        extra = {name: float(10 ** rng.uniform(-3, 0.5)) for name in ("s_h", "s_z", "s_r") if rng.random() < 0.3}
        extra |= {name: float(rng.uniform(-2, 2)) for name in ("beta_h", "m_z", "m_r") if rng.random() < 0.3}
        extra |= {"g_h": float(10 ** rng.uniform(-0.5, 1.7)), "tau_r": float(10 ** rng.uniform(-1, 1))}
        gates = {"alpha_z": alpha_z, "beta_z": beta_z, "alpha_r": alpha_r, "beta_r": beta_r}
        points.append(Parameters(**gates, **extra, input_inside=1.0))
    result = solve_points(points)
    for k, slot in np.argwhere(~np.isnan(result["delta_phi"].value[:, 1:])):
        mean_field = straightforward.StaticMeanField(points[k])
        at = {name: float(e.value[k, slot + 1]) for name, e in result.items() if e.value.ndim == 2}
        q = at["delta_phi"]
        assert mean_field.map(q) == pytest.approx(q, rel=1e-8)
        assert mean_field.delta_h(q) == pytest.approx(at["delta_h"], rel=1e-8)
        assert mean_field.static_gain(q) == pytest.approx(at["static_gain"], rel=1e-8)
        assert mean_field.open_fraction(q) == pytest.approx(at["open_fraction"], rel=1e-8)
        if at["leading_edge"] > 0 and math.isfinite(at["leading_edge"]):
            assert mean_field.growth(q, at["leading_edge"]) == pytest.approx(1.0, abs=1e-8)


def test_the_scan_of_the_oracle_finds_the_same_roots(straightforward):
    point = Parameters(g_h=1.8, alpha_r=20.0, beta_r=0.0)
    q = solve_points([point])["delta_phi"].value[0, 2:]
    assert straightforward.StaticMeanField(point).fixed_points(scan=60) == pytest.approx(q.tolist(), rel=1e-9)


def test_errors_bound_the_response_to_rounding():
    """Where a fold amplifies rounding the stated error grows with it."""
    base = Parameters(alpha_r=20.0, beta_r=0.0)
    far, near = solve_points([base._replace(g_h=1.8)]), solve_points([base._replace(g_h=1.627833281)])
    assert far["delta_h"].error[0, UPPER] < 1e-13
    if near["delta_h"].status[0, UPPER] != Status.ABSENT:
        assert near["delta_h"].error[0, UPPER] > 10 * far["delta_h"].error[0, UPPER]


def test_numbers_do_not_depend_on_the_block():
    points = [Parameters(g_h=g, alpha_r=a, beta_r=0.0) for g in (1.5, 1.8, 3.0) for a in (0.0, 5.0, 20.0)]
    together = solve_points(points)
    for k in (0, 4, 8):
        alone = solve_points([points[k]])
        for name, estimate in together.items():
            np.testing.assert_array_equal(estimate.value[k], alone[name].value[0])
            np.testing.assert_array_equal(estimate.error[k], alone[name].error[0])


def test_noise_leaves_no_fixed_point():
    result = solve_points([Parameters(g_h=2.0, noise_h=0.1), Parameters(g_h=2.0)])
    assert result["fixed_point_count"].value.tolist() == [0.0, 2.0]
    assert (result["delta_h"].status[0] == Status.ABSENT).all()


def test_absent_fixed_points_have_no_number():
    result = solve_points([Parameters(g_h=0.5), Parameters(g_h=0.5, beta_h=0.2)])
    for name, estimate in result.items():
        if estimate.value.ndim == 2:
            assert np.isnan(estimate.value[0, 1:]).all() and np.isnan(estimate.value[1, :3]).all(), name
            assert (np.isnan(estimate.value) == (estimate.status == Status.ABSENT)).all(), name
            assert np.isfinite(estimate.error[~np.isnan(estimate.value)]).all(), name


def test_an_empty_block_is_solved():
    assert solve_points([])["delta_h"].value.shape == (0, 4)


@pytest.mark.parametrize("gates", [{"g_h": 1.0}, {"g_h": 2.0, "alpha_r": math.sqrt(2.0), "beta_r": 0.0}])
@pytest.mark.parametrize("bias", [5.6e-17, -5.6e-17, 1e-12])
def test_a_bias_of_rounding_size_at_the_onset_leaves_one_root_and_is_quick(gates, bias):
    """A = b^2 + q - c q^2 there: q = |b| / sqrt(c), over decades of q that differ by rounding alone."""
    solve_points([Parameters(beta_h=0.1, **gates)])  # compiles
    start = time.process_time()
    found = solve_points([Parameters(beta_h=bias, **gates)])
    assert time.process_time() - start < 8.0  # was 82 s, with eight roots
    assert found["fixed_point_count"].value[0] == 1.0
    q, error = (float(part[0, UPPER]) for part in (found["delta_phi"].value, found["delta_phi"].error))
    c = 2.0 if gates["g_h"] == 1.0 else 1.5
    assert abs(q - abs(bias) / math.sqrt(c)) < 3.0 * error < 3e-14
