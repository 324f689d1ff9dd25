"""Eigenvalues in the complex plane: sampled ones as a cloud, the theory's boundary and density over and under it."""

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from phasemap.figures.layout.ticks import add_legend
from phasemap.figures.style import colours
from phasemap.figures.style.look import points
from phasemap.figures.style.page import WIDTHS, Look, new_figure, style

Array = NDArray[np.float64]

_BOUNDARY = "#d55e00"


@dataclass(frozen=True)
class EigenvalueScene:
    """One spectrum.

    eigenvalues: complex, of all sampled matrices together.
    boundary:    closed curves (n, 2), real and imaginary part, around the theory's support.
    edge:        the largest real part of the support, marked on the real axis; None for no mark.
    density:     (x, y, values of shape (len(y), len(x))) of the theory, per unit area; None for no map.
    atoms:       (position, fraction of all eigenvalues) of those that share one point of the real axis.
    """

    eigenvalues: NDArray[np.complex128]
    boundary: tuple[Array, ...] = ()
    edge: float | None = None
    density: tuple[Array, Array, Array] | None = None
    atoms: tuple[tuple[float, float], ...] = ()
    title: str = ""
    samples: str = "eigenvalues of networks"


def draw_eigenvalues(scenes: list[EigenvalueScene], columns: int = 1, width: str = "single") -> Figure:
    """One panel per spectrum, all on the same scale, which is equal in both directions."""
    rows = -(-len(scenes) // columns)
    limits = _limits(scenes)
    with style():
        aspect = (limits[3] - limits[2]) / (limits[1] - limits[0])
        panel = WIDTHS[width] / columns
        figure = new_figure(width, float(np.clip(aspect * panel * 0.85, 0.5 * panel, 1.6 * panel)) * rows + 0.3)
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        handles: dict[str, Artist] = {}
        for axes, scene in zip(grid.ravel(), scenes, strict=False):
            handles |= {str(handle.get_label()): handle for handle in _draw_panel(axes, scene)}
            axes.set(xlim=limits[:2], ylim=limits[2:], aspect="equal")
        for axes in grid.ravel()[len(scenes) :]:
            axes.set_visible(False)
        for axes in grid[-1]:
            axes.set_xlabel(r"Re $\lambda$ (1/membrane time)")
        for axes in grid[:, 0]:
            axes.set_ylabel(r"Im $\lambda$")
        add_legend(figure, list(handles.values()))
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    return figure


def _draw_panel(axes: Axes, scene: EigenvalueScene) -> list[Artist]:
    handles: list[Artist] = []
    if scene.density is not None:
        x, y, value = scene.density
        axes.pcolormesh(x, y, value, cmap=colours.sequential(), shading="nearest", rasterized=True, zorder=0, alpha=0.6)
    values = scene.eigenvalues
    if len(values):
        size = float(np.clip(100.0 / np.sqrt(len(values)), 1.8, 4.5))
        # Thousands of dots as one image: as vectors they would make the file slow to show.
        axes.plot(
            values.real, values.imag, ".", color="#33568f", markersize=size, markeredgewidth=0,
            alpha=0.55, rasterized=len(values) > 2000, zorder=1, gid="eigenvalues",
        )  # fmt: skip
        handles.append(Line2D([], [], linestyle="", marker=".", color="#33568f", markersize=4, label=scene.samples))
    for curve in scene.boundary:
        axes.plot(curve[:, 0], curve[:, 1], color=_BOUNDARY, linewidth=1.3, zorder=3, gid="boundary")
    if scene.boundary:
        handles.append(Line2D([], [], color=_BOUNDARY, linewidth=1.3, label="boundary of the support, theory"))
    axes.axvline(0.0, color="#8a8a8a", linewidth=0.6, zorder=0.5)
    if scene.edge is not None:
        axes.plot([scene.edge], [0.0], "|", color=colours.INK, markersize=8, markeredgewidth=1.2, zorder=4, gid="edge")
        handles.append(
            Line2D([], [], linestyle="", marker="|", color=colours.INK, markersize=7, label="leading edge, theory")
        )
    if scene.atoms:
        look: Look = {"color": "#7a0177", "markersize": 6, "markeredgewidth": 1.1}
        axes.plot([at for at, _ in scene.atoms], [0.0] * len(scene.atoms), "x", zorder=4, gid="atoms", **look)
        handles.append(Line2D([], [], linestyle="", marker="x", label=_words_of(scene.atoms), **look))
    if scene.title:
        axes.set_title(scene.title, fontsize=points(7.5))
    return handles


def _words_of(atoms: tuple[tuple[float, float], ...]) -> str:
    """All atoms of a spectrum in a legend: 'atom at -1, 33 % of all eigenvalues'."""
    places = sorted({round(at, 4) for at, _ in atoms})
    share = f"{100.0 * sum(weight for _, weight in atoms):.0f} % of all eigenvalues"
    return f"atom{'s'[: len(places) > 1]} at {', '.join(f'{at:g}' for at in places)}, {share}".replace(
        "-", "\N{MINUS SIGN}"
    )


def _limits(scenes: list[EigenvalueScene]) -> tuple[float, float, float, float]:
    """A box around everything with zero and some air in it; an atom far away, of a fast gate, may lie outside."""
    points = [np.zeros((1, 2))]
    for scene in scenes:
        points.append(np.column_stack([scene.eigenvalues.real, scene.eigenvalues.imag]))
        points += [curve[:, :2] for curve in scene.boundary]
    everything = np.concatenate(points)
    low, high = everything.min(axis=0), everything.max(axis=0)
    near = [at for scene in scenes for at, _ in scene.atoms if low[0] - at < 0.5 * (high[0] - low[0])]
    low[0] = min([low[0], *near])
    pad = 0.05 * np.maximum(high - low, 1e-3)
    return float(low[0] - pad[0]), float(high[0] + pad[0]), float(low[1] - pad[1]), float(high[1] + pad[1])
