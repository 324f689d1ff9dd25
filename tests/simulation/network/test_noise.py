import math

import numpy as np
import pytest

from phasemap.errors import UnsupportedError
from phasemap.model.parameters import make_parameters
from phasemap.simulation.network.disorder import draw_network
from phasemap.simulation.network.integrators import start
from phasemap.simulation.network.noise import NoiseSource

SEED = np.random.SeedSequence(3)


def source(step, size=2000, **parameters):
    network = draw_network(make_parameters(g_h=0.0, **parameters), size, SEED)
    return NoiseSource(network, step, np.random.default_rng(1))


@pytest.mark.parametrize("ratio", [0.003, 0.3, 5.0])
def test_step_means_of_ornstein_uhlenbeck_noise_have_their_exact_covariances(ratio):
    means = source(ratio, noise_h=2.0, tau_noise=1.0).draw(40)[:, 0] / 2.0
    variance = 2.0 * (ratio + math.expm1(-ratio)) / ratio**2
    lag_one = (-math.expm1(-ratio)) ** 2 / ratio**2
    error = 5.0 * math.sqrt(2.0 / 2000) if ratio < 0.1 else 5.0 * math.sqrt(2.0 / 20000)
    assert (means**2).mean() == pytest.approx(variance, abs=error * variance)
    assert (means[1:] * means[:-1]).mean() == pytest.approx(lag_one, abs=error * variance)


def test_fast_ornstein_uhlenbeck_noise_becomes_white():
    tau = 1e-4
    coloured = source(0.1, noise_h=math.sqrt(0.5 / tau), tau_noise=tau).draw(20)[:, 0]
    white = source(0.1, noise_h=1.0).draw(20)[:, 0]
    assert coloured.var() == pytest.approx(white.var(), rel=0.05)


@pytest.mark.parametrize(("field", "name", "rate"), [(0, "h", 1.0), (2, "r", 0.5)])
def test_a_leaky_unit_has_the_stationary_variance_of_its_noise(field, name, rate):
    parameters = make_parameters({"g_h": 0.0, "alpha_r": 1.0, "tau_r": 2.0, f"noise_{name}": 0.8})
    network = draw_network(parameters, 600, SEED)
    integrator = start(network, 0.1, 0.0, SEED)
    integrator.advance(200)
    samples = []
    for _ in range(60):
        integrator.advance(40)
        samples.append((integrator.state[field] ** 2).mean())
    amplitude = 0.8 * rate
    assert np.mean(samples) == pytest.approx(amplitude**2 / (2 * rate), rel=4 * math.sqrt(2 / (600 * 60)) + 1e-3)


def test_white_noise_on_an_instantaneous_gate_is_refused():
    with pytest.raises(UnsupportedError, match=r"noise_r = 0\.3 with tau_r = 0"):
        source(0.1, alpha_r=1.0, tau_r=0.0, noise_r=0.3)
