"""Spectra at points of parameter space: registry quantities, statuses, errors, states along the dynamics."""

import math

import numpy as np
import pytest

from phasemap.errors import ParameterError, UnsupportedError
from phasemap.model.options import EnsembleOptions, SpectrumOptions
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.theory.jacobian.local_ensemble import from_samples, gaussian_ensemble
from phasemap.theory.jacobian.spectral_points import solve_dynamics, solve_points
from phasemap.theory.jacobian.spectrum import Spectrum
from phasemap.theory.jacobian.states import (
    dynamic_state,
    fixed_point_ensembles,
    fixed_point_states,
    gaussian_state,
    outside_samples,
)
from phasemap.theory.static import fixed_points

SEEDS = [np.random.SeedSequence(1)]


def test_every_fixed_point_has_its_spectrum_and_absent_ones_say_so():
    found = solve_points([make_parameters(g_h=1.8, alpha_r=20.0), make_parameters(g_h=2.0)])
    status = found["slow_mode_fraction"].status
    np.testing.assert_array_equal(status[0] == Status.CONVERGED, [True, False, True, True])
    np.testing.assert_array_equal(status[1] == Status.CONVERGED, [True, False, False, True])
    assert (status[~(status == Status.CONVERGED)] == Status.ABSENT).all()
    value = found["unstable_fraction"].value
    assert value[0, 0] == 0.0  # the zero state is stable there
    assert value[0, 2] > 0.0
    assert value[0, 3] > 0.0


def test_numbers_do_not_depend_on_the_block():
    a, b = make_parameters(g_h=3.0, alpha_z=3.0), make_parameters(g_h=2.5, alpha_r=4.0)
    together, alone = solve_points([a, b]), solve_points([b])
    for name in together:
        np.testing.assert_array_equal(together[name].value[1], alone[name].value[0])


def test_errors_hold():
    point = make_parameters(g_h=3.0, alpha_z=5.0, alpha_r=3.0, tau_r=0.5)
    options = SpectrumOptions(slow_rate=0.1)
    found = solve_points([point], options)
    fine = Spectrum(fixed_point_ensembles(point, 2.5)["upper"], 64)
    for name, exact in (
        ("slow_mode_fraction", fine.fraction_within(0.1)),
        ("unstable_fraction", fine.fraction_right_of(0.0)),
    ):
        estimate = found[name]
        assert abs(estimate.value[0, 3] - exact) <= max(estimate.error[0, 3], 1e-8)


def test_a_stable_state_has_no_unstable_eigenvalues_and_slow_ones_grow_with_the_gate():
    points = [make_parameters(g_h=0.9, alpha_z=a, s_z=0.5) for a in (0.5, 2.0, 8.0)]
    found = solve_points(points)
    np.testing.assert_allclose(found["unstable_fraction"].value[:, 0], 0.0, atol=1e-7)
    assert (np.diff(found["slow_mode_fraction"].value[:, 0]) > 0.0).all()


def test_an_island_is_counted():
    found = solve_points([make_parameters(g_h=2.05, alpha_r=3.0, tau_r=0.1)])
    assert found["support_components"].value[0, 0] == 1
    assert found["support_components"].value[0, 3] == 2


def test_a_hard_output_gate_has_no_finite_spectrum():
    point = make_parameters(g_h=3.0, alpha_r=math.inf)
    everything = solve_points([point])
    assert "finite alpha_r" in dict(everything.remarks)[0]
    found = everything["slow_mode_fraction"]
    assert found.status[0, 3] == Status.DIVERGES
    assert found.status[0, 0] == Status.CONVERGED
    with pytest.raises(UnsupportedError, match="finite alpha_r"):
        gaussian_ensemble(point, 0.3, 0.3, 0.3)


def test_bad_variances_and_samples_are_refused():
    with pytest.raises(ParameterError, match="delta_h"):
        gaussian_ensemble(make_parameters(g_h=2.0), -0.1, 0.0, 0.0)
    with pytest.raises(ParameterError, match="finite"):
        from_samples(make_parameters(g_h=2.0), [0.0, math.nan], 0.0, 0.0)
    with pytest.raises(UnsupportedError, match="input_inside"):
        gaussian_ensemble(make_parameters(g_h=2.0, alpha_z=2.0, s_h=0.1), 0.1, 0.1, 0.1)


def test_samples_with_input_outside_the_gate_have_the_moments_of_the_static_theory():
    p = make_parameters(g_h=2.0, alpha_z=1.0, s_h=0.2, m_h=0.1)
    known = fixed_points.solve_points([p])
    delta = {name: float(known[name].value[0, 3]) for name in ("delta_phi", "delta_z", "delta_r")}
    h, z, _, q = outside_samples(p, delta["delta_phi"], delta["delta_z"], delta["delta_r"], 2**14)
    assert np.mean(np.tanh(2.0 * h) ** 2) == pytest.approx(delta["delta_phi"], rel=2e-3)
    assert np.var(z) == pytest.approx(delta["delta_z"], rel=2e-3)
    assert np.mean(q**2) > 0.0
    assert solve_points([p])["slow_mode_fraction"].status[0, 3] == Status.CONVERGED


# --- along the dynamics ---------------------------------------------------------------------------------------------


def test_at_constant_update_gate_the_variances_are_those_of_the_dynamics():
    # Var h of the additive network at g = 2: 0.481202.
    ensemble = dynamic_state(make_parameters(g_h=2.0), EnsembleOptions(), SEEDS[0], 100).ensemble
    x = np.linspace(-8.0, 8.0, 4001) * math.sqrt(0.481202)
    weight = np.exp(-0.5 * x * x / 0.481202)
    slope = (weight * 4.0 / np.cosh(2.0 * x) ** 4).sum() / weight.sum()
    assert ensemble.support.slope == pytest.approx(slope, rel=1e-5)
    assert ensemble.support.independent == 1.0


def test_units_are_drawn_with_the_moments_of_their_state():
    p = make_parameters(g_h=2.0, alpha_z=0.0, beta_z=math.log(3.0), m_h=0.2, m_z=0.5)
    (h, z, r), q = gaussian_state(p, (0.3, 0.4, 0.0)).draw(200_000, np.random.default_rng(0))
    np.testing.assert_allclose([h.var(), z.var(), r.var()], [0.3, 0.4, 0.0], rtol=0.02)
    np.testing.assert_allclose([h.mean(), z.mean(), r.mean()], [0.8, 0.5, 0.0], atol=0.01)
    assert not q.any()
    paths = make_parameters(g_h=2.0, alpha_z=1.0, s_h=0.2)
    drawn, q = fixed_point_states(paths)["upper"].draw(3000, np.random.default_rng(0))
    assert drawn.shape == (3, 3000)
    assert q.std() > 0.0


def test_there_is_no_spectrum_along_dynamics_that_do_not_exist():
    found = solve_dynamics([make_parameters(g_h=0.5)], None, SEEDS)
    assert all(estimate.status[0] == Status.ABSENT for estimate in found.values())


@pytest.mark.slow
def test_samples_of_paths_reduce_to_gaussians_as_the_update_gate_flattens():
    nearly, flat = make_parameters(g_h=3.0, alpha_z=0.02, beta_z=0.0), make_parameters(g_h=3.0, alpha_z=0.0, beta_z=0.0)
    options = SpectrumOptions(slow_rate=0.2, ensemble_error=0.02)
    a, b = (solve_dynamics([p], options, SEEDS) for p in (nearly, flat))
    for name in a:
        slack = 4.0 * a[name].error[0] + b[name].error[0]
        # A flat gate is no degree of freedom: half as many eigenvalues to take fractions of.
        share = 1.0 if name == "dynamic_leading_edge" else 2.0
        assert share * a[name].value[0] == pytest.approx(b[name].value[0], abs=share * slack, rel=0.02)
        assert a[name].error[0] > b[name].error[0]
