"""Names of the phases, written inside their regions, or beside them with a leader where they do not fit."""

from dataclasses import dataclass
from itertools import pairwise

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.text import Text
from numpy.typing import NDArray
from scipy import ndimage

from phasemap.figures.layout.placement import Box, Mask, Segment, components, fit_inside, fit_near, pole
from phasemap.figures.scenes.scene import Axis, Checks, Line, Markers
from phasemap.figures.style import colours
from phasemap.figures.style.look import points
from phasemap.figures.style.page import Look

_HALO = [effects.withStroke(linewidth=2.2, foreground="white", alpha=0.85)]
_MARGIN = 2.5
_SIZES = (8.0, 7.0)
# A region must hold a dot of this radius (points) to be named at all.
_SMALLEST_RADIUS = 1.6


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
    lines: tuple[Line, ...] = (),
    markers: tuple[Markers, ...] = (),
    checks: Checks | None = None,
) -> list[Text]:
    """Write the name of every phase into each of its regions; the figure's layout must be settled.

    Names go where they cover no line, marker or check point. A region that is too narrow gets its name beside it,
    with a leader; one that is hardly visible gets none.
    """
    page = _page(axes, x, y, phases, lines, markers, checks)
    taken: list[Box] = []
    texts: list[Text] = []
    without_room: list[tuple[str, Mask]] = []
    named: set[int] = set()
    for code in sorted(names, key=lambda c: -int((page.codes == c).sum())):
        for region in components(page.codes, code, smallest=8):
            written = _write_inside(page, names[code], region, taken)
            if written is not None:
                texts.append(written)
                named.add(code)
            elif code not in named:
                # A fragment of a phase that is named already needs no leader.
                without_room.append((names[code], region))
                named.add(code)
    leaders: list[Segment] = []
    for words, region in without_room:
        written = _write_beside(page, words, region, taken, leaders)
        if written is not None:
            texts.append(written)
    return texts


def _page(
    axes: Axes,
    x: Axis,
    y: Axis,
    phases: NDArray[np.uint8],
    lines: tuple[Line, ...],
    markers: tuple[Markers, ...],
    checks: Checks | None,
) -> _Page:
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
    obstacles = _obstacles(axes, (rows, columns), lines, markers, checks)
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    return _Page(axes, renderer, phases[np.ix_(row, column)], obstacles)


def _obstacles(
    axes: Axes, shape: tuple[int, int], lines: tuple[Line, ...], markers: tuple[Markers, ...], checks: Checks | None
) -> Mask:
    to_axes = axes.transData + axes.transAxes.inverted()
    mask = np.zeros(shape, dtype=bool)
    rows, columns = shape

    def to_raster(points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places in the data as columns and rows of the raster."""
        return to_axes.transform(points) * (columns, rows)

    for line in lines:
        for piece in line.pieces:
            _paint_dots(mask, _dense(to_raster(piece)))
    mask = ndimage.binary_dilation(mask, iterations=2)
    dots = np.zeros(shape, dtype=bool)
    for kind in markers:
        _paint_dots(dots, to_raster(kind.points))
    if checks is not None:
        _paint_dots(dots, to_raster(np.column_stack([checks.x, checks.y])))
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


def _write_inside(page: _Page, words: str, region: Mask, taken: list[Box]) -> Text | None:
    free = region & ~page.obstacles
    for box in taken:
        blocked = np.zeros_like(free)
        box.paint(blocked, _MARGIN)
        free &= ~blocked
    for size in _SIZES:
        for layout in _layouts(words):
            width, height = page.size_of(layout, size)
            box_or_none = fit_inside(free, width + 2 * _MARGIN, height + 2 * _MARGIN)
            if box_or_none is not None:
                taken.append(box_or_none)
                return _write(page, layout, size, box_or_none)
    return None


def _write_beside(page: _Page, words: str, region: Mask, taken: list[Box], leaders: list[Segment]) -> Text | None:
    x, y, radius = pole(region)
    if radius < _SMALLEST_RADIUS:
        return None
    blocked = page.obstacles.copy()
    for box in taken:
        box.paint(blocked, _MARGIN)
    free = ~(blocked | region)
    candidates = []
    for layout in _layouts(words):
        width, height = page.size_of(layout, _SIZES[-1])
        box_or_none = fit_near(free, width + 2 * _MARGIN, height + 2 * _MARGIN, (x, y), taken, leaders)
        if box_or_none is not None:
            candidates.append((box_or_none.distance((x, y)), layout, box_or_none))
    if not candidates:
        return None
    _, layout, chosen = min(candidates, key=lambda one: one[0])
    taken.append(chosen)
    leaders.append((chosen.anchor((x, y)), (x, y)))
    return _write(page, layout, _SIZES[-1], chosen, (x, y))


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


def _write(page: _Page, words: str, size: float, box: Box, target: tuple[float, float] | None = None) -> Text:
    look: Look = {
        "fontsize": points(size), "color": colours.INK, "ha": "center", "va": "center", "linespacing": 1.05,
        "path_effects": _HALO, "zorder": 6, "gid": "region-name",
    }  # fmt: skip
    place = page.fraction(box.x, box.y)
    if target is None:
        return page.axes.text(*place, words, transform=page.axes.transAxes, **look)
    arrow: Look = {"arrowstyle": "-", "linewidth": 0.7, "color": colours.INK, "shrinkA": 0.0, "shrinkB": 0.0}
    end, start = page.fraction(*target), box.anchor(target)
    corner = (start[0] - box.x) / box.width + 0.5, (start[1] - box.y) / box.height + 0.5
    page.axes.plot(
        *end, "o", markersize=2.6, color=colours.INK, transform=page.axes.transAxes, zorder=6, gid="region-leader"
    )
    return page.axes.annotate(
        words, xy=end, xytext=place, xycoords="axes fraction", textcoords="axes fraction",
        arrowprops={**arrow, "relpos": corner}, **look,
    )  # fmt: skip
