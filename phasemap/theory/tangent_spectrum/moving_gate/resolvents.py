"""One path's Hermitised tangent flow: inverses in the modes kept, where nothing but the kernels is diagonal."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg.blas import dtrsm
from scipy.linalg.lapack import dpotrf

from phasemap.model.results import FloatArray


@dataclass
class Averages:
    """Sums over weighted paths: diagonals (n,) of phi' R_22 phi', sigma R_11 sigma, q R_11 q; traces of R_11, R_22.

    logarithms: (paths,) ln det of the Hermitised flow. slopes: (paths,) Tr R_22 P^T (eta + A)^-1.
    """

    activity: FloatArray
    gate: FloatArray
    response: FloatArray
    noise_trace: float
    tangent_trace: float
    logarithms: FloatArray
    slopes: FloatArray

    @classmethod
    def none(cls, size: int, paths: int) -> "Averages":
        """Nothing summed yet."""
        sums, numbers = np.zeros((3, size)), np.zeros((2, paths))
        return cls(sums[0], sums[1], sums[2], 0.0, 0.0, numbers[0], numbers[1])

    def add(self, path: int, weight: float, found: "OnePath") -> None:
        """Add one path."""
        n = self.activity.size
        self.activity += weight * found.tangents[:n]
        self.tangent_trace += weight * float(found.tangents[n:].sum())
        self.gate += weight * found.noise[:n]
        self.response += weight * found.noise[n : 2 * n]
        self.noise_trace += weight * float(found.noise[2 * n :].sum())
        self.logarithms[path], self.slopes[path] = found.logarithm, found.slope


@dataclass(frozen=True)
class OnePath:
    """Diagonals of [phi', 1]^T R_22 [phi', 1] (2n,), of [L_h, q, 1]^T R_11 [L_h, q, 1] (3n,), and as in `Averages`."""

    tangents: FloatArray
    noise: FloatArray
    logarithm: float
    slope: float


def one_path(
    load: FloatArray, flow: FloatArray, slope: FloatArray, symbols: tuple[FloatArray, FloatArray], eta: float
) -> OnePath:
    """Of noise loaded by `load` (n, 2n), of P = `flow` (n, n) and phi' = `slope` (n, n).

    symbols: a for the columns of the load (2n,), and b (n,).
    """
    n = len(flow)
    one = np.eye(n)
    loaded = load * np.sqrt(symbols[0])
    noise = _factor(loaded @ loaded.T, eta)
    carried = _solved(noise, flow)
    read = slope * np.sqrt(symbols[1])
    tangent = _factor(carried.T @ carried + read @ read.T, eta)
    outward = _solved(noise, np.hstack([load, one]))
    inward = _solved(tangent, np.hstack([slope, one, carried.T @ outward]))
    logarithm = 2.0 * float(np.log(noise.diagonal()).sum() + np.log(tangent.diagonal()).sum())
    squares = np.einsum("ij,ij->j", inward, inward)
    mixed = float((inward[:, n : 2 * n] * inward[:, 4 * n :]).sum())
    return OnePath(squares[: 2 * n], np.einsum("ij,ij->j", outward, outward) - squares[2 * n :], logarithm, mixed)


def _factor(matrix: FloatArray, eta: float) -> FloatArray:
    """Lower factor of eta + a symmetric matrix, which is overwritten."""
    matrix.flat[:: len(matrix) + 1] += eta
    return np.asarray(dpotrf(matrix.T, lower=1, clean=1, overwrite_a=1)[0])


def _solved(factor: FloatArray, right: FloatArray) -> FloatArray:
    return np.asarray(dtrsm(1.0, factor, right, lower=1))
