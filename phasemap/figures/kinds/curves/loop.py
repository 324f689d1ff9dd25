"""A hysteresis loop: variance and exponent of the attractor that is reached, on the way up and on the way down."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from phasemap.dataset import Result
from phasemap.figures.layout.ticks import add_legend, fit_labels, set_ticks
from phasemap.figures.scenes.scene import Layer
from phasemap.figures.scenes.stage import axis_of, layer_of
from phasemap.figures.style import colours
from phasemap.figures.style.look import points
from phasemap.figures.style.page import WIDTHS, Look, new_figure, style

WAY = "way"
QUANTITIES = ("loop_variance", "loop_lyapunov_max")
# Colour, dashes and width of the way up, which lies over that of the way down.
_LOOKS: dict[str, Look] = {
    "up": {"color": colours.LINE_COLOURS[1], "linestyle": (0, (4, 1.5)), "linewidth": 1.3, "zorder": 3},
    "down": {"color": colours.LINE_COLOURS[2], "linestyle": "solid", "linewidth": 2.0, "zorder": 2},
}
_ARROWS = {"up": "$\\rightarrow$", "down": "$\\leftarrow$"}


def is_loop(result: Result) -> bool:
    """Whether a result holds attractors that were followed both ways."""
    return all(name in result.fields for name in QUANTITIES)


def draw_loop(result: Result, width: str = "single", title: str = "") -> Figure:
    """Two panels over the parameter that was followed; a jump joins the values on its two sides."""
    x = axis_of(result.axes[0])
    with style():
        figure = new_figure(width, 1.05 * min(WIDTHS[width], 4.6))
        panels = figure.subplots(len(QUANTITIES), 1, sharex=True)
        layers = [layer_of(result.fields[name], result) for name in QUANTITIES]
        for axes, layer in zip(panels, layers, strict=True):
            for row, way in enumerate(str(label) for label in result.labels[WAY]):
                _draw_way(axes, x.values, layer, row, way)
            axes.set_ylabel(layer.label)
            if x.log:
                axes.set_xscale("log")
        panels[1].axhline(0.0, color="#8a8a8a", linewidth=0.6, zorder=0.5)
        panels[1].set(xlabel=x.label, xlim=(x.values[0], x.values[-1]))
        set_ticks(panels[1].xaxis, x)
        if title:
            panels[0].set_title(title, fontsize=points(7.5))
        handles = [Line2D([], [], label=f"{way} {_ARROWS[way]}", **look) for way, look in _LOOKS.items()]
        add_legend(figure, handles)
        for axes, layer in zip(panels, layers, strict=True):
            fit_labels(figure, axes, x, layer)
        figure.align_ylabels(panels)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    return figure


def _draw_way(axes: Axes, x: np.ndarray, layer: Layer, row: int, way: str) -> None:
    """The good values of one way; rows of the layer are ways."""
    shown = layer.shown[row]
    axes.plot(x, np.where(shown, layer.value[row].astype(float), np.nan), gid=f"way-{way}", **_LOOKS[way])
