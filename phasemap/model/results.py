"""The records that solvers return: estimates over points, and critical surfaces."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from phasemap.model.status import Status

FloatArray = NDArray[np.float64]
StatusArray = NDArray[np.uint8]


@dataclass(frozen=True)
class Estimate:
    """One quantity over a list of points.

    value:  (n_points, *dims) floats; NaN only where `status` says why.
    error:  same shape, one standard error or bound on the absolute error; None for integers and labels.
    status: same shape, `Status` codes.
    """

    value: NDArray[np.generic]
    status: StatusArray
    error: FloatArray | None = None


def absent(shape: tuple[int, ...], status: Status = Status.ABSENT) -> Estimate:
    """An estimate without a single value: NaN everywhere, with the status that says why."""
    return Estimate(np.full(shape, np.nan), np.full(shape, status, dtype=np.uint8), np.full(shape, np.nan))


@dataclass(frozen=True)
class CriticalSurface:
    """A surface on which a condition holds: polylines in a plane of parameters, a mesh in three.

    columns:   names of the columns of `vertices`: the parameters of the axes first, then extra quantities.
    vertices:  (n_vertices, n_columns).
    residual:  (n_vertices,) absolute residual of the condition at each vertex.
    offsets:   (n_pieces + 1,) polyline k is vertices[offsets[k]:offsets[k + 1]]; empty for a mesh.
    triangles: (n_triangles, 3) indices into vertices; empty for polylines.
    """

    name: str
    condition: str
    columns: tuple[str, ...]
    vertices: FloatArray
    residual: FloatArray
    offsets: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    triangles: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 3), dtype=np.int64))

    @property
    def pieces(self) -> list[FloatArray]:
        """The polylines, each (n, n_columns)."""
        return [self.vertices[a:b] for a, b in zip(self.offsets[:-1], self.offsets[1:], strict=True)]
