"""Ticks and legends, the same for every kind of figure."""

from collections.abc import Sequence
from typing import Protocol

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis as MplAxis
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from phasemap.figures.scenes.scene import Axis
from phasemap.figures.style.look import points
from phasemap.figures.style.page import WIDTHS, Look


class Labelled(Protocol):
    """What has a label with words and one without."""

    @property
    def short_label(self) -> str:
        """The label without words."""


def set_ticks(drawn: MplAxis, axis: Axis) -> None:
    """Few round ticks on a linear axis; the axis' own where it has some (at infinity)."""
    if axis.ticks:
        every = -(-len(axis.ticks) // 7)
        places = list(axis.ticks)[::-1][::every]
        drawn.set_ticks(places, labels=[axis.ticks[place] for place in places])
    elif not axis.log:
        drawn.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))


def plain_number(value: float) -> str:
    """A tick of a logarithmic scale: as it is where that is short, else as a power."""
    if 1e-3 <= value < 1e4:
        return f"{value:g}"
    mantissa, exponent = f"{value:.0e}".split("e")
    factor = "" if mantissa == "1" else rf"{mantissa} \times "
    return f"${factor}10^{{{int(exponent)}}}$"


def fit_labels(figure: Figure, axes: Axes, x: Labelled, y: Labelled) -> None:
    """Drop the words of a label that would be longer than its axis, so that nothing is cut off."""
    figure.draw_without_rendering()
    frame = axes.get_window_extent()
    if axes.xaxis.label.get_window_extent().width > frame.width:
        axes.set_xlabel(x.short_label)
    if axes.yaxis.label.get_window_extent().height > frame.height:
        axes.set_ylabel(y.short_label)


def add_legend(figure: Figure, handles: Sequence[Artist]) -> None:
    """A legend below everything, in as few rows as the page is wide for; the page grows by its height."""
    if not handles:
        return
    small = figure.get_figwidth() < WIDTHS["double"]
    look: Look = (
        {"fontsize": points(6.8), "handlelength": 2.0, "columnspacing": 1.0} if small else {"columnspacing": 1.2}
    )
    for rows in range(-(-len(handles) // 5), len(handles) + 1):
        columns = -(-len(handles) // rows)
        legend = figure.legend(handles=list(handles), loc="outside lower center", ncols=columns, **look)
        extent = legend.get_window_extent(figure.canvas.get_renderer())  # type: ignore[attr-defined]
        if extent.width <= 0.985 * figure.bbox.width or columns == 1:
            figure.set_figheight(figure.get_figheight() + extent.height / figure.dpi)
            return
        legend.remove()
