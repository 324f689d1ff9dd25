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
from phasemap.theory.complexity import points
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


class Recorder:
    """A proposal that keeps the mean square of h of what it drew: (samples,)."""

    def __init__(self, at: Reduced) -> None:
        proposal = proposal_at(at)
        assert proposal is not None
        self.proposal, self.mean_square = proposal, np.empty(0)

    def draw(self, count: int, size: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        h, r = self.proposal.draw(count, size, rng)
        self.mean_square = np.concatenate([self.mean_square, (h**2).mean(axis=1)])
        return h, r

    def log_density(self, h: FloatArray, r: FloatArray) -> FloatArray:
        return self.proposal.log_density(h, r)


@pytest.mark.slow
def test_growth_between_the_onset_and_the_static_fold() -> None:
    """At (1.55, 20) no static mean-field fixed point exists, and yet the expected number grows like e^(N Sigma).

    Up to N = 80 a good part of the number comes from fields far from the typical ones, whose share falls as the count
    of the typical ones rises: the slope of the whole is some 10 % too small still. The density of the fixed points
    at typical fields has no such term: it goes as sqrt(N) e^(N Sigma).
    """
    at, rate = Reduced(1.55, 20.0, 0.0), counted(Reduced(1.55, 20.0, 0.0)).value
    typical = points.solve([make_parameters(g_h=1.55, alpha_r=20.0)])["counted_delta_h"].value[0]
    logs, errors, whole, spreads = [], [], [], []
    for size in (10, 20, 40):
        recorder = Recorder(at)
        weight, sign = weights(at, recorder, 30_000, size)
        found = np.where((recorder.mean_square > 0.7 * typical) & (recorder.mean_square < 1.4 * typical), weight, 0.0)
        assert weight.sum() ** 2 / (weight**2).sum() > 1000
        assert abs((weight * sign).mean()) < 4.0 * (weight * sign).std() / math.sqrt(weight.size)
        logs.append(math.log(found.mean() / math.sqrt(size)))
        errors.append(found.std() / math.sqrt(found.size) / found.mean())
        whole.append(math.log(weight.mean()))
        spreads.append(weight.std() / math.sqrt(weight.size) / weight.mean())
    assert abs((logs[2] - logs[1]) / 20 - rate) < 3.0 * math.hypot(*errors[1:]) / 20
    slope, spread = (whole[2] - whole[1]) / 20, math.hypot(*spreads[1:]) / 20
    assert abs(slope - rate) < 3.0 * spread + 0.15 * rate
    assert whole[0] < whole[1] - 3.0 * math.hypot(*spreads[:2]) < whole[2]


def weights(at: Reduced, recorder: Recorder, samples: int, size: int) -> tuple[FloatArray, FloatArray]:
    """Weights and signs of samples of the integral, (samples,) each."""
    rng, chunks = np.random.default_rng(size), [500] * (samples // 500)
    drawn = [_weights(at, recorder, chunk, size, rng) for chunk in chunks]  # type: ignore[arg-type]
    return np.exp(np.concatenate([one[0] for one in drawn])), np.concatenate([one[1] for one in drawn])


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
