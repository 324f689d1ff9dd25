"""Averages over paths of R_22 = (F + D^T b D)^-1 in the modes kept, and of its logarithmic determinant."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotri

from phasemap.model.results import FloatArray
from phasemap.theory.tangent_spectrum.modes import Modes


@dataclass(frozen=True)
class Resolvents:
    """Mean diagonals (n,) of R_22 and of D R_22 D^T, and ln det(1 + F^-1 D^T b D) averaged in each group of paths."""

    tangents: FloatArray
    noise: FloatArray
    log_determinants: FloatArray


def resolvents(modes: Modes, stiff: FloatArray, b: FloatArray) -> Resolvents:
    """Averages for F = stiff (n,) and symbols b (n,) of the modes kept, over weighted paths."""
    size, weights = len(stiff), modes.slopes.weights
    left, right = 1.0 / np.sqrt(stiff), np.sqrt(b)
    tangents, noise = np.zeros((2, size))
    logarithms = np.zeros(len(weights))
    for first in range(0, len(weights), modes.batch):
        some = slice(first, min(first + modes.batch, len(weights)))
        scaled = modes.couplings[some] * left[:, None] * right
        inverses, logarithms[some] = _inverses(scaled @ scaled.transpose(0, 2, 1))
        tangents += weights[some] @ np.diagonal(inverses, axis1=1, axis2=2)
        noise += np.einsum("p,pkq,pkq->q", weights[some], inverses @ scaled, scaled)
    groups = modes.slopes.groups
    parts = (weights * logarithms).reshape(groups, -1).sum(axis=1) * groups
    return Resolvents(tangents / stiff, noise / b, parts)


def _inverses(matrices: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Inverses (count, n, n) of 1 + matrices that are positive, and logarithms of the determinants (count,)."""
    diagonal = np.arange(matrices.shape[1])
    matrices[:, diagonal, diagonal] += 1.0
    logarithms = np.empty(len(matrices))
    for k, matrix in enumerate(matrices):
        factor, _ = dpotrf(matrix.T, lower=1, clean=1, overwrite_a=1)  # symmetric, and its transpose is no copy
        logarithms[k] = 2.0 * np.log(np.diagonal(factor)).sum()
        matrices[k] = dpotri(factor, lower=1, overwrite_c=1)[0]
    matrices += matrices.transpose(0, 2, 1)
    matrices[:, diagonal, diagonal] *= 0.5
    return matrices, logarithms
