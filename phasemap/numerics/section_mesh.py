"""Surfaces in three parameters as graphs over two of them, cut where they end."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from phasemap.numerics.sections import Crossing

_NODES = 25
_HALVINGS = 12

FindAt = Callable[[float, float], Sequence[Crossing]]
# A crossing is named by its kind and its place among those of its kind.
_Key = tuple[int, int]


@dataclass
class _Sheet:
    """Vertices and triangles of one sheet of the surface."""

    find: FindAt
    key: _Key
    vertices: list[tuple[float, float, Crossing]] = field(default_factory=list)
    index: dict[tuple[float, float], int] = field(default_factory=dict)
    triangles: list[tuple[int, int, int]] = field(default_factory=list)

    def vertex(self, s: float, t: float) -> int | None:
        """Index of the vertex above (s, t); None where the sheet does not exist."""
        if (s, t) in self.index:
            return self.index[s, t]
        crossing = _named(self.find(s, t)).get(self.key)
        if crossing is None:
            return None
        self.index[s, t] = len(self.vertices)
        self.vertices.append((s, t, crossing))
        return self.index[s, t]

    def end_between(self, inside: tuple[float, float], outside: tuple[float, float]) -> int:
        """The last vertex on the way from a point of the sheet to one outside it."""
        a, b = np.array(inside), np.array(outside)
        for _ in range(_HALVINGS):
            middle = 0.5 * (a + b)
            if _named(self.find(*middle)).get(self.key) is None:
                b = middle
            else:
                a = middle
        found = self.vertex(float(a[0]), float(a[1]))
        assert found is not None
        return found

    def add_cell(self, corners: Sequence[tuple[float, float]]) -> None:
        """The part of the sheet over one cell, as a fan of triangles."""
        known = [self.vertex(*corner) for corner in corners]
        polygon: list[int] = []
        for k, corner in enumerate(corners):
            following = (k + 1) % len(corners)
            here, there = known[k], known[following]
            if here is not None:
                polygon.append(here)
            if (here is None) != (there is None):
                ends = (corner, corners[following]) if here is not None else (corners[following], corner)
                polygon.append(self.end_between(*ends))
        distinct = list(dict.fromkeys(polygon))
        self.triangles += [(distinct[0], b, c) for b, c in itertools.pairwise(distinct[1:])]


def _named(crossings: Sequence[Crossing]) -> dict[_Key, Crossing]:
    named: dict[_Key, Crossing] = {}
    for crossing in sorted(crossings, key=lambda c: c.fast):
        place = 0
        while (crossing.kind, place) in named:
            place += 1
        named[crossing.kind, place] = crossing
    return named


def mesh(find: FindAt) -> tuple[list[tuple[float, float, Crossing]], NDArray[np.int64]]:
    """Vertices (s, t, crossing) and triangles of all sheets over the unit square."""
    nodes = [k / (_NODES - 1) for k in range(_NODES)]
    keys: set[_Key] = set()
    memory: dict[tuple[float, float], Sequence[Crossing]] = {}

    def remembered(s: float, t: float) -> Sequence[Crossing]:
        """The crossing at (s, t), computed once."""
        if (s, t) not in memory:
            memory[s, t] = find(s, t)
        return memory[s, t]

    for s in nodes:
        for t in nodes:
            keys |= set(_named(remembered(s, t)))
    vertices: list[tuple[float, float, Crossing]] = []
    triangles: list[tuple[int, int, int]] = []
    for key in sorted(keys):
        sheet = _Sheet(remembered, key)
        for s, s_next in itertools.pairwise(nodes):
            for t, t_next in itertools.pairwise(nodes):
                sheet.add_cell([(s, t), (s_next, t), (s_next, t_next), (s, t_next)])
        triangles += [(a + len(vertices), b + len(vertices), c + len(vertices)) for a, b, c in sheet.triangles]
        vertices += sheet.vertices
    return vertices, np.array(triangles, dtype=np.int64).reshape(-1, 3)
