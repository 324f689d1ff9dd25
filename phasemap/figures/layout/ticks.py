"""Ticks and legends, the same for every kind of figure."""

from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import Protocol

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis as MplAxis
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from phasemap.figures.scenes.scene import Axis
from phasemap.figures.style.look import points
from phasemap.figures.style.page import WIDTHS, Look
from phasemap.model.text.plain_symbols import as_plain

# A label may stand out over its panel by this factor, into the space between panels.
_HARDLY_WIDER = 1.15
# What a second line of a label takes of the space above a legend, in sizes of its letters.
_LINE_BELOW = 1.4
# Between a label and a legend below it, in sizes of the legend's letters.
_LEGEND_PAD = 0.4


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
    return f"{value:g}" if 1e-3 <= value < 1e4 else _power(value)


def plain_numbers(values: Sequence[float]) -> list[str]:
    """Ticks of one logarithmic scale, in one notation: all as they are, or all as powers where any is long."""
    words = [plain_number(value) for value in values]
    return [_power(value) for value in values] if any("$" in one for one in words) else words


def _power(value: float) -> str:
    """A number as a power of ten, or so many of it."""
    mantissa, exponent = f"{value:.0e}".split("e")
    factor = "" if mantissa == "1" else rf"{mantissa} \times "
    return f"${factor}10^{{{int(exponent)}}}$"


def fit_labels(figure: Figure, axes: Axes, x: Labelled, y: Labelled) -> None:
    """Break a label that would be longer than its axis, or drop its words, so that nothing is cut off."""
    figure.draw_without_rendering()
    for drawn, of in ((axes.xaxis, x), (axes.yaxis, y)):
        fit_label(figure, axes, drawn, of)


def fit_label(figure: Figure, axes: Axes, drawn: MplAxis, of: Labelled) -> None:
    """One label on one line, on two or three, or without its words: the first that is no longer than its axis."""
    side = "width" if drawn is axes.xaxis else "height"

    def is_too_long() -> bool:
        """Whether the label is longer than the axes are."""
        frame = axes.get_window_extent()
        return bool(getattr(drawn.label.get_window_extent(), side) > getattr(frame, side))

    if not is_too_long():
        return
    whole = drawn.label.get_text()
    for words in (in_lines(whole, 2), in_lines(whole, 3), of.short_label):
        drawn.set_label_text(words)
        figure.draw_without_rendering()
        if not is_too_long():
            return


def fit_panels(figure: Figure, panels: Sequence[Axes]) -> None:
    """Titles and labels that are wider than their panels in two lines, legends below them; the layout is settled."""
    figure.draw_without_rendering()
    for axes in panels:
        wide = axes.get_window_extent().width
        if axes.title.get_window_extent().width > wide:
            axes.set_title(in_lines(axes.get_title(), 2), fontsize=axes.title.get_fontsize())
        legend = axes.get_legend()
        if axes.xaxis.label.get_window_extent().width > _HARDLY_WIDER * wide:
            axes.set_xlabel(in_lines(axes.get_xlabel(), 2), fontsize=axes.xaxis.label.get_fontsize())
            if legend is not None:
                legend.borderaxespad += _LINE_BELOW
    figure.draw_without_rendering()


def finish_inside(axes: Axes, x: Labelled, y: Labelled, handles: Sequence[Artist]) -> None:
    """Labels no longer than axes that are somebody else's, and a legend below them, where it hides nothing."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    fit_labels(figure, axes, x, y)
    if not handles:
        return
    size = 0.8 * float(axes.xaxis.label.get_fontsize())
    frame = axes.get_window_extent()
    pad = (frame.y0 - axes.xaxis.label.get_window_extent().y0) * 72.0 / figure.dpi / size + _LEGEND_PAD
    for columns in (2, 1):
        legend = axes.legend(handles=list(handles), loc="upper center", bbox_to_anchor=(0.5, 0.0), borderaxespad=pad,
                             ncols=columns, frameon=False, fontsize=size, columnspacing=1.2)  # fmt: skip
        if legend.get_window_extent().width <= frame.width:
            return


def in_lines(words: str, count: int) -> str:
    """The words broken at spaces outside formulas into so many lines of which none is long; fewer without spaces."""
    spaces = [k for k, letter in enumerate(words) if letter == " " and words[:k].count("$") % 2 == 0]
    breaks = combinations(spaces, min(count - 1, len(spaces)))
    ways = ([words[a:b].strip() for a, b in pairwise((0, *places, len(words)))] for places in breaks)
    return "\n".join(min(ways, key=lambda lines: max(len(as_plain(line)) for line in lines)))


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
