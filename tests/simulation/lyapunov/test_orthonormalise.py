import numpy as np
import pytest
from support.orthogonality import orthogonality_defect

from phasemap.simulation.lyapunov.kaplan_yorke_and_entropy import entropy_rate, kaplan_yorke_dimension
from phasemap.simulation.lyapunov.orthonormalise import Orthonormaliser


def vectors(count, sizes, condition, seed=0):
    """Rows with singular values spread evenly in logarithm, cut into blocks."""
    rng = np.random.default_rng(seed)
    left = np.linalg.qr(rng.standard_normal((count, count)))[0]
    right = np.linalg.qr(rng.standard_normal((sum(sizes), count)))[0]
    whole = left @ np.diag(np.geomspace(1.0, 1.0 / condition, count)) @ right.T
    return [np.ascontiguousarray(part) for part in np.split(whole, np.cumsum(sizes)[:-1], axis=1)]


@pytest.mark.parametrize("sizes", [(40,), (25, 25, 25)])
@pytest.mark.parametrize("condition", [10.0, 1e4, 1e13])
def test_lengths_are_those_of_a_reference_factorisation(sizes, condition):
    blocks = vectors(30, sizes, condition)
    reference = np.linalg.qr(np.concatenate(blocks, axis=1).T, mode="r")
    lengths = Orthonormaliser(30, np.float64)(blocks)
    np.testing.assert_allclose(
        lengths.log_lengths, np.log(np.abs(np.diagonal(reference))), atol=1e-14 * condition if condition > 1e9 else 1e-6
    )
    assert orthogonality_defect(blocks) < 1e-4
    assert lengths.householder == (condition > 1e9)


def test_the_condition_number_bounds_the_loss_of_orthogonality():
    for condition in (1e1, 1e3, 1e5):
        blocks = vectors(60, (80,), condition)
        lengths = Orthonormaliser(60, np.float64)(blocks)
        assert condition / 2 < lengths.condition < 200 * condition
        assert orthogonality_defect(blocks) < 1e-14 + 1e-15 * condition**2


def test_nested_spans_are_kept():
    blocks = vectors(20, (25,), 1e5)
    before = blocks[0].copy()
    Orthonormaliser(20, np.float64)(blocks)
    for k in (1, 7, 19):
        outside = before[:k] - (before[:k] @ blocks[0][:k].T) @ blocks[0][:k]
        assert np.abs(outside).max() < 1e-10


def test_orthonormalisation_gives_the_lorenz_spectrum():
    """Sprott, Chaos and Time-Series Analysis (2003): 0.9056, 0, -14.5723; dimension 2.06215."""
    sigma, rho, beta = 10.0, 28.0, 8.0 / 3.0

    def field(state, rows):
        x, y, z = state
        jacobian = np.array([[-sigma, sigma, 0.0], [rho - z, -1.0, -x], [y, x, -beta]])
        return np.array([sigma * (y - x), x * (rho - z) - y, x * y - beta * z]), rows @ jacobian.T

    def step(state, rows, h):
        a, b = field(state, rows)
        c, d = field(state + 0.5 * h * a, rows + 0.5 * h * b)
        e, f = field(state + 0.5 * h * c, rows + 0.5 * h * d)
        g, i = field(state + h * e, rows + h * f)
        return state + h / 6 * (a + 2 * c + 2 * e + g), rows + h / 6 * (b + 2 * d + 2 * f + i)

    state, rows, h = np.array([1.0, 2.0, 20.0]), np.eye(3), 0.01
    orthonormalise = Orthonormaliser(3, np.float64)
    for _ in range(1000):
        state, rows = step(state, rows, h)
        orthonormalise([rows])
    total, steps, every = np.zeros(3), 30_000, 20
    for _ in range(steps // every):
        for _ in range(every):
            state, rows = step(state, rows, h)
        total += orthonormalise([rows]).log_lengths
    exponents = total / (steps * h)
    assert exponents.sum() == pytest.approx(-(sigma + 1.0 + beta), abs=3e-4)
    np.testing.assert_allclose(exponents, [0.9056, 0.0, -14.5723], atol=0.02)
    assert kaplan_yorke_dimension(exponents, complete=True).value == pytest.approx(2.06215, abs=0.002)


@pytest.mark.parametrize(
    ("exponents", "complete", "dimension", "entropy"),
    [
        ([0.5, 0.0, -1.0], True, 2.5, 0.5),
        ([-0.1, -0.2], True, 0.0, 0.0),
        ([0.3, 0.2], True, 2.0, 0.5),
        ([0.3, 0.2], False, np.nan, np.nan),
        ([0.3, -0.1], False, np.nan, 0.3),
        ([0.4, 0.1, -0.2, -0.6, -1.0], True, 3.5, 0.5),
    ],
)
def test_dimension_and_entropy_of_known_spectra(exponents, complete, dimension, entropy):
    exponents = np.array(exponents)
    assert kaplan_yorke_dimension(exponents, complete=complete).value == pytest.approx(dimension, nan_ok=True)
    assert entropy_rate(exponents, complete=complete).value == pytest.approx(entropy, nan_ok=True)


def test_gradients_of_dimension_and_entropy_are_derivatives():
    exponents = np.array([0.4, 0.1, -0.2, -0.6, -1.0])
    for function in (kaplan_yorke_dimension, entropy_rate):
        for k in range(5):
            shift = np.zeros(5)
            shift[k] = 1e-6
            up, down = (function(exponents + s * shift, complete=True).value for s in (1.0, -1.0))
            assert function(exponents, complete=True).gradient[k] == pytest.approx((up - down) / 2e-6, abs=1e-8)
