"""Critical surfaces of the fluctuating mean field in two or three parameters.

    dynamic_fold   the gain at which a pair of fluctuating solutions appears, d ln gamma / d ln X_0 = 0
    lyapunov_zero  lambda_max = 0 of the fluctuating attractor, where it meets no other surface: under noise

Both are met along one axis, in sections of the others: a fold by following the curve of solutions along the gain, a
zero by its sign. Parameters that change a bias are kept fixed within a section, since averages are tabulated by bias.
"""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from phasemap.errors import ParameterError
from phasemap.model.parameters import Parameters
from phasemap.model.results import CriticalSurface, FloatArray
from phasemap.numerics.section_mesh import mesh
from phasemap.numerics.sections import Crossing, curves
from phasemap.theory.dynamic.autocovariance.correlations import gated_rate, reduce
from phasemap.theory.dynamic.fluctuating import solutions
from phasemap.theory.surfaces.dynamic_fold import folds
from phasemap.theory.surfaces.parameter_box import ParameterBox

CONDITIONS = {
    "dynamic_fold": "d ln g_h / d ln C_h(0) = 0 along the fluctuating solutions",
    "lyapunov_zero": "lambda_max = 0 of the fluctuating attractor",
}
_BIASES = ("beta_h", "m_h", "beta_r", "m_r")


class _Tolerances(NamedTuple):
    """How zeros along the fast axis and ends of folds are found; lengths are those of the unit square."""

    nodes: int = 15  # on which signs are taken
    near: float = 4e-3  # half the distance on which an expected zero is looked for
    root: float = 1e-7  # distance of two zeros that counts as none
    small: float = 1e-12  # residual at which the iteration stops
    solved: float = 1e-8  # residual at which a zero is accepted
    steps: int = 60  # of the iteration
    spread: float = 1.7  # factor between successive variances from which a fold is extrapolated to none
    points: int = 5  # their number
    trust: float = 3e-3  # uncertainty of the extrapolation, relative to how far it goes, where orders agree by chance
    same_gain: float = 1e-14  # relative difference of gains that is rounding
    bracket: float = 0.01  # of the distance that counts as none: a bracket is halved no further


_TOLERANCES = _Tolerances()


def trace(name: str, base: Parameters, box: Mapping[str, tuple[float, float]]) -> CriticalSurface:
    """Trace the surface `name` (one of CONDITIONS) inside a box of two or three parameters.

    Two parameters give polylines, three a triangle mesh; both are empty where there is no such surface in the box.
    The columns after the parameters are the variance C_h(0) and the kind (of folds: 0 where the chaotic attractor
    ends, 1 where the small response to noise does). residual: of the condition at each vertex.

    Raises:
        ParameterError: unknown surface, or a box that cannot be used.
    """
    if name not in CONDITIONS:
        raise ParameterError(f"Unknown critical surface {name!r}. There are: {', '.join(CONDITIONS)}.")
    frame = ParameterBox(base, box)
    plane = _Plane(frame, base, _fast_axis(frame.names, base))
    find = plane.find_folds if name == "dynamic_fold" else plane.find_zeros
    if frame.dimension == 3:
        found, triangles = mesh(lambda s, t: find((s, t)))
        vertices = [(plane.unit((s, t), crossing.fast), crossing) for s, t, crossing in found]
        return _surface(name, frame, vertices, np.zeros(1, dtype=np.int64), triangles)
    chains = curves(lambda slow, expected: find((slow,), expected), plane.sections)
    pieces = [_with_end(chain) if name == "dynamic_fold" else chain for chain in chains]
    offsets = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])]).astype(np.int64)
    crossings = [crossing for piece in pieces for crossing in piece]
    vertices = [(plane.unit((c.slow,), c.fast), c) for c in crossings]
    return _surface(name, frame, vertices, offsets, np.zeros((0, 3), dtype=np.int64))


Vertices = list[tuple[tuple[float, ...], Crossing]]


def _surface(
    name: str, frame: ParameterBox, vertices: Vertices, offsets: np.ndarray, triangles: np.ndarray
) -> CriticalSurface:
    unit = np.array([u for u, _ in vertices]).reshape(-1, frame.dimension)
    extra = np.array([c.extra for _, c in vertices]).reshape(-1, 3)
    kinds = np.array([[c.kind] for _, c in vertices], dtype=float).reshape(-1, 1)
    columns = (*frame.names, "variance", "kind")
    table = np.concatenate([frame.values(np.clip(unit, 0.0, 1.0)), extra[:, :1], kinds], axis=1)
    return CriticalSurface(name, CONDITIONS[name], columns, table, extra[:, 1].copy(), offsets, triangles)


def _fast_axis(names: tuple[str, ...], base: Parameters) -> int:
    """The axis along which crossings are searched: the gain, or one that changes no bias."""
    cheap = [name for name in names if name not in _BIASES]
    if base.m_r != 0.0 or "m_r" in names:
        cheap = [name for name in cheap if name != "alpha_r"] or cheap
    for name in ("g_h", "alpha_r", *cheap, *names):
        if name in cheap or not cheap:
            return names.index(name)
    raise AssertionError("a box has axes")


class _Plane:
    """The parameters above a point of the unit square or cube, and what is critical along its fast axis."""

    def __init__(self, frame: ParameterBox, base: Parameters, fast: int) -> None:
        self._frame = frame
        self._fast = fast
        self._along_gain = frame.names[fast] == "g_h" and base.m_h == 0.0 and "m_h" not in frame.names
        self.sections = 33 if self._along_gain else 17
        ends = frame.values(np.array([[0.0] * frame.dimension, [1.0] * frame.dimension]))
        self._low, self._high = (float(x) for x in ends[:, fast])

    def unit(self, slow: tuple[float, ...], fast: float) -> tuple[float, ...]:
        """Coordinates in the order of the axes."""
        return (*slow[: self._fast], fast, *slow[self._fast :])

    def parameters(self, slow: tuple[float, ...], fast: float) -> Parameters:
        """The point of parameter space."""
        row = self._frame.parameters(np.array([self.unit(slow, fast)]))[0]
        return Parameters(*(float(x) for x in row))

    def find_folds(self, slow: tuple[float, ...], expected: Sequence[float] = ()) -> list[Crossing]:
        """All folds in a section."""
        if self._along_gain:
            return self._folds_along_gain(slow)
        return _zeros(lambda fast: self._fold_levels(slow, fast), expected)

    def _folds_along_gain(self, slow: tuple[float, ...]) -> list[Crossing]:
        point = self.parameters(slow, 0.5)
        if not _is_solvable(point):
            return []
        problem, _, _ = reduce(point)
        found = []
        for fold in folds(problem):
            gain = math.exp(0.5 * fold.ln_gamma)
            if self._low <= gain <= self._high:
                extra = (fold.variance, fold.residual, float(fold.is_about_to_end))
                found.append(Crossing(self._unit_gain(gain), fold.kind, extra))
        return found

    def _unit_gain(self, gain: float) -> float:
        """Where a gain lies between the ends of the axis, by inversion of its scale."""
        below, above = 0.0, 1.0
        u = (gain - self._low) / (self._high - self._low)
        if abs(self._gain_at(u) - gain) <= _TOLERANCES.same_gain * gain:
            return u
        for _ in range(200):
            u = 0.5 * (below + above)
            if self._gain_at(u) < gain:
                below = u
            else:
                above = u
        return 0.5 * (below + above)

    def _gain_at(self, u: float) -> float:
        return float(self._frame.values(np.full((1, self._frame.dimension), u))[0, self._fast])

    def _fold_levels(self, slow: tuple[float, ...], fast: float) -> "_Levels":
        """ln of the fold's squared gain over the point's, by kind and place."""
        point = self.parameters(slow, fast)
        if not _is_solvable(point) or not point.g_h > 0.0:
            return {}
        problem, gain, _ = reduce(point)
        levels: _Levels = {}
        for fold in folds(problem):
            place = sum(kind == fold.kind for kind, _ in levels)
            extra = (fold.variance, fold.residual, float(fold.is_about_to_end))
            levels[fold.kind, place] = (fold.ln_gamma - 2.0 * math.log(gain), extra)
        return levels

    def find_zeros(self, slow: tuple[float, ...], expected: Sequence[float] = ()) -> list[Crossing]:
        """All zeros of the attractor's exponent in a section, where noise keeps it from ending in one."""
        return _zeros(lambda fast: self._exponent(slow, fast), expected)

    def _exponent(self, slow: tuple[float, ...], fast: float) -> "_Levels":
        """lambda_max of the fluctuating attractor under noise."""
        point = self.parameters(slow, fast)
        if not _is_solvable(point) or not point.is_noisy:
            return {}
        problem, gain, rate = reduce(point)
        attractors = [s for s in solutions(problem, gain) if s.stable and s.converged and s.exponent_converged]
        if not attractors:
            return {}
        values = attractors[-1].values
        return {(0, 0): (values["lyapunov_max"] * rate, (values["variance"], 0.0, 0.0))}


def _is_solvable(point: Parameters) -> bool:
    return point.update_gate.is_constant and gated_rate(point) > 0.0


# Functions of the fast coordinate whose zeros are wanted, by (kind, place): (value, numbers to keep).
_Levels = dict[tuple[int, int], tuple[float, tuple[float, float, float]]]


def _zeros(levels: Callable[[float], _Levels], expected: Sequence[float]) -> list[Crossing]:
    """All zeros of functions that come and go along the fast axis.

    expected: where zeros should be; if each is found there, nothing else is searched.
    """
    if expected:
        near = [
            _zeros_between(levels, (max(u - _TOLERANCES.near, 0.0), min(u + _TOLERANCES.near, 1.0))) for u in expected
        ]
        if all(len(found) == 1 for found in near):
            return [crossing for found in near for crossing in found]
    return _zeros_between(levels, tuple(k / (_TOLERANCES.nodes - 1) for k in range(_TOLERANCES.nodes)))


def _zeros_between(levels: Callable[[float], _Levels], nodes: Sequence[float]) -> list[Crossing]:
    found: list[Crossing] = []
    values = [levels(u) for u in nodes]
    for (a, one), (b, two) in itertools.pairwise(zip(nodes, values, strict=True)):
        for key in sorted(one.keys() & two.keys()):
            if one[key][0] * two[key][0] <= 0.0:
                crossing = _zero(levels, key, (a, one[key][0]), (b, two[key][0]))
                if crossing is not None and all(abs(crossing.fast - c.fast) > _TOLERANCES.root for c in found):
                    found.append(crossing)
    return found


def _zero(
    levels: Callable[[float], _Levels], key: tuple[int, int], low: tuple[float, float], high: tuple[float, float]
) -> Crossing | None:
    """The zero between two ends (u, value) of different sign, by the Illinois method; None at a jump."""
    (a, f_a), (b, f_b) = low, high
    best = None
    for _ in range(_TOLERANCES.steps):
        u = b if f_b == f_a else b - f_b * (b - a) / (f_b - f_a)
        value, extra = levels(u).get(key, (math.nan, (math.nan, 0.0, 0.0)))
        if math.isnan(value):
            return None
        if best is None or abs(value) < abs(best[1]):
            best = (u, value, extra)
        if abs(value) < _TOLERANCES.small:
            break
        if value * f_b < 0.0:
            a, f_a = b, f_b
        else:
            f_a *= 0.5
        b, f_b = u, value
        if abs(b - a) < _TOLERANCES.bracket * _TOLERANCES.root:
            break
    if best is None or abs(best[1]) > _TOLERANCES.solved:
        return None
    u, value, extra = best
    return Crossing(u, key[0], (extra[0], max(extra[1], abs(value)), extra[2]))


def _with_end(chain: list[Crossing]) -> list[Crossing]:
    """A chain of folds, with the tricritical points where its variance goes to zero."""
    for _ in range(2):
        chain = chain[::-1]
        end = _tricritical_end(chain)
        if end is not None:
            chain = [*chain, end]
    return chain


def _tricritical_end(chain: list[Crossing]) -> Crossing | None:
    """The end of a chain where its variance vanishes, by extrapolation of a polynomial in the variance.

    Neighbours at the end are too close for that: every next point has about twice the variance.
    """
    points = [chain[-1]]
    for crossing in chain[-2::-1]:
        if crossing.extra[0] >= _TOLERANCES.spread * points[-1].extra[0]:
            points.append(crossing)
        if len(points) == _TOLERANCES.points or crossing.extra[0] <= 0.0:
            break
    variance = np.array([crossing.extra[0] for crossing in points])
    if len(points) < _TOLERANCES.points or not points[0].extra[2]:
        return None
    slow, fast = (_at_zero(variance, [getattr(c, axis) for c in points]) for axis in ("slow", "fast"))
    if not (0.0 <= slow[0] <= 1.0 and 0.0 <= fast[0] <= 1.0):
        return None
    return Crossing(fast[0], points[0].kind, (0.0, max(slow[1], fast[1]), 0.0), slow[0])


def _at_zero(variance: FloatArray, values: list[float]) -> tuple[float, float]:
    """(value at zero variance, uncertainty: from the extrapolation without the farthest point, and from its length)."""
    best = np.polynomial.polynomial.polyfit(variance, values, len(values) - 1)[0]
    other = np.polynomial.polynomial.polyfit(variance[:-1], values[:-1], len(values) - 2)[0]
    return float(best), float(max(abs(best - other), _TOLERANCES.trust * abs(best - values[0])))
