"""Critical lines and points over a map: each kind always looks the same."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import matplotlib.patheffects as effects
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from phasemap.figures.layout.visibility import is_named, is_visible
from phasemap.figures.scenes.scene import Line, Markers
from phasemap.figures.style import colours
from phasemap.figures.style.page import Look


@dataclass(frozen=True)
class LineStyle:
    """Colour, dashes (in line widths) and the words of the legend."""

    colour: str
    dashes: Any
    words: str = ""


LINE_STYLES: dict[str, LineStyle] = {
    "zero_instability": LineStyle("#000000", "solid", "zero fixed point unstable"),
    "static_fold": LineStyle("#000000", (0, (4.2, 1.6)), "static fold"),
    "dynamic_fold": LineStyle("#6a1b9a", (0, (5.0, 1.4, 1.2, 1.4)), "dynamic fold"),
    "complexity_onset": LineStyle("#9c3d00", (0, (7.0, 2.0)), r"complexity onset, $\Sigma = 0$"),
    "marginal_boundary": LineStyle("#00523f", (0, (1.0, 1.1)), r"marginal boundary, $f S = 1$"),
    "slow_edge": LineStyle("#00523f", (0, (4.0, 1.2, 1.2, 1.2)), r"marginal stability ends at finite $\alpha_z$"),
    "pinning_limit": LineStyle("#00523f", (0, (6.0, 2.0)), r"no longer pinned, $p = 0.1$"),
    "static_gain_one": LineStyle("#00806a", (0, (2.6, 2.6)), r"fixed point unstable, $S = 1$"),
    "lyapunov_zero": LineStyle("#6a1b9a", "solid", r"$\lambda_{\max} = 0$"),
}
_OTHER_DASHES: tuple[Any, ...] = ((0, (7, 2)), (0, (3, 1, 1, 1, 1, 1)), (0, (2, 2)), (0, (9, 2, 2, 2)))
MARKER_STYLES: dict[str, tuple[str, str]] = {
    "static_tricritical": ("D", "static tricritical point"),
    "dynamic_tricritical": ("*", "dynamic tricritical point"),
    "complexity_tricritical": ("P", "complexity tricritical point"),
}
CASING = [effects.Stroke(linewidth=2.8, foreground="white", alpha=0.75), effects.Normal()]


def line_style(name: str, order: int = 0) -> LineStyle:
    """The style of a named line; lines without one of their own are told apart by `order`."""
    return LINE_STYLES.get(name) or LineStyle("#00523f", _OTHER_DASHES[order % len(_OTHER_DASHES)])


def draw_lines(axes: Axes, lines: tuple[Line, ...]) -> list[Artist]:
    """Draw the lines with a pale casing that lifts them off any background; return handles for the legend."""
    handles: list[Artist] = []
    for order, line in enumerate(sorted(lines, key=lambda one: rank(one.name, LINE_STYLES))):
        style = line_style(line.name, order)
        look: Look = {"color": style.colour, "linestyle": style.dashes, "linewidth": 1.3}
        to_page = axes.transData + axes.transAxes.inverted()
        pieces = [piece for piece in line.pieces if is_visible(to_page.transform(piece))]
        for piece in pieces:
            axes.plot(piece[:, 0], piece[:, 1], zorder=3, path_effects=CASING, gid=f"line-{line.name}", **look)
        if is_named([to_page.transform(piece) for piece in pieces]):
            handles.append(Line2D([], [], label=style.words or line.description, **look))
    return handles


def rank(name: str, known: Collection[str]) -> int:
    """The place of a name in a table of styles; what it does not list comes last."""
    return list(known).index(name) if name in known else len(known)


def draw_marks(axes: Axes, marks: tuple[Markers, ...]) -> list[Artist]:
    """Draw places that the configuration names, as white symbols; return handles for the legend."""
    handles: list[Artist] = []
    for k, mark in enumerate(marks):
        look: Look = {
            "linestyle": "", "marker": "s^Dvo"[k % 5], "markersize": 4.5, "markerfacecolor": "white",
            "markeredgecolor": colours.INK, "markeredgewidth": 0.9,
        }  # fmt: skip
        axes.plot(mark.points[:, 0], mark.points[:, 1], zorder=5, clip_on=False, gid=f"mark-{k}", **look)
        handles.append(Line2D([], [], label=mark.description, **look))
    return handles


def draw_markers(axes: Axes, markers: tuple[Markers, ...]) -> list[Artist]:
    """Draw special points (tricritical ones) as open symbols; return handles for the legend."""
    handles: list[Artist] = []
    for k, kind in enumerate(sorted(markers, key=lambda one: rank(one.name, MARKER_STYLES))):
        shape, words = MARKER_STYLES.get(kind.name, ("sDP"[k % 3], kind.description))
        look: Look = {
            "linestyle": "", "marker": shape, "markersize": 7.5 if shape == "*" else 4.2,
            "markerfacecolor": "#ffd92f", "markeredgecolor": colours.INK, "markeredgewidth": 0.8,
        }  # fmt: skip
        if len(kind.points):
            axes.plot(kind.points[:, 0], kind.points[:, 1], zorder=5, clip_on=False, gid=f"marker-{kind.name}", **look)
            handles.append(Line2D([], [], label=words, **look))
    return handles
