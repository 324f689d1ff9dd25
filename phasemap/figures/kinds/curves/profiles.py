"""Quantities along a dimension of their own: correlations over the lag, Lyapunov spectra over the index."""

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from phasemap.figures.layout.ticks import add_legend, fit_label, fit_labels, set_ticks
from phasemap.figures.scenes.scene import Axis, Layer
from phasemap.figures.style import colours
from phasemap.figures.style.look import points
from phasemap.figures.style.page import WIDTHS, Look, new_figure, style
from phasemap.model.status import Status

# More curves than these are told apart by the colour of a scale instead of a legend.
_MOST_NAMED = 6
# Share of its range below which a curve no longer moves.
_FLAT = 1e-3
# Relative range that is nothing but rounding.
_ROUNDING = 1e-9
# Dots of a simulated network along a curve.
_DOTS = 16
_FEW_DOUBTFUL = 4
_DOT: Look = {"linestyle": "", "marker": "o", "markersize": 2.8, "markerfacecolor": "white", "markeredgewidth": 0.7}


@dataclass(frozen=True)
class NetworkCurve:
    """What simulated networks give for a curve: places, values and errors (n,), and how the simulation is named."""

    x: NDArray[np.float64]
    value: NDArray[np.float64]
    error: NDArray[np.float64]
    name: str


@dataclass(frozen=True)
class ProfileScene:
    """Curves over one axis.

    layers: one per curve, each over `x`; names: what tells the curves apart.
    family: the axis along which the curves lie, with one value per curve; None for unrelated ones.
    networks: the same from simulated networks, one for each curve or None; empty if there are none at all.
    """

    x: Axis
    layers: tuple[Layer, ...]
    names: tuple[str, ...]
    family: Axis | None = None
    title: str = ""
    fingerprint: str = ""
    networks: tuple[NetworkCurve | None, ...] = ()


def draw_profiles(scene: ProfileScene, width: str = "single") -> Figure:
    """Draw the curves, with their errors as bands, at a preset column width."""
    with style():
        figure = new_figure(width, 0.64 * min(WIDTHS[width], 4.6))
        axes = figure.subplots()
        scaled = scene.family is not None and len(scene.layers) > _MOST_NAMED
        hues = _colours_of_family(scene.family) if scaled and scene.family is not None else None
        handles: list[Artist] = []
        for k, (layer, name) in enumerate(zip(scene.layers, scene.names, strict=True)):
            look: Look = {**colours.line_look(name, k), "linewidth": 1.2}
            if hues is not None and scene.family is not None:
                look = {"color": hues.to_rgba(scene.family.values[k]), "linestyle": "solid", "linewidth": 1.0}
            handles += _draw_curve(axes, scene.x, layer, "" if scaled else name, look)
            _draw_network(axes, scene, k, look)
        if scene.x.log:
            axes.set_xscale("log")
        _finish(axes, scene)
        if hues is not None and scene.family is not None:
            bar = figure.colorbar(hues, ax=axes, pad=0.02, aspect=25)
            bar.set_label(scene.family.label)
        handles += _draw_doubtful(axes, scene) + _network_handles(scene)
        add_legend(figure, [handle for handle in handles if handle.get_label()])
        fit_labels(figure, axes, scene.x, scene.layers[0])
        if hues is not None and scene.family is not None:
            fit_label(figure, axes, bar.ax.yaxis, scene.family)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    return figure


def _draw_curve(axes: Axes, x: Axis, layer: Layer, name: str, look: Look) -> list[Artist]:
    if not layer.shown.any():
        return []
    value = np.where(layer.shown, layer.value.astype(float), np.nan)
    marker = "." if int(layer.shown.sum()) <= 30 else ""
    axes.plot(x.values, value, marker=marker, markersize=3, gid="profile", zorder=2, **look)
    if layer.error is not None and np.isfinite(layer.error[layer.shown]).any():
        error = np.where(np.isfinite(layer.error), layer.error, 0.0)
        axes.fill_between(
            x.values, value - error, value + error, color=look["color"], alpha=0.25, linewidth=0, gid="profile-band"
        )
    return [Line2D([], [], label=name, marker=marker, markersize=3, **look)]


def _draw_network(axes: Axes, scene: ProfileScene, k: int, look: Look) -> None:
    """The network's function as dots on the curve, a few in every decade or along the axis."""
    curve = scene.networks[k] if scene.networks else None
    if curve is None:
        return
    low, high = scene.x.values[0], scene.x.values[-1]
    inside = np.flatnonzero((curve.x >= low) & (curve.x <= high))
    if not inside.size:
        return
    ends = curve.x[inside[0]], curve.x[inside[-1]]
    wanted = np.geomspace(*ends, _DOTS) if scene.x.log else np.linspace(*ends, _DOTS)
    chosen = np.unique(inside[np.abs(curve.x[inside] - wanted[:, None]).argmin(axis=1)])
    axes.errorbar(
        curve.x[chosen], curve.value[chosen], yerr=curve.error[chosen], color=look["color"], zorder=3, gid="network",
        elinewidth=0.7, capsize=1.2, **_DOT,
    )  # fmt: skip


def _network_handles(scene: ProfileScene) -> list[Artist]:
    names = dict.fromkeys(curve.name for curve in scene.networks if curve is not None)
    return [Line2D([], [], color=colours.INK, label=name, **_DOT) for name in names]


def _doubtful(layer: Layer) -> NDArray[np.bool_]:
    """Where there is a number that has not converged."""
    return np.asarray((layer.status == Status.NOT_CONVERGED) & np.isfinite(layer.value))


def _draw_doubtful(axes: Axes, scene: ProfileScene) -> list[Artist]:
    """Numbers that have not converged, thin and grey: seen, but not taken for results."""
    look: Look = {"color": "#8a8a8a", "linestyle": "solid", "linewidth": 0.7}
    lone: Look = {"color": "#8a8a8a", "linestyle": "", "marker": "o", "markersize": 2.8, "markerfacecolor": "none"}
    doubtful = [_doubtful(layer) for layer in scene.layers]
    for layer, where in zip(scene.layers, doubtful, strict=True):
        if where.any():
            value = np.where(where, layer.value.astype(float), np.nan)
            few = where.sum() < _FEW_DOUBTFUL  # points between gaps make no line
            axes.plot(scene.x.values, value, gid="profile-doubtful", zorder=1.5, **(lone if few else look))
    count = max(int(where.sum()) for where in doubtful)
    return [Line2D([], [], label="not converged", **(lone if count < _FEW_DOUBTFUL else look))] if count else []


def _finish(axes: Axes, scene: ProfileScene) -> None:
    drawn = [layer.shown | _doubtful(layer) for layer in scene.layers]
    shown = [layer.value[where] for layer, where in zip(scene.layers, drawn, strict=True) if where.any()]
    if shown:
        low, high = min(float(v.min()) for v in shown), max(float(v.max()) for v in shown)
        if low < 0 < high:
            axes.axhline(0.0, color="#8a8a8a", linewidth=0.6, zorder=0.5)
        _keep_rounding_small(axes, low, high)
    else:
        axes.text(0.5, 0.5, "no value", transform=axes.transAxes, ha="center", va="center")
    axes.set(xlabel=scene.x.label, ylabel=scene.layers[0].label)
    # Places that no curve reaches are left out: a spectrum ends with the exponents that exist.
    reached = np.flatnonzero(np.any(drawn, axis=0))
    if reached.size > 1:
        last = _end_of_motion(scene, drawn) if scene.x.log else reached[-1]
        axes.set_xlim(scene.x.values[reached[0]], scene.x.values[last])
    set_ticks(axes.xaxis, scene.x)
    if scene.title:
        axes.set_title(scene.title, fontsize=points(7.5))


def _keep_rounding_small(axes: Axes, low: float, high: float) -> None:
    """Curves that are constant up to rounding get a scale on which they look so."""
    size = max(abs(low), abs(high))
    if high - low < _ROUNDING * size:
        axes.set_ylim(low - 0.2 * size, high + 0.2 * size)


def _end_of_motion(scene: ProfileScene, drawn: list[NDArray[np.bool_]]) -> int:
    """A place or two beyond the last one at which a curve differs from its final value: then nothing is to be seen."""
    ends = []
    for layer, where in zip(scene.layers, drawn, strict=True):
        known = np.flatnonzero(where)
        values = layer.value[known].astype(float)
        moving = np.flatnonzero(np.abs(values - values[-1:]) > _FLAT * np.ptp(values)) if known.size else known
        if moving.size:
            ends.append(int(known[min(moving[-1] + 2, known.size - 1)]))
    return max(ends, default=len(scene.x.values) - 1)


def _colours_of_family(family: Axis) -> ScalarMappable:
    low, high = float(family.values[0]), float(family.values[-1])
    norm = LogNorm(low, high) if family.log else Normalize(low, high)
    return ScalarMappable(norm, colours.of_lines())
