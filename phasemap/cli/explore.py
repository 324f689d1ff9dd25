"""`phasemap explore`: a result as a page that is clicked, from disk or served to this machine."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phasemap.cli.arguments import JsonOption
from phasemap.cli.plain import say, say_json
from phasemap.errors import PhasemapError

if TYPE_CHECKING:
    from phasemap.explore.serving.server import Site

_FOLDERS = (Path("results"), Path())


def explore(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Result file. Without one: the atlas of a folder.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write the page, PAGE.html, instead of serving it.", show_default=False),
    ] = None,
    quantity: Annotated[
        list[str] | None,
        typer.Option("-q", "--quantity", help="Only this quantity; repeatable. Default: all that fit into 8 MB."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", min=1, max=65535, help="Port of the loopback. Default: a free one.", show_default=False),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", "-d", help="Folder of the atlas. Default: results, or this one.", show_default=False),
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the served page in a browser.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Look at a result in a browser: a map that is clicked, with every branch, error and status at a point.

    With -o one page that needs nothing else: no network, no program; it can be sent to a colleague. Without, the same
    page is served to this machine alone, and computes: a point between grid points, static maps while a slider moves.

    Examples:

        phasemap explore quickstart.h5 -o quickstart.html

        phasemap explore quickstart.h5 -o exponents.html --quantity lyapunov_max --quantity static_gain

        phasemap explore quickstart.h5 --port 8000

        phasemap explore --folder results
    """
    if file is None:
        if output is not None or quantity:
            raise PhasemapError("-o and --quantity go with a file: phasemap explore FILE -o page.html.")
        _serve_atlas(folder, port, show, as_json)
    elif folder is not None:
        raise PhasemapError("--folder is for the atlas, without a file: phasemap explore --folder results.")
    elif output is not None:
        if port is not None or show:
            raise PhasemapError("--port and --open are for a page that is served: leave out -o, or them.")
        _write(file, output, quantity or [], as_json)
    else:
        _serve_file(file, quantity or [], port, show, as_json)


def _write(file: Path, output: Path, quantities: list[str], as_json: bool) -> None:
    """One page on disk."""
    from phasemap.explore.page import check_page_target, make_page
    from phasemap.storage import read_result
    from phasemap.storage.durable import write_atomically

    target = check_page_target(output, file)
    page = make_page(read_result(file), quantities, file.name)
    write_atomically(target, page.content)
    if as_json:
        say_json({"file": str(output), "bytes": len(page.content), "left_out": page.left_out})
        return
    say(f"Page written to {output} ({len(page.content) / 1e6:.1f} MB): open it in a browser.")
    if page.left_out:
        from phasemap.cli.console import print_warning

        print_warning(
            f"Left out, as the page would exceed 8 MB: {', '.join(page.left_out)}. Choose with --quantity, or serve "
            f"the file with phasemap explore {file}."
        )


def _serve_file(file: Path, quantities: list[str], port: int | None, show: bool, as_json: bool) -> None:
    """The page of one file, with its workers warmed beside."""
    import threading

    from phasemap.sweeps import environment

    environment.prepare_compilation_cache()
    from phasemap.explore.document import make_document
    from phasemap.explore.page import plotly
    from phasemap.explore.serving.sites import NO_LIMIT, ResultSite
    from phasemap.storage import read_result

    plotly()
    result = read_result(file)
    make_document(result, quantities, NO_LIMIT)  # what is wrong with them is said here
    site = ResultSite(result, file.name, tuple(quantities))
    threading.Thread(target=site.warm, daemon=True, name="warming").start()
    _serve(site, port, show, as_json)
    site.close()


def _serve_atlas(folder: Path | None, port: int | None, show: bool, as_json: bool) -> None:
    """The gallery of a folder's results."""
    from phasemap.sweeps import environment

    environment.prepare_compilation_cache()
    from phasemap.cli.gallery import cards_of
    from phasemap.explore.gallery import gallery_page
    from phasemap.explore.page import plotly
    from phasemap.explore.serving.sites import AtlasSite
    from phasemap.storage import read_result

    plotly()
    where = folder if folder is not None else next((one for one in _FOLDERS if any(one.glob("*.h5"))), Path())
    cards = cards_of(where)
    names = {card.name: where / f"{card.name}.h5" for card in cards}
    site = AtlasSite(where, gallery_page(cards), names, read_result)
    _serve(site, port, show, as_json)
    site.close()


def _serve(site: "Site", port: int | None, show: bool, as_json: bool) -> None:
    """Serve until Ctrl-C."""
    from phasemap.explore.serving.server import Server

    with Server(site, port or 0) as server:
        if as_json:
            say_json({"address": server.address})
        words = f"Serving {server.address}\nFor this machine only; whoever has the address can use it. Ctrl-C ends it."
        say(words, aside=as_json)
        sys.stdout.flush()
        if show:
            import webbrowser

            webbrowser.open(server.address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("Ended.", aside=as_json)
