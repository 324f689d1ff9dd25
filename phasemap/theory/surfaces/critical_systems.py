"""The equations behind critical surfaces: functions on the unit cube of parameters, and of q where there is a state."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple, Protocol

import numpy as np

from phasemap.kernels.static.conditions import zero_state_terms
from phasemap.kernels.static.stability import COLUMNS, DELTA_H, DELTA_PHI, STATIC_GAIN
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.theory.static.problem import FIELDS, by_kernel, static_table
from phasemap.theory.surfaces.parameter_box import ParameterBox


class _Tolerances(NamedTuple):
    """Where the coordinate of q begins."""

    linear: float = 1e-5  # fraction of the smallest scale below which everything is linear in q
    smallest_scale: float = 1e-6  # that is resolved
    flattest: float = 1e-12  # alpha from which a shift of beta is divided


_TOLERANCES = _Tolerances()
# Grid points along each parameter, and along q, in two and in three parameters.
_POINTS_WITH_STATE = {2: (56, 56), 3: (28, 40)}
_POINTS = {2: 200, 3: 64}

# How close to its end a line is followed, in units of the box: for numbers, and for the eye.
_SHORTEST = 1e-5
_SHORTEST_SEEN = 2e-3

# Share of these points that is searched; fewer miss pieces of lines that are shorter than their distance.
_SEARCHED: ContextVar[float] = ContextVar("searched", default=1.0)

Adapt = Callable[[FloatArray], FloatArray]


@contextmanager
def coarse_search(share: float) -> Iterator[None]:
    """Look for lines on fewer points along each axis: faster, with longer segments, and blind to small pieces."""
    token = _SEARCHED.set(share)
    try:
        yield
    finally:
        _SEARCHED.reset(token)


def shortest_step() -> float:
    """How close to its end a line is followed, in units of the box."""
    return _SHORTEST if _SEARCHED.get() >= 1.0 else _SHORTEST_SEEN


def seen_of(dimension: int) -> int | None:
    """How many coordinates of a line are looked at where it is drawn only: the parameters, not its state; None: all."""
    return None if _SEARCHED.get() >= 1.0 else dimension


def _searched(points: int) -> int:
    return max(2, round(_SEARCHED.get() * points))


class CriticalSystem(Protocol):
    """m functions that vanish together on the surface, over the unit cube."""

    box: ParameterBox
    columns: tuple[str, ...]

    def residual(self, unit: FloatArray) -> FloatArray:
        """The functions (n, m) at points (n, d)."""

    def on_grid(self) -> FloatArray:
        """The functions (*grid, m) on a regular grid over the cube."""

    def extra(self, unit: FloatArray) -> FloatArray:
        """What else is stored at every vertex: (n, len(columns))."""


def hard_update_gate(parameters: FloatArray) -> FloatArray:
    """Parameters with the update gate replaced by the hard one of the same threshold beta_z / alpha_z."""
    parameters = parameters.copy()
    alpha, beta, shift = (parameters[:, Parameters._fields.index(name)] for name in ("alpha_z", "beta_z", "m_z"))
    soft = np.isfinite(alpha)
    shift[soft] -= beta[soft] / np.maximum(alpha[soft], _TOLERANCES.flattest)
    alpha[:] = np.inf
    return parameters


class FixedPointSystem:
    """Mismatch of the fixed-point condition and what is critical about the point, over the parameters and q."""

    columns: tuple[str, ...] = ("delta_phi", "delta_h", "static_gain")

    def __init__(self, box: ParameterBox, kind: int, level: float = 0.0, adapt: Adapt | None = None) -> None:
        self.box = box
        self._kind, self._level, self._adapt = kind, level, adapt
        points, self._points_of_q = (_searched(count) for count in _POINTS_WITH_STATE[box.dimension])
        self._table = self._rows(_unit_grid(points, box.dimension).reshape(-1, box.dimension))
        self._shape = (points,) * box.dimension
        self._scale = max(_smallest_scale(self._table), _TOLERANCES.smallest_scale)
        self._first = np.log1p(_TOLERANCES.linear) / np.log1p(1.0 / self._scale)

    def _rows(self, unit: FloatArray) -> FloatArray:
        parameters = self.box.parameters(unit)
        return static_table(parameters if self._adapt is None else self._adapt(parameters))

    def _coordinate(self, last: FloatArray) -> FloatArray:
        return np.asarray(self._first + (1.0 - self._first) * last)

    def residual(self, unit: FloatArray) -> FloatArray:
        """The two conditions (n, 2)."""
        y = self._coordinate(unit[:, -1])
        out = np.empty((len(unit), 2))
        table = self._rows(unit[:, :-1])
        for kernel, rows in by_kernel(table):
            part = out[rows]
            kernel.critical_pairs(self._kind, self._level, self._scale, table[rows], y[rows], part)
            out[rows] = part
        return out

    def on_grid(self) -> FloatArray:
        """The two conditions on the grid."""
        y = self._coordinate(np.linspace(0.0, 1.0, self._points_of_q))
        out = np.empty((len(self._table), len(y), 2))
        for kernel, rows in by_kernel(self._table):
            part = out[rows]
            kernel.critical_grid(self._kind, self._level, self._scale, self._table[rows], y, part)
            out[rows] = part
        return out.reshape(*self._shape, len(y), 2)

    def extra(self, unit: FloatArray) -> FloatArray:
        """<phi^2>, Delta_h and S at every vertex."""
        q = self._scale * np.expm1(np.log1p(1.0 / self._scale) * self._coordinate(unit[:, -1]))
        out = np.empty((len(unit), COLUMNS))
        table = static_table(self.box.parameters(unit[:, :-1]))
        for kernel, rows in by_kernel(table):
            part = out[rows]
            kernel.describe(table[rows], q[rows], part)
            out[rows] = part
        return out[:, [DELTA_PHI, DELTA_H, STATIC_GAIN]]


class ZeroStateSystem:
    """Conditions on the zero state, or on the states that branch off it: functions of `zero_state_terms`."""

    columns: tuple[str, ...] = ()

    def __init__(self, box: ParameterBox, terms: Callable[[FloatArray], FloatArray]) -> None:
        self.box = box
        self._terms = terms

    def residual(self, unit: FloatArray) -> FloatArray:
        """The conditions (n, m)."""
        table = static_table(self.box.parameters(unit))
        out = np.empty((len(table), 4))
        zero_state_terms(table, out)
        return self._terms(out)

    def on_grid(self) -> FloatArray:
        """The conditions on the grid."""
        grid = _unit_grid(_searched(_POINTS[self.box.dimension]), self.box.dimension)
        return self.residual(grid.reshape(-1, self.box.dimension)).reshape(*grid.shape[:-1], -1)

    def extra(self, unit: FloatArray) -> FloatArray:
        """Nothing."""
        return np.empty((len(unit), 0))


def _smallest_scale(table: FloatArray) -> float:
    """Smallest q at which anything bends, over the rows of a static table."""
    smallest = 1.0
    for kernel, rows in by_kernel(table):
        scales = np.empty(len(rows))
        kernel.smallest_scales(table[rows], scales)
        smallest = min(smallest, float(scales.min()))
    return smallest


def has_zero_state(box: ParameterBox) -> bool:
    """Whether h = 0 is a fixed point all over the box."""
    row = _row_inside(box)
    return row["b"] == 0 and row["v_h"] == 0 and row["m_h"] == 0


def has_undriven_zero_state(box: ParameterBox) -> bool:
    """The same without static input to the output gate."""
    return has_zero_state(box) and _row_inside(box)["v_r"] == 0


def gate_opens_at_rest(box: ParameterBox) -> bool:
    """Whether the output gate is a hard one whose threshold is its value at rest, all over the box."""
    row = _row_inside(box)
    hard = bool(np.isinf(row["alpha_r"]) and row["offset_r"] == 0 and row["v_r"] == 0)
    return hard and has_zero_state(box)


def has_update_gate(box: ParameterBox) -> bool:
    """Whether there is an update gate that is not constant."""
    return bool(_row_inside(box)["alpha_z"] > 0)


def _row_inside(box: ParameterBox) -> dict[str, float]:
    """The static problem at some point inside the box, as good as any to tell which parameters vanish all over it."""
    inside = np.full((1, box.dimension), 0.4142)
    return dict(zip(FIELDS, static_table(box.parameters(inside))[0].tolist(), strict=True))


def _unit_grid(points: int, dimension: int) -> FloatArray:
    axes = [np.linspace(0.0, 1.0, points)] * dimension
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
