"""Regions of a plane, outlined and dotted over the map, whose colours stay what the colour bar says."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path

from phasemap.figures.layout.critical_lines import CASING
from phasemap.figures.scenes.scene import Line

_EDGE, _WIDTH = "#00523f", 1.0


def draw_areas(axes: Axes, areas: Sequence[Line]) -> list[Artist]:
    """Dot the inside of each region and draw its border; returns the handles for a legend."""
    handles: list[Artist] = []
    for area in areas:
        look: dict[str, Any] = {"facecolor": "none", "edgecolor": _EDGE, "hatch": "..."}
        outline = Path.make_compound_path(*(_closed(piece) for piece in area.pieces))
        axes.add_patch(PathPatch(outline, **look, linewidth=0.0, zorder=2.2, gid=f"region_{area.name}"))
        for piece in area.pieces:  # apart from the dots, which need no casing
            axes.plot(*piece.T, color=_EDGE, linewidth=_WIDTH, path_effects=CASING, zorder=2.9)
        handles.append(Patch(**look, linewidth=_WIDTH, label=area.description))
    return handles


def _closed(piece: np.ndarray) -> Path:
    """A polygon whose last vertex is its first."""
    return Path(piece, closed=True)
