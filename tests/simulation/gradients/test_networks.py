"""Gradients of networks against the mean field."""

import math

import numpy as np
import pytest

from phasemap.model.options import GradientOptions, NetworkGradientOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.quantities.gradients import NAMES
from phasemap.model.status import Status
from phasemap.simulation.gradients.networks import NetworkGradients, network_gradients
from phasemap.theory.gradients.records import Numbers
from phasemap.theory.gradients.states import gradients_of

SEED = np.random.SeedSequence(5)
LAGS = (1.0, 4.0)
H = NAMES.index("adjoint_variance")


def of_networks(state: str, size: int, networks: int, **parameters: float) -> NetworkGradients:
    options = NetworkGradientOptions(
        lags=LAGS, state=state, size=size, networks=networks, adjoints=8, transient=60.0, initial_amplitude=1.0
    )
    return network_gradients(make_parameters(parameters), state, options, SEED)


def pulls(found: NetworkGradients, state: str, *names: str, **parameters: float) -> list[np.ndarray]:
    """How far networks are from one solution of the mean field, of each name, in what is allowed."""
    options = GradientOptions(lags=LAGS, state=state, ensemble_error=0.02, paths=4096)
    numbers = gradients_of(make_parameters(parameters), options, np.array(LAGS), SEED).numbers
    return [_pull(found, name, numbers[name]) for name in names]


def _pull(found: NetworkGradients, name: str, theory: Numbers) -> np.ndarray:
    k = NAMES.index(name)
    allowed = np.hypot(found.mean_log_error[k], theory.error) + 10.0 / found.size
    return np.asarray((found.mean_log[k] - theory.logarithm) / allowed)


# The six named points, at reduced sizes.
POINTS = [
    ("zero", 400, {"g_h": 0.8}),
    ("static", 400, {"g_h": 1.8, "alpha_r": 20.0}),
    ("attractor", 300, {"g_h": 3.0, "alpha_r": 2.0}),
    ("attractor", 300, {"g_h": 3.0, "alpha_z": 3.0}),
    ("attractor", 300, {"g_h": 1.5, "alpha_z": 10.0}),
    ("attractor", 300, {"g_h": 2.0, "alpha_z": math.inf}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("state", "size", "parameters"), POINTS)
def test_networks_agree_with_the_mean_field(state: str, size: int, parameters: dict[str, float]) -> None:
    found = of_networks(state, size, 6, **parameters)
    names = ("adjoint_variance",) if state == "zero" else ("adjoint_variance", "gradient_variance_h")
    assert max(np.abs(pull).max() for pull in pulls(found, state, *names, **parameters)) < 4.0
    if state == "zero":
        assert (found.value[NAMES.index("gradient_variance_h")] == 0.0).all()


def test_zero_state_of_small_networks() -> None:
    found = of_networks("zero", 200, 6, g_h=0.8)
    of_adjoints, of_inputs = pulls(found, "zero", "adjoint_variance", "gradient_variance_input", g_h=0.8)
    assert np.abs(of_adjoints).max() < 4.0
    assert np.abs(of_inputs).max() < 4.0
    assert (found.status[H] == Status.CONVERGED).all()


def test_the_logarithm_of_the_mean_is_not_below_the_mean_of_the_logarithm() -> None:
    found = of_networks("zero", 60, 5, g_h=1.2)
    assert (found.log_mean[H] > found.mean_log[H]).all()


def test_networks_are_added_until_the_error_is_small_enough() -> None:
    options = NetworkGradientOptions(lags=(2.0,), state="zero", size=60, networks=2, adjoints=2, error=0.05)
    found = network_gradients(make_parameters({"g_h": 0.8}), "zero", options, SEED)
    assert found.mean_log_error[H, 0] <= 0.05
    assert found.networks > 2
    assert np.isfinite(found.shift[H, 0])
    few = NetworkGradientOptions(lags=(2.0,), state="zero", size=60, networks=2, adjoints=2)
    assert network_gradients(make_parameters({"g_h": 0.8}), "zero", few, SEED).networks == 2


def test_the_same_seed_gives_the_same_numbers() -> None:
    one, two = (of_networks("zero", 50, 2, g_h=0.9) for _ in range(2))
    np.testing.assert_array_equal(one.value, two.value)


def test_a_moving_hard_gate_is_not_sought() -> None:
    options = NetworkGradientOptions(lags=(1.0,), size=250, networks=1, transient=5.0)
    found = network_gradients(make_parameters({"g_h": 6.0, "alpha_z": math.inf}), "attractor", options, SEED)
    assert (found.status[H] == Status.NOT_SOUGHT).all()
