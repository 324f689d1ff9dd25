"""`phasemap point`: everything known about one point of parameter space."""

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phasemap.cli.arguments import JsonOption, PointTimeoutOption, SetOption
from phasemap.cli.plain import say
from phasemap.errors import ConfigError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from phasemap.dataset import Field
    from phasemap.model.estimate import Estimate
    from phasemap.studies.point import PointReport


def point(
    config: Annotated[
        Path | None, typer.Argument(help="Configuration to take parameters and options from.", show_default=False)
    ] = None,
    overrides: SetOption = None,
    quantities: Annotated[
        list[str] | None,
        typer.Option("--quantity", help="Only this quantity (and what its solver gives besides). Repeatable."),
    ] = None,
    as_json: JsonOption = False,
    simulate: Annotated[bool, typer.Option("--simulate", help="Simulate networks as well (takes longer).")] = False,
    point_timeout: PointTimeoutOption = None,
    cell: Annotated[
        str | None,
        typer.Option("--cell", help="A discrete cell instead: gru, lstm, vanilla; --set a_h=4.", show_default=False),
    ] = None,
) -> None:
    """Compute everything that is known about one point: fixed points, mean-field branches, critical gains, phase.

    Without --quantity everything is computed that takes a few seconds; a line names what was left out, and its cost.
    Parameters that are not named have their defaults: no gates, no inputs. A gate whose steepness is named is centred
    (beta = 0) unless its bias is named, too.

    Examples:

        phasemap point --set g_h=3 --set alpha_r=2

        phasemap point --set g_h=3 --set alpha_z=inf --json

        phasemap point --set g_h=3 --set alpha_r=2 --quantity lyapunov_max --quantity static_gain

        phasemap point configs/quickstart.toml --set g_h=2.5 --set alpha_r=1 --simulate --set simulation.size=1000

        phasemap point --cell gru --set a_h=4 --set a_z=2 --set a_r=2 --set reset=after
    """
    from phasemap.config import read_toml

    data = read_toml(config)[1] if config is not None else {}
    cell = _cell_asked_for(cell, data, overrides or [])
    if cell is not None:
        from phasemap.cli.cell_point import cell_point

        if set(quantities or []) - {"dynamic_fold"} or point_timeout is not None:
            raise ConfigError(
                "A cell has --set, --simulate, --json and --quantity dynamic_fold only: leave the others out."
            )
        cell_point(cell, data, overrides or [], (simulate, bool(quantities)), as_json)
        return
    report = _solved((data, str(config or "")), overrides or [], quantities or [], simulate, point_timeout)
    if as_json:
        from phasemap import strict_json

        say(strict_json.text(_facts(report)))
    else:
        _print(report)


def _solved(
    config: tuple[dict[str, Any], str],
    overrides: list[str],
    quantities: list[str],
    simulate: bool,
    point_timeout: float | None,
) -> "PointReport":
    """Everything that was asked for at the point, computed under a spinner; config: its content and name."""
    from phasemap.sweeps import environment

    environment.prepare_compilation_cache()
    from phasemap.config import make_point
    from phasemap.quantities import REGISTRY
    from phasemap.studies.point import choose_solvers, solve_point
    from phasemap.sweeps.executors.limits import check_seconds
    from phasemap.sweeps.executors.processes import Processes

    settings = make_point(config[0], REGISTRY, overrides, config[1])
    chosen, left_out = choose_solvers(settings, REGISTRY, quantities, simulate)
    check_seconds("--point-timeout", point_timeout)
    if point_timeout is not None:
        settings = replace(settings, seconds_per_point=point_timeout)
    with _spinner() as tell, contextlib.closing(Processes(1)) as worker:
        report = solve_point(settings, REGISTRY, chosen, worker, tell)
    report.left_out.update(left_out)
    return report


def _cell_asked_for(named: str | None, data: dict[str, Any], overrides: list[str]) -> str | None:
    """The cell that is asked for, on the command line or in the configuration."""
    from phasemap.config.text import cell_named

    said = cell_named(data, overrides)
    if named is not None and said not in (None, "", named):
        raise ConfigError(f"--cell {shown(named)} does not go with a configuration that says cell = {shown(said)}.")
    return named if named is not None else said or None


@contextlib.contextmanager
def _spinner() -> "Iterator[Callable[[str], None]]":
    """Show on a terminal what is being computed, and for how long already."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from phasemap.cli.console import make_console

    console = make_console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as display:
        task = display.add_task("")
        yield lambda name: display.update(task, description=name)


def _facts(report: "PointReport") -> dict[str, Any]:
    """Strict JSON: numbers that do not exist are null, with a status; infinite ones are the strings "inf", "-inf"."""
    return {
        "parameters": report.parameters._asdict(),
        "phase": None if report.phase is None else str(report.phase),
        "quantities": {name: _fact(field) for name, field in report.fields.items()},
        "critical_gains": report.critical_gains,
        "regions": report.regions,
        "remarks": report.remarks,
        "seconds": report.seconds,
        "failures": report.failures,
        "left_out": report.left_out,
    }


def _fact(field: "Field") -> dict[str, Any]:
    """A quantity: at once, over the names along its dimension, or as a list over several dimensions."""
    import numpy as np

    found: dict[str, Any] = {"units": field.units, "description": field.description}
    if not field.dims:
        return found | _entry(field)
    along = field.coords[field.dims[0]]
    if len(field.dims) == 1 and along.dtype.kind in "UO":
        return found | {field.dims[0]: {str(label): _entry(field.at(k)) for k, label in enumerate(along)}}
    entries = [_entry(field.at(place)) for place in np.ndindex(field.value.shape)]
    return found | {"dimensions": field.coords, "entries": entries}


def _entry(number: "Estimate") -> dict[str, Any]:
    from phasemap.strict_json import entry

    return entry(number.value, number.error, number.status)


def _print(report: "PointReport") -> None:
    from phasemap.cli.console import make_console, make_table
    from phasemap.model.parameters import different
    from phasemap.quantities import REGISTRY

    console = make_console()
    named = [f"{name} = {value:g}" for name, value in different(report.parameters).items()]
    console.print(", ".join(named), style="bold")
    if report.phase is not None:
        console.print(f"phase: {report.phase}")
    for solver in REGISTRY.solvers.values():
        fields = [field for field in report.fields.values() if field.solver == solver.name]
        for dims in dict.fromkeys(field.dims for field in fields):
            alike = [field for field in fields if field.dims == dims]
            if len(dims) > 1 or any(alike[0].coords[dim].dtype.kind not in "UO" for dim in dims):
                console.print(f"{', '.join(field.name for field in alike)}: over {', '.join(dims)}, see --json")
                continue
            columns, rows = _rows(alike, dims)
            if rows:
                console.print()
                console.print(make_table((solver.description, *columns), rows))
    gains = [(name, ", ".join(f"{g:.9g}" for g in values)) for name, values in report.critical_gains.items()]
    if gains:
        console.print()
        console.print(make_table(("critical g_h here", ""), gains))
    for remark in [*(_place(name, fact) for name, fact in report.regions.items()), *report.remarks]:
        console.print()
        console.print(remark, markup=False, soft_wrap=True)
    for name, reason in report.failures.items():
        console.print(f"{name}: {reason}", style="red", markup=False)
    for name, reason in report.left_out.items():
        console.print(f"{name}: {reason}", style="dim", markup=False, soft_wrap=True)


def _place(name: str, fact: dict[str, Any]) -> str:
    """'inside the region marginally_stable (S = 2, pinning ratio 0.03, level 0.1)'"""
    from math import isnan

    numbers = {"S =": fact["static_gain"], "pinning ratio": fact["pinning_ratio"], "level": fact["level"]}
    known = [f"{words} {value:.4g}" for words, value in numbers.items() if not isnan(value)]
    return f"{'inside' if fact['inside'] else 'outside'} the region {name} ({', '.join(known)})"


def _rows(fields: "list[Field]", dims: tuple[str, ...]) -> tuple[list[str], list[tuple[str, ...]]]:
    """Column titles and rows: quantities down, existing branches (or fixed points) across."""
    from phasemap.model.status import Status

    if not dims:
        return [""], [(field.name, _cell(field)) for field in fields]
    labels = [str(label) for label in fields[0].coords[dims[0]]]
    exist = [k for k in range(len(labels)) if any(field.status[k] != Status.ABSENT for field in fields)]
    rows = [(field.name, *(_cell(field.at(k)) for k in exist)) for field in fields]
    return [labels[k] for k in exist], rows if exist else []


def _cell(number: "Estimate") -> str:
    from phasemap.model.text.stated import stated

    error = None if number.error is None else float(number.error)
    return stated(float(number.value), error, int(number.status))
