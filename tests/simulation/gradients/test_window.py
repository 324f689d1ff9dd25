"""Adjoints of networks: the exact transpose of the tangent step."""

from typing import Any

import numpy as np
import pytest

from phasemap.model.parameters import make_parameters
from phasemap.simulation.gradients.measure import gregory, measure
from phasemap.simulation.gradients.window import Adjoint, Window, at_rest, forward, record
from phasemap.simulation.network.disorder import draw_network
from phasemap.simulation.network.integrators import Integrator, start

SEED = np.random.SeedSequence(3)
N = 40
NETWORKS: list[dict[str, Any]] = [
    {"g_h": 2.0},
    {"g_h": 3.0, "alpha_z": 3.0},
    {"g_h": 3.0, "alpha_z": 3.0, "alpha_r": 2.0, "tau_z": 2.0},
    {"g_h": 3.0, "alpha_z": 3.0, "alpha_r": 2.0, "tau_z": 0.0, "tau_r": 0.0},
    {"g_h": 3.0, "alpha_z": 2.0, "noise_h": 0.3, "s_h": 0.2},
]


def relaxed(parameters: dict[str, Any], step: float = 0.05) -> Integrator:
    integrator = start(draw_network(make_parameters(parameters), N, SEED), step, 1.0, SEED)
    integrator.advance(100)
    return integrator


def vectors(window: Window, count: int, seed: int) -> np.ndarray:
    drawn = np.random.default_rng(seed).standard_normal((3, count, N))
    for field, on in enumerate(window.network.carried):
        drawn[field] *= on
    return drawn


@pytest.mark.parametrize("parameters", NETWORKS)
def test_forward_and_adjoint_agree_to_rounding(parameters: dict[str, Any]) -> None:
    window = record(relaxed(parameters), 20)
    tangents, adjoints = vectors(window, 3, 1), vectors(window, 4, 2)
    adjoint = Adjoint(window, adjoints)
    for _ in range(window.steps):
        adjoint.back()
    after = np.einsum("fkn,fln->kl", adjoints, forward(window, tangents))
    before = np.einsum("fkn,fln->kl", adjoint.vectors, tangents)
    np.testing.assert_allclose(before, after, rtol=1e-10, atol=1e-12 * np.abs(after).max())


def test_adjoint_is_the_gradient_of_the_flow() -> None:
    """A loss sum a_i h_i(T) by central differences in h(0): as exact as these and the tangent steps are."""
    parameters = {"g_h": 2.0, "alpha_z": 2.0, "alpha_r": 1.0}
    integrator = relaxed(parameters)
    initial, readout = integrator.x.copy(), np.random.default_rng(5).standard_normal(N)
    window = record(integrator, 20)
    adjoint = Adjoint(window, np.stack([readout[None], np.zeros((1, N)), np.zeros((1, N))]))
    for _ in range(window.steps):
        adjoint.back()
    for field in range(3):
        ends = []
        for sign in (1.0, -1.0):
            integrator.x[:] = initial
            integrator.x[field, 0, 7] += sign * 1e-5
            integrator.advance(40)
            ends.append(float(readout @ integrator.h))
        assert (ends[0] - ends[1]) / 2e-5 == pytest.approx(adjoint.vectors[field, 0, 7], rel=1e-4, abs=1e-6)


def test_variance_of_the_gradients_of_couplings_is_that_of_finite_differences() -> None:
    """dL/dJ_ij of the recurrent couplings for one readout, some entries by central differences."""
    parameters = {"g_h": 2.0, "alpha_z": 1.0}
    integrator = relaxed(parameters)
    initial, network = integrator.x.copy(), integrator.network
    window = record(integrator, 20)
    numbers = measure(window, np.array([window.steps * window.step]), 6, np.random.default_rng(1))
    rng = np.random.default_rng(1)
    readouts = rng.standard_normal((6, N))
    readouts /= np.sqrt((readouts**2).mean(axis=1))[:, None]
    squares = np.zeros(6)
    entries = [(i, j) for i in range(0, N, 3) for j in range(1, N, 4)]
    for i, j in entries:
        kept, ends = network.J_h[i, j], []
        for sign in (1.0, -1.0):
            network.J_h[i, j] = kept + sign * np.float32(1e-2)
            integrator.x[:] = initial
            integrator.advance(40)
            ends.append(readouts @ integrator.h)
        network.J_h[i, j] = kept
        squares += ((ends[0] - ends[1]) / 2e-2) ** 2
    sampled = squares.mean() / len(entries)
    assert numbers[4].mean() == pytest.approx(sampled, rel=0.35)  # 140 of 1600 entries
    assert numbers[4].mean() > 0.0


def test_a_fixed_point_has_the_same_linearisation_at_every_time() -> None:
    network = draw_network(make_parameters({"g_h": 0.8}), N, SEED)
    integrator = start(network, 0.05, 1.0, SEED)
    integrator.x[:] = 0.0
    moving, resting = record(integrator, 4), at_rest(integrator, 4)
    np.testing.assert_allclose(moving.coefficients, resting.coefficients, atol=1e-14)


@pytest.mark.parametrize("n", [6, 9, 30])
def test_gregory_is_exact_for_parabolas(n: int) -> None:
    x = np.linspace(0.0, 2.0, n + 1)
    assert gregory(n, 2.0 / n) @ x**3 == pytest.approx(4.0, rel=2e-3 if n == 6 else 1e-3)
    assert gregory(n, 2.0 / n) @ x**2 == pytest.approx(8.0 / 3.0, rel=1e-12)


def test_lags_between_steps_are_interpolated() -> None:
    window = record(relaxed({"g_h": 2.0}), 20)
    lags = np.array([0.5, 0.55, 0.6])
    numbers = measure(window, lags, 4, np.random.default_rng(1))[0].mean(axis=0)
    assert numbers[1] == pytest.approx(0.5 * (numbers[0] + numbers[2]), rel=1e-2)
    assert (numbers[0] - numbers[1]) * (numbers[1] - numbers[2]) > 0.0
