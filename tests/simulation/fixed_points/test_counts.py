"""Numbers of fixed points of finite networks: searched for, integrated, and in the theory of large ones."""

import math

import numpy as np
import pytest

from phasemap.model.options import CountOptions
from phasemap.model.parameters import Parameters, make_parameters
from phasemap.model.quantities.counting import Reduced, reduce
from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.simulation.fixed_points.counts import integral, search, solve_integral, solve_search
from phasemap.simulation.fixed_points.enumeration import enumerate_fixed_points, take_census
from phasemap.simulation.fixed_points.kac_rice import _weights, expected_count
from phasemap.simulation.fixed_points.proposals import FACTORS, Proposal, proposal_at
from phasemap.simulation.network.disorder import draw_network
from phasemap.theory.complexity.prefactor import predicted_count, prefactor
from phasemap.theory.complexity.saddles import counted

SEED = np.random.SeedSequence(7)
NAMED = {
    "additive": ({"g_h": 2.0}, 12),
    "gated": ({"g_h": 3.0, "alpha_r": 2.0}, 10),
    "steep": ({"g_h": 1.8, "alpha_r": 20.0}, 10),
    "biased": ({"g_h": 3.5, "alpha_r": 4.0, "beta_r": 1.0}, 10),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMED)
def test_search_and_integral_agree(name: str) -> None:
    """Within 3 errors, as counts (never as ln(count) / N), at the named points."""
    parameters, size = NAMED[name]
    point = make_parameters(parameters)
    census = take_census(point, size, 60, 4000, SEED)
    found = expected_count(reduce(point), size, 40_000, np.random.default_rng(3))
    assert found is not None and found.effective_samples > 1000 and found.sign_mismatch < 3.5
    count, error = census.mean
    assert census.complete.mean() > 0.95
    assert abs(count - found.count) < 3.0 * math.hypot(error, found.error)


@pytest.mark.parametrize(("name", "expected", "error"), [("additive", 2.41, 0.01), ("gated", 2.00, 0.02)])
def test_integral_gives_the_check_values_of_the_notes(name: str, expected: float, error: float) -> None:
    parameters, size = NAMED[name]
    found = expected_count(reduce(make_parameters(parameters)), size, 60_000, np.random.default_rng(5))
    assert found is not None
    assert abs(found.count - expected) < 3.0 * math.hypot(found.error, error)


@pytest.mark.slow
def test_growth_between_the_onset_and_the_static_fold() -> None:
    """At (1.55, 20) no static mean-field fixed point exists, and yet the number grows like C e^(N Sigma) (1 + c / N).

    c is some 14 there, so that slopes are too small by c / 2 N^2 still; two sizes tell c, and C is that of theory.
    """
    at = Reduced(1.55, 20.0, 0.0)
    saddle = counted(at)
    logs, errors = {}, {}
    for size, samples in {10: 16_000, 20: 24_000, 40: 20_000, 80: 36_000}.items():
        weight, sign = weights(at, samples, size)
        assert weight.sum() ** 2 / (weight**2).sum() > 1000
        assert abs((weight * sign).mean()) < 4.0 * (weight * sign).std() / math.sqrt(samples)
        logs[size] = math.log(weight.mean()) - size * saddle.value
        errors[size] = weight.std() / math.sqrt(samples) / weight.mean()
        counts = [math.exp(value + n * saddle.value) for n, value in logs.items()]
        assert counts == sorted(counts)
    law, _ = prefactor(at, saddle)
    error = math.hypot(2.0 * errors[80], errors[40])
    assert abs(2.0 * logs[80] - logs[40] - math.log(law)) < 3.0 * error < 0.3
    assert 0.0 < logs[80] - math.log(law) < 20.0 / 80  # the law itself is reached like 1 / N, from above


def weights(at: Reduced, samples: int, size: int) -> tuple[FloatArray, FloatArray]:
    """Weights and signs of samples of the integral, (samples,) each."""
    proposal, rng = proposal_at(at), np.random.default_rng(size)
    assert proposal is not None
    drawn = [_weights(at, proposal, 100, size, rng) for _ in range(samples // 100)]
    return np.exp(np.concatenate([one[0] for one in drawn])), np.concatenate([one[1] for one in drawn])


def test_counts_of_gated_networks_approach_the_law() -> None:
    """At (3, 2), from two sizes as above."""
    at = Reduced(3.0, 2.0, 0.0)
    saddle = counted(at)
    found = {size: weights(at, 10_000, size)[0] for size in (10, 20)}
    first, second = (math.log(weight.mean()) - size * saddle.value for size, weight in found.items())
    spread = [weight.std() / math.sqrt(weight.size) / weight.mean() for weight in found.values()]
    law, _ = prefactor(at, saddle)
    assert abs(2.0 * second - first - math.log(law)) < 3.0 * math.hypot(2.0 * spread[1], spread[0]) < 0.3


def test_predicted_number_of_an_additive_network_is_right_within_its_error() -> None:
    at = Reduced(2.0, 0.0, -math.inf)
    value, error, status = predicted_count(at, counted(at), 40)
    weight, _ = weights(at, 10_000, 40)
    assert status == Status.CONVERGED and error < 0.1 * value
    assert abs(weight.mean() - value) < 3.0 * weight.std() / math.sqrt(weight.size) + error


def test_search_is_exact_where_everything_is_known() -> None:
    """One unit, J = 1: h = tanh(g h) has two non-zero roots for g > 1, and none below."""
    network = draw_network(Parameters(g_h=2.0), 1, SEED)
    network.J_h[:] = 1.0
    found = enumerate_fixed_points(network, 64, np.random.default_rng(0))
    assert found.complete and found.non_zero == 2 and sorted(found.signs) == [-1, 1, 1]
    assert np.sort(found.points.ravel()) == pytest.approx([-0.957504, 0.0, 0.957504], abs=1e-6)


def test_roots_solve_the_network_and_come_in_pairs_without_a_gate() -> None:
    network = draw_network(Parameters(g_h=3.0), 8, SEED)
    found = enumerate_fixed_points(network, 800, np.random.default_rng(0))
    residual = np.tanh(3.0 * found.points) @ np.asarray(network.J_h, dtype=float).T - found.points
    assert np.abs(residual).max() < 1e-10 and found.complete
    assert found.non_zero % 2 == 0


def test_a_search_that_stops_too_early_is_not_called_complete() -> None:
    """Two starts cannot find them all: the identity fails, and the count is a lower bound."""
    point = make_parameters(g_h=5.0)
    few = CountOptions(size=16, networks=8, starts=16)
    found = search(point, few, SEED)
    assert found.complete_fraction < 1.0
    status = solve_search([point], few, [SEED])["network_fixed_point_count"].status
    assert status.tolist() == [Status.LOWER_BOUND]


def test_narrow_proposals_are_exposed_by_the_signs() -> None:
    """Trap: one scale for all networks looks sure of itself, and is wrong."""
    at, size = Reduced(1.8, 20.0, 0.0), 10
    wide = proposal_at(at)
    assert wide is not None
    weights = np.zeros_like(wide.weights)
    weights[0, np.abs(FACTORS - 0.55).argmin()] = 1.0
    narrow = Proposal(wide.h_step, wide.r_step, wide.probability, weights)
    good = expected_count(at, size, 20_000, np.random.default_rng(1), wide)
    bad = expected_count(at, size, 20_000, np.random.default_rng(1), narrow)
    assert good is not None and bad is not None
    assert good.sign_mismatch < 3.5 and good.effective_samples > 500
    assert bad.effective_samples < 0.5 * good.effective_samples
    assert bad.sign_mismatch > 4.0 or bad.effective_samples < 100.0


def test_density_of_the_proposal_is_normalised_and_that_of_its_draws() -> None:
    """Importance sampling of a known integral: a Gaussian's normalisation."""
    proposal = proposal_at(Reduced(3.0, 2.0, 0.0))
    assert proposal is not None
    h, r = proposal.draw(40_000, 2, np.random.default_rng(2))
    log_normal = -0.5 * ((h / 0.3) ** 2 + (r / 0.5) ** 2).sum(axis=1) - 2 * math.log(2 * math.pi * 0.15)
    weight = np.exp(log_normal - proposal.log_density(h, r))
    assert weight.mean() == pytest.approx(1.0, abs=4.0 * weight.std() / math.sqrt(len(weight)))


def test_both_signs_of_the_identity_are_those_of_enumerated_networks() -> None:
    """E sum sign det over non-zero fixed points, by search, is what the identity says it is."""
    point, size = make_parameters(g_h=1.8, alpha_r=20.0), 6
    networks = [draw_network(point, size, np.random.SeedSequence(k)) for k in range(40)]
    found = [enumerate_fixed_points(one, 1000, np.random.default_rng(k)) for k, one in enumerate(networks)]
    for network, one in zip(networks, found, strict=True):
        zero = np.sign(np.linalg.det(np.eye(size) - 0.9 * np.asarray(network.J_h, dtype=float)))
        away = one.signs[np.abs(one.points).max(axis=1) > 1e-8]
        if one.complete:
            assert away.sum() == 1 - zero
    assert np.mean([one.complete for one in found]) > 0.9


def test_quantities_know_where_they_are_not_available() -> None:
    options = CountOptions(size=6, networks=2, starts=32, samples=200)
    hard, noisy = make_parameters(g_h=3.0, alpha_r=math.inf), make_parameters(g_h=2.0, noise_h=0.1)
    biased = make_parameters(g_h=2.0, beta_h=0.2)
    seeds = [SEED] * 3
    searched = solve_search([hard, noisy, biased], options, seeds)["network_fixed_point_count"]
    integrated = solve_integral([hard, noisy, biased], options, seeds)["expected_fixed_points"]
    assert searched.status[:2].tolist() == [Status.NOT_SOUGHT, Status.ABSENT]
    assert searched.status[2] in (Status.CONVERGED, Status.LOWER_BOUND)
    assert integrated.status.tolist() == [Status.NOT_SOUGHT, Status.ABSENT, Status.NOT_SOUGHT]
    assert "beta_h" in integral(biased, options, SEED).reason


def test_counts_do_not_depend_on_the_update_gate() -> None:
    options = CountOptions(size=6, networks=3, starts=64, samples=500)
    points = [make_parameters(g_h=2.0), make_parameters(g_h=2.0, alpha_z=5.0, tau_z=3.0)]
    for solve in (solve_search, solve_integral):
        (found,) = solve(points, options, [SEED, SEED]).values()
        assert found.value[0] == found.value[1]
