"""What the map of a cell shows: the lines of its theory over two gains, frameworks' defaults, layers of files."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from phasemap.cells.gru.theory import Gru
from phasemap.cells.initial.defaults import DEFAULTS
from phasemap.cells.initial.recipe import CellName
from phasemap.cells.lstm.theory import Lstm
from phasemap.cells.static.fixed_points import static_fold
from phasemap.cells.vanilla.theory import Vanilla
from phasemap.cells.weights.place import Location
from phasemap.errors import UnsupportedError
from phasemap.model.estimate import FloatArray
from phasemap.model.status import Status
from phasemap.studies.cells.locate import Checkpoint

_POINTS = 13
_HIGHEST = 10.0


@dataclass(frozen=True)
class CellMap:
    """A plane of two gains; the fields are those of `phasemap.figures.kinds.maps.cell_map.MapScene`."""

    x_label: str
    y_label: str
    lines: tuple[tuple[str, FloatArray, FloatArray], ...]
    defaults: tuple[tuple[str, float, float], ...]
    paths: tuple[tuple[str, FloatArray, FloatArray], ...]
    title: str


def map_of(found: Sequence[Checkpoint]) -> CellMap:
    """The map of the kind of cell that the first layer is, with all layers of that kind on it.

    The lines are those at the first layer's biases and other gains.

    Raises:
        UnsupportedError: it is a tanh network, which has one gain only.
    """
    if not all(checkpoint.layers for checkpoint in found):
        raise UnsupportedError("A recurrence without feedback within its layer has no phase diagram to draw.")
    first = found[0].layers[0]
    theory = first.theory.at_rest()
    if isinstance(theory, Vanilla):
        raise UnsupportedError("A tanh network has one gain and no map: its line is a_h = 1.")
    names = ("a_h", "a_r") if isinstance(theory, Gru) else ("a_g", "a_f")
    paths: dict[str, list[tuple[float, float]]] = {}
    for checkpoint in found:
        for one in checkpoint.layers:
            if one.layer.cell == first.layer.cell:
                paths.setdefault(one.layer.name, []).append(_gains(one, names))
    drawn = tuple((name, *np.array(points).T) for name, points in paths.items())
    top = max([_HIGHEST, *(1.1 * float(y.max()) for _, _, y in drawn)])
    heights = np.linspace(0.0, top, _POINTS)
    defaults = _defaults_by_gain(first.layer.cell)
    zero = np.full(_POINTS, theory.zero_gain())
    lines = (
        ("zero state loses stability", zero, heights),
        ("static fold", np.array([_fold(theory, names[1], float(y)) for y in heights]), heights),
    )
    title = f"{first.layer.cell.upper()}{f', reset {first.layer.reset}' if first.layer.reset else ''}"
    return CellMap(f"${names[0]}$", f"${names[1]}$", lines, defaults, drawn, title)


def _defaults_by_gain(cell: CellName) -> tuple[tuple[str, float, float], ...]:
    """Frameworks whose gains are the same share a mark."""
    names: dict[float, list[str]] = {}
    for words, one in DEFAULTS[cell].items():
        names.setdefault(one.gain, []).append(words)
    return tuple((", ".join(those), gain, gain) for gain, those in names.items())


def _gains(one: Location, names: tuple[str, str]) -> tuple[float, float]:
    return getattr(one.theory, names[0]), getattr(one.theory, names[1])


def _fold(theory: Gru | Lstm, name: str, height: float) -> float:
    cell = replace(theory, **{name: height})  # type: ignore[arg-type]
    if cell.tricritical_ratio() <= 1.0:
        return math.nan
    fold = static_fold(cell)
    return float(fold.value) if fold.status == Status.CONVERGED else math.nan
