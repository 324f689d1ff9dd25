"""The two halves of the house, which cannot see each other, must give the same numbers."""

import math

import numpy as np
import pytest

from phasemap import make_parameters
from phasemap.model.branches import BRANCHES
from phasemap.model.options import SimulationOptions
from phasemap.model.status import Status
from phasemap.simulation.solvers import decay, network, network_equilibria
from phasemap.theory import mean_field
from phasemap.theory.dynamic.autocovariance.correlations import reduce
from phasemap.theory.static import fixed_points
from phasemap.theory.surfaces.dynamic_fold import folds

pytestmark = pytest.mark.slow

# Output gate of steepness 2, centred: the zero state loses its stability at g_h = 2.
GAINS = (1.0, 1.4, 1.7, 2.6, 3.0, 3.5)
OPTIONS = SimulationOptions(sizes=(100, 200, 400), realisations=8, time_step=0.2, duration=150.0, transient=100.0)


@pytest.fixture(scope="module")
def exponents():
    points = [make_parameters(g_h=gain, alpha_r=2.0) for gain in GAINS]
    seeds = [np.random.SeedSequence([11, k]) for k in range(len(points))]
    theory = mean_field.solve_points(points, None, seeds)["lyapunov_max"]
    simulated = network.solve_points(points, OPTIONS, seeds)["network_lyapunov_max_extrapolated"]
    return theory, simulated


def test_exponents_extrapolated_in_size_agree_on_both_sides_of_the_transition(exponents):
    theory, simulated = exponents
    branch = [BRANCHES.index("zero" if gain < 2.0 else "fluctuating") for gain in GAINS]
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
    assert np.all(simulated.error[chaotic] < 0.3 * theory.value[chaotic, BRANCHES.index("fluctuating")])


@pytest.mark.parametrize("steepness", [12.0, 20.0])
def test_chaos_ends_below_the_dynamic_fold_and_lasts_above_it(steepness):
    """Networks that start at a large amplitude, 8 percent of g_h on either side; above, at the branch's variance."""
    gain = math.exp(0.5 * folds(reduce(make_parameters(g_h=1.8, alpha_r=steepness))[0])[0].ln_gamma)
    points = [make_parameters(g_h=share * gain, alpha_r=steepness) for share in (0.92, 1.08)]
    options = SimulationOptions(size=800, realisations=3, duration=150.0, time_step=0.2)
    seeds = [np.random.SeedSequence([12, k]) for k in range(2)]
    found = decay.solve_points(points, options, seeds)
    assert found["network_surviving_fraction"].value.tolist() == [0.0, 1.0]
    expected = mean_field.solve_points(points, None, seeds)["variance"].value[:, BRANCHES.index("fluctuating")]
    assert np.isnan(expected[0])
    course = found["network_variance_course"].value[1]
    late = course[:, course.shape[1] // 3 :]
    assert late.mean() == pytest.approx(expected[1], rel=0.25) and late.min() > 0.1 * expected[1]


# Before and beyond the end of marginal stability; with an output gate that is live, at once, biased; a stable state.
EQUILIBRIA = (
    {"g_h": 0.8, "alpha_r": 3.0},
    {"g_h": 2.0, "alpha_z": math.inf},
    {"g_h": 6.0, "alpha_z": math.inf},
    {"g_h": 6.0, "alpha_z": 3.0},
    {"g_h": 4.0, "alpha_r": 4.0, "tau_r": 0.0, "alpha_z": math.inf},
    {"g_h": 2.5, "alpha_r": 6.0, "beta_r": 0.5, "beta_h": 0.4, "s_h": 0.3, "input_inside": 1.0},
)


def test_networks_given_a_fixed_point_have_its_variance_and_the_edge_of_its_spectrum():
    points = [make_parameters(**changes) for changes in EQUILIBRIA]
    seeds = [np.random.SeedSequence([13, k]) for k in range(len(points))]
    options = SimulationOptions(size=400, realisations=10)
    theory, found = fixed_points.solve_points(points), network_equilibria.solve_points(points, options, seeds)
    exists = theory["delta_h"].status != Status.ABSENT
    outermost = exists.shape[1] - 1 - np.argmax(exists[:, ::-1], axis=1)
    for name, bias in (("delta_h", 0.0), ("leading_edge", 0.04)):
        expected = theory[name].value[np.arange(len(points)), outermost]
        simulated = found[f"network_{name}"]
        assert np.all(simulated.status == Status.CONVERGED)
        difference = np.abs(simulated.value - expected)
        assert np.all(difference < 4.0 * simulated.error + bias + 1e-9), (name, difference, simulated.error)
    # Sharp enough to tell the two sides of the end of marginal stability apart.
    edge, error = (getattr(found["network_leading_edge"], part) for part in ("value", "error"))
    assert edge[1] < 0.02 < edge[2] - 3.0 * error[2]
