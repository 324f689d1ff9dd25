"""The two halves of the house, which cannot see each other, must give the same numbers."""

import numpy as np
import pytest

from phasemap import make_parameters
from phasemap.model.options import SimulationOptions
from phasemap.model.status import Status
from phasemap.quantities import BRANCHES
from phasemap.simulation import network
from phasemap.theory import mean_field

pytestmark = pytest.mark.slow

# Output gate of steepness 2, centred: the zero state loses its stability at g_h = 2.
GAINS = (1.0, 1.4, 1.7, 2.6, 3.0, 3.5)
OPTIONS = SimulationOptions(sizes=(100, 200, 400), realisations=8, duration=150.0, transient=100.0)


@pytest.fixture(scope="module")
def exponents():
    points = [make_parameters(g_h=gain, alpha_r=2.0) for gain in GAINS]
    seeds = [np.random.SeedSequence([11, k]) for k in range(len(points))]
    theory = mean_field.solve_points(points, None, seeds)["lyapunov_max"]
    simulated = network.solve_points(points, OPTIONS, seeds)["network_lyapunov_max_extrapolated"]
    return theory, simulated


def test_exponents_extrapolated_in_size_agree_on_both_sides_of_the_transition(exponents):
    theory, simulated = exponents
    branch = [BRANCHES.index("zero" if gain < 2.0 else "chaotic") for gain in GAINS]
    expected = theory.value[np.arange(len(GAINS)), branch]
    assert np.all(theory.status[np.arange(len(GAINS)), branch] == Status.CONVERGED)
    assert np.all(np.sign(expected) == np.where(np.array(GAINS) < 2.0, -1.0, 1.0))
    pulls = (simulated.value - expected) / simulated.error
    assert np.all(np.abs(pulls) < 3.0), pulls
    assert np.sum(pulls**2) < 2.5 * len(GAINS), pulls


def test_the_comparison_is_sharp_enough_to_fail(exponents):
    theory, simulated = exponents
    chaotic = np.array(GAINS) > 2.0
    # Errors well below the exponents: agreement is not a matter of wide error bars.
    assert np.all(simulated.error[chaotic] < 0.3 * theory.value[chaotic, BRANCHES.index("chaotic")])
