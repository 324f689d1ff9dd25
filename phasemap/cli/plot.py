"""`phasemap plot`: a figure of a result, as a file or on the terminal."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phasemap.cli.plain import say
from phasemap.errors import PhasemapError

if TYPE_CHECKING:
    from phasemap.dataset import Result
    from phasemap.figures.draw import Request


def plot(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Result file that `phasemap sweep` wrote.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Figure to write: .png, .pdf or .svg. Default: FILE with the suffix .png."),
    ] = None,
    quantity: Annotated[
        str | None,
        typer.Option("-q", "--quantity", help="What to draw: a stored quantity, or 'phase'. Default: lyapunov_max."),
    ] = None,
    branch: Annotated[
        str | None,
        typer.Option("--branch", help="Branch or fixed point to draw, by name. Default: the attractor."),
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(
            "--slice",
            metavar="NAME=VALUE",
            help="Hold an axis (or another dimension) at the stored value nearest to VALUE; repeatable.",
        ),
    ] = None,
    width: Annotated[
        str | None,
        typer.Option("--width", help="Journal column: 'single' (86 mm) or 'double' (178 mm). Default: as needed."),
    ] = None,
    title: Annotated[str, typer.Option("--title", help="Line above the map.")] = "",
    terminal: Annotated[
        bool, typer.Option("--terminal", help="Draw on the terminal (and write a file only with -o).")
    ] = False,
    caption: Annotated[
        bool, typer.Option("--caption", help="Print a caption made from the file: what was computed, and how.")
    ] = False,
) -> None:
    """Draw a result: the phase diagram of a plane, lines along one axis, surfaces in three.

    The figure is made from the file alone and is the same every time, so an existing one is overwritten.

    Examples:

        phasemap plot quickstart.h5

        phasemap plot quickstart.h5 -o figure.pdf --width single

        phasemap plot quickstart.h5 --quantity static_gain --branch upper

        phasemap plot quickstart.h5 --slice alpha_r=10 --terminal
    """
    from phasemap.figures.draw import Request
    from phasemap.storage import read_result

    target = output or (None if terminal else _default_target(file))
    if target is not None:
        from phasemap.figures.style.page import check_target

        check_target(target, file)
    request = Request(quantity=quantity, branch=branch, at=_places(at or []), width=width, title=title)
    result = read_result(file)
    if terminal:
        _print_text(result, request)
    if target is not None:
        _write_figure(result, request, target)
    _say_what_is_drawn(result, request)
    if caption:
        from phasemap.figures.caption import caption_of

        say(caption_of(result, request))


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


def _write_figure(result: "Result", request: "Request", path: Path) -> None:
    from phasemap.figures.draw import draw
    from phasemap.figures.style.page import save

    save(draw(result, request), path, result.metadata.title, result.metadata.config_hash)
    done, total = result.progress
    partly = "" if done == total else f" ({done} of {total} evaluations are computed so far)"
    say(f"Figure written to {path}{partly}.")
