"""Critical surfaces in three parameters: triangle meshes and lines in a box."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import LightSource, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.mplot3d.art3d import Line3DCollection, Poly3DCollection

from phasemap.errors import PhasemapError
from phasemap.figures.critical_lines import line_style
from phasemap.figures.layout import add_legend
from phasemap.figures.style import WIDTHS, new_figure, style
from phasemap.model.results import CriticalSurface
from phasemap.storage import Result

VIEW = (24.0, -58.0)
_FACES = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377")


def draw_surfaces(result: Result, width: str = "single", view: tuple[float, float] = VIEW) -> Figure:
    """All critical surfaces of a result over three axes, seen from (elevation, azimuth) in degrees.

    Raises:
        PhasemapError: the result holds none in these three parameters.
    """
    chosen = [s for s in result.surfaces.values() if set(result.axis_names) <= set(s.columns) and len(s.vertices)]
    if not chosen:
        raise PhasemapError(
            "The result has three axes and no critical surface in them: draw a section with "
            f"--slice {result.axis_names[2]}={result.axes[2].values[len(result.axes[2]) // 2]:g}."
        )
    with style():
        figure = new_figure(width, 0.86 * min(WIDTHS[width], 5.0))
        axes = figure.add_subplot(projection="3d")
        handles: list[Artist] = []
        for k, surface in enumerate(chosen):
            one = _draw_mesh if len(surface.triangles) else _draw_lines
            handles.append(one(axes, surface, result, k))
        for setter, axis in zip((axes.set_xlabel, axes.set_ylabel, axes.set_zlabel), result.axes, strict=True):
            setter(axis.symbol or axis.name)
        limits = [(float(axis.values[0]), float(axis.values[-1])) for axis in result.axes]
        axes.set(xlim=limits[0], ylim=limits[1], zlim=limits[2])
        axes.view_init(*view)
        axes.set_box_aspect((1.0, 1.0, 0.85), zoom=0.92)
        axes.tick_params(pad=-1.0)
        for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
            axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        add_legend(figure, handles)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    return figure


def _points(surface: CriticalSurface, result: Result) -> np.ndarray:
    return surface.vertices[:, [surface.columns.index(name) for name in result.axis_names]]


def _words(surface: CriticalSurface, order: int) -> str:
    return line_style(surface.name, order).words or surface.name.replace("_", " ")


def _draw_mesh(axes: object, surface: CriticalSurface, result: Result, order: int) -> Artist:
    colour = _FACES[order % len(_FACES)]
    corners = _points(surface, result)[surface.triangles]
    mesh = Poly3DCollection(
        corners, facecolors=_shades(corners, result, colour), edgecolors="none", linewidths=0.0, alpha=0.75,
        gid=f"mesh-{surface.name}", antialiased=False,
    )  # fmt: skip
    mesh.set_rasterized(True)
    axes.add_collection3d(mesh)  # type: ignore[attr-defined]
    return Patch(facecolor=colour, alpha=0.75, label=_words(surface, order))


def _shades(corners: np.ndarray, result: Result, colour: str) -> np.ndarray:
    """One colour per triangle, lit from one side, in a box scaled to a cube: a flat colour shows no shape."""
    extent = np.array([axis.values[-1] - axis.values[0] for axis in result.axes])
    scaled = corners / extent
    normal = np.cross(scaled[:, 1] - scaled[:, 0], scaled[:, 2] - scaled[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-300)
    light = LightSource(azdeg=225, altdeg=40).direction
    shade = 0.62 + 0.38 * np.abs(normal @ light)
    shaded: np.ndarray = np.clip(np.array(to_rgb(colour))[None] * shade[:, None], 0.0, 1.0)
    return shaded


def _draw_lines(axes: object, surface: CriticalSurface, result: Result, order: int) -> Artist:
    points = _points(surface, result)
    pieces = [points[a:b] for a, b in zip(surface.offsets[:-1], surface.offsets[1:], strict=True)]
    look = line_style(surface.name, order)
    lines = Line3DCollection(
        pieces, colors=look.colour, linestyles=[look.dashes], linewidths=1.4, gid=f"line-{surface.name}"
    )
    axes.add_collection3d(lines)  # type: ignore[attr-defined]
    return Line2D([], [], color=look.colour, linestyle=look.dashes, linewidth=1.4, label=_words(surface, order))
