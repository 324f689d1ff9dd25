"""The practitioner's map: gain of the candidate against gain of a gate, with lines, defaults and networks on it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from phasemap.figures.layout.ticks import add_legend
from phasemap.figures.style import colours
from phasemap.figures.style.look import points
from phasemap.figures.style.page import WIDTHS, Look, new_figure, style
from phasemap.model.results import FloatArray


@dataclass(frozen=True)
class MapScene:
    """One plane.

    x_label, y_label: names of the two gains.
    lines:    (words, x, y), each (n,), broken where NaN.
    defaults: (words, x, y) of what frameworks draw.
    paths:    (words, x, y) of a layer over its checkpoints, each (m,).
    """

    x_label: str
    y_label: str
    lines: tuple[tuple[str, FloatArray, FloatArray], ...]
    defaults: tuple[tuple[str, float, float], ...]
    paths: tuple[tuple[str, FloatArray, FloatArray], ...]
    title: str = ""


_MARKS = ("s", "^", "D", "v")


def draw_cell_map(scene: MapScene) -> Figure:
    """One panel."""
    with style():
        figure = new_figure("single", 0.8 * WIDTHS["single"] + 0.4)
        axes = figure.subplots()
        handles: list[Artist] = []
        for k, (words, x, y) in enumerate(scene.lines):
            dashes: Any = ("solid", (0, (5, 1.5)))[k % 2]
            axes.plot(x, y, color=colours.INK, linestyle=dashes, gid=f"line-{k}")
            handles.append(Line2D([], [], color=colours.INK, linestyle=dashes, label=words))
        for k, (words, x_value, y_value) in enumerate(scene.defaults):
            look: Look = {"marker": _MARKS[k % 4], "color": "#777777", "markersize": 4, "linestyle": ""}
            axes.plot([x_value], [y_value], gid=f"default-{k}", **look)
            handles.append(Line2D([], [], label=words, **look))
        for k, (words, x, y) in enumerate(scene.paths):
            colour = colours.LINE_COLOURS[1 + k % (len(colours.LINE_COLOURS) - 1)]
            axes.plot(x, y, color=colour, marker="o", markersize=4, linewidth=1.0, gid=f"network-{k}")
            axes.plot(x[-1:], y[-1:], color=colour, marker="o", markersize=6, linestyle="")
            handles.append(Line2D([], [], color=colour, marker="o", markersize=4, label=words))
        axes.set_xlabel(scene.x_label)
        axes.set_ylabel(scene.y_label)
        axes.set_xlim(0.0, 1.08 * _largest(scene, 1))
        axes.set_ylim(0.0, 1.08 * _largest(scene, 2))
        axes.set_title(scene.title, fontsize=points(7.5))
        add_legend(figure, handles)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    return figure


def _largest(scene: MapScene, column: int) -> float:
    drawn = [np.atleast_1d(entry[column]) for group in (scene.lines, scene.defaults, scene.paths) for entry in group]
    return float(np.nanmax(np.concatenate(drawn)))
