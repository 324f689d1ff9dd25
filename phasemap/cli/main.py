"""The command line: its commands, and the one place where errors become words and an exit code.

Only the modules of commands that the arguments name are imported; each command imports what it needs when it runs.
"""

import os
import sys
import time
from collections.abc import Collection, Sequence
from typing import Annotated

import typer

from phasemap import __version__
from phasemap.cli import reporting
from phasemap.cli.everywhere import LogOption, QuietOption, VerboseOption, with_reporting
from phasemap.cli.listing import GROUP, LISTING, NAMES, load, load_group, not_run
from phasemap.cli.overview import Overview


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"phasemap {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    log: LogOption = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    reporting.choose(quiet, verbose, log)


def build(wanted: Collection[str] = NAMES) -> typer.Typer:
    """The application. A command that is not wanted is listed by its sentence, and its module is not imported."""
    application = typer.Typer(
        cls=Overview,
        name="phasemap",
        help="Phase diagrams of gated recurrent neural networks: sweep parameters, look at the result.",
        epilog="Start with: phasemap sweep configs/quickstart.toml",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    application.callback()(_options)
    for panel, commands in LISTING.items():
        for name, sentence in commands.items():
            if name == GROUP and name in wanted:
                application.add_typer(_group(), name=name, rich_help_panel=panel)
            elif name in wanted:
                application.command(name, rich_help_panel=panel)(with_reporting(load(name), name))
            else:
                application.command(name, help=sentence, rich_help_panel=panel)(not_run)
    return application


def _group() -> typer.Typer:
    """The group of commands among the commands, with the options of all in each."""
    group: typer.Typer = load_group()
    for one in group.registered_commands:
        if one.callback is not None:
            one.callback = with_reporting(one.callback, GROUP)
    return group


def __getattr__(name: str) -> typer.Typer:
    """`app`: the application with all its commands."""
    if name == "app":
        return build()
    raise AttributeError(name)


def _wanted(arguments: Sequence[str]) -> Collection[str]:
    """The commands that these arguments may ask for; all where the shell asks for completions."""
    return NAMES if any(key.endswith("_COMPLETE") for key in os.environ) else NAMES.intersection(arguments)


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
            guard.run(lambda: build(_wanted(arguments))(arguments))
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
