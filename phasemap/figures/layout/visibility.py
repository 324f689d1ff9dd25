"""What can be seen of lines in a plane: legends and captions name nothing else."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from phasemap.dataset import Result
from phasemap.figures.scenes.scene import Axis, Line

# A piece shorter than this share of the page is a dot: an end of a line that coincides with another.
_SHORTEST = 0.005
# A line that is shorter than this cannot be told by its dashes: it is drawn, but not named.
_NAMED = 0.025
# A line that runs along the border within this share of the page is hidden by it.
_BORDER = 0.004


def is_named(places: Sequence[NDArray[np.float64]]) -> bool:
    """Whether one of the pieces of a line, in fractions of the page, is long enough for its dashes to be seen.

    A hairpin is as long as it reaches, not as long as the way along it.
    """
    return any(is_visible(place, _NAMED) and _reach(place) > _NAMED for place in places)


def _reach(place: NDArray[np.float64]) -> float:
    """How far a polyline reaches within the frame, along the axis along which it reaches farther."""
    finite = place[np.isfinite(place).all(axis=1)]
    return float(np.ptp(np.clip(finite, 0.0, 1.0), axis=0).max(initial=0.0)) if len(finite) else 0.0


def is_visible(place: NDArray[np.float64], shortest: float = _SHORTEST) -> bool:
    """Whether a polyline in fractions of the page, (n, 2), is more than a dot inside the frame."""
    low, high = _BORDER, 1.0 - _BORDER
    within = np.isfinite(place).all(axis=1) & ((place > low) & (place < high)).all(axis=1)
    if within.any():
        inside = place[within]
        return bool((np.ptp(inside, axis=0) > shortest).any()) or _crosses(place, shortest)
    return _crosses(place, shortest)


def _crosses(place: NDArray[np.float64], shortest: float) -> bool:
    """Whether some segment passes through the frame although no vertex may stand in it."""
    steps = np.linspace(0.0, 1.0, 65)[:, None, None]
    between = (1.0 - steps) * place[None, :-1] + steps * place[None, 1:]
    within = ((between > _BORDER) & (between < 1.0 - _BORDER)).all(axis=-1)
    spans = np.abs(place[1:] - place[:-1]).max(axis=-1) * within.mean(axis=0)
    return bool(spans.size and spans.sum() > shortest)


def fractions(piece: NDArray[np.float64], x: Axis, y: Axis) -> NDArray[np.float64]:
    """A polyline in data of two axes as fractions of the page."""
    columns = []
    for axis, values in zip((x, y), piece.T, strict=True):
        ends = axis.edges[[0, -1]]
        if axis.log:
            ends, values = np.log(ends), np.log(np.maximum(values, 1e-300))
        columns.append((values - ends[0]) / ((ends[1] - ends[0]) or 1.0))
    return np.column_stack(columns)


def visible_names(result: Result, lines: Sequence[Line]) -> list[str]:
    """Names of the lines of which something can be seen in the plane of a result's two axes."""
    from phasemap.figures.scenes.stage import axis_of

    x, y = (axis_of(axis) for axis in result.axes)
    return [line.name for line in lines if is_named([fractions(piece, x, y) for piece in line.pieces])]
