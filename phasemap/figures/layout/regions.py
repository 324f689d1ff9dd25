"""Names of the phases, written inside their regions, or numbers that the legend explains where they do not fit."""

from dataclasses import dataclass
from itertools import pairwise

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.lines import Line2D
from matplotlib.text import Text
from numpy.typing import NDArray
from scipy import ndimage

from phasemap.figures.layout.placement import Mask, components, fit_turned, pole
from phasemap.figures.scenes.scene import Axis, Line
from phasemap.figures.style import colours
from phasemap.figures.style.look import points
from phasemap.figures.style.page import Look

_HALO = [effects.withStroke(linewidth=2.2, foreground="white", alpha=0.85)]
_MARGIN = 2.5
_SIZES = (8.0, 7.0)
# A region must hold a dot of this radius (points) to have a number at all.
_SMALLEST_RADIUS = 1.6


@dataclass(frozen=True)
class Obstacles:
    """What names must not cover: lines, and (n, 2) places of markers of any kind."""

    lines: tuple[Line, ...] = ()
    points: tuple[NDArray[np.float64], ...] = ()


@dataclass(frozen=True)
class _Page:
    """The axes as a raster of typographic points."""

    axes: Axes
    renderer: RendererAgg
    codes: NDArray[np.uint8]
    obstacles: Mask

    @property
    def scale(self) -> float:
        """Typographic points per pixel."""
        return 72.0 / self.axes.figure.dpi

    def size_of(self, words: str, size: float) -> tuple[float, float]:
        """Width and height of some text, in points."""
        text = Text(0, 0, words, fontsize=points(size), linespacing=1.05)
        text.set_figure(self.axes.figure)
        extent = text.get_window_extent(self.renderer)
        return extent.width * self.scale, extent.height * self.scale

    def fraction(self, x: float, y: float) -> tuple[float, float]:
        """Axes coordinates of a raster position."""
        rows, columns = self.codes.shape
        return x / columns, y / rows


def name_regions(
    axes: Axes,
    x: Axis,
    y: Axis,
    phases: NDArray[np.uint8],
    names: dict[int, str],
    obstacles: Obstacles,
    keyed: tuple[str, ...] = (),
) -> tuple[list[Text], tuple[str, ...]]:
    """Write the name of every phase into each of its regions; the figure's layout must be settled.

    Names go where they cover no line, marker or check point, turned where a region is narrow, and never into the region
    of another phase. One that fits nowhere gets a number, whose meaning the legend tells (`key_handles`); one that is
    hardly visible gets none. Returns what is written, and the names that have numbers: first those of `keyed`.
    """
    page = _page(axes, x, y, phases, obstacles)
    texts: list[Text] = []
    numbered = list(keyed)
    for code in sorted(names, key=lambda c: -int((page.codes == c).sum())):
        regions = components(page.codes, code, smallest=8)
        inside = [] if names[code] in keyed else [_write_inside(page, names[code], region) for region in regions]
        written = [text for text in inside if text is not None]
        if not written and regions and pole(regions[0])[2] >= _SMALLEST_RADIUS:
            numbered += [names[code]] if names[code] not in numbered else []
            written = [_write_number(page, numbered.index(names[code]) + 1, regions[0])]
        texts += written
    return texts, tuple(numbered)


def key_handles(keyed: tuple[str, ...]) -> list[Line2D]:
    """What the numbers in narrow regions mean, for the legend."""
    return [
        Line2D(
            [],
            [],
            linestyle="",
            marker=f"${number}$",
            markersize=5,
            markeredgewidth=0.0,
            color=colours.INK,
            label=words,
        )
        for number, words in enumerate(keyed, start=1)
    ]


def _page(axes: Axes, x: Axis, y: Axis, phases: NDArray[np.uint8], obstacles: Obstacles) -> _Page:
    figure = axes.get_figure(root=True)
    assert figure is not None
    extent = axes.get_window_extent()
    scale = 72.0 / figure.dpi
    rows, columns = max(int(extent.height * scale), 2), max(int(extent.width * scale), 2)
    to_data = axes.transAxes + axes.transData.inverted()
    i, j = (np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5) / rows
    u = to_data.transform(np.column_stack([i, np.full(columns, 0.5)]))[:, 0]
    v = to_data.transform(np.column_stack([np.full(rows, 0.5), j]))[:, 1]
    column = np.clip(np.searchsorted(x.edges, u) - 1, 0, len(x.values) - 1)
    row = np.clip(np.searchsorted(y.edges, v) - 1, 0, len(y.values) - 1)
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    return _Page(axes, renderer, phases[np.ix_(row, column)], _raster(axes, (rows, columns), obstacles))


def _raster(axes: Axes, shape: tuple[int, int], obstacles: Obstacles) -> Mask:
    """Where on the page no name may stand."""
    to_axes = axes.transData + axes.transAxes.inverted()
    mask = np.zeros(shape, dtype=bool)
    rows, columns = shape

    def to_raster(points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places in the data as columns and rows of the raster."""
        return to_axes.transform(points) * (columns, rows)

    for line in obstacles.lines:
        for piece in line.pieces:
            _paint_dots(mask, _dense(to_raster(piece)))
    mask = ndimage.binary_dilation(mask, iterations=2)
    dots = np.zeros(shape, dtype=bool)
    for places in obstacles.points:
        _paint_dots(dots, to_raster(places))
    near: Mask = ndimage.distance_transform_edt(~dots) <= 6.0 if dots.any() else dots
    return mask | near


def _dense(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The polyline sampled at least every half point."""
    pieces = []
    for a, b in pairwise(points):
        n = int(min(2 * np.hypot(*(b - a)) + 2, 4000))
        pieces.append(np.linspace(a, b, n))
    return np.concatenate(pieces) if pieces else points


def _paint_dots(mask: Mask, points: NDArray[np.float64]) -> None:
    points = points[np.isfinite(points).all(axis=1)]
    i, j = np.floor(points[:, 0]).astype(int), np.floor(points[:, 1]).astype(int)
    inside = (i >= 0) & (j >= 0) & (i < mask.shape[1]) & (j < mask.shape[0])
    mask[j[inside], i[inside]] = True


def _write_inside(page: _Page, words: str, region: Mask) -> Text | None:
    """The name on one line or two, upright before turned, large before small; None where it fits nowhere."""
    free = region & ~page.obstacles
    for angle in (0.0, 90.0, _slope(region)):
        for size in _SIZES:
            for layout in _layouts(words):
                width, height = page.size_of(layout, size)
                box = fit_turned(free, width + 2 * _MARGIN, height + 2 * _MARGIN, angle)
                if box is not None:
                    return _write(page, layout, size, (box.x, box.y), angle)
    return None


def _slope(region: Mask) -> float:
    """Angle of the longest direction of a region, in degrees, so that text along it is read from the left."""
    places = np.argwhere(region)[:, ::-1].astype(float)
    longest = np.linalg.eigh(np.cov(places.T) + 1e-9 * np.eye(2))[1][:, -1]
    return float((np.degrees(np.arctan2(longest[1], longest[0])) + 90.0) % 180.0 - 90.0)


def _write_number(page: _Page, number: int, region: Mask) -> Text:
    """A number where it covers nothing, else in the widest place of its region between the lines."""
    width, height = page.size_of(str(number), _SIZES[-1])
    free = region & ~page.obstacles
    box = fit_turned(free, width + 1.0, height, 0.0)
    place = pole(free if free.any() else region)[:2] if box is None else (box.x, box.y)
    return _write(page, str(number), _SIZES[-1], place)


def _layouts(words: str) -> list[str]:
    """The words on one line, and broken into two at every place that allows it."""
    head, found, tail = words.partition(" (")
    if found:
        return [words, f"{head}\n({tail}"]
    layouts = [words]
    for mark in (" ", "-"):
        head, found, tail = words.rpartition(mark)
        if found:
            layouts.append(head + mark.strip() + "\n" + tail)
    return layouts


def _write(page: _Page, words: str, size: float, place: tuple[float, float], angle: float = 0.0) -> Text:
    look: Look = {
        "fontsize": points(size), "color": colours.INK, "ha": "center", "va": "center", "linespacing": 1.05,
        "path_effects": _HALO, "zorder": 6, "gid": "region-name", "rotation": angle, "rotation_mode": "anchor",
    }  # fmt: skip
    return page.axes.text(*page.fraction(*place), words, transform=page.axes.transAxes, **look)
