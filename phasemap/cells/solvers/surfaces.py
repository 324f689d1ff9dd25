"""Critical surfaces of the cells, by the machine that traces those of the rate network (docs/cells.md, section 8)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from phasemap.cells.parameters import FAMILIES, CellPoint
from phasemap.cells.solvers.points import AnyCell, cell_at
from phasemap.model.results import CriticalSurface, FloatArray
from phasemap.theory.surfaces.parameter_box import ParameterBox
from phasemap.theory.surfaces.static_surfaces import traced

# Grid points along each parameter, and along ln C, in two and in three parameters.
_WITH_STATE = {2: (16, 30), 3: (8, 16)}
_WITHOUT = {2: 60, 3: 24}
# Range of C on the grid: below, a state is the zero state; C < 1.
_SMALLEST = 1e-5
_LARGEST = 0.999


@dataclass(frozen=True)
class _Kind:
    """The condition in words; (cell) -> functions of the zero state, or (cell, C) -> one of a fixed point."""

    condition: str
    at_zero: Callable[[AnyCell], list[float]] | None = None
    at_point: Callable[[AnyCell, float], float] | None = None


def _signed(x: float, y: float) -> float:
    """(x - y) / (|x| + y): bounded, zero at x = y."""
    return (x - y) / (abs(x) + y)


def _instability(cell: AnyCell) -> float:
    return _signed(cell.gain / cell.zero_gain(), 1.0)


def _beyond_one(value: float, C: float) -> float:
    """Sign of value - 1, of the order of 1: at the zero state's line it vanishes trivially, as C does."""
    return (value - 1.0) / (abs(value - 1.0) + C)


KINDS: dict[str, _Kind] = {
    "zero_instability": _Kind("the zero state's slope variance S = 1", at_zero=lambda cell: [_instability(cell)]),
    "static_tricritical": _Kind(
        "S = 1 at the zero state, where a*(C) begins to fall",
        at_zero=lambda cell: [_instability(cell), _signed(cell.tricritical_ratio(), 1.0)],
    ),
    "dynamic_tricritical": _Kind(
        "S = 1 at the zero state, where the gain of fluctuating states begins to fall",
        at_zero=lambda cell: [_instability(cell), _signed(cell.dynamic_tricritical_ratio(), 1.0)],
    ),
    "static_fold": _Kind(
        "F(C) = C and d ln F / d ln C = 1", at_point=lambda cell, C: _beyond_one(cell.longitudinal(C), C)
    ),
    "static_gain_one": _Kind(
        "S = 1 at a non-zero fixed point", at_point=lambda cell, C: _beyond_one(cell.slope_variance(C), C)
    ),
}


def trace(name: str, base: CellPoint, box: Mapping[str, tuple[float, float]]) -> CriticalSurface:
    """Trace the surface `name` (one of KINDS) inside a box of two or three parameters; see `static_surfaces.trace`.

    Raises:
        ParameterError: a box that cannot be used.
    """
    kind = KINDS[name]
    frame = ParameterBox(base, box, FAMILIES[_name_of(base)])
    if kind.at_zero is not None:
        if not all(cell.rests for cell in _Rows(frame, type(base)).cells(np.array([[0.4142] * len(box)]))):
            return CriticalSurface(name, kind.condition, frame.names, np.empty((0, len(box))), np.empty(0))
        return traced(name, kind.condition, frame, _ZeroSystem(frame, base, kind))
    return traced(name, kind.condition, frame, _PointSystem(frame, base, kind))


def _name_of(base: CellPoint) -> str:
    return next(name for name, family in FAMILIES.items() if isinstance(base, family.record))


class _Rows:
    """Points of the unit cube as cells."""

    def __init__(self, box: ParameterBox, record: type[CellPoint]) -> None:
        self._box, self._record = box, record

    def cells(self, unit: FloatArray) -> list[AnyCell]:
        """One for every row (n, d)."""
        return [cell_at(self._record._make(row)) for row in self._box.parameters(unit).tolist()]


class _ZeroSystem:
    """Conditions on the zero state."""

    columns: tuple[str, ...] = ()

    def __init__(self, box: ParameterBox, base: CellPoint, kind: _Kind) -> None:
        assert kind.at_zero is not None
        self.box, self._rows, self._terms = box, _Rows(box, type(base)), kind.at_zero

    def residual(self, unit: FloatArray) -> FloatArray:
        """The conditions (n, m)."""
        return np.array([self._terms(cell) for cell in self._rows.cells(unit)])

    def on_grid(self) -> FloatArray:
        """The conditions on the grid."""
        grid = _unit_grid([_WITHOUT[self.box.dimension]] * self.box.dimension)
        return self.residual(grid.reshape(-1, self.box.dimension)).reshape(*grid.shape[:-1], -1)

    def extra(self, unit: FloatArray) -> FloatArray:
        """Nothing."""
        return np.empty((len(unit), 0))


class _PointSystem:
    """F(C) = C and what is critical about the fixed point, over the parameters and ln C."""

    columns: tuple[str, ...] = ("second_moment",)

    def __init__(self, box: ParameterBox, base: CellPoint, kind: _Kind) -> None:
        assert kind.at_point is not None
        self.box, self._rows, self._critical = box, _Rows(box, type(base)), kind.at_point

    def residual(self, unit: FloatArray) -> FloatArray:
        """The two conditions (n, 2)."""
        pairs = zip(self._rows.cells(unit[:, :-1]), self._moments(unit), strict=True)
        return np.array([[_balance(cell, C), self._critical(cell, C)] for cell, C in pairs]).reshape(-1, 2)

    def on_grid(self) -> FloatArray:
        """The two conditions on the grid; the second only where the first changes sign, elsewhere 1."""
        points, moments = _WITH_STATE[self.box.dimension]
        grid = _unit_grid([*[points] * self.box.dimension, moments])
        flat = grid.reshape(-1, self.box.dimension + 1)
        cells, C = self._rows.cells(flat[:, :-1]), self._moments(flat)
        first = np.array([_balance(cell, value) for cell, value in zip(cells, C, strict=True)])
        second = np.ones_like(first)
        for k in np.flatnonzero(_near_sign_change(first.reshape(grid.shape[:-1])).ravel()):
            second[k] = self._critical(cells[k], float(C[k]))
        return np.stack([first, second], axis=-1).reshape(*grid.shape[:-1], 2)

    def extra(self, unit: FloatArray) -> FloatArray:
        """C at every vertex."""
        return self._moments(unit)[:, None]

    def _moments(self, unit: FloatArray) -> FloatArray:
        return np.asarray(_SMALLEST * (_LARGEST / _SMALLEST) ** unit[:, -1])


def _balance(cell: AnyCell, C: float) -> float:
    return _signed(cell.second_moment(C), C)


def _near_sign_change(values: FloatArray) -> np.ndarray:
    """Nodes of the grid that belong to a cell in which the sign changes."""
    positive = values > 0.0
    near = np.zeros(values.shape, dtype=bool)
    for offset in np.ndindex((2,) * values.ndim):
        one = tuple(slice(k, size - 1 + k) for k, size in zip(offset, values.shape, strict=True))
        for other in np.ndindex((2,) * values.ndim):
            two = tuple(slice(k, size - 1 + k) for k, size in zip(other, values.shape, strict=True))
            near[one] |= positive[one] != positive[two]
    return near


def _unit_grid(counts: list[int]) -> FloatArray:
    axes = [np.linspace(0.0, 1.0, count) for count in counts]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
