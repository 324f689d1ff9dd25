"""Curves of a study, panel by panel: theory as lines, networks as dots with errors, levels and marks beside them.

What a curve is, its name says (`phasemap.dataset.panels`).
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from phasemap.dataset import Field, Result
from phasemap.dataset.panels import LEVEL, MARK, NETWORKS, REFERENCE, is_panel, name_and_kind
from phasemap.figures.layout.ticks import fit_panels
from phasemap.figures.scenes.scene import short_units
from phasemap.figures.style import colours
from phasemap.figures.style.look import points
from phasemap.figures.style.page import WIDTHS, Look, new_figure, style
from phasemap.model.status import NUMBERS, Status
from phasemap.model.text.plain_symbols import as_plain
from phasemap.numerics.few_cases import interval_of_share

_MOST_COLUMNS = 2
# The letter of a panel among others, before its words.
_LETTER = re.compile(r"^\([a-z]\) ")
# Panels that fill one row of a wide page.
_ONE_ROW = 3
# An axis that spans more than this is logarithmic; so are values of one sign that do.
_LOG_AXIS, _LOG_VALUES, _MOST_DECADES = 60.0, 300.0, 9
# Times and rates sooner than shares.
_LOG_WITH_UNITS = 20.0
# Values of one panel are shown from zero on where the least is more than this share of the largest.
_HARDLY_CHANGES = 0.4
# Legends stand below their panels, where they cover nothing: inches of a row, and columns of a wide and a narrow page.
_LEGEND_ROW, _LEGEND_COLUMNS = 0.13, 2
# How far below its axis: in sizes of its letters, past the numbers and the label.
_BELOW_LABEL = 5.0
# Letters of a name that is too long for half of a narrow panel.
_LONG_NAME = 17
# Networks at more places than these are a line in a band of errors instead of dots.
_MOST_DOTS = 40
# What a reference is of.
_REFERENCE_WORDS = {"active_fraction": "infinite networks"}
_USUAL_REFERENCE = "frozen units, infinitesimal kicks"
# So many names of places stand side by side.
_MOST_LEVEL_NAMES = 2
# Shares of networks: their bars are the densest interval of the posterior, which ends at 0 and 1.
_SHARES = ("active_fraction",)
_DOT: Look = {"linestyle": "", "marker": "o", "markersize": 2.8, "markerfacecolor": "white", "markeredgewidth": 0.7}
_BELOW: Look = {"linestyle": "", "marker": "v", "markersize": 4}
# Kinds of curves that have colours of their own.
_NAMED = ("", NETWORKS, REFERENCE)
_FAINT: Look = {"linewidth": 0.9, "linestyle": (0, (4, 1.5)), "alpha": 0.85}
_THIN: Look = {"linestyle": "-", "linewidth": 0.7}


@dataclass(frozen=True)
class _Curve:
    """name: what tells it apart; kind: "", networks, reference, level or mark.

    value (n,), NaN where there is none; bars (2, n): how far they reach below and above it.
    """

    name: str
    kind: str
    value: NDArray[np.float64]
    bars: NDArray[np.float64]
    bound: NDArray[np.bool_]


def is_protocol(result: Result) -> bool:
    """Whether a result holds the curves of a study."""
    return bool(result.fields) and all(is_panel(field) for field in result.fields.values())


def _in_order(result: Result) -> list[str]:
    """Names of the panels as the configuration lists them; a file has them in alphabetical order."""
    try:
        wanted = [str(name) for name in tomllib.loads(result.metadata.config).get("quantities", [])]
    except tomllib.TOMLDecodeError:
        wanted = []
    return sorted(result.fields, key=lambda name: wanted.index(name) if name in wanted else len(wanted))


# Relative error of theory from which on it is drawn.
_VISIBLE = 0.02


def draw_protocol(result: Result, width: str = "double", title: str = "", quantity: str | None = None) -> Figure:
    """All panels of a result, or one."""
    panels = [result.fields[name] for name in _in_order(result) if quantity in (None, name)]
    columns = _columns(len(panels), width)
    rows = -(-len(panels) // columns)
    names = list(dict.fromkeys(c.name for p in panels for c in _curves(result, p) if c.kind in _NAMED))
    with style():
        narrow = columns > _MOST_COLUMNS
        legend = _LEGEND_ROW * max(_legend_rows(result, one, narrow) for one in panels)
        figure = new_figure(width, rows * (min(0.86 * WIDTHS[width] / columns, 3.0) + legend) + 0.25)
        grid = figure.subplots(rows, columns, squeeze=False)
        for axes, panel in zip(grid.flat, panels, strict=False):
            _draw_panel(axes, result, panel, names, narrow)
        for axes in grid.flat[len(panels) :]:
            axes.remove()
        if quantity is not None:  # alone, a panel has no letter, and no title of the others
            grid[0, 0].set_title(_LETTER.sub("", panels[0].description), fontsize=points(7.5))
        elif not title:
            title = result.metadata.title
        if title:
            figure.suptitle(title, fontsize=points(8))
        fit_panels(figure, list(grid.flat[: len(panels)]))
        figure.set_layout_engine("none")
    return figure


def _columns(panels: int, width: str) -> int:
    """How many panels stand side by side: two, or three where there are no others, so that no place stays empty."""
    if width != "double":
        return 1
    return panels if panels <= _ONE_ROW else _MOST_COLUMNS


def _curves(result: Result, panel: Field) -> list[_Curve]:
    lead = (-1, *panel.own_shape)
    values, statuses = panel.value.reshape(lead)[0], panel.status.reshape(lead)[0]
    errors = np.zeros_like(values) if panel.error is None else panel.error.reshape(lead)[0]
    found = []
    for k, label in enumerate(result.labels[panel.own_dims[0]]):
        name, kind = name_and_kind(str(label))
        known = np.isin(statuses[k], NUMBERS)
        bound = np.isin(statuses[k], (Status.LOWER_BOUND, Status.UPPER_BOUND))
        value = np.where(known, values[k], np.nan)
        found.append(_Curve(name, kind, value, _bars(panel, value, np.nan_to_num(errors[k])), bound))
    return found


def _bars(panel: Field, value: NDArray[np.float64], error: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far bars reach below and above their values (2, n)."""
    if panel.name not in _SHARES:
        return np.stack([error, error])
    ends = np.array([interval_of_share(*one) for one in zip(value, error, strict=True)]).T
    return np.abs(np.nan_to_num(ends - value))


def _legend_columns(names: Iterable[str], narrow: bool) -> int:
    """Two columns, unless the names are too long for the half of a narrow panel."""
    return 1 if narrow and max(map(len, names), default=0) > _LONG_NAME else _LEGEND_COLUMNS


def _legend_rows(result: Result, panel: Field, narrow: bool) -> int:
    """Rows of the legend of a panel."""
    names = _legend_names(panel, _curves(result, panel))
    return -(-len(names) // _legend_columns(names, narrow))


def _legend_names(panel: Field, curves: list[_Curve]) -> set[str]:
    """What the legend says of curves, as it is read."""
    looks = {str(handle.get_label()) for handle in _looks(panel, curves)}
    return {as_plain(curve.name) for curve in curves if curve.kind != MARK} | looks


def _looks(panel: Field, curves: list[_Curve]) -> list[Artist]:
    """Entries of the legend for what all curves of a kind look like."""
    handles: list[Artist] = []
    lines = {c.name for c in curves if c.kind in ("", REFERENCE)}
    if any(c.kind == NETWORKS and c.name in lines for c in curves):
        look = _DOT if panel.own_shape[1] <= _MOST_DOTS else _THIN
        handles.append(Line2D([], [], color=colours.INK, label="networks", **look))
    if any(c.kind == REFERENCE for c in curves):
        words = _REFERENCE_WORDS.get(panel.name, _USUAL_REFERENCE)
        handles.append(Line2D([], [], color=colours.INK, label=words, **_FAINT))
    if any(c.bound.any() and c.kind == NETWORKS for c in curves):
        handles.append(Line2D([], [], color=colours.INK, linestyle="", marker="^", markersize=4, label="at least"))
    return handles


def _draw_panel(axes: Axes, result: Result, panel: Field, names: list[str], narrow: bool) -> None:
    x = np.asarray(result.labels[panel.own_dims[1]], dtype=float)
    curves = _curves(result, panel)
    ordered = sorted(curves, key=lambda curve: curve.kind == NETWORKS)
    handles = [handle for curve in ordered for handle in _draw_curve(axes, x, curve, names)]
    _name_marks(axes, [c for c in curves if c.kind == MARK])
    units = _units(panel.units)
    _set_scales(axes, x, [c for c in curves if c.kind != MARK], _LOG_WITH_UNITS if units else _LOG_VALUES)
    handles += _draw_below(axes, x, curves, names)
    axes.set_xlabel(_axis_label(result, panel), fontsize=points(7.5))
    axes.set_ylabel(f"{panel.symbol}{units}", fontsize=points(7.5))
    axes.set_title(panel.description, fontsize=points(7.5))
    handles += _looks(panel, curves)
    # The line of a curve stands for its networks, too.
    named = list({handle.get_label(): handle for handle in reversed(handles)}.values())[::-1]
    columns = _legend_columns(_legend_names(panel, curves), narrow)
    axes.legend(handles=named, fontsize=points(6), handlelength=2.6, frameon=False, columnspacing=1.2, labelspacing=0.3,
                ncols=columns, loc="upper center", bbox_to_anchor=(0.5, 0.0), borderaxespad=_BELOW_LABEL)  # fmt: skip


def _axis_label(result: Result, panel: Field) -> str:
    described = result.dimensions.get(panel.own_dims[1])
    if described is None:
        return panel.own_dims[1]
    return f"{described.description}, {described.symbol}{_units(described.units)}"


def _units(units: str) -> str:
    """Units in brackets, as in all labels; nothing for plain numbers."""
    return "" if units in ("", "1") else f" ({short_units(units)})"


def _draw_curve(axes: Axes, x: NDArray[np.float64], curve: _Curve, names: list[str]) -> list[Artist]:
    if curve.kind == MARK:
        axes.axvline(curve.value[0], color=colours.INK, linewidth=0.8, linestyle=(0, (4, 2)), gid="mark", zorder=1)
        return []
    if curve.kind == LEVEL:
        look: Look = {"color": "#8a8a8a", "linewidth": 0.9, "linestyle": (0, (1, 1))}
        axes.plot(x, curve.value, gid="level", zorder=1.5, **look)
        return [Line2D([], [], label=curve.name, **look)]
    k = names.index(curve.name)
    own = colours.line_look(curve.name, k)
    colour = own["color"]
    if curve.kind == NETWORKS:
        if len(x) > _MOST_DOTS:
            return _draw_band(axes, x, curve, colour)
        axes.errorbar(x, curve.value, yerr=np.where(curve.bound, 0.0, curve.bars), color=colour, gid="network",
                      zorder=3, elinewidth=0.7, capsize=1.2, **_DOT)  # fmt: skip
        axes.plot(x, curve.value, color=colour, linewidth=0.5, alpha=0.5, gid="guide", zorder=1.8)
        if curve.bound.any():
            axes.plot(x[curve.bound], curve.value[curve.bound], linestyle="", marker="^", markersize=4, color=colour)
        return [Line2D([], [], color=colour, label=curve.name, **_DOT)]
    if curve.kind == REFERENCE:
        axes.plot(x, curve.value, color=colour, gid="reference", zorder=1.9, **_FAINT)
        return [Line2D([], [], color=colour, label=curve.name, **_FAINT)]
    look = {**own, "linewidth": 1.2}
    axes.plot(x, curve.value, gid="theory", zorder=2, **look)
    unsure = curve.bars.max(axis=0) > _VISIBLE * np.abs(curve.value)
    if unsure.any() and len(x) > _MOST_DOTS:
        band = curve.value - curve.bars[0], curve.value + curve.bars[1]
        known = curve.bars[0] < np.abs(curve.value)  # on a logarithmic axis the rest would cross the page
        axes.fill_between(x, *band, where=known, color=colour, alpha=0.2, linewidth=0, gid="theory-error")
    elif unsure.any():  # ensembles have errors of their own
        axes.errorbar(x[unsure], curve.value[unsure], yerr=curve.bars[:, unsure], color=colour, gid="theory-error",
                      fmt="none", elinewidth=0.7, capsize=1.2, zorder=2)  # fmt: skip
    return [Line2D([], [], label=curve.name, **look)]


def _draw_below(axes: Axes, x: NDArray[np.float64], curves: list[_Curve], names: list[str]) -> list[Artist]:
    """Arrows at the lower end of a logarithmic axis where the numbers of networks lie below it."""
    end = axes.get_ylim()[0] if axes.get_yscale() == "log" and len(x) <= _MOST_DOTS else -np.inf
    below = [(curve, curve.value < end) for curve in curves if curve.kind == NETWORKS and (curve.value < end).any()]
    for curve, places in below:
        colour = colours.line_look(curve.name, names.index(curve.name))["color"]
        axes.plot(x[places], np.full(places.sum(), 0.025), transform=axes.get_xaxis_transform(), color=colour,
                  gid="below", **_BELOW)  # fmt: skip
    return [Line2D([], [], color=colours.INK, label="below the axis", **_BELOW)] if below else []


def _name_marks(axes: Axes, marks: list[_Curve]) -> None:
    """Names of places on the axis, next to their uprights; upright themselves where there are many."""
    look: Look = {"transform": axes.get_xaxis_transform(), "va": "bottom", "fontsize": points(6)}
    several = len(marks) > _MOST_LEVEL_NAMES
    if several:
        look |= {"va": "top", "rotation": 90, "ha": "right",
                 "bbox": {"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 0.5}}  # fmt: skip
    for mark in marks:
        name, height = (mark.name, 0.98) if several else (f" {mark.name}", 0.02)
        axes.text(mark.value[0], height, name, **look)


def _draw_band(axes: Axes, x: NDArray[np.float64], curve: _Curve, colour: str) -> list[Artist]:
    low = np.maximum(curve.value - curve.bars[0], 0.0 if curve.value.min() >= 0.0 else -np.inf)
    axes.fill_between(x, low, curve.value + curve.bars[1], color=colour, alpha=0.2, linewidth=0, gid="network-band")
    axes.plot(x, curve.value, color=colour, gid="network", zorder=2.2, **_THIN)
    return [Line2D([], [], color=colour, label=curve.name, **_THIN)]


def _set_scales(axes: Axes, x: NDArray[np.float64], curves: list[_Curve], most: float) -> None:
    positive = x[x > 0.0]
    even = len(x) > 2 and np.ptp(np.diff(x)) < 1e-6 * (x[-1] - x[0])
    if positive.size > 2 and positive.size >= len(x) - 1 and x[-1] / positive[0] > _LOG_AXIS and not even:
        axes.set_xscale("log")
    values = np.concatenate([c.value[np.isfinite(c.value)] for c in curves])
    if values.size and values.min() > 0.0 and values.max() / values.min() > most:
        axes.set_yscale("log")
        axes.set_ylim(bottom=max(0.5 * values.min(), 10.0**-_MOST_DECADES * values.max()))
    elif values.size and values.min() > _HARDLY_CHANGES * values.max() > 0.0:
        axes.set_ylim(bottom=0.0)  # so that little looks little
    elif values.size and values.min() < 0.0 < values.max():
        axes.axhline(0.0, color="#8a8a8a", linewidth=0.6, zorder=0.5)
