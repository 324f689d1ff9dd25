"""`phasemap explain`: a name that the program uses, in words."""

from typing import Annotated

import typer

from phasemap.cli.arguments import JsonOption
from phasemap.cli.plain import say


def explain(
    name: Annotated[str, typer.Argument(help="An error, status, phase, branch, parameter, quantity or surface.")],
    as_json: JsonOption = False,
) -> None:
    """Explain a name: what an error means and what to do, what a status, phase, branch or quantity is.

    Examples:

        phasemap explain ConfigError

        phasemap explain not_converged

        phasemap explain static_fold --json
    """
    from phasemap import strict_json
    from phasemap.cli.console import make_console
    from phasemap.errors import ConfigError
    from phasemap.glossary import explanations
    from phasemap.suggest import hint

    known = explanations()
    found = [entry for entry in known if _bare(entry.name) == _bare(name)]
    if not found:
        raise ConfigError(
            f"Nothing is called {name!r}.{hint(name, [entry.name for entry in known])} Errors, statuses, phases, "
            "branches, parameters, quantities and surfaces can be explained: see `phasemap quantities` and "
            "`phasemap parameters`."
        )
    if as_json:
        say(strict_json.text([{"name": e.name, "kind": e.kind, "text": e.text} for e in found]))
        return
    console = make_console()
    for entry in found:
        console.print(f"{entry.name} ({entry.kind})", style="bold", markup=False)
        console.print(entry.text, markup=False, soft_wrap=True)


def _bare(name: str) -> str:
    """A name without what people leave out or write differently."""
    return name.strip().lower().replace(" ", "_").replace("-", "_").replace(",", "")
