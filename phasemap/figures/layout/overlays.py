"""Cells whose number is not a good one: greyed and hatched, each kind with its entry in the legend."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from phasemap.figures.scenes.scene import Array, Axis, Kind, Layer
from phasemap.figures.style import colours
from phasemap.figures.style.page import Look
from phasemap.model.status import STATUS_WORDS, Status


@dataclass(frozen=True)
class Mark:
    """How cells of one status are drawn."""

    label: str
    face: str
    hatch: str
    edge: str = "#5a5a5a"


# Share of the colour scale that the eye tells apart; and how many of the points may err by more before all are marked.
_VISIBLE, _NEARLY_ALL = 0.02, 0.98
# Bounds keep the colour of their value under the hatch.
_LOOKS = {
    Status.NOT_CONVERGED: (colours.GREY, "//////"),
    Status.FAILED: (colours.GREY, "xxxxxx"),
    Status.ABSENT: (colours.LIGHT_GREY, ""),
    Status.PENDING: (colours.PAPER, "......"),
    Status.LOWER_BOUND: ("none", "||||"),
    Status.UPPER_BOUND: ("none", "----"),
    Status.NOT_SOUGHT: (colours.PAPER, "oo"),
    Status.DIVERGES: ("#f2dfd6", "xxx", "#cbb3a6"),
    Status.OUT_OF_TIME: (colours.GREY, "\\\\\\\\\\\\"),
}
MARKS: dict[Status, Mark] = {status: Mark(STATUS_WORDS[status], *look) for status, look in _LOOKS.items()}
# A good value that no colour stands for: the exponent behind a hard gate.
INFINITE = Mark("infinite", "#f2dfd6", "++++++")


def draw_status(
    axes: Axes, x_edges: Array, y_edges: Array, layer: Layer, is_hidden: Callable[[NDArray[np.bool_]], bool]
) -> list[Artist]:
    """Cover the cells (between these borders) without a good value; return handles for the legend.

    is_hidden: whether cells cannot be seen; the legend does not name them.
    """
    handles: list[Artist] = []
    if layer.kind is Kind.BLANK:
        return handles
    kinds = [(f"status-{status}", mark, (layer.status == status) & ~layer.infinite) for status, mark in MARKS.items()]
    kinds.append(("infinite", INFINITE, layer.infinite))
    for gid, mark, cells in kinds:
        if mark is MARKS[Status.FAILED]:
            # A value that is not a number although its status promises one must never pass for an empty place.
            cells = cells | (np.isin(layer.status, (Status.CONVERGED, Status.INTERPOLATED)) & np.isnan(layer.value))
        if cells.any():
            look: Look = {"facecolor": mark.face, "edgecolor": mark.edge, "hatch": mark.hatch or None, "linewidth": 0.0}
            axes.add_patch(PathPatch(cells_path(cells, x_edges, y_edges), zorder=1.5, gid=gid, **look))
            handles += [] if is_hidden(cells) else [Patch(label=mark.label, **{**look, "linewidth": 0.4})]
    return handles


def mark_interpolated(axes: Axes, x: Axis, y: Axis, layer: Layer, norm: Normalize) -> list[Artist]:
    """Dots at the interpolated points, or, where these are the majority, at the computed ones.

    None where interpolation errs by less than a difference of colours that can be seen, nearly everywhere.
    """
    interpolated = layer.status == Status.INTERPOLATED
    if layer.kind is Kind.BLANK or not interpolated.any() or _is_invisible(layer, interpolated, norm):
        return []
    computed = layer.status == Status.CONVERGED
    few = interpolated.sum() <= computed.sum()
    j, i = np.nonzero(interpolated if few else computed)
    label = "interpolated point" if few else "computed point (others interpolated)"
    dots = axes.plot(
        x.values[i], y.values[j], ".", color=colours.INK, markersize=1.6, markeredgewidth=0, alpha=0.6,
        zorder=1.6, gid="interpolated",
    )  # fmt: skip
    handle = Line2D([], [], linestyle="", marker=".", color=colours.INK, markersize=3, label=label)
    return [handle] if dots else []


def _is_invisible(layer: Layer, interpolated: NDArray[np.bool_], norm: Normalize) -> bool:
    """Whether the errors of the interpolated numbers, as they are stored, are too small to be seen in the colours."""
    if layer.error is None or layer.kind in (Kind.LABELS, Kind.COUNTS) or norm.vmin is None or norm.vmax is None:
        return False
    errors = layer.error[interpolated]
    return bool(np.mean(errors < _VISIBLE * (norm.vmax - norm.vmin)) > _NEARLY_ALL)


def cells_path(cells: NDArray[np.bool_], x_edges: NDArray[np.float64], y_edges: NDArray[np.float64]) -> Path:
    """One compound path around the chosen cells (rows of adjacent cells joined), so that hatches run through."""
    vertices: list[tuple[float, float]] = []
    codes: list[int] = []
    for j, row in enumerate(cells):
        steps = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(int), [0]])))
        for start, stop in steps.reshape(-1, 2):
            left, right, low, high = x_edges[start], x_edges[stop], y_edges[j], y_edges[j + 1]
            vertices += [(left, low), (right, low), (right, high), (left, high), (left, low)]
            codes += [int(Path.MOVETO), *[int(Path.LINETO)] * 3, int(Path.CLOSEPOLY)]
    return Path(vertices, codes)
