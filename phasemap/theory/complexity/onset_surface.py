"""Critical surface "complexity_onset": Sigma = 0 in two or three parameters (docs/theory.md, section 8).

It is the graph of one function, the gain at the onset over the two parameters of the output gate: sections along the
gain have one crossing each; sections along another parameter are searched for the zeros of ln(onset / g_h).
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from phasemap.model.parameters import Parameters
from phasemap.model.quantities.counting import NOISE, what_is_missing
from phasemap.model.results import CriticalSurface
from phasemap.model.unit.nonlinearities import is_constant_gate
from phasemap.numerics.section_mesh import mesh
from phasemap.numerics.sections import Crossing, curves
from phasemap.theory.complexity.onset import Onset, onset_gain
from phasemap.theory.surfaces.parameter_box import ParameterBox


class _Tolerances(NamedTuple):
    """How closely the surface is solved for, in the unit square."""

    root: float = 1e-13  # along the fast axis
    onset: float = 1e-15  # of the place on a line of networks


_TOLERANCES = _Tolerances()


CONDITION = "Sigma = 0: the expected number of fixed points begins to grow exponentially with N"
COLUMNS = ("continuous", "counted_delta_h", "quenched_shift")
_FAST = ("g_h", "alpha_r", "beta_r")
# Nodes along an axis that is not the gain.
_NODES = 33


def trace(base: Parameters, box: Mapping[str, tuple[float, float]]) -> CriticalSurface:
    """Trace the onset inside a box of two or three parameters.

    Two parameters give polylines, three a triangle mesh; both are empty where there is no onset in the box, under
    noise, and with biases or inputs for which the count is not derived. Columns after the parameters: continuous (1:
    the gain is exactly that at which the zero state loses its stability), <h^2> of the first fixed points, and how much
    further up single networks' exponents vanish (inf: far enough for this line to be only a bound). residual: |Sigma|.

    Raises:
        ParameterError: a box that cannot be used.
    """
    frame = ParameterBox(base, box)
    fast = next((name for name in _FAST if name in frame.names), None)
    missing = _what_is_missing(frame, base)
    if missing or fast is None:
        condition = f"{CONDITION} ({missing})" if missing else CONDITION
        return CriticalSurface("complexity_onset", condition, (*frame.names, *COLUMNS), np.empty((0, _width(frame))),
                               np.empty(0))  # fmt: skip
    plane = _Plane(frame, frame.names.index(fast))
    if frame.dimension == 3:
        found, triangles = mesh(lambda s, t: plane.crossings((s, t)))
        return _surface(frame, [(plane.unit((s, t), c.fast), c) for s, t, c in found], np.zeros(1, np.int64), triangles)
    pieces = curves(lambda slow, expected: plane.crossings((slow,)))
    offsets = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])]).astype(np.int64)
    vertices = [(plane.unit((c.slow,), c.fast), c) for piece in pieces for c in piece]
    return _surface(frame, vertices, offsets, np.zeros((0, 3), dtype=np.int64))


def _width(frame: ParameterBox) -> int:
    return frame.dimension + len(COLUMNS)


def _what_is_missing(frame: ParameterBox, base: Parameters) -> str:
    """Why there is no onset to trace; empty where there is."""
    inside = Parameters(*(float(x) for x in frame.parameters(np.full((1, frame.dimension), 0.4142))[0]))
    if any(getattr(inside, name) > 0.0 for name in NOISE):
        return "noise leaves no fixed point"
    return what_is_missing(inside)


Vertices = Sequence[tuple[tuple[float, ...], Crossing]]


def _surface(frame: ParameterBox, vertices: Vertices, offsets: np.ndarray, triangles: np.ndarray) -> CriticalSurface:
    unit = np.array([u for u, _ in vertices]).reshape(-1, frame.dimension)
    extra = np.array([c.extra for _, c in vertices]).reshape(-1, len(COLUMNS) + 2)
    values = frame.values(np.clip(unit, 0.0, 1.0))
    if "g_h" in frame.names:
        # The gain itself, not its place on the axis turned back: the zero line then comes out to the last bit.
        values[:, frame.names.index("g_h")] = extra[:, -1]
    table = np.concatenate([values, extra[:, : len(COLUMNS)]], axis=1)
    residual = extra[:, len(COLUMNS)].copy()
    return CriticalSurface("complexity_onset", CONDITION, (*frame.names, *COLUMNS), table, residual, offsets, triangles)


class _Plane:
    """The onset above points of the unit interval or square of the slow axes."""

    def __init__(self, frame: ParameterBox, fast: int) -> None:
        self._frame, self._fast = frame, fast
        self._along_gain = frame.names[fast] == "g_h"
        ends = frame.values(np.array([[0.0] * frame.dimension, [1.0] * frame.dimension]))
        self._low, self._high = (float(x) for x in ends[:, fast])

    def unit(self, slow: tuple[float, ...], fast: float) -> tuple[float, ...]:
        """Coordinates in the order of the axes."""
        return (*slow[: self._fast], fast, *slow[self._fast :])

    def crossings(self, slow: tuple[float, ...]) -> list[Crossing]:
        """Where a section meets the onset."""
        return self._at_gain(slow) if self._along_gain else self._zeros(slow)

    def _parameters(self, slow: tuple[float, ...], fast: float) -> Parameters:
        row = self._frame.parameters(np.array([self.unit(slow, fast)]))[0]
        return Parameters(*(float(x) for x in row))

    def _at_gain(self, slow: tuple[float, ...]) -> list[Crossing]:
        found = _onset_at(self._parameters(slow, 0.5))
        if found is None or not self._low <= found.gain <= self._high:
            return []
        return [_crossing(self._coordinate(found.gain), found)]

    def _coordinate(self, gain: float) -> float:
        """Where a gain lies between the ends of its axis, linear or logarithmic."""
        if gain in (self._low, self._high):
            return float(gain == self._high)

        def mismatch(u: float) -> float:
            """How far the gain at a place of the axis is from the one asked for."""
            return float(self._frame.values(np.full((1, self._frame.dimension), u))[0, self._fast]) - gain

        return float(brentq(mismatch, 0.0, 1.0, xtol=_TOLERANCES.onset))

    def _level(self, slow: tuple[float, ...], fast: float) -> float:
        point = self._parameters(slow, fast)
        found = _onset_at(point)
        if found is None or point.g_h <= 0.0:
            return math.nan
        return math.log(found.gain / point.g_h)

    def _zeros(self, slow: tuple[float, ...]) -> list[Crossing]:
        nodes = [k / (_NODES - 1) for k in range(_NODES)]
        levels = [self._level(slow, u) for u in nodes]
        found = []
        for (a, low), (b, high) in itertools.pairwise(zip(nodes, levels, strict=True)):
            if low * high < 0.0 or (high == 0.0 and low != 0.0):
                u = b if high == 0.0 else float(brentq(partial(self._level, slow), a, b, xtol=_TOLERANCES.root))
                at = _onset_at(self._parameters(slow, u))
                assert at is not None
                found.append(_crossing(u, at))
        return found


def _crossing(fast: float, found: Onset) -> Crossing:
    extra = (float(found.continuous), found.mean_square, found.shift, found.residual, found.gain)
    return Crossing(fast, 0, extra)


def _onset_at(point: Parameters) -> Onset | None:
    if is_constant_gate(point.alpha_r, point.beta_r):
        return onset_gain(0.0, point.beta_r)
    return onset_gain(point.alpha_r, point.beta_r)
