"""Solutions carried over from the curve of a problem nearby are those of the point's own curve."""

import math

import numpy as np
import pytest

from phasemap.model.parameters import make_parameters
from phasemap.theory.dynamic import fluctuating
from phasemap.theory.dynamic.autocovariance.correlations import reduce
from phasemap.theory.dynamic.curve import neighbours
from phasemap.theory.surfaces.dynamic_fold import folds

POINTS = (
    {"g_h": 2.7, "alpha_r": 4.3, "tau_r": 3.1},
    {"g_h": 2.6, "alpha_r": 17.3, "tau_r": 0.37, "beta_r": 0.3},
    {"g_h": 3.3, "alpha_r": 6.1, "m_r": 0.173, "s_r": 0.4},
    {"g_h": 2.1, "beta_h": 0.237, "alpha_r": 2.9},
    {"g_h": 1.7, "m_h": 0.11, "s_h": 0.3, "beta_z": 0.77},
    {"g_h": 1.9, "alpha_r": 5.3, "noise_h": 0.23, "noise_r": 0.4, "tau_noise": 1.3},
)


def alone(problem, gain, monkeypatch):
    """The solutions along the problem's own curve."""
    with monkeypatch.context() as patched:
        patched.setattr(fluctuating, "_carried_over", lambda *_: None)
        return fluctuating.solutions(problem, gain)


def assert_same(found, expected):
    assert [one.stable for one in found] == [one.stable for one in expected]
    for one, other in zip(found, expected, strict=True):
        for name, value in other.values.items():
            error = 1e-12 * abs(value) + 2.0 * (one.errors[name] + other.errors[name])
            assert one.values[name] == pytest.approx(value, rel=0.0, abs=error)


@pytest.mark.parametrize("values", POINTS)
def test_carried_over_solutions_are_those_of_the_own_curve(values, monkeypatch):
    problem, gain, _ = reduce(make_parameters(values))
    assert neighbours.neighbour(problem) != problem
    assert neighbours.predictions(problem, 2.0 * math.log(gain)) is not None
    assert_same(fluctuating.solutions(problem, gain), alone(problem, gain, monkeypatch))


@pytest.mark.parametrize("beyond", [-0.02, -0.003, 0.003, 0.02])
def test_next_to_a_fold_no_solution_is_lost_or_invented(beyond, monkeypatch):
    problem, _, _ = reduce(make_parameters(alpha_r=17.3, tau_r=1.17))
    [fold] = folds(problem)
    gain = math.exp(0.5 * (fold.ln_gamma + beyond))
    found = fluctuating.solutions(problem, gain)
    assert len(found) == (2 if beyond > 0.0 else 0)
    assert_same(found, alone(problem, gain, monkeypatch))


def test_neighbours_are_few_and_keep_zeros():
    rng = np.random.default_rng(3)
    problems = [
        reduce(make_parameters(alpha_r=a, m_r=m, tau_r=t))[0]
        for a, m, t in zip(rng.uniform(5, 10, 300), rng.uniform(0.1, 0.2, 300), rng.uniform(1, 2, 300), strict=True)
    ]
    near = {neighbours.neighbour(problem) for problem in problems}
    assert len(near) < 75
    for one in near:
        assert neighbours.neighbour(one) == one
        assert one.bias_h == one.static_h == one.noise_h == 0.0


def test_a_point_on_the_lattice_has_its_own_curve():
    problem = neighbours.neighbour(reduce(make_parameters(alpha_r=3.0))[0])
    assert neighbours.predictions(problem, 2.0) is None
