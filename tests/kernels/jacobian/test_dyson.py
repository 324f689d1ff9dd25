"""The reduced Dyson equations against the full 3 x 3 matrix equations of docs/theory.md (3.5)."""

import numpy as np
import pytest

from phasemap.kernels.jacobian.dyson import solve_dyson
from phasemap.kernels.jacobian.gate_table import empty_table
from phasemap.kernels.jacobian.support import gamma_matrix, spectral_radius
from phasemap.model.parameters import make_parameters
from phasemap.model.status import Status
from phasemap.model.unit.linearisation import local_factors, local_matrices
from phasemap.theory.jacobian.local_ensemble import from_samples, gaussian_ensemble
from phasemap.theory.jacobian.spectrum import Spectrum

POINT = make_parameters(g_h=3.0, alpha_z=2.0, beta_z=0.3, alpha_r=3.0, tau_z=2.0, tau_r=1.5)
INSIDE_POINTS = (-0.5 + 0.3j, -0.9 + 0.05j, 0.1j, 0.01 + 0.01j, -0.66 + 0.02j, -1.2 + 0.01j)


@pytest.fixture(scope="module")
def samples():
    rng = np.random.default_rng(3)
    h, z, r, q = rng.standard_normal((4, 500)) * np.array([0.55, 0.6, 0.6, 0.1])[:, None]
    return h, z, r, q


def dyson_solution(ensemble, lam):
    u, f = np.empty(3), np.empty(9)
    status, residual = solve_dyson(
        lam.real, lam.imag, ensemble.discrete, ensemble.units, empty_table(), 1e-12, 100, u, f
    )
    assert (status, residual < 1e-12) == (Status.CONVERGED, True)
    return u


@pytest.mark.parametrize("lam", INSIDE_POINTS)
def test_solution_obeys_the_matrix_equations(samples, lam):
    h, z, r, q = samples
    a_h, a_g, b_g = dyson_solution(from_samples(POINT, h, z, r, q), lam)
    M, L, D = local_matrices(POINT, local_factors(POINT, h, z, r), q)
    # b_z and b_r enter as their sum only: any split will do.
    a, b = np.array([a_h, a_g, a_g]), np.array([1.0, 0.3 * b_g, 0.7 * b_g])
    P = lam * np.eye(3) - M
    A = L @ np.diag(a) @ L.transpose(0, 2, 1)
    inner = P.conj().transpose(0, 2, 1) @ np.linalg.inv(A) @ P
    R = np.linalg.inv(D.transpose(0, 2, 1) @ np.diag(b) @ D + inner)
    K = np.linalg.inv(A) - np.linalg.inv(A) @ P @ R @ P.conj().transpose(0, 2, 1) @ np.linalg.inv(A)
    a_again = np.einsum("nkk->k", D @ R @ D.transpose(0, 2, 1)).real / len(h)
    b_again = np.einsum("nkk->k", L @ K @ L).real / len(h)
    np.testing.assert_allclose(a_again, a, rtol=1e-8)
    np.testing.assert_allclose([b_again[0], b_again[1] + b_again[2]], [1.0, b_g], rtol=1e-8)
    G = np.trace(R @ P.conj().transpose(0, 2, 1) @ np.linalg.inv(A), axis1=1, axis2=2).mean() / 3.0
    assert complex(Spectrum(from_samples(POINT, h, z, r, q)).resolvent(lam).value) == pytest.approx(G, rel=1e-8)


@pytest.mark.parametrize("lam", [*INSIDE_POINTS, 0.5 + 0.2j, -3.0 + 1j])
def test_gamma_is_reduced_without_loss(samples, lam):
    h, z, r, q = samples
    ensemble = from_samples(POINT, h, z, r, q)
    M, L, D = local_matrices(POINT, local_factors(POINT, h, z, r), q)
    X = D @ np.linalg.inv(lam * np.eye(3) - M) @ L
    full = (np.abs(X) ** 2).mean(axis=0)
    rho = spectral_radius(lam.real, lam.imag, ensemble.support)
    assert rho == pytest.approx(np.abs(np.linalg.eigvals(full)).max(), rel=1e-10)
    reduced = np.array(gamma_matrix(lam.real, lam.imag, ensemble.support)).reshape(2, 2)
    np.testing.assert_allclose(reduced, [[full[0, 0], full[0, 1] + full[0, 2]], [full[1, 0], full[1, 1]]], rtol=1e-10)


@pytest.mark.parametrize("lam", INSIDE_POINTS)
@pytest.mark.parametrize("gaussian", [False, True])
def test_density_is_the_derivative_of_the_resolvent(samples, lam, gaussian):
    spectrum = Spectrum(gaussian_ensemble(POINT, 0.3, 0.4, 0.4) if gaussian else from_samples(POINT, *samples))
    step = 1e-4
    right, left, up, down = (complex(spectrum.resolvent(lam + d).value) for d in (step, -step, 1j * step, -1j * step))
    by_difference = ((right - left) + 1j * (up - down)) / (4.0 * step) / np.pi
    assert by_difference.imag == pytest.approx(0.0, abs=5e-3 * abs(by_difference))
    assert float(spectrum.density(lam)) == pytest.approx(by_difference.real, rel=5e-3)


def test_averaging_sigma_z_first_agrees_with_samples_of_it():
    rng = np.random.default_rng(11)
    h, z, r = rng.standard_normal((3, 100_000)) * np.sqrt([0.3, 0.4, 0.4])[:, None]
    points = np.array(INSIDE_POINTS)
    exact = Spectrum(gaussian_ensemble(POINT, 0.3, 0.4, 0.4)).resolvent(points).value
    sampled = Spectrum(from_samples(POINT, h, z, r)).resolvent(points).value
    np.testing.assert_allclose(sampled, exact, rtol=0.02)
