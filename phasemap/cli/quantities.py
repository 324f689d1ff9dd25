"""`phasemap quantities`: what can be asked for."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from phasemap.cli.plain import say

if TYPE_CHECKING:
    from phasemap.model.registry import Quantity


def quantities(
    name: Annotated[str, typer.Argument(help="Only names that contain this.")] = "",
    solver: Annotated[str | None, typer.Option(help="Only those of one solver.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """List the quantities and critical surfaces that can be asked for: symbol, units, solver and its cost.

    Examples:

        phasemap quantities

        phasemap quantities lyapunov

        phasemap quantities --solver statics --json
    """
    from phasemap.errors import ConfigError
    from phasemap.quantities import REGISTRY
    from phasemap.suggest import choices, hint

    if solver is not None and solver not in REGISTRY.solvers:
        raise ConfigError(f"Unknown solver {solver!r}.{choices(solver, REGISTRY.solvers, 'The solvers are')}")
    rows = [row for row in REGISTRY.quantities.values() if name in row.name and solver in (None, row.solver)]
    surfaces = [kind for kind in REGISTRY.surfaces.values() if name in kind.name and solver is None]
    if not rows and not surfaces:
        near = hint(name, [*REGISTRY.quantities, *REGISTRY.surfaces])
        raise ConfigError(f"No quantity's name contains {name!r}.{near} Leave it out to see all.")
    if as_json:
        from phasemap import strict_json

        facts = {"quantities": {row.name: _facts(row) for row in rows}}
        facts["surfaces"] = {kind.name: {"description": kind.description} for kind in surfaces}
        say(strict_json.text(facts))
    else:
        _print(rows, surfaces)


def seconds_of(solver: str) -> float:
    """Rough cost of one point at the defaults, on one core."""
    from phasemap.model.parameters import make_parameters
    from phasemap.quantities import REGISTRY

    row = REGISTRY.solvers[solver]
    usual = make_parameters(g_h=2.0, alpha_z=2.0, alpha_r=2.0)
    return float(row.seconds(usual, row.options() if row.options is not None else None))


def _facts(row: "Quantity") -> dict[str, Any]:
    from phasemap.quantities import REGISTRY

    solver = REGISTRY.solvers[row.solver]
    return {
        "symbol": row.symbol,
        "units": row.units,
        "description": row.description,
        "dimensions": list(row.dims),
        "solver": row.solver,
        "simulated": solver.simulated,
        "options": solver.table or None,
        "seconds": seconds_of(row.solver),
    }


def _print(rows: list["Quantity"], surfaces: list[Any]) -> None:
    from phasemap.cli.console import duration, make_console
    from phasemap.quantities import REGISTRY

    console = make_console()
    for solver in dict.fromkeys(row.solver for row in rows):
        own = [row for row in rows if row.solver == solver]
        about = REGISTRY.solvers[solver]
        cost = duration(seconds_of(solver)) if seconds_of(solver) >= 0.05 else "milliseconds"
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
