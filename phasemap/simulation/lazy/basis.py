"""A Gaussian matrix of which only the products that were asked for exist (docs/memory.md).

The rows of J are independent Gaussian vectors, and all that a run ever asks of them is J applied to outputs. With an
orthonormal basis Q (rank, M) of the outputs seen so far and independent standard normal fields Xi (rank, M),

    J = Xi^T Q / sqrt(M)

on their span has exactly the law of a matrix with entries N(0, 1 / M), at every M.
"""

import math

import numpy as np

from phasemap.model.results import FloatArray

_FIRST_ROWS = 64
# A residual that is shorter than this, relative to the output, has no direction of its own.
_ROUNDING = 1e-14


class Basis:
    """An orthonormal basis of outputs, and the fields of one or several coupling matrices along it.

    size: units M. tolerance: share of |v|^2 of an output v that may lie outside the basis without a new direction
    (0: everything counts). rngs: one for each coupling matrix that is applied to these outputs.
    """

    def __init__(self, size: int, tolerance: float, rngs: list[np.random.Generator]) -> None:
        self.size, self.rank, self.tolerance = size, 0, tolerance
        self._rngs = rngs
        rows = min(size, _FIRST_ROWS)
        self._Q = np.empty((rows, size))
        self._Xi = [np.empty((rows, size)) for _ in rngs]

    @property
    def directions(self) -> FloatArray:
        """(rank, M), rows orthonormal; a view."""
        return self._Q[: self.rank]

    def coordinates(self, v: FloatArray) -> FloatArray:
        """Coordinates (rank,) of an output v (M,), for which the basis grows where it must."""
        c = self.directions @ v
        total = float(v @ v)
        if self.rank == self.size or (self.tolerance > 0.0 and total - float(c @ c) <= self.tolerance * total):
            return np.asarray(c)
        residual = v - c @ self.directions
        correction = self.directions @ residual
        residual -= correction @ self.directions
        length = math.sqrt(float(residual @ residual))
        if length**2 <= max(self.tolerance, _ROUNDING**2) * total:
            return np.asarray(c + correction)
        self._append(residual / length)
        return np.append(c + correction, length)

    def fields(self, c: FloatArray, matrix: int) -> FloatArray:
        """A coupling matrix applied to the output with coordinates c: (M,)."""
        return np.asarray(c @ self._Xi[matrix][: len(c)] / math.sqrt(self.size))

    def _append(self, direction: FloatArray) -> None:
        if self.rank == len(self._Q):
            more = min(self.size, 2 * self.rank) - self.rank
            self._Q, *self._Xi = (np.concatenate([a, np.empty((more, self.size))]) for a in (self._Q, *self._Xi))
        self._Q[self.rank] = direction
        for Xi, rng in zip(self._Xi, self._rngs, strict=True):
            rng.standard_normal(out=Xi[self.rank])
        self.rank += 1

    def complete(self, rng: np.random.Generator) -> list[FloatArray]:
        """Draw every direction that is missing, and return the coupling matrices (M, M), one for each set of fields."""
        while self.rank < self.size:
            before = self.rank
            self.coordinates(rng.standard_normal(self.size))
            if self.rank == before:
                break
        return [np.asarray(Xi[: self.rank].T @ self.directions / math.sqrt(self.size)) for Xi in self._Xi]
