"""Theory against networks: eigenvalues inside the support, distributions that agree, states by name."""

import numpy as np
import pytest

from phasemap.errors import PhasemapError
from phasemap.model.parameters import make_parameters
from phasemap.studies.spectrum import Distribution, Request, kolmogorov_smirnov, spectral_report, without_atoms
from phasemap.theory.jacobian.local_ensemble import from_samples
from phasemap.theory.jacobian.spectrum import Spectrum

GATED = {"g_h": 3.0, "alpha_z": 3.0, "tau_z": 0.5, "alpha_r": 2.0, "tau_r": 0.5}


@pytest.fixture(scope="module")
def gated():
    """The report of a network whose gates both move, beside eigenvalues."""
    return spectral_report(make_parameters(GATED), Request(size=250, realisations=2))


def test_distances_of_a_known_sample():
    uniform = Distribution(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    assert kolmogorov_smirnov(np.array([0.5]), uniform) == pytest.approx(0.5)
    assert kolmogorov_smirnov((np.arange(10) + 0.5) / 10, uniform) == pytest.approx(0.05)


@pytest.mark.parametrize(
    "parameters",
    [{"g_h": 2.0}, {"g_h": 3.0, "alpha_z": 3.0}, {"g_h": 3.0, "alpha_z": 20.0}, {"g_h": 3.0, "alpha_z": np.inf}],
)
def test_units_of_the_mean_field_have_the_predicted_spectrum(parameters):
    assert_predicted(spectral_report(make_parameters(parameters), Request(size=250, realisations=2)).agreement)


def test_units_behind_two_gates_have_the_predicted_spectrum(gated):
    assert_predicted(gated.agreement)


def assert_predicted(found):
    # The units are independent draws: 99.9 % of their own Kolmogorov-Smirnov distances are below this.
    bound = 1.95 / np.sqrt(2 * 250)
    assert found.real_part < bound
    assert found.modulus < bound
    assert found.outside < 0.08


def test_a_crowd_is_compared_at_its_ends_only():
    uniform = Distribution(np.array([0.0, 0.4, 0.6, 1.0]), np.array([0.0, 0.4, 0.6, 1.0]), ((0.4, 0.6),))
    sample = np.concatenate([np.linspace(0.005, 0.395, 40), np.full(20, 0.41), np.linspace(0.605, 0.995, 40)])
    assert kolmogorov_smirnov(sample, uniform) == pytest.approx(0.005)
    assert kolmogorov_smirnov(sample, Distribution(uniform.x, uniform.theory)) == pytest.approx(0.19)
    assert kolmogorov_smirnov(sample[:60], uniform) == pytest.approx(0.4)


def test_eigenvalues_that_crowd_next_to_an_atom_are_kept():
    # A steep update gate and a live output gate: a ninth of the eigenvalues lie within 1e-6 of -1, where another third,
    # of the update gate's own variables, takes no part.
    p = make_parameters(g_h=3.0, alpha_z=20.0, alpha_r=0.5)
    report = spectral_report(p, Request(size=300))
    assert report.free.size == 600
    assert np.mean(np.abs(report.free + 1.0) < 1e-6) > 0.08
    assert max(report.agreement.real_part, report.agreement.modulus) < 0.045


def test_exact_eigenvalues_of_equal_gates_are_left_out_one_per_unit():
    p = make_parameters(g_h=3.0, alpha_z=2.0, alpha_r=2.0)
    rng = np.random.default_rng(0)
    theory = Spectrum(from_samples(p, *rng.standard_normal((4, 50))))
    values = np.concatenate([np.full(40, -1.0), np.linspace(-1.5, 0.2, 20)]).astype(complex)
    left = without_atoms(theory, values, 30)
    assert left.size == 30 and np.sum(left == -1.0) == 10


def test_distributions_rise_from_zero_to_one(gated):
    for one in (gated.real_part, gated.modulus):
        assert (np.diff(one.theory) > -1e-6).all()
        assert one.theory[[0, -1]] == pytest.approx([0.0, 1.0], abs=1e-4)


def test_distributions_are_resolved_where_a_steep_gate_crowds_eigenvalues():
    # A tenth of the eigenvalues that take part lie within 1e-4 of zero here.
    report = spectral_report(make_parameters(g_h=3.0, alpha_z=20.0), Request(sample="none"))
    assert report.agreement is None
    spectrum, atoms = report.spectrum, report.spectrum.atoms
    share = 1.0 - sum(weight for _, weight in atoms)
    for x in (-0.3, -3e-3, -4e-5, -7e-9, 2e-10):
        exact = (spectrum.fraction_left_of(x) - sum(w for at, w in atoms if at < x)) / share
        assert np.interp(x, report.real_part.x, report.real_part.theory) == pytest.approx(exact, abs=3e-3)
    for r in (0.3, 3e-3, 4e-5, 7e-9):
        at = np.interp(np.log(r), np.log(report.modulus.x), report.modulus.theory)
        assert at == pytest.approx(spectrum.fraction_within(r) / share, abs=3e-3)


def test_trajectories_agree_with_the_averages_over_their_own_units():
    p = make_parameters(g_h=3.0, alpha_r=2.0, tau_r=0.5)
    report = spectral_report(p, Request(sample="trajectory", size=200))
    assert report.state == "dynamics"
    assert max(report.own.real_part, report.own.modulus) < 0.08


def test_fixed_points_of_networks_agree_with_the_averages_over_their_own_units():
    report = spectral_report(make_parameters(g_h=2.0), Request(sample="newton", size=80, realisations=3))
    assert len(report.eigenvalues) >= 2
    assert max(report.own.real_part, report.own.modulus) < 0.15


@pytest.mark.slow
def test_fewer_eigenvalues_lie_outside_in_larger_networks():
    p = make_parameters(g_h=3.0, alpha_z=3.0)
    small, large = (
        spectral_report(p, Request(size=size, realisations=count)).agreement.outside
        for size, count in ((60, 40), (480, 4))
    )
    assert large < 0.75 * small


def test_states_that_do_not_exist_are_refused():
    with pytest.raises(PhasemapError, match="zero, middle, upper"):
        spectral_report(make_parameters(g_h=1.8, alpha_r=20.0), Request(state="lower"))
    with pytest.raises(PhasemapError, match="attractor"):
        spectral_report(make_parameters(g_h=0.5), Request(state="dynamics"))
    with pytest.raises(PhasemapError, match="trajectories"):
        spectral_report(make_parameters(g_h=3.0), Request(state="upper", sample="trajectory"))
