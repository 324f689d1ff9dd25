"""Regions of a plane, outlined and dotted over the map, whose colours stay what the colour bar says."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path

from phasemap.figures.scenes.scene import Line

_EDGE = "#00523f"


def draw_areas(axes: Axes, areas: Sequence[Line]) -> list[Artist]:
    """Dot the inside of each region and draw its border; returns the handles for a legend."""
    handles: list[Artist] = []
    for area in areas:
        look: dict[str, Any] = {"facecolor": "none", "edgecolor": _EDGE, "linewidth": 0.6, "hatch": "..."}
        outline = Path.make_compound_path(*(_closed(piece) for piece in area.pieces))
        axes.add_patch(PathPatch(outline, **look, zorder=2.2, gid=f"region_{area.name}"))
        handles.append(Patch(**look, label=area.description))
    return handles


def _closed(piece: np.ndarray) -> Path:
    """A polygon whose last vertex is its first."""
    return Path(piece, closed=True)
