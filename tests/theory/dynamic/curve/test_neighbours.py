"""Solutions carried over from the curve of a problem nearby are those of the point's own curve."""

import math

import numpy as np
import pytest

from phasemap.model.parameters import make_parameters
from phasemap.theory.dynamic import fluctuating
from phasemap.theory.dynamic.autocovariance import gaussian_pairs
from phasemap.theory.dynamic.autocovariance.correlations import reduce
from phasemap.theory.dynamic.curve import neighbours
from phasemap.theory.surfaces.dynamic_fold import folds

POINTS = (
    {"g_h": 2.7, "alpha_r": 4.3, "tau_r": 3.1},
    {"g_h": 2.6, "alpha_r": 17.3, "tau_r": 0.37, "beta_r": 0.3},
    {"g_h": 3.3, "alpha_r": 6.1, "m_r": 0.173, "s_r": 0.4},
    {"g_h": 2.9, "alpha_r": 14.3, "m_r": -0.61},
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
    nearby = neighbours.neighbours(problem)
    assert any(neighbours.predictions(problem, near, 2.0 * math.log(gain)) is not None for near in nearby)
    assert_same(fluctuating.solutions(problem, gain), alone(problem, gain, monkeypatch))


@pytest.mark.parametrize("beyond", [-0.02, -0.003, 0.003, 0.02])
def test_next_to_a_fold_no_solution_is_lost_or_invented(beyond, monkeypatch):
    problem, _, _ = reduce(make_parameters(alpha_r=17.3, tau_r=1.17))
    [fold] = folds(problem)
    gain = math.exp(0.5 * (fold.ln_gamma + beyond))
    found = fluctuating.solutions(problem, gain)
    assert len(found) == (2 if beyond > 0.0 else 0)
    assert_same(found, alone(problem, gain, monkeypatch))


@pytest.mark.parametrize(
    "values",
    [
        {"g_h": 2.5, "alpha_r": 100.0 / 13.0, "beta_r": 0.75},
        {"g_h": 3.0241, "alpha_r": 16.24, "tau_r": 5.787, "m_r": -0.8217, "beta_h": 0.5909},
        {"g_h": 3.4414, "alpha_r": 16.845, "tau_r": 6.9, "beta_r": 1.4815},
        {"g_h": 1.6276, "alpha_r": 7.7786, "tau_r": 0.7252, "s_h": 0.3159},
        {"g_h": 2.709, "alpha_r": 3.5675, "tau_r": 7.9226, "beta_r": 0.5918, "beta_h": 0.99959},
    ],
)
def test_no_solution_is_lost_beyond_the_end_of_a_neighbours_curve(values, monkeypatch):
    problem, gain, _ = reduce(make_parameters(values))
    assert_same(fluctuating.solutions(problem, gain), alone(problem, gain, monkeypatch))


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
    assert neighbours.neighbours(problem) == ()


def test_nearer_neighbours_are_asked_where_the_first_will_not_do(monkeypatch):
    problem, gain, _ = reduce(make_parameters(g_h=2.6, alpha_r=9.3, m_r=-0.4137, tau_r=1.17))
    first, *nearer = neighbours.neighbours(problem)
    assert len({problem, first, *nearer}) == 4
    *_, last = nearer
    assert gaussian_pairs.is_round(last.bias_r)
    assert last == problem._replace(bias_r=last.bias_r)
    expected = alone(problem, gain, monkeypatch)
    ask = fluctuating._carried_from
    for refused in ({first}, {first, nearer[0]}):
        with monkeypatch.context() as patched:
            patched.setattr(
                fluctuating,
                "_carried_from",
                lambda near, *rest, refused=refused: None if near in refused else ask(near, *rest),
            )
            found = fluctuating._carried_over(problem, 2.0 * math.log(gain))
        assert_same(found, expected)
