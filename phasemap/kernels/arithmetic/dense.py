"""Small dense linear algebra in a fixed order of operations: the same bits whatever BLAS and its threads do."""

import math

from numba import njit

from phasemap.kernels.compilation import INNER, KERNEL, REDUCTION


@njit(**REDUCTION)
def matrix_vector(matrix, vector, out):
    """out (m,) = matrix (m, n) @ vector (n,)."""
    for i in range(matrix.shape[0]):
        row = matrix[i]
        total = 0.0
        for j in range(vector.size):
            total += row[j] * vector[j]
        out[i] = total


@njit(**KERNEL)
def matrix_product(left, right, out):
    """out (m, n) = left (m, k) @ right (k, n)."""
    for i in range(left.shape[0]):
        row = out[i]
        for j in range(row.size):
            row[j] = 0.0
        for k in range(left.shape[1]):
            factor = left[i, k]
            other = right[k]
            for j in range(row.size):
                row[j] += factor * other[j]


@njit(**INNER)
def _pivot(matrix, rights, k):
    """Bring the largest entry of column k to the diagonal; returns (value, sign of the exchange)."""
    n = matrix.shape[0]
    best = k
    for i in range(k + 1, n):
        if abs(matrix[i, k]) > abs(matrix[best, k]):
            best = i
    if best == k:
        return matrix[k, k], 1.0
    for j in range(k, n):
        matrix[k, j], matrix[best, j] = matrix[best, j], matrix[k, j]
    for j in range(rights.shape[0]):
        rights[j, k], rights[j, best] = rights[j, best], rights[j, k]
    return matrix[k, k], -1.0


@njit(**KERNEL)
def solve_linear(matrix, rights):
    """Solve matrix (n, n) u = right for every row of rights (m, n), in place; the matrix is destroyed.

    Returns the sign of the determinant, 0 where the matrix is singular or not finite.
    """
    n = matrix.shape[0]
    sign = 1.0
    for k in range(n):
        value, exchange = _pivot(matrix, rights, k)
        if value == 0.0 or not abs(value) < math.inf:
            return 0.0
        sign *= exchange if value > 0.0 else -exchange
        inverse = 1.0 / value
        top = matrix[k, k + 1 : n]
        for i in range(k + 1, n):
            factor = matrix[i, k] * inverse
            row = matrix[i, k + 1 : n]
            for j in range(top.size):
                row[j] -= factor * top[j]
            for j in range(rights.shape[0]):
                rights[j, i] -= factor * rights[j, k]
    for j in range(rights.shape[0]):
        right = rights[j]
        for k in range(n - 1, -1, -1):
            total = right[k]
            for i in range(k + 1, n):
                total -= matrix[k, i] * right[i]
            right[k] = total / matrix[k, k]
    return sign
