"""`phasemap quantities`: what can be asked for."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from phasemap.cli.arguments import CellOption, JsonOption
from phasemap.cli.plain import say

if TYPE_CHECKING:
    from phasemap.model.registry import Quantity, Registry


def quantities(
    name: Annotated[str, typer.Argument(help="Only names that contain this.")] = "",
    solver: Annotated[str | None, typer.Option(help="Only those of one solver.")] = None,
    cell: CellOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the quantities and critical surfaces that can be asked for: symbol, units, solver and its cost.

    Examples:

        phasemap quantities

        phasemap quantities lyapunov

        phasemap quantities --cell lstm

        phasemap quantities --solver statics --json
    """
    from phasemap.errors import ConfigError
    from phasemap.quantities import REGISTRY
    from phasemap.suggest import choices, hint

    known = REGISTRY.of_cell(cell)
    if solver is not None and solver not in known.solvers:
        raise ConfigError(f"Unknown solver {solver!r}.{choices(solver, known.solvers, 'The solvers are')}")
    rows = [row for row in known.quantities.values() if name in row.name and solver in (None, row.solver)]
    surfaces = [kind for kind in known.surfaces.values() if name in kind.name and solver is None]
    if not rows and not surfaces:
        near = hint(name, [*known.quantities, *known.surfaces])
        raise ConfigError(f"No quantity's name contains {name!r}.{near} Leave it out to see all.")
    if as_json:
        from phasemap import strict_json

        facts = {"quantities": {row.name: _facts(row, known) for row in rows}}
        facts["surfaces"] = {kind.name: {"description": kind.description} for kind in surfaces}
        say(strict_json.text(facts))
    else:
        _print(rows, surfaces, known)


def seconds_of(solver: str, registry: "Registry") -> float:
    """Rough cost of one point at the defaults, on one core."""
    row = registry.solvers[solver]
    gates = {"": {"alpha_z": 2.0, "alpha_r": 2.0}, "gru": {"a_z": 2.0, "a_r": 2.0}}.get(registry.family.name, {})
    usual = registry.family.make({registry.family.gain: 2.0, **gates})
    return float(row.seconds(usual, row.options() if row.options is not None else None))


def _facts(row: "Quantity", registry: "Registry") -> dict[str, Any]:
    solver = registry.solvers[row.solver]
    return {
        "symbol": row.symbol,
        "units": row.units,
        "description": row.description,
        "dimensions": list(row.dims),
        "solver": row.solver,
        "simulated": solver.simulated,
        "options": solver.table or None,
        "seconds": seconds_of(row.solver, registry),
    }


def _print(rows: list["Quantity"], surfaces: list[Any], registry: "Registry") -> None:
    from phasemap.cli.console import duration, make_console

    console = make_console()
    for solver in dict.fromkeys(row.solver for row in rows):
        own = [row for row in rows if row.solver == solver]
        about = registry.solvers[solver]
        seconds = seconds_of(solver, registry)
        cost = duration(seconds) if seconds >= 0.05 else "milliseconds"
        console.print(f"{about.description} ({solver}; about {cost} a point)", style="bold", markup=False)
        for row in own:
            over = f" over {', '.join(row.dims)}" if row.dims else ""
            units = "" if row.units == "1" else f" [{row.units}]"
            console.print(f"  {row.name}{over}: {row.description}{units}", markup=False, soft_wrap=True)
        console.print()
    if surfaces:
        console.print("critical surfaces", style="bold")
        for kind in surfaces:
            console.print(f"  {kind.name}: {kind.description}", markup=False, soft_wrap=True)
