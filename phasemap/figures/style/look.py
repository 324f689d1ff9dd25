"""What whoever draws wishes for: style, colours, limits, proportions; in force while a figure is drawn and saved."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import matplotlib

from phasemap.errors import PhasemapError, shown
from phasemap.suggest import hint

USERS_OWN = "matplotlibrc"
"""The style that means: as the user's own matplotlibrc says."""

_USUAL_SIZE = 8.0
_BOUNDS = {"aspect": (0.2, 5.0), "dpi": (50, 2400), "font_size": (4.0, 30.0)}


@dataclass(frozen=True)
class Wishes:
    """What a figure may look like; None leaves it to the kind of figure.

    style:     a file of matplotlib settings, the name of one of matplotlib's styles, or `matplotlibrc`.
    cmap:      a colour map of matplotlib, by name.
    limits:    ends of the colour scale, or of the values' axis of lines.
    aspect:    height over width of a map or of lines.
    dpi:       dots per inch of bitmaps.
    font_size: size of labels in points; everything else in proportion.
    labels:    whether the phases are named on maps.
    view:      elevation and azimuth in degrees from which a box is seen.
    smooth:    whether maps interpolate colours between points that show one state; else every point has one cell.

    Raises:
        PhasemapError: one of them means nothing.
    """

    style: str | None = None
    cmap: str | None = None
    limits: tuple[float, float] | None = None
    aspect: float | None = None
    dpi: float | None = None
    font_size: float | None = None
    labels: bool = True
    view: tuple[float, float] | None = None
    smooth: bool = True

    def __post_init__(self) -> None:
        for name, (low, high) in _BOUNDS.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise PhasemapError(f"{name.replace('_', ' ')} = {value:g}: choose a number from {low:g} to {high:g}.")
        if self.cmap is not None and self.cmap not in matplotlib.colormaps:
            near = hint(self.cmap, list(matplotlib.colormaps))
            raise PhasemapError(f"matplotlib has no colour map {shown(self.cmap)}.{near}")
        if self.limits is not None and not (all(map(math.isfinite, self.limits)) and self.limits[0] < self.limits[1]):
            raise PhasemapError(f"The limits {self.limits[0]:g}, {self.limits[1]:g} must be finite and ascend.")
        settings_of(self.style)


def merged(own: Wishes) -> Wishes:
    """What is in force, with what a part of it wishes for itself."""
    usual = Wishes()
    changed = {f.name: getattr(own, f.name) for f in fields(own) if getattr(own, f.name) != getattr(usual, f.name)}
    return replace(wishes(), **changed)


def settings_of(style: str | None) -> dict[str, Any]:
    """The matplotlib settings of a style: what its file sets, and nothing else.

    Raises:
        PhasemapError: there is no such style, or its file cannot be read as one.
    """
    if style is None:
        return {}
    from matplotlib.style import library

    if style in library:
        return {str(name): value for name, value in library[style].items()}
    path = Path(matplotlib.matplotlib_fname() if style == USERS_OWN else style)
    if not path.is_file():
        raise PhasemapError(
            f"There is no style {shown(style)}: give a file of matplotlib settings, {USERS_OWN} for your own, or the "
            f"name of one of matplotlib's, such as {', '.join(sorted(library)[:6])}."
        )
    try:
        read = matplotlib.rc_params_from_file(path, fail_on_error=True, use_default_template=False)
        return {str(name): value for name, value in read.items()}
    except (ValueError, KeyError, UnicodeDecodeError) as error:
        raise PhasemapError(f"{path} is no file of matplotlib settings: {error}") from error


_WISHES: ContextVar[Wishes] = ContextVar("wishes", default=Wishes())  # noqa: B039  (frozen)


def wishes() -> Wishes:
    """What is in force."""
    return _WISHES.get()


@contextmanager
def wished(wanted: Wishes) -> Iterator[None]:
    """Draw and save as somebody wishes."""
    token = _WISHES.set(wanted)
    try:
        yield
    finally:
        _WISHES.reset(token)


def sizes() -> dict[str, Any]:
    """The settings of the sizes of texts that follow from a wished font size."""
    size = wishes().font_size
    if size is None:
        return {}
    names = ("xtick.labelsize", "ytick.labelsize", "legend.fontsize")
    labels = dict.fromkeys(("font.size", "axes.labelsize", "axes.titlesize"), size)
    return {**labels, **dict.fromkeys(names, size * 7.5 / _USUAL_SIZE)}


def points(size: float) -> float:
    """A size of text in points, in proportion to the font size in force."""
    return size * float(matplotlib.rcParams["font.size"]) / _USUAL_SIZE
