import numpy as np
import pytest

from phasemap.kernels.arithmetic.dense import matrix_product, matrix_vector, solve_linear


@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_linear_systems_agree_with_lapack(n):
    rng = np.random.default_rng(n)
    matrix, rights = rng.standard_normal((n, n)), rng.standard_normal((3, n))
    found = rights.copy()
    sign = solve_linear(matrix.copy(), found)
    assert sign == np.sign(np.linalg.det(matrix))
    assert found == pytest.approx(np.linalg.solve(matrix, rights.T).T, rel=1e-9, abs=1e-11)


def test_singular_and_non_finite_matrices_are_reported():
    for matrix in (np.ones((2, 2)), np.full((2, 2), np.nan)):
        assert solve_linear(matrix, np.ones((1, 2))) == 0.0


def test_products():
    rng = np.random.default_rng(0)
    a, b, v = rng.standard_normal((4, 6)), rng.standard_normal((6, 5)), rng.standard_normal(6)
    product, vector = np.empty((4, 5)), np.empty(4)
    matrix_product(a, b, product)
    matrix_vector(a, v, vector)
    assert product == pytest.approx(a @ b, rel=1e-13) and vector == pytest.approx(a @ v, rel=1e-13)
