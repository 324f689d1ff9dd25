"""Zero sets of m functions on a grid in d dimensions, complete down to the size of a cell.

Every cell is cut into d! simplices (Kuhn's triangulation, which fits together across cells); the functions are
replaced by their linear interpolants there. On a simplex the zero set is then a convex polytope whose corners lie on
faces of m + 1 vertices, and neighbouring simplices share these corners, so that the pieces join without gaps
(Allgower and Georg, Introduction to Numerical Continuation Methods, ch. 15). Zero sets of dimension
d - m = 0, 1, 2 come out as points, segments and triangles.
"""

from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
from numpy.typing import NDArray

from phasemap.numerics.arrays import FloatArray

IntArray = NDArray[np.int64]
# The functions are shifted by amounts like these, so that no grid point is exactly on the zero set.
_SHIFT = 1e-11 * np.array([1.0, -1.618])


@dataclass(frozen=True)
class ZeroSet:
    """Corners and how they join.

    vertices: (n, d) in units of the grid spacing.
    cells:    (n_cells, d - m + 1) indices into vertices: points, segments or triangles.
    faces:    (n, d) -1 or +1 where a vertex lies on the lower or upper face of the grid along that axis, else 0.
    """

    vertices: FloatArray
    cells: IntArray
    faces: NDArray[np.int8]


def zero_set(values: FloatArray) -> ZeroSet:
    """The zero set of m functions given on a grid: values (*grid, m), with d axes and d - m in 0, 1, 2."""
    *grid, m = values.shape
    d = len(grid)
    flat = values.reshape(-1, m) + _SHIFT[:m]
    simplices = _active_simplices(flat, tuple(grid))
    corners = np.array(list(combinations(range(d + 1), m + 1)))
    face_ids = simplices[:, corners]
    weights = _weights_of_zero(flat[face_ids])
    hit = (weights > 0).all(axis=-1)
    unique, index = np.unique(face_ids[hit], axis=0, return_inverse=True)
    places = np.stack(np.unravel_index(unique, tuple(grid)), axis=-1).astype(float)
    unique_weights = _weights_of_zero(flat[unique]) if len(unique) else np.zeros((0, m + 1))
    vertices = np.einsum("nk,nkd->nd", unique_weights, places)
    label = np.full(hit.shape, -1, dtype=np.int64)
    label[hit] = index.ravel()
    return ZeroSet(vertices, _join(label, vertices, d - m), _faces(places, tuple(grid)))


def _active_simplices(flat: FloatArray, grid: tuple[int, ...]) -> IntArray:
    """Vertex numbers (n, d + 1) of the simplices on which every function changes sign."""
    d = len(grid)
    strides = np.array([int(np.prod(grid[k + 1 :])) for k in range(d)])
    positive = (flat > 0).reshape(*grid, -1)
    some = np.zeros((*[n - 1 for n in grid], positive.shape[-1]), dtype=np.int8)
    for corner in np.ndindex(*[2] * d):
        some += positive[tuple(slice(c, n - 1 + c) for c, n in zip(corner, grid, strict=True))]
    active = ((some > 0) & (some < 2**d)).all(axis=-1)
    base = np.stack(np.nonzero(active), axis=-1) @ strides
    paths = np.array([np.concatenate([[0], np.cumsum(strides[list(order)])]) for order in permutations(range(d))])
    simplices = (base[:, None, None] + paths[None]).reshape(-1, d + 1)
    signs = positive.reshape(-1, positive.shape[-1])[simplices]
    return np.asarray(simplices[(signs.any(axis=1) & ~signs.all(axis=1)).all(axis=-1)])


def _weights_of_zero(corners: FloatArray) -> FloatArray:
    """Barycentric coordinates of the zero of linear interpolants: (..., m + 1, m) -> (..., m + 1)."""
    m = corners.shape[-1]
    if m == 1:
        a, b = corners[..., 0, 0], corners[..., 1, 0]
        numerators = np.stack([b, -a], axis=-1)
    else:
        a, b, c = (corners[..., k, :] for k in range(3))
        numerators = np.stack([_cross(b, c), _cross(c, a), _cross(a, b)], axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        weights: FloatArray = numerators / numerators.sum(axis=-1, keepdims=True)
    return np.where(np.isfinite(weights), weights, -1.0)


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])


def _join(label: IntArray, vertices: FloatArray, dimension: int) -> IntArray:
    """Cells from the corners (n_simplices, n_faces; -1: none) that each simplex holds."""
    count = (label >= 0).sum(axis=1)
    ordered = -np.sort(-label, axis=1)
    if dimension == 0:
        return np.unique(ordered[count > 0, :1], axis=0)
    if dimension == 1:
        return ordered[count == 2, :2]
    triangles = [ordered[count == 3, :3]]
    for k in range(4, label.shape[1] + 1):
        polygons = ordered[count == k, :k]
        if len(polygons):
            polygons = np.take_along_axis(polygons, _around(vertices[polygons]), axis=1)
            triangles += [polygons[:, [0, j, j + 1]] for j in range(1, k - 1)]
    return np.concatenate(triangles)


def _around(polygons: FloatArray) -> IntArray:
    """Order of the corners of planar convex polygons (n, k, d) around their centres."""
    centred = polygons - polygons.mean(axis=1, keepdims=True)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:, :2]
    planar = np.einsum("nkd,nad->nka", centred, axes)
    return np.argsort(np.arctan2(planar[..., 1], planar[..., 0]), axis=1)


def _faces(places: FloatArray, grid: tuple[int, ...]) -> NDArray[np.int8]:
    last = np.array(grid) - 1
    low, high = (places == 0).all(axis=1), (places == last).all(axis=1)
    return np.asarray(high.astype(np.int8) - low.astype(np.int8))


def polylines(segments: IntArray) -> list[IntArray]:
    """Join segments (n, 2) into chains of vertex numbers; a closed chain ends with its first vertex."""
    neighbours: dict[int, list[int]] = {}
    for a, b in segments.tolist():
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    ends = [v for v, near in neighbours.items() if len(near) == 1]
    seen: set[int] = set()
    chains = []
    for start in ends + list(neighbours):
        if start in seen:
            continue
        chain = [start]
        seen.add(start)
        while True:
            onward = [v for v in neighbours[chain[-1]] if v not in seen]
            if not onward:
                break
            seen.add(onward[0])
            chain.append(onward[0])
        if len(chain) > 2 and start in neighbours[chain[-1]]:
            chain.append(start)
        chains.append(np.array(chain, dtype=np.int64))
    return chains
