"""Several figures as the panels of one: (a), (b), (c) from several results, at the width of a journal's column or page.

Every panel is drawn as it would be alone, at its own width, and then put in its place on the page: all kinds of figures
can be panels, and vectors stay vectors.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_lowercase
from typing import Any

from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from phasemap.errors import PhasemapError, shown
from phasemap.figures.style.look import Wishes, points, wishes
from phasemap.figures.style.page import DOTS_PER_INCH, WIDTHS, style
from phasemap.suggest import hint

# Between panels, and above each for its letter, in inches; two columns of 86 mm with this between them make 178 mm.
_GAP, _STRIP = WIDTHS["double"] - 2 * WIDTHS["single"], 0.16
_MOST = len(ascii_lowercase)


@dataclass(frozen=True)
class Panel:
    """One panel: its result and what to draw of it, as `phasemap plot` takes them.

    at: axis or dimension -> place; width: "single" or "double"; letter: what stands above it, (a), (b), … if None.
    """

    file: Path
    quantity: str | None = None
    branch: str | None = None
    at: Mapping[str, str] = field(default_factory=dict)
    width: str = "single"
    title: str = ""
    letter: str | None = None
    along: str | None = None
    membrane: str | None = None
    look: Wishes = field(default_factory=Wishes)


@dataclass(frozen=True)
class Sheet:
    """Panels and the width of the page that they share."""

    panels: tuple[Panel, ...]
    width: str = "double"
    title: str = ""


_LOOK = ("style", "cmap", "limits", "aspect", "dpi", "font_size", "labels", "view", "smooth")
_WORDS = ("file", "quantity", "branch", "slice", "width", "title", "letter", "along", "membrane", *_LOOK)


def read_sheet(content: Mapping[str, Any], folder: Path) -> Sheet:
    """A sheet from the content of a TOML file; files are looked for beside it.

    Raises:
        PhasemapError: an unknown key, or a value that means nothing.
    """
    _check_keys(content, ("width", "title", "panels"), "the sheet")
    width = _width(content.get("width", "double"), "the sheet")
    entries = content.get("panels")
    if not isinstance(entries, list) or not 0 < len(entries) <= _MOST or not all(isinstance(e, dict) for e in entries):
        raise PhasemapError(f"The sheet needs [[panels]], from one to {_MOST}, each with a file.")
    panels = [_panel(entry, f"panel {k + 1}", folder) for k, entry in enumerate(entries)]
    if width == "single" and any(panel.width == "double" for panel in panels):
        raise PhasemapError("A panel of width double does not fit on a sheet of width single.")
    return Sheet(tuple(panels), width, str(content.get("title", "")))


def _panel(entry: Mapping[str, Any], where: str, folder: Path) -> Panel:
    _check_keys(entry, _WORDS, where)
    if not isinstance(entry.get("file"), str):
        raise PhasemapError(f'{where} needs file = "result.h5".')
    places = entry.get("slice", {})
    if not isinstance(places, Mapping):
        raise PhasemapError(f"{where}: slice is a table, such as slice = {{ alpha_r = 10 }}.")
    look: dict[str, Any] = {name: entry[name] for name in _LOOK if name in entry}
    look = {name: tuple(value) if isinstance(value, list) else value for name, value in look.items()}
    for name in ("limits", "view"):
        if name in look and not (isinstance(look[name], tuple) and len(look[name]) == 2):
            raise PhasemapError(f"{where}: {name} has two numbers, such as [0, 1].")
    try:
        wanted = Wishes(**look)
    except TypeError as error:
        raise PhasemapError(
            f"{where}: {', '.join(look)} must be numbers and names as phasemap plot takes them."
        ) from error
    words = {
        name: str(entry[name])
        for name in ("quantity", "branch", "title", "letter", "along", "membrane")
        if name in entry
    }
    return Panel(
        file=folder / entry["file"],
        at={name: str(value) for name, value in places.items()},
        width=_width(entry.get("width", "single"), where),
        look=wanted,
        **words,
    )


def _check_keys(content: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    for key in content:
        if key not in known:
            raise PhasemapError(
                f"{where} has no key {shown(key)}.{hint(key, list(known))} It knows: {', '.join(known)}."
            )


def _width(value: Any, where: str) -> str:
    if value not in WIDTHS:
        raise PhasemapError(f"{where}: the width {shown(str(value))} is not known: choose {' or '.join(WIDTHS)}.")
    return str(value)


def compose(figures: Sequence[Figure], sheet: Sheet) -> Figure:
    """One page with the figures in rows, letters above them; a figure as wide as the page has a row of its own."""
    with style():
        rows = _rows(figures, sheet)
        heights = [max(figure.get_figheight() for _, figure in row) + _STRIP for row in rows]
        top = 0.22 if sheet.title else 0.0
        height = sum(heights) + _GAP * (len(rows) - 1) + top
        page = _Page(figsize=(WIDTHS[sheet.width], height), dpi=wishes().dpi or DOTS_PER_INCH)
        FigureCanvasAgg(page)
        if sheet.title:
            page.suptitle(sheet.title, y=1.0 - 0.04 / height, va="top", fontsize=points(9))
        y = height - top
        for row, tall in zip(rows, heights, strict=True):
            x = 0.0
            for number, figure in row:
                page.text((x + 0.02) / page.get_figwidth(), (y - 0.02) / height, letter_of(sheet, number), va="top",
                          fontsize=points(9), fontweight="bold", gid="panel-letter")  # fmt: skip
                page.add_artist(_Placed(figure, page.dpi, x, y - _STRIP - figure.get_figheight()))
                x += figure.get_figwidth() + _GAP
            y -= tall + _GAP
    return page


def letter_of(sheet: Sheet, number: int) -> str:
    """What stands above a panel."""
    letter = sheet.panels[number].letter
    return f"({ascii_lowercase[number]})" if letter is None else letter


def _rows(figures: Sequence[Figure], sheet: Sheet) -> list[list[tuple[int, Figure]]]:
    """(number, figure) row by row, in order."""
    rows: list[list[tuple[int, Figure]]] = []
    left = 0.0
    for number, figure in enumerate(figures):
        wide = figure.get_figwidth()
        if not rows or wide > left + 1e-6:
            rows.append([])
            left = WIDTHS[sheet.width]
        rows[-1].append((number, figure))
        left -= wide + _GAP
    return rows


class _Page(Figure):
    """A page that passes its resolution on to the figures on it: vector formats change it for what is rasterised."""

    def _set_dots(self, dpi: float) -> None:
        Figure.dpi.fset(self, dpi)  # type: ignore[attr-defined]
        for one in self.artists:
            if isinstance(one, _Placed):
                one.inner.dpi = dpi

    dpi = property(lambda self: Figure.dpi.fget(self), _set_dots)  # type: ignore[attr-defined]


class _Placed(Artist):
    """A finished figure at a place on a page, in inches from its lower left corner."""

    def __init__(self, inner: Figure, dots: float, x: float, y: float) -> None:
        super().__init__()
        inner.draw_without_rendering()
        inner.set_layout_engine("none")
        inner.patch.set_visible(False)
        inner.dpi = dots
        inner.bbox_inches.set(Bbox.from_bounds(x, y, *inner.get_size_inches()))
        self.inner = inner

    def draw(self, renderer: RendererBase) -> None:
        """Draw the figure where it stands."""
        self.inner.draw(renderer)

    def get_tightbbox(self, renderer: RendererBase | None = None) -> None:
        """It takes no part in layouts."""
