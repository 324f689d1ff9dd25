"""The phase diagram: a quantity over a plane, critical lines, named regions and the simulated check on one page."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.colors import LogNorm, TwoSlopeNorm
from matplotlib.figure import Figure

from phasemap.figures.kinds.maps.checks import draw_agreement, draw_checks
from phasemap.figures.kinds.maps.fates import draw_fates
from phasemap.figures.layout.areas import draw_areas
from phasemap.figures.layout.critical_lines import draw_lines, draw_markers, draw_marks
from phasemap.figures.layout.cut_cells import Pixels, cut_cells
from phasemap.figures.layout.hidden_labels import is_hidden, without_hidden
from phasemap.figures.layout.named_areas import codes_to_name
from phasemap.figures.layout.overlays import draw_status, mark_interpolated
from phasemap.figures.layout.proportions import set_aspect
from phasemap.figures.layout.regions import Obstacles, key_handles, name_regions
from phasemap.figures.layout.smooth import colours_between, is_smooth
from phasemap.figures.layout.ticks import add_legend, finish_inside, fit_label, fit_labels, plain_numbers, set_ticks
from phasemap.figures.scenes.scene import Kind, Layer, Scene
from phasemap.figures.style.look import points, wishes
from phasemap.figures.style.page import WIDTHS, new_figure, style
from phasemap.figures.style.scales import Scale, scale_of

_ROUNDS = 3


def draw_phase_diagram(scene: Scene, width: str = "double") -> Figure:
    """Draw a scene at a preset column width ("single", "double"); the wide one has room for the agreement panel."""
    keyed: tuple[str, ...] = ()  # phases that have a number in the map, and their name in the legend
    with style():
        for _ in range(_ROUNDS + 1):  # a longer legend moves what is above it
            figure, axes, side = _page(scene, width)
            pixels, scale = _coloured(scene)
            handles = [*key_handles(keyed), *_draw_all(axes, scene, pixels, scale)]
            if side is not None and scene.checks is not None:
                draw_agreement(side, scene.checks, scale)
            _finish(figure, axes, scene, scale, handles)
            before, keyed = keyed, _name_regions(figure, axes, scene, keyed)
            if keyed == before:
                break
    return figure


def _page(scene: Scene, width: str) -> tuple[Figure, Axes, Sequence[Axes] | None]:
    """An empty figure, the axes of the map, and those of the agreement with networks where there is room for it."""
    panel = width == "double" and _has_agreement(scene)
    figure = new_figure(width, _height(scene, width, panel))
    if not panel:
        return figure, figure.subplots(), None
    left, right = figure.subfigures(1, 2, width_ratios=[1.9, 1.0], squeeze=False)[0]
    return figure, left.subplots(), list(right.subplots(2, 1, sharex=True, height_ratios=[1.5, 1.0]))


def _finish(figure: Figure, axes: Axes, scene: Scene, scale: Scale, handles: list[Artist]) -> None:
    """Colour bar, legend and labels that fit."""
    bar = None if scene.layer.kind is Kind.BLANK else draw_colour_bar(axes, scene.layer, scale)
    add_legend(figure, handles)
    fit_labels(figure, axes, scene.x, scene.y)
    if bar is not None:
        fit_label(figure, axes, bar.ax.yaxis, scene.layer)
    set_aspect(figure, axes)


def draw_map_into(axes: Axes, scene: Scene) -> None:
    """Draw the map in axes that are there, with its colour bar beside them and a legend below."""
    pixels, scale = _coloured(scene)
    handles = _draw_all(axes, scene, pixels, scale)
    if scene.layer.kind is not Kind.BLANK:
        bar, figure = draw_colour_bar(axes, scene.layer, scale), axes.get_figure(root=True)
        assert figure is not None
        fit_label(figure, axes, bar.ax.yaxis, scene.layer)
    finish_inside(axes, scene.x, scene.y, handles)


def _coloured(scene: Scene) -> tuple[Pixels, Scale]:
    """The pixels of the map, and the scale of what is seen of them."""
    layer, x, y = scene.layer, scene.x, scene.y
    pixels = without_hidden(cut_cells(x, y, scene.lines, is_smooth(layer)), layer, x, y, scene.lines)
    seen = pixels.of(layer) if layer.kind is Kind.LABELS else layer
    return pixels, scale_of(seen, None if scene.checks is None else scene.checks.simulated)


def _draw_all(axes: Axes, scene: Scene, pixels: Pixels, scale: Scale) -> list[Artist]:
    """The map, its lines and its networks; returns the handles for a legend."""
    handles = draw_map(axes, scene, pixels, scale)
    handles = [
        *draw_areas(axes, scene.areas),
        *draw_lines(axes, scene.lines),
        *draw_markers(axes, scene.markers),
        *handles,
    ]
    handles += draw_marks(axes, scene.marks)
    if scene.checks is not None:
        handles += draw_checks(axes, scene.checks, scale)
    elif scene.fates is not None:
        handles += draw_fates(axes, scene.fates)
    if scene.title:
        axes.set_title(scene.title, fontsize=points(7.5))
    return handles


def draw_map(axes: Axes, scene: Scene, pixels: Pixels, scale: Scale) -> list[Artist]:
    """Colours around every point, cut along the critical lines; cells without a good value are marked.

    Returns the handles for the legend.
    """
    x, y = scene.x, scene.y
    if x.log:
        axes.set_xscale("log")
    if y.log:
        axes.set_yscale("log")
    value = colours_between(scene, pixels, isinstance(scale.norm, LogNorm))
    if isinstance(scale.norm, LogNorm):  # zeros lie below it
        value = np.where(value == 0.0, 0.5 * float(scale.norm.vmin or 1.0), value)
    # Cells as pixels: as vectors, viewers would draw hair lines between them.
    axes.pcolormesh(
        pixels.x_edges, pixels.y_edges, np.ma.masked_invalid(value), cmap=scale.cmap, norm=scale.norm,
        rasterized=True, gid="map",
    )  # fmt: skip
    axes.set(xlim=(x.edges[0], x.edges[-1]), ylim=(y.edges[0], y.edges[-1]), xlabel=x.label, ylabel=y.label)
    for spine in axes.spines.values():
        spine.set_zorder(3.6)  # above the pale casing of the lines
    set_ticks(axes.xaxis, x)
    set_ticks(axes.yaxis, y)
    is_under_lines = partial(is_hidden, pixels=pixels, x=x, y=y, lines=scene.lines)
    return [
        *draw_status(axes, pixels.x_edges, pixels.y_edges, pixels.of(scene.layer), is_under_lines),
        *([] if scene.halved and wishes().smooth else mark_interpolated(axes, x, y, scene.layer, scale.norm)),
    ]


def draw_colour_bar(axes: Axes, layer: Layer, scale: Scale) -> Colorbar:
    """The colour bar of a map, with names instead of numbers for labels."""
    figure = axes.figure
    bar = figure.colorbar(
        axes.collections[0], ax=axes, ticks=scale.ticks, pad=0.02, fraction=0.06, aspect=25, extend=scale.extend
    )
    if bar.solids is not None:
        bar.solids.set_rasterized(True)
    bar.outline.set_linewidth(0.6)
    bar.ax.minorticks_off()
    if isinstance(scale.norm, TwoSlopeNorm):  # colours change faster on one side of zero: words say so
        bar.set_ticks(scale.ticks, labels=[f"{tick:g}".replace("-", "\N{MINUS SIGN}") for tick in scale.ticks])
        bar.ax.set_title("two\nscales", fontsize=points(6), pad=2.0)
    if isinstance(scale.norm, LogNorm):
        bar.set_ticks(scale.ticks, labels=plain_numbers(scale.ticks))
    if scale.names is None:
        bar.set_label(layer.label)
    else:
        bar.ax.set_yticklabels(scale.names, fontsize=points(7.0))
        bar.ax.tick_params(length=0)
    return bar


def _name_regions(figure: Figure, axes: Axes, scene: Scene, keyed: tuple[str, ...]) -> tuple[str, ...]:
    """Settle the layout, then write the names where it leaves room for them; those that have numbers."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    codes = codes_to_name(scene)
    if codes is None or not wishes().labels:
        return ()
    stood = [np.column_stack([at.x, at.y]) for at in (scene.fates, scene.checks) if at is not None]
    places = (*(kind.points for kind in (*scene.markers, *scene.marks)), *stood)
    obstacles = Obstacles((*scene.lines, *scene.areas), places)
    return name_regions(axes, scene.x, scene.y, codes, scene.phase_names, obstacles, keyed)[1]


def _has_agreement(scene: Scene) -> bool:
    checks = scene.checks
    return checks is not None and bool((np.isfinite(checks.simulated) & np.isfinite(checks.theory)).any())


def _height(scene: Scene, width: str, panel: bool) -> float:
    map_width = WIDTHS[width] * (0.62 if panel else 1.0 if width == "single" else 0.8)
    return 0.72 * map_width + 0.1
