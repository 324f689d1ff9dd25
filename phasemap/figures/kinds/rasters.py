"""The activity of a network over time: a raster of many units, and the traces of a few of them."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from phasemap.figures.layout.ticks import fit_labels
from phasemap.figures.scenes.scene import Axis, Kind, Layer
from phasemap.figures.style import colours
from phasemap.figures.style.look import points
from phasemap.figures.style.page import WIDTHS, new_figure, style
from phasemap.figures.style.scales import scale_of

_TRACES = 4


@dataclass(frozen=True)
class RasterScene:
    """A quantity over two dimensions of its own: rows along `rows` (units), columns along `columns` (times)."""

    rows: Axis
    columns: Axis
    layer: Layer
    title: str = ""
    fingerprint: str = ""


def draw_raster(scene: RasterScene, width: str = "single") -> Figure:
    """Draw all rows as an image and the first few as traces above it, over the same time."""
    with style():
        figure = new_figure(width, 0.95 * min(WIDTHS[width], 4.6))
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[1.0, 2.0])
        layer = scene.layer
        value = np.where(layer.shown, layer.value.astype(float), np.nan)
        traces = min(_TRACES, len(value))
        for k in range(traces):
            upper.plot(scene.columns.values, value[k], color=colours.LINE_COLOURS[k], linewidth=0.8, gid="trace")
        upper.set_ylabel(rf"{layer.symbol}, {scene.rows.symbol} $\leq {traces}$" if scene.rows.symbol else layer.symbol)
        scale = scale_of(layer)
        # Each row at its number, whatever the spacing of the numbers.
        edges = np.arange(len(value) + 1) + 0.5
        image = lower.pcolormesh(
            scene.columns.edges, edges, np.ma.masked_invalid(value), cmap=scale.cmap, norm=scale.norm, rasterized=True,
            gid="raster",
        )  # fmt: skip
        lower.set(xlabel=scene.columns.label, ylabel=scene.rows.label)
        lower.set_xlim(scene.columns.values[0], scene.columns.values[-1])
        lower.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        bar = figure.colorbar(image, ax=lower, ticks=scale.ticks, pad=0.02, aspect=18)
        bar.set_label(layer.short_label if layer.kind is Kind.DIVERGING else layer.label)
        if scene.title:
            upper.set_title(scene.title, fontsize=points(7.5))
        fit_labels(figure, lower, scene.columns, scene.rows)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    return figure
