"""`phasemap plot`: a figure of a result, as a file or on the terminal."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phasemap.cli.arguments import JsonOption
from phasemap.cli.plain import say, say_json
from phasemap.cli.plot_panels import draw_panels, in_units, panel_facts
from phasemap.cli.records import with_records
from phasemap.errors import PhasemapError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from phasemap.dataset import Result
    from phasemap.figures.draw import Request
    from phasemap.figures.style.look import Wishes

_PANELS_ALONE = "--panels goes with -o and the looks of a figure only: the file says what each panel is."


@dataclass(frozen=True)
class _Picture:
    """What is drawn, and how wide."""

    quantity: Annotated[
        str | None,
        typer.Option("-q", "--quantity", help="What to draw: a stored quantity, or 'phase'. Default: lyapunov_max."),
    ] = None
    branch: Annotated[
        str | None,
        typer.Option("--branch", help="Branch or fixed point to draw, by name. Default: the attractor."),
    ] = None
    at: Annotated[
        list[str] | None,
        typer.Option(
            "--slice",
            metavar="NAME=VALUE",
            help="Hold an axis (or another dimension) at the stored value nearest to VALUE; repeatable.",
        ),
    ] = None
    along: Annotated[
        str | None,
        typer.Option("--along", metavar="AXIS", help="Lines over this axis, one for each value of the other, no map."),
    ] = None
    width: Annotated[
        str | None,
        typer.Option("--width", help="Journal column: 'single' (86 mm) or 'double' (178 mm). Default: as needed."),
    ] = None
    title: Annotated[str, typer.Option("--title", help="Line above the map.")] = ""

    def request(self) -> "Request":
        """The same in the words of the figures."""
        from phasemap.figures.draw import Request

        return Request(
            quantity=self.quantity, branch=self.branch, at=_places(self.at or []), width=self.width, title=self.title,
            along=self.along,
        )  # fmt: skip


@dataclass(frozen=True)
class _Look:
    """What a figure looks like, whatever it shows."""

    style: Annotated[
        str | None,
        typer.Option("--style", help="File of matplotlib settings, a style's name, or 'matplotlibrc' for your own."),
    ] = None
    cmap: Annotated[str | None, typer.Option("--cmap", help="Colour map of matplotlib.")] = None
    limits: Annotated[
        str | None, typer.Option("--limits", metavar="LOW,HIGH", help="Ends of the colours, or of the values' axis.")
    ] = None
    aspect: Annotated[float | None, typer.Option("--aspect", help="Height over width of a map or of lines.")] = None
    dpi: Annotated[float | None, typer.Option("--dpi", help="Dots per inch of bitmaps. Default: 300.")] = None
    font_size: Annotated[float | None, typer.Option("--font-size", help="Size of labels in points. Default: 8.")] = None
    labels: Annotated[bool, typer.Option("--labels/--no-labels", help="Name the phases on maps.")] = True
    view: Annotated[
        str | None,
        typer.Option("--view", metavar="ELEVATION,AZIMUTH", help="Degrees from which three axes are seen."),
    ] = None
    smooth: Annotated[
        bool, typer.Option("--smooth/--no-smooth", help="Interpolate colours between points of one state.")
    ] = True

    def wishes(self) -> "Wishes":
        """The same in the words of the figures."""
        from phasemap.figures.style.look import Wishes

        return Wishes(
            self.style, self.cmap, _pair("--limits", self.limits), self.aspect, self.dpi, self.font_size, self.labels,
            _pair("--view", self.view), self.smooth,
        )  # fmt: skip


@dataclass(frozen=True)
class _Words:
    """What goes to the terminal beside, or in place of, a file."""

    terminal: Annotated[
        bool, typer.Option("--terminal", help="Draw on the terminal (and write a file only with -o).")
    ] = False
    caption: Annotated[
        bool, typer.Option("--caption", help="Print a caption made from the file, which one could print.")
    ] = False
    as_json: JsonOption = False


@with_records
def plot(
    *,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Result file that `phasemap sweep` wrote.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Figure to write: .png, .pdf or .svg. Default: FILE with the suffix .png."),
    ] = None,
    picture: _Picture,
    words: _Words,
    panels: Annotated[
        Path | None,
        typer.Option("--panels", metavar="TOML", help="Several panels in one figure, as this file says, without FILE."),
    ] = None,
    membrane: Annotated[
        str | None,
        typer.Option("--membrane", metavar="TIME", help="Membrane time constant, e.g. 20ms: times in ms, rates in Hz."),
    ] = None,
    look: _Look,
) -> None:
    """Draw a result: the phase diagram of a plane, lines along one axis, surfaces in three.

    The figure is made from the file alone and is the same every time, so an existing one is overwritten.

    Examples:

        phasemap plot quickstart.h5

        phasemap plot quickstart.h5 -o figure.pdf --width single

        phasemap plot quickstart.h5 --quantity static_gain --branch upper

        phasemap plot quickstart.h5 --slice alpha_r=10 --terminal

        phasemap plot quickstart.h5 -o hertz.pdf --membrane 20ms --cmap coolwarm --limits=-20,20 --no-labels

        phasemap plot --panels fig3.toml -o fig3.pdf
    """
    from phasemap.figures.style.look import wished

    if words.terminal and words.as_json:
        raise PhasemapError("--terminal draws where --json prints: leave one of them out.")
    if panels is not None:
        if file is not None or words.terminal or membrane or any(vars(picture).values()):
            raise PhasemapError(_PANELS_ALONE)
        with wished(look.wishes()):
            draw_panels(panels, output or panels.with_suffix(".png"), words.caption, words.as_json)
        return
    if file is None:
        raise PhasemapError("Name a result file, or --panels: phasemap plot quickstart.h5.")
    target = None if words.terminal and output is None else output or _default_target(file)
    with wished(look.wishes()):
        _draw_file(file, picture.request(), target, membrane, words)


def _draw_file(file: Path, request: "Request", target: Path | None, membrane: str | None, words: _Words) -> None:
    """One result as a figure, on the terminal, or both."""
    from phasemap.storage import read_result

    if target is not None:
        from phasemap.figures.style.page import check_target

        check_target(target, file)
    result = read_result(file)
    if membrane is not None:
        result = in_units(result, membrane)
    if words.terminal:
        _print_text(result, request)
    if target is not None:
        from phasemap.figures.draw import draw

        _write_figure(draw(result, request), result, target, words.as_json)
    _say_what_is_drawn(result, request)
    if words.as_json:
        say_json({"file": str(target), "panels": [panel_facts(file, result, request)]})
    elif words.caption:
        from phasemap.figures.captions.caption import caption_of

        say(caption_of(result, request))


def _pair(option: str, text: str | None) -> tuple[float, float] | None:
    """Two numbers with a comma between.

    Raises:
        PhasemapError: they are none.
    """
    if text is None:
        return None
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        raise PhasemapError(f"{option} {text} is not of the form NUMBER,NUMBER, for example {option} -1,1.") from None
    return low, high


def _default_target(file: Path) -> Path:
    if not file.name:
        raise PhasemapError(f"{file} is a folder, not a result file.")
    return file.with_suffix(".png")


def _say_what_is_drawn(result: "Result", request: "Request") -> None:
    """Values between those of the grid are not interpolated."""
    from phasemap.cli.console import print_warning
    from phasemap.figures.draw import drawn_at

    for name, place in drawn_at(result, request).items():
        wanted = request.at[name]
        if wanted != place and not _is_number_near(wanted, place):
            print_warning(f"There is no {name} = {wanted} in the file: drawn is {name} = {place}.")


def _is_number_near(wanted: str, place: str) -> bool:
    try:
        return math.isclose(float(wanted), float(place), rel_tol=1e-5, abs_tol=1e-12)
    except ValueError:
        return False


def _places(entries: list[str]) -> dict[str, str]:
    places = {}
    for entry in entries:
        name, found, value = entry.partition("=")
        if not (found and name.strip() and value.strip()):
            raise PhasemapError(f"--slice {entry} is not of the form NAME=VALUE, for example --slice beta_r=0.5.")
        places[name.strip()] = value.strip()
    return places


def _print_text(result: "Result", request: "Request") -> None:
    """Colours and half blocks on a terminal; plain characters for pipes, files and ASCII-only output."""
    from phasemap.cli.console import make_console
    from phasemap.figures.draw import write

    console = make_console()
    blocks = console.is_terminal and console.color_system is not None and "utf" in console.encoding.lower()
    columns, rows = (console.width, max(console.height - 8, 12)) if console.is_terminal else (100, 24)
    console.print(write(result, request, columns, rows, blocks), end="", soft_wrap=True)


def _write_figure(figure: "Figure", result: "Result", path: Path, aside: bool) -> None:
    """The picture's file, and a line about it."""
    from phasemap.figures.style.page import save

    save(figure, path, result.metadata.title, result.metadata.config_hash)
    done, total = result.progress
    partly = "" if done == total else f" ({done} of {total} evaluations are computed so far)"
    say(f"Figure written to {path}{partly}.", aside)
