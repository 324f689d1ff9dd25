"""Participation ratios in the mean field."""

import math

import numpy as np
import pytest

from phasemap.kernels.dynamic.dimension.participation import Spectra, excess
from phasemap.model.branches import BRANCHES, FLUCTUATING, FLUCTUATING_UNSTABLE
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.results import Estimates
from phasemap.model.status import Status
from phasemap.theory.dimension import constant_gate, solver
from phasemap.theory.dimension.frequencies import FINE, NAMES, lags_of
from phasemap.theory.dynamic.autocovariance.correlation_functions import named_solutions
from phasemap.theory.dynamic.autocovariance.correlations import reduce
from phasemap.theory.dynamic.fluctuating import Fluctuating, solutions

SEED = np.random.SeedSequence(0)
# Ratios come from as many paths whatever is asked of the state: no larger errors than with 0.02, in less time.
ROUGH = EnsembleOptions(relative_error=0.04)


def found(**parameters: float) -> Estimates:
    return solver.solve_points([make_parameters(parameters)], EnsembleOptions(relative_error=0.02), [SEED])


def values(branch: str = FLUCTUATING, **parameters: float) -> np.ndarray:
    estimates = found(**parameters)
    return np.array([float(estimates[name].value[0, BRANCHES.index(branch)]) for name in NAMES])


def solution(**parameters: float) -> Fluctuating:
    problem, gain, _ = reduce(make_parameters(parameters))
    return named_solutions(solutions(problem, gain))[FLUCTUATING]


@pytest.mark.parametrize(
    ("parameters", "expected", "tolerance"),
    [
        ({"g_h": 2.0}, [0.01591479, 0.01974067, 0.01974067], 1e-8),
        ({"g_h": 3.0}, [0.03137198, 0.04465094, 0.04465094], 1e-8),
        ({"g_h": 3.0, "alpha_r": 2.0}, [0.05736486, 0.06413662, 0.08553466, 0.05552887], 1e-8),
        ({"g_h": 2.5, "alpha_r": 5.0}, [0.10686447, 0.11441637, 0.18377095, 0.09481427], 1e-8),
        ({"g_h": 3.0, "alpha_r": 2.0, "tau_r": 3.0}, [0.05003626, 0.05594027, 0.07173982, 0.04115587], 1e-8),
        ({"g_h": 3.0, "beta_h": 0.5}, [0.043266, 0.063776], 6e-7),
        ({"g_h": 3.0, "alpha_r": math.inf}, [0.179], 5e-4),
        ({"g_h": 3.0, "beta_r": 0.0}, [0.0056], 5e-5),
    ],
)
def test_values_computed_without_this_code(
    parameters: dict[str, float], expected: list[float], tolerance: float
) -> None:
    """docs/theory.md, section 17; a gate that is constantly 1/2 halves the gain."""
    np.testing.assert_allclose(values(**parameters)[: len(expected)], expected, atol=tolerance)


def test_errors_hold_what_finer_grids_change() -> None:
    state = solution(g_h=3.0, alpha_r=math.inf, beta_h=0.3)
    value, error = constant_gate.participation(state)
    finer = constant_gate.level_of(state.profile, FINE.__class__(1600, 41, 320, 0.03))
    assert np.all(np.abs(value - finer)[:4] <= error[:4])
    assert np.all(error[:4] < 1e-5 * value[:4])


def test_loops_are_a_geometric_series() -> None:
    """1 / (1 - s) summed term by term, in a double sum of its own over both signs of every frequency."""
    state = solution(g_h=2.5, alpha_r=5.0)
    unit = constant_gate.unit_of(state.profile, FINE)
    lags = lags_of(state.profile, FINE.lags)
    omega = np.linspace(-12.0, 12.0, 121)
    weights = np.full(121, omega[1] - omega[0]) / (2.0 * math.pi)
    psi = lags.waves(omega) @ unit.outputs[0]
    slope, gate, _ = constant_gate._moments(state.profile, unit)
    s_psi = math.sqrt(slope * gate) / (1.0 + 1j * omega)
    s = np.outer(s_psi, s_psi)
    series, term = np.zeros_like(s), np.ones_like(s)
    while abs(term).max() > 1e-17:
        series, term = series + term, term * s
    expected = float(weights @ (np.outer(psi, psi) * (np.abs(series) ** 2 - 1.0)) @ weights)
    half = slice(60, None)
    positive = weights[half].copy()
    positive[0] *= 0.5
    response = 1.0 / (1.0 + 1j * omega[half])
    one = psi[half]
    spectra = Spectra(
        positive, response, response, response, response, one, one, one, np.outer(one, one), np.outer(one, one),
        slope, gate, 0.0,
    )  # fmt: skip
    pairs = np.empty(5)
    excess(spectra, pairs)
    assert pairs[2] == pytest.approx(expected, rel=1e-12)


def test_static_inputs_join_on_to_none() -> None:
    """Two ways through the code: a unit without static parts, and averages over them where they nearly vanish."""
    without = values(g_h=3.0, alpha_r=2.0)
    np.testing.assert_allclose(values(g_h=3.0, alpha_r=2.0, s_h=1e-3, s_r=1e-3)[:4], without[:4], rtol=1e-4)
    np.testing.assert_allclose(values(g_h=3.0, alpha_r=2.0, beta_h=1e-3)[:4], without[:4], rtol=1e-4)


@pytest.mark.parametrize("alpha_r", [4.0, math.inf])
def test_averages_over_static_parts_are_the_correlation_functions(alpha_r: float) -> None:
    state = solution(g_h=3.0, alpha_r=alpha_r, beta_h=0.4, s_h=0.3, s_r=0.5)
    unit = constant_gate.unit_of(state.profile, FINE)
    for part, known in ((unit.phi, state.profile.solution.phi[0]), (unit.sigma, state.profile.solution.sigma[0])):
        average = (part.covariance + part.mean**2) @ part.weights
        np.testing.assert_allclose(average, known, atol=1e-7)


def test_products_of_outputs_are_those_of_all_pairs_of_static_parts() -> None:
    state = solution(g_h=3.0, alpha_r=4.0, beta_h=0.4, s_h=0.3, s_r=0.5)
    unit = constant_gate.unit_of(state.profile, FINE)
    phi, sigma = ((one.covariance + one.mean**2, one.mean**2, one.weights) for one in (unit.phi, unit.sigma))
    of_pairs = phi[0][:, :, None] * sigma[0][:, None, :] - np.outer(phi[1], sigma[1])
    weights = np.outer(phi[2], sigma[2])
    mean, products = unit.outputs
    np.testing.assert_allclose(mean, np.einsum("tpq,pq->t", of_pairs, weights), rtol=1e-11, atol=1e-15)
    expected = np.einsum("tpq,spq,pq->ts", of_pairs, of_pairs, weights, optimize=True)
    np.testing.assert_allclose(products, expected, rtol=1e-11, atol=1e-15)


def test_membrane_variance_is_that_of_its_spectrum() -> None:
    """The spectrum of h from that of psi and the response, against the variance of the mean field."""
    state = solution(g_h=2.5, alpha_r=5.0)
    lags = lags_of(state.profile, FINE.lags)
    unit = constant_gate.unit_of(state.profile, FINE)
    omega = np.linspace(0.0, 40.0, 4001)
    spectrum = lags.waves(omega) @ unit.outputs[0] / (1.0 + omega**2)
    assert np.trapezoid(spectrum, omega) / math.pi == pytest.approx(state.values["variance"], rel=1e-7)


def test_a_constant_update_gate_is_a_unit_of_time() -> None:
    gate = 1.0 / (1.0 + math.exp(0.7))
    own, gated = values(g_h=2.2, alpha_r=1.5, beta_z=0.7, tau_r=1.0 / gate), values(g_h=2.2, alpha_r=1.5)
    np.testing.assert_allclose(own[:4], gated[:4], rtol=1e-7)


def test_dimension_vanishes_as_a_cube_at_a_continuous_onset() -> None:
    near, far = values(g_h=1.02)[0], values(g_h=1.04)[0]
    assert math.log2(far / near) == pytest.approx(3.0, abs=0.15)


def test_dimension_ends_at_a_finite_value_where_chaos_is_born_in_a_fold() -> None:
    stable = values(g_h=1.8, alpha_r=20.0)[0]
    unstable = values(FLUCTUATING_UNSTABLE, g_h=1.8, alpha_r=20.0)[0]
    assert 0.07 < unstable < stable < 0.14


def test_nothing_moves_where_there_is_no_activity() -> None:
    estimates = found(g_h=0.9)
    assert all((one.status == Status.ABSENT).all() for one in estimates.values())
    at = BRANCHES.index(FLUCTUATING)
    chaotic = found(g_h=3.0)
    assert chaotic["participation_ratio"].status[0, at] == Status.CONVERGED
    assert chaotic["participation_ratio_output_gate"].status[0, at] == Status.ABSENT
    assert (chaotic["participation_ratio"].status[0, :3] == Status.ABSENT).all()


@pytest.mark.parametrize(
    "parameters", [{"noise_h": 0.1}, {"alpha_z": 1.0, "beta_h": 0.2}, {"alpha_z": 1.0, "s_z": 0.5}]
)
def test_what_is_not_derived_is_not_sought_for_a_reason(parameters: dict[str, float]) -> None:
    estimates = found(g_h=3.0, **parameters)
    assert estimates["participation_ratio"].status[0, BRANCHES.index(FLUCTUATING)] == Status.NOT_SOUGHT
    assert "not derived" in estimates.remarks[0][1]


@pytest.mark.slow
def test_paths_of_a_nearly_constant_gate_give_the_constant_gate() -> None:
    constant = values(g_h=3.0, alpha_r=2.0, beta_z=0.0)
    nearly = found(g_h=3.0, alpha_r=2.0, alpha_z=0.02)
    at = 0, BRANCHES.index(FLUCTUATING)
    for name, value in zip(NAMES[:4], constant, strict=False):
        estimate = nearly[name]
        assert estimate.error is not None
        assert abs(estimate.value[at] - value) < 4.0 * estimate.error[at] + 2e-4 * value
        assert estimate.error[at] < 2e-3 * value


@pytest.mark.slow
def test_a_fluctuating_update_gate_against_a_value_computed_without_this_code() -> None:
    """Theory notes, section 17: 0.0400(4) and 0.0557(6)."""
    estimates = solver.solve_points([make_parameters({"g_h": 3.0, "alpha_z": 3.0})], ROUGH, [SEED])
    at = 0, BRANCHES.index(FLUCTUATING)
    for name, expected in (("participation_ratio", 0.0400), ("participation_ratio_activity", 0.0557)):
        estimate = estimates[name]
        assert estimate.error is not None
        assert estimate.value[at] == pytest.approx(expected, abs=3.0 * float(estimate.error[at]) + 5e-4)
        assert estimate.error[at] < 0.1 * expected


@pytest.mark.slow
def test_errors_behind_a_moving_gate_are_the_scatter_of_seeds() -> None:
    """Ratios follow <phi^2> thirty times as strongly as a variance does: an error of that alone would be dishonest."""
    at = 0, BRANCHES.index(FLUCTUATING)
    p = make_parameters({"g_h": 3.0, "alpha_z": 1.0, "beta_z": 0.0})
    found = [solver.solve_points([p], ROUGH, [np.random.SeedSequence(k)])["participation_ratio"] for k in range(4)]
    values = np.array([one.value[at] for one in found])
    stated = math.sqrt(np.mean([float(one.error[at]) ** 2 for one in found if one.error is not None]))
    # Four values scatter by 0.3 to 1.8 times what is stated in 99 of 100 cases.
    assert 0.3 < values.std(ddof=1) / stated < 1.8
    assert stated < 0.04 * values.mean()
    assert values.mean() == pytest.approx(0.0318, abs=3.0 * stated)
