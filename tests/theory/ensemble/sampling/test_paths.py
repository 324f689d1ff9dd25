"""Sampled paths against what is known of them."""

import math

import numpy as np
import pytest

from phasemap.model.parameters import make_parameters
from phasemap.theory.ensemble.sampling.noise import Noise
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.ring import Ring

INPUTS = [
    {},
    {"alpha_r": 3.0},
    {"beta_h": 0.4},
    {"s_h": 0.3, "m_h": 0.1, "input_inside": 1.0},
    {"s_h": 0.2, "m_h": -0.1},
    {"noise_h": 0.4, "input_inside": 1.0},
    {"noise_h": 0.3},
    {"noise_h": 0.4, "tau_noise": 2.0, "input_inside": 1.0},
    {"noise_h": 0.3, "tau_noise": 2.0},
]


def ensemble(ring=None, paths=1024, seed=2, groups=4, **values):
    ring = ring or Ring(51.2, 256)
    process = Process(make_parameters({"g_h": 2.0, "alpha_z": 3.0, **values}))
    noise = Noise(np.random.SeedSequence(seed), groups, ring.steps, process.noise_placement != 0)
    noise.grow(paths)
    return Ensemble(process, ring, noise)


def activity(ring):
    return 0.5 / np.cosh(ring.lags / 3.0)


def test_fields_have_the_covariance_asked_for():
    one = ensemble(paths=4096)
    wanted = activity(one.ring)
    sampled = np.zeros_like(wanted)
    count = 0
    for paths in one.paths(wanted, one.noise.members(None)):
        sampled += np.array([np.mean(paths.eta * np.roll(paths.eta, -k, axis=0)) for k in range(wanted.size)])
        count += 1
    # Every mode has unit sample power; negative power (here of the kink at half the window) is cut off.
    np.testing.assert_allclose(sampled / count, wanted, atol=2e-5)


@pytest.mark.parametrize("inputs", INPUTS, ids=str)
def test_paths_of_a_constant_gate_have_the_averages_of_a_gaussian(inputs):
    """The control variate's exact averages and its sampled ones are two routes to the same numbers."""
    one = ensemble(paths=2048, **inputs)
    members = one.noise.members(None)
    phi, membrane = one.control_averages(activity(one.ring))
    batches = []
    for paths in one.paths(activity(one.ring), members):
        h = paths.control - one.control_mean
        batches.append([[np.mean(x * np.roll(x, -k, axis=0)) for k in (0, 4, 20)] for x in (paths.control_phi, h)])
    batches = np.array(batches)
    error = batches.std(axis=0, ddof=1) / math.sqrt(len(batches)) + 2e-5
    exact = np.array([[phi[k], membrane[k]] for k in (0, 4, 20)]).T
    assert (np.abs(batches.mean(axis=0) - exact) < 4.5 * error).all()


@pytest.mark.parametrize("inputs", INPUTS, ids=str)
def test_a_gate_that_hardly_fluctuates_moves_h_like_a_constant_one(inputs):
    one = ensemble(paths=64, **{"alpha_z": 1e-7, **inputs})
    assert one.control_rate == pytest.approx(0.5)
    for paths in one.paths(activity(one.ring), (0,)):
        np.testing.assert_allclose(paths.h, paths.control, atol=1e-6)


def test_the_map_of_all_groups_is_the_mean_over_groups_up_to_their_scales():
    one = ensemble(paths=4096)
    whole = one.map(activity(one.ring))
    parts = np.mean([one.map(activity(one.ring), group) for group in range(4)], axis=0)
    assert np.abs(whole - parts).max() < 5e-3


@pytest.mark.parametrize("inputs", [INPUTS[1], INPUTS[4], INPUTS[8], {"alpha_z": math.inf}], ids=str)
def test_moments_are_the_same_whether_paths_are_computed_side_by_side_or_not(inputs, monkeypatch):
    together = ensemble(paths=1300, **inputs).moments(activity(Ring(51.2, 256)))
    monkeypatch.setattr(Noise, "batches", lambda self, members, side_by_side=False: flat(self, members))
    apart = ensemble(paths=1300, **inputs).moments(activity(Ring(51.2, 256)))
    np.testing.assert_allclose(together.activity, apart.activity, atol=2e-6)
    np.testing.assert_allclose(together.membrane, apart.membrane, atol=1e-5 * apart.membrane[0])
    assert together.mean == pytest.approx(apart.mean, abs=1e-5)


def flat(noise, members):
    return [batch for index in members for batch in noise.groups[index].batches]


def test_a_map_of_several_groups_is_that_of_an_ensemble_of_these():
    one = ensemble(paths=1024)
    few = one.map(activity(one.ring), (0, 1))
    one.noise.groups = one.noise.groups[:2]
    np.testing.assert_allclose(few, one.map(activity(one.ring)), atol=1e-7)


def test_z_comes_in_pairs_of_opposite_sign():
    one = ensemble(paths=64, beta_z=0.8)
    gates = [paths.gate.copy() for paths in one.paths(activity(one.ring), (0,))]
    first, second = (gate.astype(float) for gate in gates[:2])
    logit = np.log(first / (1.0 - first)) + 0.8
    # As exactly as singles tell: a logit near an open gate keeps fewer digits than the gate itself.
    error = np.finfo(np.float32).eps * (1.0 / (1.0 - first) + 1.0 / (1.0 - second))
    assert (np.abs(np.log(second / (1.0 - second)) + 0.8 + logit) < error + 1e-6).all()


def test_paths_do_not_depend_on_who_asked_before():
    one, other = ensemble(), ensemble()
    one.map(0.3 * activity(one.ring))
    np.testing.assert_array_equal(one.map(activity(one.ring)), other.map(activity(other.ring)))


def test_halving_the_time_step_changes_little():
    ring = Ring(51.2, 128)
    fine = ensemble(Ring(51.2, 256), paths=512)
    coarse = Ensemble(fine.process, ring, fine.noise.coarser())
    change = fine.map(activity(fine.ring))[::2] - coarse.map(activity(ring))
    assert np.abs(change).max() < 1e-3


def test_a_gate_that_never_opens_leaves_h_where_it_was_most_open():
    one = ensemble(paths=64, alpha_z=math.inf, m_z=-50.0, beta_z=0.0)
    for paths in one.paths(activity(one.ring), (0,)):
        assert np.ptp(paths.h, axis=0).max() < 1e-12
        assert (np.abs(paths.h[0]) <= np.abs(paths.eta).max(axis=0) + 1e-12).all()
        assert np.isfinite(paths.h).all()


def test_a_hard_gate_is_the_limit_of_steep_ones():
    hard = ensemble(Ring(51.2, 512), paths=1024, alpha_z=math.inf, beta_z=0.0)
    steep = ensemble(Ring(51.2, 512), paths=1024, alpha_z=300.0)
    np.testing.assert_allclose(hard.map(activity(hard.ring)), steep.map(activity(steep.ring)), atol=4e-3)


def test_the_control_variate_does_not_bias_the_map():
    """Its mean correction over many ensembles is zero within errors; at a small ensemble it reduces the scatter."""
    plain, controlled = [], []
    for seed in range(24):
        one = ensemble(paths=256, seed=seed)
        controlled.append(one.map(activity(one.ring)))
        power = np.zeros(one.ring.steps)
        for paths in one.paths(activity(one.ring), one.noise.members(None)):
            one._add(paths.phi, power)
        plain.append(one._covariance(power, 256))
    difference = np.array(plain) - np.array(controlled)
    error = difference.std(axis=0, ddof=1) / math.sqrt(len(difference))
    assert (np.abs(difference.mean(axis=0)) < 5.0 * error + 1e-5).all()
    assert np.std(controlled, axis=0)[:40].mean() < 0.9 * np.std(plain, axis=0)[:40].mean()
