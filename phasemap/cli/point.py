"""`phasemap point`: everything known about one point of parameter space."""

import contextlib
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phasemap.cli.arguments import PointTimeoutOption, SetOption
from phasemap.cli.plain import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from phasemap.model.results import Estimate
    from phasemap.studies.point import PointReport
    from phasemap.sweeps.executors.processes import Executor

_LONGEST_SIMULATION = 60.0  # seconds, by its own estimate


def point(
    config: Annotated[
        Path | None, typer.Argument(help="Configuration to take parameters and options from.", show_default=False)
    ] = None,
    overrides: SetOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
    simulate: Annotated[bool, typer.Option("--simulate", help="Simulate networks as well (takes longer).")] = False,
    point_timeout: PointTimeoutOption = None,
) -> None:
    """Compute everything that is known about one point: fixed points, mean-field branches, critical gains, phase.

    Parameters that are not named have their defaults: no gates, no inputs. A gate whose steepness is named is centred
    (beta = 0) unless its bias is named, too.

    Examples:

        phasemap point --set g_h=3 --set alpha_r=2

        phasemap point --set g_h=3 --set alpha_z=inf --json

        phasemap point configs/quickstart.toml --set g_h=2.5 --set alpha_r=1 --simulate --set simulation.size=1000
    """
    from phasemap.sweeps import environment

    environment.prepare_compilation_cache()
    from phasemap.config import make_point, read_toml
    from phasemap.quantities import REGISTRY
    from phasemap.studies.point import affordable, solve_point
    from phasemap.sweeps.executors.limits import check_seconds

    data = read_toml(config)[1] if config is not None else {}
    settings = make_point(data, REGISTRY, overrides or [], str(config or ""))
    solvers = [solver for solver in REGISTRY.solvers.values() if simulate or not solver.simulated]
    chosen = [s for s in solvers if not s.simulated or s in affordable(settings, solvers, _LONGEST_SIMULATION)]
    check_seconds("--point-timeout", point_timeout)
    if point_timeout is not None:
        settings = replace(settings, seconds_per_point=point_timeout)
    with _spinner() as tell:
        report = solve_point(settings, REGISTRY, chosen, make_executor(), tell)
    for solver in solvers:
        if solver not in chosen:
            report.failures[solver.name] = "left out, as it takes more than a minute: reduce simulation.size"
    if as_json:
        import json

        say(json.dumps(_facts(report), indent=2, allow_nan=False))
    else:
        _print(report)


def make_executor() -> "Executor":
    """Where a point is computed: in a process of its own, which can be ended whatever it does."""
    from phasemap.sweeps.executors.processes import Processes

    return Processes(1)


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


def _phase(report: "PointReport") -> str | None:
    from phasemap.dataset.phases import PHASE_NAMES, Phase, phase_labels

    if not {"static_gain", "lyapunov_max"} & set(report.estimates):
        return None
    p = report.parameters
    labels = report.labels
    code = phase_labels(report.estimates, labels.get("fixed_point", []), labels.get("branch", []), p._asdict())
    return PHASE_NAMES[Phase(int(code))]


def _facts(report: "PointReport") -> dict[str, Any]:
    """Strict JSON: numbers that do not exist are null, with a status; infinite ones are the strings "inf", "-inf"."""
    import numpy as np

    from phasemap.model.status import Status
    from phasemap.quantities import REGISTRY

    def entry(estimate: "Estimate", place: tuple[int, ...]) -> dict[str, Any]:
        error = None if estimate.error is None else estimate.error[place]
        return {
            "value": _strict(estimate.value[place]),
            "error": _strict(error),
            "status": Status(int(estimate.status[place])).name.lower(),
        }

    quantities: dict[str, Any] = {}
    for name, estimate in report.estimates.items():
        dims = report.dims[name]
        found: dict[str, Any] = {
            "units": REGISTRY.quantities[name].units,
            "description": REGISTRY.quantities[name].description,
        }
        if not dims:
            found |= entry(estimate, ())
        elif len(dims) == 1 and dims[0] in report.labels:
            found[dims[0]] = {label: entry(estimate, (k,)) for k, label in enumerate(report.labels[dims[0]])}
        else:
            found["dimensions"] = {dim: report.labels.get(dim) or report.coordinates[dim] for dim in dims}
            found["entries"] = [entry(estimate, place) for place in np.ndindex(estimate.value.shape)]
        quantities[name] = found
    return {
        "parameters": {name: _strict(value) for name, value in report.parameters._asdict().items()},
        "phase": _phase(report),
        "quantities": quantities,
        "critical_gains": {name: [float(g) for g in gains] for name, gains in report.critical_gains.items()},
        "remarks": report.remarks,
        "seconds": report.seconds,
        "failures": report.failures,
    }


def _strict(value: Any) -> float | str | None:
    if value is None or math.isnan(value):
        return None
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return float(value)


def _print(report: "PointReport") -> None:
    from phasemap.cli.console import make_console, make_table
    from phasemap.model.parameters import Parameters
    from phasemap.quantities import REGISTRY

    console = make_console()
    usual = Parameters()._asdict()
    named = [f"{k} = {v:g}" for k, v in report.parameters._asdict().items() if v != usual[k] or k == "g_h"]
    console.print(", ".join(named), style="bold")
    phase = _phase(report)
    if phase is not None:
        console.print(f"phase: {phase}")
    for solver in REGISTRY.solvers.values():
        names = [name for name in report.estimates if REGISTRY.quantities[name].solver == solver.name]
        for dims in dict.fromkeys(report.dims[name] for name in names):
            alike = [name for name in names if report.dims[name] == dims]
            if any(dim in report.coordinates for dim in dims) or len(dims) > 1:
                console.print(f"{', '.join(alike)}: over {', '.join(dims)}, see --json")
                continue
            columns, rows = _rows(report, alike, dims)
            if rows:
                console.print()
                console.print(make_table((solver.description, *columns), rows))
    gains = [(name, ", ".join(f"{g:.9g}" for g in values)) for name, values in report.critical_gains.items()]
    if gains:
        console.print()
        console.print(make_table(("critical g_h here", ""), gains))
    for remark in report.remarks:
        console.print()
        console.print(remark, markup=False, soft_wrap=True)
    for name, reason in report.failures.items():
        console.print(f"{name}: {reason}", style="red", markup=False)


def _rows(report: "PointReport", names: list[str], dims: tuple[str, ...]) -> tuple[list[str], list[tuple[str, ...]]]:
    """Column titles and rows: quantities down, existing branches (or fixed points) across."""
    from phasemap.model.status import Status

    if not dims:
        return [""], [(name, _cell(report.estimates[name], ())) for name in names]
    labels = report.labels[dims[0]]
    exist = [k for k in range(len(labels)) if any(report.estimates[name].status[k] != Status.ABSENT for name in names)]
    rows = [(name, *(_cell(report.estimates[name], (k,)) for k in exist)) for name in names]
    return [labels[k] for k in exist], rows if exist else []


def _cell(estimate: "Estimate", place: tuple[int, ...]) -> str:
    from phasemap.model.stated import stated

    error = None if estimate.error is None else float(estimate.error[place])
    return stated(float(estimate.value[place]), error, int(estimate.status[place]))
