"""Sizes of gradients against lag on a logarithmic scale: the mean field as lines, networks as marks."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from phasemap.figures.layout.ticks import add_legend
from phasemap.figures.style import colours
from phasemap.figures.style.look import points
from phasemap.figures.style.page import WIDTHS, Look, new_figure, style
from phasemap.model.results import FloatArray

_DOT: Look = {"linestyle": "", "marker": "o", "markersize": 3, "markerfacecolor": "white", "markeredgewidth": 0.7}
_DECADE = float(np.log(10.0))


@dataclass(frozen=True)
class Curve:
    """Natural logarithm of a number against lag, and its error; all (n,). look: which colour and dashes it has."""

    words: str
    lags: FloatArray
    logarithm: FloatArray
    error: FloatArray
    look: int = 0


@dataclass(frozen=True)
class Marks:
    """The same of networks, in the colour of a curve."""

    curve: int
    lags: FloatArray
    logarithm: FloatArray
    error: FloatArray


@dataclass(frozen=True)
class GradientScene:
    """One panel: lags up to `longest`, in membrane times."""

    curves: tuple[Curve, ...]
    marks: tuple[Marks, ...]
    longest: float
    title: str = ""


def draw_gradients(scenes: list[GradientScene], columns: int = 1, width: str = "single") -> Figure:
    """One panel per scene."""
    rows = -(-len(scenes) // columns)
    with style():
        figure = new_figure(width, rows * 0.72 * WIDTHS[width] / columns + 0.4)
        grid = figure.subplots(rows, columns, squeeze=False)
        handles: dict[str, Artist] = {}
        for axes, scene in zip(grid.ravel(), scenes, strict=False):
            handles |= {str(handle.get_label()): handle for handle in _draw_panel(axes, _titled(scene, columns))}
        for axes in grid.ravel()[len(scenes) :]:
            axes.set_visible(False)
        for axes in grid[-1]:
            axes.set_xlabel("lag (membrane times)")
        for axes in grid[:, 0]:
            axes.set_ylabel("mean square of gradients")
        add_legend(figure, list(handles.values()))
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    return figure


def _titled(scene: GradientScene, columns: int) -> GradientScene:
    """Beside others a panel has the state in one line of its title and the parameters, formulas, in the next."""
    return scene if columns == 1 else replace(scene, title=scene.title.replace(", $", "\n$", 1))


def _draw_panel(axes: Axes, scene: GradientScene) -> list[Artist]:
    handles: list[Artist] = []
    for k, curve in enumerate(scene.curves):
        shown = np.isfinite(curve.logarithm) & (curve.lags <= scene.longest)
        colour, dashes = _look(curve.look)
        x, y = curve.lags[shown], curve.logarithm[shown] / _DECADE
        axes.plot(x, y, color=colour, linestyle=dashes, gid=f"curve-{k}")
        error = np.nan_to_num(curve.error[shown]) / _DECADE
        axes.fill_between(x, y - error, y + error, color=colour, alpha=0.25, linewidth=0)
        handles.append(Line2D([], [], color=colour, linestyle=dashes, label=curve.words))
    for one in scene.marks:
        colour, _ = _look(scene.curves[one.curve].look)
        axes.errorbar(
            one.lags, one.logarithm / _DECADE, yerr=np.nan_to_num(one.error) / _DECADE, color=colour,
            elinewidth=0.8, capsize=1.8, gid=f"networks-{one.curve}", **_DOT,
        )  # fmt: skip
    if scene.marks:
        handles.append(Line2D([], [], color="#444444", label="networks", **_DOT))
    axes.set_xlim(0.0, scene.longest)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=7, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"$10^{{{value:g}}}$"))
    if scene.title:
        axes.set_title(scene.title, fontsize=points(7.5))
    return handles


def _look(k: int) -> tuple[str, Any]:
    look = colours.line_look("", k)
    return look["color"], look["linestyle"]
