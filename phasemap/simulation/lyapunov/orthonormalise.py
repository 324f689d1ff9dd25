"""Orthonormalisation of many tangent vectors: Cholesky-QR, with Householder reflections where it would fail.

The rows of the blocks are the vectors: vector k is row k of every block, side by side. With the Gram matrix
G = V V^T = R^T R, the orthonormal rows are R^-T V, and the diagonal of R holds the lengths that Gram-Schmidt would
find. One pass loses orthogonality by about condition(V)^2 times the rounding unit, but it keeps every nested span to
rounding, and so the growth of every volume: the interval between passes is chosen so that the loss does not matter
(docs/theory.md (7.1)). In memory of row-major blocks the triangular solves run in place on whole blocks: measured,
a pass costs 1.4 products of the same size, Householder's reflections cost 5.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_blas_funcs, get_lapack_funcs

from phasemap.model.results import FloatArray

Block = NDArray[Any]


class Lengths(NamedTuple):
    """What an orthonormalisation found.

    log_lengths: (K,) logarithm of each vector's distance from the span of those before it.
    condition: estimate of the condition number of the vectors (1-norm of the triangle).
    householder: whether Cholesky's factorisation failed.
    """

    log_lengths: FloatArray
    condition: float
    householder: bool


class Orthonormaliser:
    """Orthonormalises K vectors in place, with its workspace kept between calls."""

    def __init__(self, count: int, dtype: Any) -> None:
        probe = np.zeros((1, 1), dtype=dtype)
        blas: Any = get_blas_funcs(("syrk", "trsm"), (probe,))
        lapack: Any = get_lapack_funcs(("potrf", "trcon", "geqrf", "orgqr"), (probe,))
        self._syrk, self._trsm = blas
        self._potrf, self._trcon, self._geqrf, self._orgqr = lapack
        self._gram = np.zeros((count, count), dtype=dtype, order="F")

    def __call__(self, blocks: Sequence[Block]) -> Lengths:
        """Orthonormalise the rows of `blocks`, each (K, N) and C-contiguous, in place."""
        gram = self._gram
        for index, block in enumerate(blocks):
            gram = self._syrk(1.0, block.T, beta=float(index > 0), c=gram, trans=1, lower=0, overwrite_c=1)
        triangle, info = self._potrf(gram, lower=0, clean=0, overwrite_a=1)
        if info != 0:
            return self._householder(blocks)
        for block in blocks:
            _solve_in_place(self._trsm, triangle, block)
        diagonal = np.diagonal(triangle).astype(np.float64)
        reciprocal, _ = self._trcon(triangle, norm="1", uplo="U")
        return Lengths(np.log(diagonal), 1.0 / max(float(reciprocal), 1e-300), householder=False)

    def _householder(self, blocks: Sequence[Block]) -> Lengths:
        stacked = np.asfortranarray(np.concatenate([block.T for block in blocks], axis=0))
        factored, tau, _, _ = self._geqrf(stacked, overwrite_a=1)
        diagonal = np.diagonal(factored).astype(np.float64)
        signs = np.where(diagonal < 0.0, -1.0, 1.0)
        rows, _, _ = self._orgqr(factored, tau, overwrite_a=1)
        first = 0
        for block in blocks:
            size = block.shape[1]
            block[:] = (rows[first : first + size] * signs).T
            first += size
        lengths = np.maximum(np.abs(diagonal), 1e-300)
        return Lengths(np.log(lengths), float(lengths.max() / lengths.min()), householder=True)


def _solve_in_place(trsm: Any, triangle: Block, block: Block) -> None:
    solved = trsm(1.0, triangle, block.T, side=1, lower=0, overwrite_b=1)
    if not np.shares_memory(solved, block):
        block[:] = solved.T
