"""Solutions that the residual hardly tells from their neighbours."""

import numpy as np
import pytest

from phasemap.model.parameters import make_parameters
from phasemap.numerics import anderson
from phasemap.theory.ensemble.numbers import admissible
from phasemap.theory.ensemble.resolution.sharpness import sharpness, with_its_time_scale
from phasemap.theory.ensemble.sampling.noise import Noise
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.ring import Ring


def ensemble(ring, **values):
    process = Process(make_parameters(values))
    noise = Noise(np.random.SeedSequence(5), 4, ring.steps, False)
    noise.grow(256)
    return Ensemble(process, ring, noise)


def correlation_time(ring, activity):
    return float(ring.weights @ activity / activity[0])


def test_near_the_transition_the_solution_is_blunt():
    found = []
    for gain, level, time in ((1.1, 0.09, 80.0), (3.0, 0.65, 10.0)):
        ring = Ring(20.0 * time, 256)
        one = ensemble(ring, g_h=gain, alpha_z=1e-4)
        start = with_its_time_scale(one, level / np.cosh(ring.lags / time))
        found.append(sharpness(one, anderson.solve(one.map, start, 1e-5, 100, admissible).x))
    assert found[0] < 0.5
    assert found[1] == 1.0


@pytest.mark.parametrize("guess", [15.0, 150.0])
def test_the_time_scale_is_found_from_afar(guess):
    """Additive network at g_h = 1.2 with sigma_z = 1/2: C_phi(0) = 0.1698 and int C_h / C_h(0) = 35.88."""
    ring = Ring(1638.4, 256)
    one = ensemble(ring, g_h=1.2, alpha_z=1e-4)
    start = 0.17 / np.cosh(np.minimum(ring.lags / guess, 300.0))
    scaled = with_its_time_scale(one, start)
    assert correlation_time(ring, scaled) == pytest.approx(35.88, rel=0.2)
    found = anderson.solve(one.map, scaled, 1e-5, 100, admissible)
    assert found.converged
    assert found.x[0] == pytest.approx(0.16981, rel=2e-3)
