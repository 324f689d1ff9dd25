"""The figure of `phasemap compare`: every quantity, theory against simulation, and the distribution of the pulls."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from phasemap.figures.agreement import Comparison
from phasemap.figures.layout.ticks import add_legend
from phasemap.figures.scenes.scene import join_label
from phasemap.figures.style import colours
from phasemap.figures.style.page import Look, new_figure, style

_AGREES, _DISAGREES = "#0072b2", "#d55e00"
_GUIDE = "#8a8a8a"


def draw_comparison(comparisons: Sequence[Comparison]) -> Figure:
    """One column for every quantity (value above, difference below), and the pulls of all of them together."""
    shown = [one for one in comparisons if len(one.theory)]
    with style():
        figure = new_figure("double", 2.9)
        columns = len(shown) + 1
        grid = figure.add_gridspec(2, columns, height_ratios=[1.4, 1.0])
        for k, one in enumerate(shown):
            upper = figure.add_subplot(grid[0, k])
            _draw_values(upper, one)
            _draw_differences(figure.add_subplot(grid[1, k], sharex=upper), one)
        _draw_pulls(figure.add_subplot(grid[:, -1]), shown)
        add_legend(figure, _handles(shown))
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    return figure


def _draw_values(axes: Axes, one: Comparison) -> None:
    ends = np.concatenate([one.theory, one.simulated])
    low, high = float(ends.min()), float(ends.max())
    pad = 0.08 * (high - low) or 0.1
    axes.plot([low - pad, high + pad], [low - pad, high + pad], color=_GUIDE, linewidth=0.8, zorder=1)
    _draw_points(axes, one, one.simulated)
    axes.set(xlim=(low - pad, high + pad), ylim=(low - pad, high + pad), ylabel="simulation")
    axes.set_title(join_label("", one.symbol or one.name, one.units))
    axes.tick_params(labelbottom=False)


def _draw_differences(axes: Axes, one: Comparison) -> None:
    axes.axhline(0.0, color=_GUIDE, linewidth=0.8, zorder=1)
    order = np.argsort(one.theory)
    allowed = one.bias[order]
    if allowed.any():
        axes.fill_between(
            one.theory[order], -allowed, allowed, color="#dddddd", linewidth=0, zorder=0.5, gid="allowance"
        )
    _draw_points(axes, one, one.difference)
    reach = 1.2 * float(np.max(np.maximum(np.abs(one.difference) + one.error, one.bias), initial=0.0)) or 1.0
    axes.set(ylim=(-reach, reach), xlabel="theory", ylabel="difference")
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))


def _draw_points(axes: Axes, one: Comparison, heights: np.ndarray) -> None:
    for agrees, colour, marker in ((True, _AGREES, "o"), (False, _DISAGREES, "s")):
        chosen = one.agrees == agrees
        look: Look = {"color": colour, "marker": marker, "markersize": 3.6, "markeredgecolor": colours.INK,
                      "markeredgewidth": 0.5, "elinewidth": 0.8, "capsize": 1.6, "ecolor": colours.INK}  # fmt: skip
        if chosen.any():
            axes.errorbar(
                one.theory[chosen], heights[chosen], xerr=one.theory_error[chosen], yerr=one.error[chosen],
                linestyle="", zorder=2, gid="agree" if agrees else "disagree", **look,
            )  # fmt: skip


def _draw_pulls(axes: Axes, shown: Sequence[Comparison]) -> None:
    pulls = np.concatenate([one.pulls for one in shown]) if shown else np.zeros(0)
    pulls = pulls[np.isfinite(pulls)]
    reach = max(4.0, np.ceil(float(np.max(np.abs(pulls), initial=0.0))))
    width = 0.5 if len(pulls) > 50 else 1.0
    # Beyond some reach the bins would be too thin to be seen.
    edges = np.arange(-reach, reach + width, width) if reach <= 30 else np.linspace(-reach, reach, 61)
    axes.hist(pulls, bins=edges.tolist(), color=_AGREES, alpha=0.8, edgecolor="white", linewidth=0.5, gid="pulls")
    x = np.linspace(-reach, reach, 400)
    normal = np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi) * len(pulls) * (edges[1] - edges[0])
    axes.plot(x, normal, color=colours.INK, linewidth=1.0)
    axes.axvline(0.0, color=_GUIDE, linewidth=0.6)
    axes.set(xlim=(-reach, reach), xlabel="difference / error", ylabel="points")
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))


def _handles(shown: Sequence[Comparison]) -> list[Line2D | Patch]:
    look: Look = {"linestyle": "", "markersize": 4, "markeredgecolor": colours.INK, "markeredgewidth": 0.5}
    handles: list[Line2D | Patch] = []
    if any(one.agrees.any() for one in shown):
        handles.append(Line2D([], [], marker="o", color=_AGREES, label="agrees", **look))
    if any((~one.agrees).any() for one in shown):
        handles.append(Line2D([], [], marker="s", color=_DISAGREES, label="disagrees", **look))
    if any(one.bias.any() for one in shown):
        handles.append(Patch(color="#dddddd", label="allowed for finite size"))
    handles.append(Line2D([], [], color=colours.INK, linewidth=1.0, label="normal distribution"))
    return handles
