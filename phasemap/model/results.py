"""The records that solvers return: estimates over points, and critical surfaces."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from phasemap.model.estimate import Estimate, FloatArray, StatusArray, absent

__all__ = ["CriticalSurface", "Estimate", "Estimates", "FloatArray", "Region", "StatusArray", "absent"]


class Estimates(dict[str, Estimate]):
    """What a solver found, by quantity, with what numbers alone do not say.

    remarks: (place among the points, why a number is missing, infinite or without meaning there).
    """

    def __init__(self, found: Mapping[str, Estimate], remarks: Iterable[tuple[int, str]] = ()) -> None:
        super().__init__(found)
        self.remarks = tuple(dict.fromkeys(remarks))


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


@dataclass(frozen=True)
class Region(CriticalSurface):
    """A part of a plane: closed polygons, outer ones and holes, as the pieces of a surface; the first vertex ends each.

    A part of a box: a closed sheet of triangles, every edge of which an even number of them share.

    level: threshold in the condition, here the largest pinning ratio.
    """

    level: float = 0.0
