"""The command line: its commands, and the one place where errors become words and an exit code.

Only light modules are imported here; each command imports what it needs when it runs.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from phasemap import __version__
from phasemap.cli import (
    atlas,
    compare,
    count,
    explain,
    explore,
    export,
    gradients,
    hysteresis,
    info,
    init,
    locate,
    merge,
    parameters,
    plot,
    point,
    quantities,
    reporting,
    simulate,
    spectrum,
    status,
    submit,
    sweep,
)
from phasemap.cli.overview import Overview
from phasemap.cli.protocols import commands as protocols

app = typer.Typer(
    cls=Overview,
    name="phasemap",
    help="Phase diagrams of gated recurrent neural networks: sweep parameters, look at the result.",
    epilog="Start with: phasemap sweep configs/quickstart.toml",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
# Grouped by what one wants to do.
_COMMANDS: dict[str, dict[str, Callable[..., None]]] = {
    "One point or one network": {
        "point": point.point,
        "spectrum": spectrum.spectrum,
        "hysteresis": hysteresis.hysteresis,
        "gradients": gradients.gradients,
        "count": count.count,
        "simulate": simulate.simulate,
    },
    "Phase diagrams": {
        "sweep": sweep.sweep,
        "plot": plot.plot,
        "explore": explore.explore,
        "compare": compare.compare,
        "atlas": atlas.atlas,
    },
    "Weights of GRU and LSTM": {
        "locate": locate.locate,
        "init": init.init,
    },
    "Results and clusters": {
        "info": info.info,
        "export": export.export,
        "status": status.status,
        "merge": merge.merge,
        "submit": submit.submit,
    },
    "Words": {
        "quantities": quantities.quantities,
        "parameters": parameters.parameters,
        "explain": explain.explain,
    },
}
for _panel, _commands in _COMMANDS.items():
    for _name, _command in _commands.items():
        app.command(_name, rich_help_panel=_panel)(_command)
app.add_typer(protocols.app, name="protocol", rich_help_panel="One point or one network")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"phasemap {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes: answers and errors.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what is being done.")] = False,
    log: Annotated[
        Path | None, typer.Option("--log", metavar="FILE", help="Append to this file what is done, with times.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    reporting.choose(quiet, verbose, log)


def main() -> None:
    """Run the command line; errors that the user can mend become one paragraph and exit code 2."""
    from phasemap.cli import guard

    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]  # wherever it stands
    debug = len(arguments) < len(sys.argv) - 1
    guard.prepare_streams()
    began = time.monotonic()
    with guard.printed_warnings(debug):
        try:
            guard.check_arguments(arguments)
            guard.run(lambda: app(arguments))
        except SystemExit as end:
            reporting.ended(end.code if isinstance(end.code, int) else 0, began)
            raise
        except Exception as error:
            if debug:
                raise
            message = guard.in_words(error)
            if message is None:
                raise
            from phasemap.cli.console import print_error

            reporting.LOGGER.error("%s", message)
            reporting.ended(2, began)
            print_error(message)
            sys.exit(2)
