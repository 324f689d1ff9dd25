"""The whole Lyapunov spectrum in the mean field."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from phasemap.model.branches import BRANCHES, FLUCTUATING
from phasemap.model.options import TangentSpectrumOptions
from phasemap.model.parameters import Parameters, make_parameters
from phasemap.model.status import Status
from phasemap.theory.dynamic.autocovariance.correlation_functions import named_solutions
from phasemap.theory.dynamic.autocovariance.correlations import reduce
from phasemap.theory.dynamic.fluctuating import Fluctuating, solutions
from phasemap.theory.ensemble.sampling.ring import Ring
from phasemap.theory.tangent_spectrum import solver
from phasemap.theory.tangent_spectrum.exponents_above import exponents_above
from phasemap.theory.tangent_spectrum.kaplan_yorke_and_entropy import least_ratio, lowest_place, spectrum_of
from phasemap.theory.tangent_spectrum.level import Flow
from phasemap.theory.tangent_spectrum.levels import Levels, Values
from phasemap.theory.tangent_spectrum.modes import Modes
from phasemap.theory.tangent_spectrum.slopes import Slopes, on_ring, sample

SEED = np.random.SeedSequence(5)
SEMICIRCLE = 0.0222569, 0.109551


def state(**parameters: float) -> tuple[Parameters, Fluctuating]:
    p = make_parameters(parameters)
    problem, gain, _ = reduce(p)
    return p, named_solutions(solutions(problem, gain))[FLUCTUATING]


def slopes(p: Parameters, solution: Fluctuating, ring: Ring, paths: int) -> Slopes:
    # A sequence of seeds remembers what was drawn from it.
    return sample(p, on_ring(p, solution.profile, ring), ring, paths, np.random.SeedSequence(5))


def frozen(gains: list[float], steps: int = 100) -> Slopes:
    d = np.repeat(np.array(gains)[None, :, None], steps, axis=2)
    return Slopes(d, np.full(len(gains), 1.0 / len(gains)), (1.0,), 0.4)


def test_constant_gain_gives_the_semicircle() -> None:
    """Exponents are the real parts of a disc's eigenvalues: integrals over a semicircle, docs/theory.md, section 16."""
    found = spectrum_of(Levels(frozen([1.5], 800)))
    assert found.converged
    assert found.inside
    assert found.values[0] == pytest.approx(SEMICIRCLE[0], rel=1e-4)
    assert found.values[2] == pytest.approx(SEMICIRCLE[1], rel=1e-4)
    s = np.linspace(-0.6, -0.1, 501)
    expected = min(disc(float(one)) / -float(one) for one in s)
    assert found.values[1] == pytest.approx(expected, rel=1e-4)


def disc(s: float) -> float:
    """W of a disc of radius 1.5 about -1, by quadrature over its real parts."""
    x = np.linspace(1.0 + s, 1.5, 20001)
    return float(np.trapezoid((x - 1.0 - s) * 2.0 * np.sqrt(np.maximum(1.5**2 - x**2, 0.0)), x) / (math.pi * 1.5**2))


def level_of_matrix(gains: np.ndarray, s: float) -> float:
    """W of -1 + J diag(gains), N -> infinity, from the radial density of its eigenvalues."""
    edge, c = math.sqrt((gains**2).mean()), 1.0 + s
    radius = np.linspace(c, edge, 4001)

    def inside(r: float) -> float:
        y = brentq(lambda y: (gains**2 / (r**2 + gains**2 * y)).mean() - 1.0, 0.0, 1.0)
        return float((r**2 / (r**2 + gains**2 * y)).mean())

    share = np.array([inside(r) for r in radius[:-1]] + [1.0])
    height = (np.sqrt(radius**2 - c**2) - c * np.arccos(c / radius)) / math.pi
    return float((np.diff(share) * 0.5 * (height[1:] + height[:-1])).sum())


def test_frozen_paths_give_the_eigenvalues_of_matrices() -> None:
    """Units that differ but do not move: exponents are real parts of eigenvalues, docs/theory.md, section 3.

    Level and share of eigenvalues above s, both to 1e-4.
    """
    gains = np.array([0.7, 2.2])
    assert level_of_matrix(np.array([1.5]), 0.0) == pytest.approx(SEMICIRCLE[0], rel=1e-4)
    levels = Levels(frozen([0.7, 2.2], 200))
    for s in (0.0, -0.2):
        low, at, high = (level_of_matrix(gains, s + away) for away in (-1e-3, 0.0, 1e-3))
        found = levels.at(s)
        assert found.value == pytest.approx(at, rel=1e-4)
        assert found.share == pytest.approx((low - high) / 2e-3, abs=1e-4)


def test_a_flat_output_gate_is_the_additive_network_of_half_the_gain() -> None:
    """alpha_r = 0, beta_r = 0: sigma_r = 1/2 and h halved, on the same paths."""
    ring = Ring(32.0, 80)
    additive, half = (
        Levels(slopes(*state(**values), ring, 32), highest=10)
        for values in ({"g_h": 1.5}, {"g_h": 3.0, "alpha_r": 0.0, "beta_r": 0.0})
    )
    expected = additive.at(0.0)
    gated = half.at(0.0)
    assert gated.value == pytest.approx(expected.value, rel=1e-6)
    assert gated.share == pytest.approx(expected.share, rel=1e-6)


def test_an_output_gate_that_hardly_moves_is_none() -> None:
    p, solution = state(g_h=3.0)
    one = slopes(p, solution, Ring(32.0, 80), 32)
    nearly = np.stack([one.d[0], 1e-4 * np.ones_like(one.d[0]), one.d[0]])
    gated = Levels(Slopes(nearly, one.weights, (1.0, 1.0), one.step))
    alone = Levels(one)
    assert gated.at(-0.1).value == pytest.approx(alone.at(-0.1).value, rel=3e-3)


def test_spectra_of_weighted_paths_are_those_of_the_mean_field() -> None:
    from phasemap.theory.ensemble.sampling.gaussian import activation_pair

    p, solution = state(g_h=3.0)
    ring = Ring(48.0, 120)
    known = on_ring(p, solution.profile, ring)
    found = sample(p, known, ring, 256, SEED)
    power = (found.weights[:, None] * np.abs(np.fft.fft(found.d[0], axis=1)) ** 2).sum(axis=0) / ring.steps
    target = ring.spectrum(activation_pair(known.membrane, 3.0, 0.0)[1])
    np.testing.assert_allclose(power[:6], target[:6], rtol=1e-8)
    assert found.weights.sum() == pytest.approx(1.0)
    assert found.weights.min() > 0.0


def test_the_level_vanishes_at_the_largest_exponent() -> None:
    """W is zero there within what the extrapolation in the regulator changed, and not a little below."""
    p, solution = state(g_h=3.0)
    levels = Levels(slopes(p, solution, Ring(48.0, 120), 128))
    largest = solution.values["lyapunov_max"]
    at_zero, below, at, beyond = (levels.at(share * largest) for share in (0.0, 0.8, 1.0, 1.1))
    assert abs(at.value) < 2.0 * at.change < 1e-3 * at_zero.value
    assert abs(beyond.value) < 2.0 * beyond.change
    assert below.value > 50.0 * abs(at.value)


def values_of(curve: np.polynomial.Polynomial, s: list[float]) -> list[Values]:
    slope, none = curve.deriv(), np.zeros(1)
    return [Values(x, curve(x), -slope(x), 0.0, 0.0, none, 0.0, 0.0, none) for x in s]


def test_minimum_of_a_curve_over_the_distance() -> None:
    curve = np.polynomial.Polynomial([0.01, -0.02, 0.5, -0.1, 0.03, 0.2])
    value, place, inside = least_ratio(values_of(curve, [0.0, -0.1, -0.2]), 0.9)
    grid = np.linspace(-0.3, -1e-3, 20001)
    ratio = curve(grid) / np.abs(grid)
    assert inside
    assert value == pytest.approx(ratio.min(), rel=1e-6)
    assert place == pytest.approx(grid[ratio.argmin()], rel=1e-3)
    falling = np.polynomial.Polynomial([1.0, -0.02, 0.1])
    assert not least_ratio(values_of(falling, [0.0, -0.5, -0.9]), 0.9)[2]


def test_no_dimension_lies_below_the_share_of_positive_exponents() -> None:
    """Next to an onset rates are as small as the regulator: what is left is a bound, and none that cannot be."""
    p, solution = state(g_h=1.05)
    frozen_paths = slopes(p, solution, Ring(64.0, 160), 16)
    found = spectrum_of(Levels(frozen_paths))
    assert frozen_paths.are_usable  # of modes without power no weights are asked
    assert not found.inside
    assert found.values[1] >= found.values[2] > 0.0


def test_a_spectrum_is_not_looked_at_where_uncoupled_units_hardly_decay_around_the_ring() -> None:
    slow = replace(frozen([1.5], 100), rates=(1.0, 0.125))
    assert lowest_place(slow) == pytest.approx(0.0625)
    assert lowest_place(replace(slow, step=10.0)) == pytest.approx(0.9 * 0.125)
    assert lowest_place(frozen([1.5], 400)) == 0.9


def test_modes_left_out_add_what_they_add_alone() -> None:
    """W from the lowest modes is that from all modes of the grid, many times as fast."""
    p, solution = state(g_h=3.0)
    few = slopes(p, solution, Ring(32.0, 80), 16)
    all_of_them = Flow(Modes(few, 39), -0.1, 0.003).solve()
    lowest = Flow(Modes(few, 10), -0.1, 0.003).solve()
    assert all_of_them.converged
    assert lowest.converged
    assert lowest.value == pytest.approx(all_of_them.value, rel=2e-3)
    assert lowest.slope == pytest.approx(all_of_them.slope, rel=5e-3)
    assert lowest.rest > all_of_them.rest >= 0.0


def test_slope_is_that_of_the_level() -> None:
    """Kernels are stationary: the explicit derivative, regulator extrapolated away, is the whole one."""
    p, solution = state(g_h=3.0)
    levels = Levels(slopes(p, solution, Ring(32.0, 80), 32))
    at = {s: levels.at(s) for s in (0.02, 0.0, -0.02)}
    assert at[0.0].share == pytest.approx((at[-0.02].value - at[0.02].value) / 0.04, rel=5e-3)


@pytest.mark.parametrize("parameters", [{"noise_h": 0.1}, {"beta_h": 0.2}, {"alpha_r": math.inf}, {"g_h": 1.001}])
def test_what_is_not_at_hand_is_not_sought_for_a_reason(parameters: dict[str, float]) -> None:
    found = solver.solve_points([make_parameters({"g_h": 3.0, **parameters})], None, [SEED])
    assert found["kaplan_yorke_per_unit"].status[0, BRANCHES.index(FLUCTUATING)] == Status.NOT_SOUGHT
    assert found.remarks


def test_there_is_none_without_a_fluctuating_state() -> None:
    found = solver.solve_points([make_parameters({"g_h": 0.9})], None, [SEED])
    assert all((one.status == Status.ABSENT).all() for one in found.values())


@pytest.mark.slow
def test_additive_network_against_values_computed_without_this_code() -> None:
    """Computed independently: a constant update gate halves the rate of entropy and leaves the dimension."""
    found = solver.solve_points([make_parameters({"g_h": 3.0, "beta_z": 0.0})], None, [SEED])
    at = 0, BRANCHES.index(FLUCTUATING)
    expected = {
        "entropy_rate_per_unit": 0.5 * 3.213e-3,
        "kaplan_yorke_per_unit": 0.06154,
        "positive_exponent_fraction": 0.02927,
    }
    for name, value in expected.items():
        estimate = found[name]
        assert estimate.error is not None
        assert estimate.value[at] == pytest.approx(value, abs=2.0 * float(estimate.error[at]))
        assert estimate.error[at] < 0.04 * value


@pytest.mark.slow
def test_output_gate_against_a_value_computed_without_this_code() -> None:
    """Computed independently: at (4, 4), coarse, 6.46e-3."""
    p, solution = state(g_h=4.0, alpha_r=4.0)
    found = Flow(Modes(slopes(p, solution, Ring(32.0, 80), 128), 14), 0.0, 0.003).solve()
    assert found.converged
    assert found.value == pytest.approx(6.46e-3, rel=0.04)


def test_shares_above_rates_are_those_of_a_disc() -> None:
    """P(Re > c) of a disc of radius g: (arccos(x) - x sqrt(1 - x^2)) / pi with x = c / g."""
    rates = np.array([-0.2, 0.2, -0.99])
    found = exponents_above(Levels(frozen([1.5], 800)), rates)
    x = (1.0 + rates[:2]) / 1.5
    np.testing.assert_allclose(found.values[:2], (np.arccos(x) - x * np.sqrt(1.0 - x**2)) / math.pi, rtol=5e-3)
    assert math.isnan(found.values[2])


@pytest.mark.slow
def test_exponents_above_zero_are_the_positive_ones() -> None:
    options = TangentSpectrumOptions(rates=(-0.99, 0.0, 0.3))
    found = solver.solve_shares([make_parameters({"g_h": 3.0})], options, [SEED])["exponents_above"]
    value, status = found.value[0, BRANCHES.index(FLUCTUATING)], found.status[0, BRANCHES.index(FLUCTUATING)]
    assert status.tolist() == [Status.NOT_SOUGHT, Status.CONVERGED, Status.CONVERGED]
    assert value[1] == pytest.approx(0.02927, rel=0.02)
    assert abs(value[2]) < 1e-3  # above the largest exponent, 0.2 at most
