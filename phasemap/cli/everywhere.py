"""Options that every command takes, before its name and after it: -q, -v and --log."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from phasemap.cli import reporting

_QUIET = "No progress and no notes: answers and errors."
_VERBOSE = "Say what is being done."
_LOG = "Append to this file what is done, with times."

QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help=_QUIET)]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help=_VERBOSE)]
LogOption = Annotated[Path | None, typer.Option("--log", metavar="FILE", help=_LOG)]

# Commands that mean something else by a short name.
_QUANTITY = frozenset(("plot", "explore"))
_LONG_QUIET = Annotated[bool, typer.Option("--quiet", help=_QUIET, hidden=True)]
_HIDDEN = {
    "quiet_": Annotated[bool, typer.Option("--quiet", "-q", help=_QUIET, hidden=True)],
    "verbose_": Annotated[bool, typer.Option("--verbose", "-v", help=_VERBOSE, hidden=True)],
    "log_": Annotated[Path | None, typer.Option("--log", metavar="FILE", help=_LOG, hidden=True)],
}


def with_reporting(command: Callable[..., None], name: str) -> Callable[..., None]:
    """The command as Typer takes it, with these options besides its own; its help leaves them to the first page."""
    own = inspect.signature(command)
    if set(_HIDDEN) <= set(own.parameters):
        return command
    options = {**_HIDDEN, "quiet_": _LONG_QUIET} if name in _QUANTITY else _HIDDEN

    @functools.wraps(command)
    def run(*, quiet_: bool, verbose_: bool, log_: Path | None, **given: Any) -> None:
        """Choose how much is said, then run the command."""
        reporting.choose_also(quiet_, verbose_, log_)
        command(**given)

    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [parameter.replace(kind=keyword) for parameter in own.parameters.values()]
    defaults = {"quiet_": False, "verbose_": False, "log_": None}
    added = [inspect.Parameter(key, keyword, default=defaults[key], annotation=one) for key, one in options.items()]
    run.__signature__ = inspect.Signature([*parameters, *added])  # type: ignore[attr-defined]
    run.__annotations__ = {**inspect.get_annotations(command), **options}
    return run
