"""Density and counts of eigenvalues: circular law, closed forms, normalisation, consistency."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq
from support.spectral_mass import integrated_density

from phasemap.model.parameters import make_parameters
from phasemap.theory.jacobian.local_ensemble import from_samples, gaussian_ensemble
from phasemap.theory.jacobian.spectrum import Spectrum, graded
from phasemap.theory.jacobian.states import fixed_point_ensembles

ZERO = (0.0, 0.0, 0.0)
SOME = (0.3, 0.4, 0.4)
GATED = {"g_h": 3.0, "alpha_z": 2.0, "beta_z": 0.3, "alpha_r": 3.0, "tau_r": 1.5}


def spectrum(variances=SOME, resolution=1.0, **parameters):
    return Spectrum(gaussian_ensemble(make_parameters(**parameters), *variances, resolution))


def cap(distance, radius):
    """Fraction of a disc beyond a chord at a distance from its centre."""
    c = distance / radius
    return (math.acos(c) - c * math.sqrt(1.0 - c * c)) / math.pi


def test_circular_law_of_the_additive_network():
    disc = spectrum(ZERO, g_h=2.0)
    points = np.array([-1.0 + 0.1j, -2.5 + 0.3j, 0.9j - 1.0, 0.5, -1.0 - 0.1j])
    # Absent gates are no degrees of freedom.
    np.testing.assert_allclose(disc.density(points), 1.0 / (np.pi * 4.0), rtol=1e-9)
    assert float(disc.density(1.2)) == 0.0
    assert disc.atoms == []
    assert disc.fraction_right_of(0.0) == pytest.approx(cap(1.0, 2.0), abs=1e-8)
    assert disc.fraction_within(0.5) == pytest.approx(0.25 / 4.0, abs=1e-8)


def test_constant_gates_rescale_the_circular_law():
    s_z, s_r = 1.0 / (1.0 + math.exp(0.7)), 1.0 / (1.0 + math.exp(-0.4))
    found = spectrum(ZERO, g_h=2.0, alpha_z=0.0, beta_z=0.7, alpha_r=0.0, beta_r=-0.4)
    radius = 2.0 * s_z * s_r
    assert float(found.density(-s_z + 0.5j * radius)) == pytest.approx(1.0 / (np.pi * radius**2), rel=1e-9)
    assert found.fraction_right_of(0.1 - s_z) == pytest.approx(cap(0.1, radius), abs=1e-8)


def test_the_radial_law_of_a_constant_gate_at_a_nonzero_state():
    # -1 + J D with independent D = phi': a fraction 1 - u of the eigenvalues is closer to -1 than d, where
    # <D^2 / (u D^2 + d^2)> = 1 (rotation invariance of J D; Ahmadian, Fumarola and Miller, PRE 91, 012820).
    found, variance, d = spectrum((0.4, 0.0, 0.0), g_h=2.5), 0.4, 0.7
    x = np.linspace(-9.0, 9.0, 4001) * math.sqrt(variance)
    weight = np.exp(-0.5 * x * x / variance)
    square = (2.5 / np.cosh(2.5 * x) ** 2) ** 2
    u = brentq(lambda u: (weight * square / (u * square + d * d)).sum() / weight.sum() - 1.0, 0.0, 1.0)
    theta = np.linspace(0.0, np.pi, 40)
    lam = -1.0 + d * np.exp(1j * theta)
    G = found.resolvent(lam).value
    np.testing.assert_allclose(G * (lam + 1.0), 1.0 - u, atol=5e-6)


@pytest.mark.parametrize(
    "parameters",
    [
        {"g_h": 2.0},
        {"g_h": 3.0, "alpha_z": 3.0},
        {"g_h": 3.0, "alpha_z": math.inf, "beta_z": 0.0},
        pytest.param({"g_h": 2.0, "alpha_r": 2.0, "beta_r": 0.5}, marks=pytest.mark.slow),
    ],
)
def test_density_integrates_to_one(parameters):
    found = spectrum(resolution=0.6, **parameters)
    assert integrated_density(found, nodes=4, depth=1e-4) == pytest.approx(1.0, abs=1e-3)


def test_counts_are_integrals_of_the_density():
    found = spectrum(**GATED)
    # In a box that holds no atom and no pole: by density, and by contours.
    x, wx = np.polynomial.legendre.leggauss(8)
    x = -0.35 + 0.15 * x
    columns = []
    for at in x:
        y, wt = graded(0.0, float(found.support.height(at)), 6, 1e-10)
        columns.append(2.0 * (wt @ found.density(at + 1j * y)))
    by_density = 0.15 * (wx @ columns)
    by_contour = found.fraction_left_of(-0.2) - found.fraction_left_of(-0.5)
    assert by_density == pytest.approx(by_contour, abs=2e-5)


def test_counts_are_monotone_and_complete():
    found = spectrum(**GATED)
    left = [found.fraction_left_of(x) for x in np.linspace(-1.6, 0.1, 18)]
    within = [found.fraction_within(r) for r in np.geomspace(1e-4, 2.0, 15)]
    assert (np.diff(left) > -1e-7).all()
    assert (np.diff(within) > -1e-7).all()
    assert (left[0], left[-1], within[-1]) == pytest.approx((0.0, 1.0, 1.0), abs=1e-7)


def test_counts_are_monotone_where_a_steep_gate_pinches_the_support():
    # Next to 0 the support is thinner than its distance from 0.
    found = Spectrum(fixed_point_ensembles(make_parameters(g_h=3.0, alpha_z=20.0, alpha_r=0.5), 0.6)["upper"])
    edge = found.support.edge
    assert edge < 1e-5
    x = np.concatenate([-np.geomspace(0.1, 1e-8, 30), edge * np.geomspace(1e-3, 0.99, 15)])
    left = [found.fraction_left_of(at) for at in x]
    assert (np.diff(left) > 0.0).all()
    assert left[-1] == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("tau_r", [1.0, 0.5])
def test_counts_hold_next_to_the_poles_of_live_gates(tau_r):
    # With equal time constants one eigenvalue per unit stands exactly at -1.
    p = make_parameters(g_h=3.0, alpha_z=3.0, alpha_r=2.0, tau_r=tau_r)
    rng = np.random.default_rng(1)
    ensemble = from_samples(p, *(np.array([[0.4], [0.4], [0.4], [0.1]]) * rng.standard_normal((4, 60))))
    for pole in {1.0, 1.0 / tau_r}:
        x = -pole + np.array([-1e-3, -1e-5, -1e-7, 0.0, 1e-7, 1e-5, 1e-3])
        atoms = sum(w * np.heaviside(x - at, 0.5) for at, w in ensemble.atoms)
        usual = np.array([Spectrum(ensemble).fraction_left_of(at) for at in x]) - atoms
        fine = np.array([Spectrum(ensemble, 48).fraction_left_of(at) for at in x]) - atoms
        np.testing.assert_allclose(usual, fine, atol=1e-6)
        assert (np.diff(usual) > 0.0).all()


@pytest.mark.parametrize("parameters", [{"g_h": 3.0, "alpha_z": 20.0}, {"g_h": 3.0, "alpha_r": 3.0, "tau_r": 0.5}])
def test_counts_hold_for_circles_that_pass_a_pole_closely(parameters):
    # A steep gate crowds units at -1, a live output gate at -1 / tau_r; contours next to them are sharp there.
    ensemble = gaussian_ensemble(make_parameters(**parameters), *SOME)
    pole = 1.0 / parameters.get("tau_r", 1.0)
    radii = pole * (1.0 + np.array([-0.1, -1e-2, -1e-3, -1e-4, 1e-4, 1e-3, 1e-2, 0.1]))
    usual = np.array([Spectrum(ensemble).fraction_within(r) for r in radii])
    fine = np.array([Spectrum(ensemble, 80).fraction_within(r) for r in radii])
    np.testing.assert_allclose(usual, fine, atol=2e-4)
    assert (np.diff(usual) > 0.0).all()


def test_slow_modes_gather_as_the_update_gate_steepens():
    fractions = [spectrum(g_h=3.0, alpha_z=a).fraction_within(0.05) for a in (0.1, 1.0, 3.0, 10.0, 100.0, 1000.0)]
    assert (np.diff(fractions) > 0.0).all()
    hard = spectrum(g_h=3.0, alpha_z=math.inf, beta_z=0.0).fraction_within(0.05)
    assert fractions[-1] == pytest.approx(hard, abs=2e-3)
    # Half of the units are shut for good there: one eigenvalue in four.
    assert hard == pytest.approx(1.0 / 4.0, abs=1e-3)


def test_a_steep_gate_approaches_the_hard_one():
    steep, hard = spectrum(g_h=3.0, alpha_z=2000.0), spectrum(g_h=3.0, alpha_z=math.inf, beta_z=0.0)
    for x in (-1.5, -1.0, -0.5):
        assert steep.fraction_left_of(x) == pytest.approx(hard.fraction_left_of(x), abs=2e-3)


def test_absent_gates_are_not_carried():
    p = {"g_h": 2.0, "tau_z": 0.0, "tau_r": 0.0}
    alone = spectrum(ZERO, **p)
    assert alone.atoms == []
    assert float(alone.density(-1.0 + 0.5j)) == pytest.approx(1.0 / (4.0 * np.pi), rel=1e-9)


def test_a_gate_that_does_not_act_back_is_an_atom():
    # q = 0 at a fixed point: whatever its steepness, the update gate's own directions relax at 1 / tau_z.
    found = spectrum(g_h=3.0, alpha_z=3.0, tau_z=4.0, tau_r=2.0)
    assert found.atoms == [(-0.25, 1.0 / 2.0)]
    jump = found.fraction_left_of(-0.25 + 1e-9) - found.fraction_left_of(-0.25 - 1e-9)
    assert jump == pytest.approx(1.0 / 2.0, abs=1e-6)


def test_finer_averages_change_nothing():
    coarse, fine = spectrum(**GATED), spectrum(resolution=2.0, **GATED)
    points = np.array([-0.5 + 0.3j, -0.3 + 0.05j, 0.02j, -1.1 + 0.1j, -0.65 + 0.02j])
    np.testing.assert_allclose(coarse.resolvent(points).value, fine.resolvent(points).value, rtol=2e-5)
    np.testing.assert_allclose(coarse.density(points), fine.density(points), rtol=5e-4)


def test_without_couplings_the_eigenvalues_are_the_rates():
    found = spectrum((0.3, 0.4, 0.4), g_h=0.0, alpha_z=2.0)
    # sigma_z < 1/2 for half of the units.
    assert found.fraction_within(0.5) == pytest.approx(0.5 / 2.0, abs=1e-9)
    assert found.fraction_left_of(-0.5) == pytest.approx(0.5 / 2.0 + 1.0 / 2.0, abs=1e-9)
