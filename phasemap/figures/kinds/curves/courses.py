"""Networks followed from their start: one curve for each, one colour for each point, the mean field as a level."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from phasemap.figures.scenes.scene import Axis
from phasemap.figures.style import colours
from phasemap.figures.style.look import points
from phasemap.figures.style.page import WIDTHS, Look, new_figure, style

_MOST_COLUMNS = 2


@dataclass(frozen=True)
class Group:
    """The networks at one point: values (networks, times), NaN where there are none; level: of theory, or NaN."""

    name: str
    values: NDArray[np.float64]
    level: float


@dataclass(frozen=True)
class CourseScene:
    """Panels of groups over one time axis. panels: (title, groups from small to large parameter)."""

    time: Axis
    label: str
    panels: tuple[tuple[str, tuple[Group, ...]], ...]
    level_name: str = "mean field"
    title: str = ""


def draw_courses(scene: CourseScene, width: str = "double") -> Figure:
    """Draw every network's course on a logarithmic scale, panels side by side."""
    columns = min(len(scene.panels), _MOST_COLUMNS if width == "double" else 1)
    rows = -(-len(scene.panels) // columns)
    with style():
        figure = new_figure(width, rows * min(0.9 * WIDTHS[width] / columns, 3.1))
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        for axes, (title, groups) in zip(grid.flat, scene.panels, strict=False):
            _draw_panel(axes, scene, groups)
            axes.set_title(title, fontsize=points(7.5))
        for axes in grid.flat[len(scene.panels) :]:
            axes.remove()
        figure.supylabel(scene.label, fontsize=points(8))
        if scene.title:
            figure.suptitle(scene.title, fontsize=points(8))
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    return figure


def _draw_panel(axes: Axes, scene: CourseScene, groups: tuple[Group, ...]) -> None:
    handles = []
    for k, group in enumerate(groups):
        colour = colours.LINE_COLOURS[k % len(colours.LINE_COLOURS)]
        for course in group.values:
            axes.plot(scene.time.values, course, color=colour, linewidth=0.7, alpha=0.85, gid="course", zorder=2)
        if np.isfinite(group.level):
            axes.axhline(group.level, color=colour, linewidth=1.3, linestyle=(0, (5, 1.5)), gid="level", zorder=3)
        handles.append(Line2D([], [], color=colour, linewidth=1.2, label=group.name))
    if any(np.isfinite(group.level) for group in groups):
        dashes: Look = {"color": colours.INK, "linewidth": 1.3, "linestyle": (0, (5, 1.5))}
        handles.append(Line2D([], [], label=scene.level_name, **dashes))
    axes.set_yscale("log")
    axes.set(xlim=(0.0, scene.time.values[-1]), xlabel=scene.time.label)
    # Below the panel: courses may fall to rest anywhere in it.
    look: Look = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.17), "ncols": 3}
    axes.legend(handles=handles, fontsize=points(6.5), handlelength=1.8, **look)
