"""Critical surfaces in three parameters: triangle meshes and lines in a box, and simulated points among them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LightSource, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.mplot3d.art3d import Line3DCollection, Poly3DCollection
from numpy.typing import NDArray

from phasemap.dataset import Result
from phasemap.errors import PhasemapError
from phasemap.figures.kinds.boxes.checks3d import draw_bar_of_checks, draw_checks_on_stems, scale_of_checks
from phasemap.figures.kinds.maps.checks import draw_agreement
from phasemap.figures.layout.critical_lines import LINE_STYLES, MARKER_STYLES, rank
from phasemap.figures.layout.ticks import add_legend, in_lines
from phasemap.figures.scenes.scene import join_label
from phasemap.figures.scenes.stage import checked_quantity, checks_of
from phasemap.figures.style.look import points, wishes
from phasemap.figures.style.page import WIDTHS, new_figure, style
from phasemap.model.results import CriticalSurface, Region
from phasemap.numerics.enclosures import on_borders

Array = NDArray[np.float64]

VIEW = (24.0, -58.0)
_FACES: dict[str, str] = {
    "zero_instability": "#66a9d9",
    "static_fold": "#ee6677",
    "dynamic_fold": "#aa3377",
    "marginal_boundary": "#228833",
    "static_gain_one": "#ccbb44",
    "marginally_stable": "#44bb99",
}
# Surfaces that are the borders of regions.
_BORDERS = ("pinning_limit", "marginal_boundary")
_OTHER_FACES = ("#66ccee", "#bbbbbb", "#4477aa")
_EDGES: dict[str, tuple[str, Any]] = {
    "static_tricritical": ("#000000", "solid"),
    "dynamic_tricritical": ("#000000", (0, (3, 1.5))),
}
# Slivers (ends of surfaces that coincide with others) cannot be seen and do not belong in the legend.
_SMALLEST_AREA = 2e-3
# What stands behind a sheet shines through it.
_SHEET_ALPHA = 0.62


def draw_surfaces(
    result: Result, width: str | None = None, view: tuple[float, float] | None = None, title: str = ""
) -> Figure:
    """All critical surfaces of a result over three axes, seen from (elevation, azimuth) in degrees.

    Networks at the check points stand among them, and beside them in the wide form ("double"), which is the default
    where there are any.

    Raises:
        PhasemapError: the result holds none in these three parameters.
    """
    chosen = [
        s
        for s in (*result.surfaces.values(), *_borders_of(result))
        if set(result.axis_names) <= set(s.columns) and len(s.vertices)
    ]
    if not chosen:
        raise PhasemapError(
            "The result has three axes and no critical surface in them: draw a section with "
            f"--slice {result.axis_names[2]}={result.axes[2].values[len(result.axes[2]) // 2]:g}."
        )
    chosen.sort(key=lambda surface: rank(surface.name, [*LINE_STYLES, *MARKER_STYLES]))
    quantity = checked_quantity(result)
    checks = None if quantity is None else checks_of(result, quantity)
    width = width or ("single" if checks is None else "double")
    with style():
        figure = new_figure(width, 0.86 * min(WIDTHS[width], 4.6))
        axes, side = _panels(figure, wide=width == "double" and checks is not None)
        handles = _draw_meshes(axes, [s for s in chosen if len(s.triangles)], result)
        handles += [_draw_line(axes, surface, result) for surface in chosen if not len(surface.triangles)]
        _dress(axes, result, view or wishes().view or VIEW, title, zoom=0.97 if len(side) else 0.92)
        if checks is not None and quantity is not None:
            scale = scale_of_checks(quantity, checks)
            handles += draw_checks_on_stems(axes, checks, scale)
            draw_bar_of_checks(axes, checks, scale)
            if len(side):
                draw_agreement(side, checks, scale)
        add_legend(figure, handles)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    return figure


def _borders_of(result: Result) -> list[CriticalSurface]:
    """The sheets at which regions of a box end, but for its faces, where no surface draws them already."""
    if any(name in result.surfaces for name in _BORDERS):
        return []
    ends = [axis.values[np.isfinite(axis.values)] for axis in result.axes]
    return [
        replace(region, triangles=region.triangles[~on_borders(_points(region, result), region.triangles, ends)])
        for region in result.regions.values()
        if len(region.triangles) and set(result.axis_names) <= set(region.columns)
    ]


def _panels(figure: Figure, *, wide: bool) -> tuple[Any, Sequence[Axes]]:
    """The box, and the two panels beside it where there is room for them."""
    if not wide:
        return figure.add_subplot(projection="3d", computed_zorder=False), ()
    left, right = figure.subfigures(1, 2, width_ratios=[1.7, 1.0], squeeze=False)[0]
    box = left.add_subplot(projection="3d", computed_zorder=False)
    return box, right.subplots(2, 1, sharex=True, height_ratios=[1.5, 1.0])


def _dress(axes: Any, result: Result, view: tuple[float, float], title: str, zoom: float) -> None:
    """Labels, limits and the way in which the box is seen."""
    small = axes.figure.bbox.width / axes.figure.dpi < WIDTHS["double"] / 2  # as half a page: labels on two lines
    for setter, axis in zip((axes.set_xlabel, axes.set_ylabel, axes.set_zlabel), result.axes, strict=True):
        words = join_label(axis.description, axis.symbol or axis.name, axis.units)
        setter(in_lines(words, 1 + small), fontsize=points(7.0 if small else 7.5), labelpad=2.0 if small else -1.0)
    axes.zaxis.set_rotate_label(False)
    axes.zaxis.label.set_rotation(90.0)
    limits = [(float(axis.values[0]), float(axis.values[-1])) for axis in result.axes]
    axes.set(xlim=limits[0], ylim=limits[1], zlim=limits[2])
    axes.view_init(*view)
    axes.set_box_aspect((1.0, 1.0, 0.85), zoom=zoom)
    axes.tick_params(pad=-1.0)
    for drawn in (axes.xaxis, axes.yaxis, axes.zaxis):
        drawn.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    if title:
        axes.set_title(title, fontsize=points(7.5))


def _points(surface: CriticalSurface, result: Result) -> Array:
    """(n_vertices, 3) coordinates along the axes."""
    return surface.vertices[:, [surface.columns.index(name) for name in result.axis_names]]


def _scaled(points: Array, result: Result) -> Array:
    """Points in a box of unit size."""
    low, high = (np.array([float(axis.values[k]) for axis in result.axes]) for k in (0, -1))
    scaled: Array = (points - low) / (high - low)
    return scaled


def _draw_meshes(axes: Any, surfaces: list[CriticalSurface], result: Result) -> list[Artist]:
    """All meshes as one collection, so that every triangle stands before or behind those of the others."""
    handles: list[Artist] = []
    corners, shades = [], []
    spare = iter(_OTHER_FACES * len(surfaces))
    for surface in surfaces:
        triangles = _points(surface, result)[surface.triangles]
        scaled = _scaled(triangles, result)
        normal = np.cross(scaled[:, 1] - scaled[:, 0], scaled[:, 2] - scaled[:, 0])
        if 0.5 * np.linalg.norm(normal, axis=1).sum() < _SMALLEST_AREA:
            continue
        colour = _FACES.get(surface.name) or next(spare)
        corners.append(triangles)
        shades.append(_shades(normal, colour))
        words = LINE_STYLES[surface.name].words if surface.name in LINE_STYLES else surface.name.replace("_", " ")
        if isinstance(surface, Region):
            words = f"border of the {words} region"
        handles.append(Patch(facecolor=colour, alpha=_SHEET_ALPHA, label=words))
    if corners:
        colours = np.concatenate(shades)
        # Without edges and without smoothing: where triangles overlap by a hair, lines would shine through.
        mesh = Poly3DCollection(
            np.concatenate(corners), facecolors=colours, linewidths=0.0, antialiaseds=False, gid="mesh", zorder=1
        )
        mesh.set_rasterized(True)
        axes.add_collection3d(mesh)
    return handles


def _shades(normal: Array, colour: str) -> Array:
    """(n, 4) one colour per triangle, lit from one side, and translucent: a flat colour shows no shape."""
    unit = normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-300)
    shade = 0.62 + 0.38 * np.abs(unit @ LightSource(azdeg=225, altdeg=40).direction)
    shaded: Array = np.clip(np.array(to_rgb(colour))[None] * shade[:, None], 0.0, 1.0)
    return np.concatenate([shaded, np.full((len(shaded), 1), _SHEET_ALPHA)], axis=1)


def _draw_line(axes: Any, surface: CriticalSurface, result: Result) -> Artist:
    """A line, in front of all meshes: it lies in one of them and would flicker through it."""
    points = _points(surface, result)
    pieces = [points[a:b] for a, b in zip(surface.offsets[:-1], surface.offsets[1:], strict=True)]
    colour, dashes = _EDGES.get(surface.name, ("#00523f", (0, (1, 1))))
    axes.add_collection3d(
        Line3DCollection(
            pieces, colors=colour, linestyles=[dashes], linewidths=1.3, gid=f"line-{surface.name}", zorder=2
        )
    )
    words = MARKER_STYLES[surface.name][1].replace(" point", " line") if surface.name in MARKER_STYLES else surface.name
    return Line2D([], [], color=colour, linestyle=dashes, linewidth=1.3, label=words.replace("_", " "))
