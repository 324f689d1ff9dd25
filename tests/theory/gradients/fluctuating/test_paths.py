"""Gradients along the fluctuating state of a moving update gate."""

import numpy as np
import pytest

from phasemap.kernels.gradients.path_march import Lanes, Shared, path_march
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.quantities.gradients import NAMES
from phasemap.model.status import Status
from phasemap.theory.dynamic.autocovariance.correlation_functions import named_solutions
from phasemap.theory.dynamic.autocovariance.correlations import reduce
from phasemap.theory.dynamic.fluctuating import solutions
from phasemap.theory.ensemble.point import PointSolution
from phasemap.theory.ensemble.resolution.surroundings import surroundings
from phasemap.theory.gradients.fluctuating.constant_gate import fluctuating_gradients
from phasemap.theory.gradients.fluctuating.path_numbers import path_gradients, without_unresolved
from phasemap.theory.gradients.fluctuating.paths import ROWS, march_paths, solve_state
from phasemap.theory.gradients.records import zeros

SEED = np.random.SeedSequence(11)


def solved(relative_error: float, exponents: bool = False, **values: float) -> PointSolution:
    parameters = make_parameters(values)
    options = EnsembleOptions(relative_error=relative_error, exponents=exponents)
    found = solve_state(parameters, options, SEED, surroundings([parameters])[0])
    assert isinstance(found, PointSolution)
    return found


def test_identical_paths_give_the_deterministic_march() -> None:
    """Paths with one constant gate and phi' = g: A = exp(-2 c s) I_0(2 g c s)."""
    from scipy.special import ive

    g, gate, n, step = 1.2, 0.7, 80, 0.05
    same = np.ones((n + 1, 8), dtype=np.float32)
    lanes = Lanes(np.exp(-gate * step) * same, gate * same, 0.0 * same, g * same, g * same)
    one = np.ones(n + 1)
    shared = Shared(one, 0.0 * one, g * g * one, gate, 1.0, 1.0, False)
    rows, controls = np.zeros((2, n + 1, 8), dtype=np.float32), np.zeros((2, n + 1, 8), dtype=np.float32)
    covariances = np.zeros((4, n + 1, n + 1))
    path_march(lanes, shared, step, rows, controls, covariances)
    lag = gate * step * n
    exact = ive(0, 2.0 * g * lag) * np.exp(2.0 * (g - 1.0) * lag)
    assert covariances[0, -1, -1] == pytest.approx(exact, rel=2e-3)
    np.testing.assert_allclose(covariances[1], gate**2 * covariances[0], atol=1e-5)


def test_a_flat_update_gate_tends_to_the_deterministic_march() -> None:
    """alpha_z -> 0 at beta_z = 0: a constant gate of one half."""
    lags = np.array([2.0, 8.0])
    problem, gain, rate = reduce(make_parameters({"g_h": 2.5, "beta_z": 0.0}))
    exact = fluctuating_gradients(
        make_parameters({"g_h": 2.5, "beta_z": 0.0}), "fluctuating",
        named_solutions(solutions(problem, gain))["fluctuating"], rate, lags,
    )  # fmt: skip
    gaps = []
    for steepness in (0.02, 0.3):
        solution = solved(0.02, g_h=2.5, alpha_z=steepness)
        march = march_paths(solution, 8.0, SEED, 8192)
        places = [round(lag / march.lags[1]) for lag in lags]
        gaps.append(march.logarithms[0, places] - exact.numbers["adjoint_variance"].logarithm)
    assert np.abs(gaps[0]).max() < 0.01
    assert np.abs(gaps[0]).max() < np.abs(gaps[1]).max()


@pytest.mark.slow
def test_fluctuating_gate_against_an_independent_value() -> None:
    """Computed independently: (3, alpha_z 3), M -> infinity, ln A(8) = 1.14(3) and ln A(24) = 4.49(12)."""
    parameters = make_parameters({"g_h": 3.0, "alpha_z": 3.0})
    solution = solved(0.005, exponents=True, g_h=3.0, alpha_z=3.0)
    assert solution.ring.period >= 200.0
    found = path_gradients(parameters, solution, EnsembleOptions(), np.array([8.0, 24.0]), SEED)
    of_h = found.numbers["adjoint_variance"]
    assert of_h.error[0] < 0.02
    assert of_h.error[1] < 0.1
    assert of_h.logarithm[0] == pytest.approx(1.14, abs=3.0 * np.hypot(0.03, of_h.error[0]))
    assert of_h.logarithm[1] == pytest.approx(4.49, abs=3.0 * np.hypot(0.12, of_h.error[1]))
    assert found.law.rate == pytest.approx(0.105, abs=0.012)


def test_a_ring_of_long_steps_says_nothing_of_the_update_gate() -> None:
    found = without_unresolved({name: zeros(2) for name in NAMES})
    for name, one in found.items():
        assert (one.status == (Status.NOT_SOUGHT if name.endswith("_z") else Status.CONVERGED)).all()


def test_groups_alone_scatter_around_all_of_them() -> None:
    march = march_paths(solved(0.02, g_h=3.0, alpha_z=2.0), 4.0, SEED, 8192)
    last = march.groups[:, 0, -1]
    gap = abs(last.mean() - march.logarithms[0, -1])
    assert gap < 5.0 * last.std(ddof=1) / np.sqrt(len(last)) + 0.02
    assert march.statistical[0, -1] == pytest.approx(last.std(ddof=1) / np.sqrt(len(last)), rel=0.2)
    overlap = march.logarithms[ROWS.index("retained_overlap")]
    assert np.all(np.diff(overlap) < 0.0)
