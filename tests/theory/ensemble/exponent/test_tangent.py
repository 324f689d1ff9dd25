"""The exponent over an ensemble of paths: the iteration that finds it."""

import math

import numpy as np

from phasemap.model.parameters import make_parameters
from phasemap.theory.ensemble.exponent.tangent import RateGuard, TangentEnsemble
from phasemap.theory.ensemble.sampling.noise import Noise
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.ring import Ring


def tangent(ring, paths=512, **values):
    """Perturbations along paths that are driven by a given correlation function."""
    process = Process(make_parameters(**{"g_h": 3.0, **values}))
    noise = Noise(np.random.SeedSequence(3), 4, ring.steps, False)
    noise.grow(paths)
    activity = 0.4 / np.cosh(ring.lags / (0.05 * ring.period))
    return TangentEnsemble(Ensemble(process, ring, noise), activity)


def test_the_guard_keeps_away_from_rates_that_were_far_too_small():
    guard = RateGuard(-1.0)
    assert guard.safe(0.3) == 0.3
    guard.learn(0.4, 0.5)
    assert guard.safe(0.1) == 0.1
    assert guard.safe(-5.0) == -0.3  # half way between the lowest and the one that was large enough
    guard.learn(0.0, 1e30)
    assert guard.safe(-0.5) == 0.2
    assert guard.safe(0.3) == 0.3
    guard.learn(0.1, math.nan)
    assert guard.safe(0.0) == 0.25


def test_a_first_rate_is_not_negative_as_long_as_nothing_is_known():
    assert RateGuard(-1.0).safe(-0.5) == 0.0


def test_the_exponent_is_found_where_gates_are_nearly_shut():
    """The radius then rises by orders of magnitude a little below the solution."""
    one = tangent(Ring(6553.6, 256), g_h=1.5, alpha_z=6.0, beta_z=3.0)
    found = one.solve(1e-4, 80)
    assert found.converged
    assert found.positive
    assert found.uncertainty < 1e-4
    below = one.map(found.state, 0.5 * one._lowest_rate)[0]
    assert below > 100.0
    assert abs(one.map(found.state, found.value)[0] - 1.0) < 0.01


def test_the_exponent_does_not_depend_on_where_the_iteration_starts():
    one = tangent(Ring(102.4, 128), alpha_z=3.0)
    cold = one.solve(1e-5, 80)
    warm = one.solve(1e-5, 80, cold)
    assert abs(warm.value - cold.value) < 3e-5
