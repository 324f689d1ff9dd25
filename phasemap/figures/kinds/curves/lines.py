"""A quantity along one axis: a line for every branch, its error as a band, critical points as uprights."""

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from phasemap.figures.layout.critical_lines import line_style
from phasemap.figures.layout.proportions import set_aspect
from phasemap.figures.layout.ticks import add_legend, finish_inside, fit_labels, set_ticks
from phasemap.figures.scenes.scene import Axis, Checks, Kind, Layer, equation
from phasemap.figures.style import colours
from phasemap.figures.style.look import points, wishes
from phasemap.figures.style.page import WIDTHS, Look, new_figure, style
from phasemap.model.results import FloatArray
from phasemap.model.status import STATUS_WORDS, Status

# Up to so many values, each is marked and has an error bar; more make a line with a band.
_FEW = 24
# Bounds point to where the number lies.
_BAD: dict[Status, str] = {
    Status.NOT_CONVERGED: "o",
    Status.FAILED: "x",
    Status.LOWER_BOUND: "^",
    Status.UPPER_BOUND: "v",
    Status.NOT_SOUGHT: "|",
    Status.DIVERGES: "P",
    Status.OUT_OF_TIME: "D",
}


@dataclass(frozen=True)
class LineScene:
    """One axis, one layer per line (all of the same quantity), and what stands at single places.

    uprights: critical line's name -> its words and its places on the axis.
    """

    x: Axis
    layers: tuple[Layer, ...]
    names: tuple[str, ...]
    uprights: tuple[tuple[str, str, FloatArray], ...] = ()
    checks: Checks | None = None
    title: str = ""
    fingerprint: str = ""


def draw_lines_figure(scene: LineScene, width: str = "single") -> Figure:
    """Draw a quantity along one axis at a preset column width."""
    with style():
        figure = new_figure(width, 0.62 * min(WIDTHS[width], 4.6))
        axes = figure.subplots()
        handles = _draw_all(axes, scene)
        add_legend(figure, [handle for handle in handles if handle.get_label()])
        fit_labels(figure, axes, scene.x, scene.layers[0])
        set_aspect(figure, axes)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    return figure


def draw_lines_into(axes: Axes, scene: LineScene) -> None:
    """Draw the same in axes that are there, with a legend below."""
    handles = [handle for handle in _draw_all(axes, scene) if handle.get_label()]
    finish_inside(axes, scene.x, scene.layers[0], handles)


def _draw_all(axes: Axes, scene: LineScene) -> list[Artist]:
    """Lines, marks, uprights and networks; returns the handles for a legend."""
    if scene.x.log:
        axes.set_xscale("log")
    handles: list[Artist] = []
    for k, (layer, name) in enumerate(zip(scene.layers, scene.names, strict=True)):
        handles += _draw_line(axes, scene.x, layer, name if len(scene.names) > 1 or name else "", k)
    handles += _draw_bad(axes, scene) + _draw_infinite(axes, scene)
    low, high = _reach(scene.x)
    for k, (name, words, places) in enumerate(scene.uprights):
        inside = places[(places >= low) & (places <= high)]
        handles += [_draw_uprights(axes, name, words, inside, k)] if inside.size else []
    if scene.checks is not None:
        handles.append(_draw_checks(axes, scene.checks))
    axes.set(xlim=_reach(scene.x), xlabel=scene.x.label, ylabel=scene.layers[0].label)
    handles += _leave_out_lone_points(axes, scene)
    if any(layer.kind is Kind.DIVERGING for layer in scene.layers):
        _draw_zero(axes)
    if wishes().limits is not None:
        axes.set_ylim(wishes().limits)
    set_ticks(axes.xaxis, scene.x)
    _name_codes(axes, scene.layers[0])
    if scene.title:
        axes.set_title(scene.title, fontsize=points(7.5))
    return handles


def _draw_zero(axes: Axes) -> None:
    """A thin line at zero, which does not stretch the scale for itself."""
    limits = axes.get_ylim()
    axes.axhline(0.0, color="#8a8a8a", linewidth=0.6, zorder=0.5)
    axes.set_ylim(limits)


def _leave_out_lone_points(axes: Axes, scene: LineScene) -> list[Artist]:
    """A branch that exists at one value only does not set the scale: beyond it, its number stands in the legend."""
    alone = [layer.shown.sum() == 1 < len(scene.x.values) for layer in scene.layers]
    drawn = [layer.value[layer.shown].astype(float) for layer in scene.layers]
    others = [values for values, lone in zip(drawn, alone, strict=True) if not lone and values.size]
    if not others or not any(alone):
        return []
    known = np.concatenate([*others, *([] if scene.checks is None else [scene.checks.simulated])])
    low, high = float(np.nanmin(known)), float(np.nanmax(known))
    slack = 0.06 * ((high - low) or abs(high) or 1.0)
    handles: list[Artist] = []
    for k, (layer, name) in enumerate(zip(scene.layers, scene.names, strict=True)):
        if not alone[k]:
            continue
        colour = colours.line_look(name, k)["color"]
        if low - 4 * slack <= drawn[k][0] <= high + 4 * slack:
            handles.append(Line2D([], [], linestyle="", marker=".", markersize=5, color=colour, label=name))
            continue
        axes.set_ylim(low - slack, high + slack)
        above, place = drawn[k][0] > high, float(scene.x.values[layer.shown][0])
        look: Look = {
            "linestyle": "", "marker": "^" if above else "v", "markersize": 4.0, "clip_on": False, "color": colour,
        }  # fmt: skip
        axes.plot([place], [0.98 if above else 0.02], transform=axes.get_xaxis_transform(), gid=f"lone-{name}", **look)
        handles.append(Line2D([], [], label=f"{name}, {drawn[k][0]:.3g} at {equation(scene.x.symbol, place)}", **look))
    return handles


def _reach(x: Axis) -> tuple[float, float]:
    """From the first to the last value; around a single one."""
    first, last = float(x.values[0]), float(x.values[-1])
    if first < last:
        return first, last
    return (first / 1.5, first * 1.5) if x.log else (first - 0.5 * (abs(first) or 1), first + 0.5 * (abs(first) or 1))


def _draw_line(axes: Axes, x: Axis, layer: Layer, name: str, order: int) -> list[Artist]:
    """The good values; gaps stay gaps."""
    if not layer.shown.any():
        return []
    value = np.where(layer.shown, layer.value.astype(float), np.nan)
    look: Look = {**colours.line_look(name, order), "linewidth": 1.2}
    stepped = layer.kind in (Kind.COUNTS, Kind.LABELS)
    few = len(x.values) <= _FEW
    # A lone good point between gaps has no segment to be seen by.
    marked = layer.shown if few else layer.shown & ~np.roll(layer.shown, 1) & ~np.roll(layer.shown, -1)
    axes.plot(x.values, value, drawstyle="steps-mid" if stepped else "default", gid=f"line-{name}", zorder=2, **look)
    axes.plot(x.values[marked], value[marked], ".", color=look["color"], markersize=5 if few else 3, zorder=2)
    if layer.error is not None and np.isfinite(layer.error[layer.shown]).any():
        error = np.where(np.isfinite(layer.error), layer.error, 0.0)
        _draw_error(axes, x, value, error, look["color"], name, few)
    return [] if layer.shown.sum() == 1 < len(x.values) else [Line2D([], [], label=name, **look)]


def _draw_error(axes: Axes, x: Axis, value: FloatArray, error: FloatArray, colour: str, name: str, few: bool) -> None:
    """Error bars at a few values, a band along many."""
    if few:
        lone = int(np.isfinite(value).sum()) == 1  # may be left out, far away: it must not stretch the page
        axes.errorbar(
            x.values, value, yerr=error, linestyle="", color=colour, elinewidth=0.8, capsize=1.8, zorder=2.2,
            gid=f"bars-{name}", clip_on=lone,
        )  # fmt: skip
        return
    axes.fill_between(
        x.values, value - error, value + error, color=colour, alpha=0.25, linewidth=0, zorder=1.5, gid=f"band-{name}",
    )  # fmt: skip


def _draw_bad(axes: Axes, scene: LineScene) -> list[Artist]:
    """Grey marks where a number is not a good one: at its value or bound, else at the lower border."""
    handles: list[Artist] = []
    for status, marker in _BAD.items():
        x, y, grounded = [], [], []
        for layer in scene.layers:
            for k in np.flatnonzero((layer.status == status) & ~layer.infinite):
                here = np.isfinite(layer.value[k])
                x.append(scene.x.values[k])
                y.append(float(layer.value[k]) if here else 0.02)
                grounded.append(not here)
        look: Look = {
            "linestyle": "", "marker": marker, "markersize": 3.4, "color": "#7a7a7a", "markerfacecolor": "none",
            "markeredgewidth": 0.7,
        }  # fmt: skip
        if x:
            on_border = np.array(grounded)
            places, heights = np.array(x), np.array(y)
            axes.plot(places[~on_border], heights[~on_border], zorder=2.5, gid=f"status-{int(status)}", **look)
            axes.plot(
                places[on_border], heights[on_border], transform=axes.get_xaxis_transform(), zorder=2.5,
                gid=f"status-{int(status)}-border", **look,
            )  # fmt: skip
            handles.append(Line2D([], [], label=STATUS_WORDS[status], **look))
    return handles


def _draw_infinite(axes: Axes, scene: LineScene) -> list[Artist]:
    """Arrows at the border that an infinite value lies beyond, in the colour of its line."""
    handles: list[Artist] = []
    for k, (layer, name) in enumerate(zip(scene.layers, scene.names, strict=True)):
        for sign, marker, height in ((1.0, "^", 0.97), (-1.0, "v", 0.03)):
            beyond = layer.infinite & (np.sign(layer.value) == sign)
            look: Look = {
                "linestyle": "", "marker": marker, "markersize": 3.4, "markeredgewidth": 0.0,
                "color": colours.line_look(name, k)["color"],
            }  # fmt: skip
            if beyond.any():
                places = scene.x.values[beyond]
                axes.plot(
                    places, np.full(len(places), height), transform=axes.get_xaxis_transform(), zorder=2.5,
                    gid=f"infinite-{name}", **look,
                )  # fmt: skip
                handles.append(Line2D([], [], label=f"{name}, infinite".removeprefix(", "), **look))
    return handles


def _draw_uprights(axes: Axes, name: str, words: str, places: FloatArray, order: int) -> Artist:
    chosen = line_style(name, order)
    look: Look = {"color": chosen.colour, "linestyle": chosen.dashes, "linewidth": 0.8, "alpha": 0.6}
    for place in places:
        axes.axvline(place, zorder=1, gid=f"upright-{name}", **look)
    return Line2D([], [], label=chosen.words or words, **look)


def _draw_checks(axes: Axes, checks: Checks) -> Artist:
    look: Look = {
        "linestyle": "", "marker": "o", "markersize": 4.2, "color": colours.INK, "markerfacecolor": "white",
        "markeredgewidth": 0.8,
    }  # fmt: skip
    axes.errorbar(
        checks.x, checks.simulated, yerr=np.nan_to_num(checks.simulated_error), elinewidth=0.8, capsize=1.8, zorder=3,
        gid="checks", clip_on=False, **look,
    )  # fmt: skip
    return Line2D([], [], label=checks.simulation, **look)


def _name_codes(axes: Axes, layer: Layer) -> None:
    """Words instead of numbers for labels; whole numbers for counts."""
    values = sorted({int(v) for v in layer.value[layer.shown]})
    if layer.kind is Kind.LABELS:
        axes.set_yticks(values, labels=[layer.names.get(v, str(v)) for v in values])
    elif layer.kind is Kind.COUNTS:
        axes.set_yticks(values)
