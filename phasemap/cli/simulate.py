"""`phasemap simulate`: one network, its Lyapunov spectrum and its activity."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phasemap.cli.arguments import ForceOption, JsonOption, OutputOption, SetOption
from phasemap.cli.plain import say

if TYPE_CHECKING:
    from phasemap.config import Point
    from phasemap.dataset import Result, Session
    from phasemap.simulation.lyapunov.spectra import Spectrum
    from phasemap.studies.networks.network import SimulationRecord

_FIGURES = ("network_lyapunov_spectrum", "network_lyapunov_convergence", "network_autocorrelation", "network_activity")
_ENDINGS = {
    "errors": "the errors asked for were reached",
    "duration": "the duration asked for was measured (no error was asked for)",
    "max_duration": "simulation.max_duration ended first: the errors asked for were not reached",
    "max_seconds": "simulation.max_seconds ended first: the errors asked for were not reached",
    "rest": "the network came to rest: its exponents are the eigenvalues there",
}


_Figures = Annotated[
    bool, typer.Option("--figures", help="Draw spectrum, convergence, autocorrelation and activity beside FILE.")
]
_Lazy = Annotated[
    bool | None,
    typer.Option(
        "--lazy/--dense",
        help="Without matrices (no spectrum, large networks), or with them. Default: with them where a spectrum is "
        "asked for, the cheaper with simulation.exponents=1.",
        show_default=False,
    ),
]
_Threads = Annotated[
    int | None, typer.Option("--threads", min=1, help="Threads of the matrix products. Default: all cores.")
]


def simulate(
    config: Annotated[
        Path | None, typer.Argument(help="Configuration to take parameters and options from.", show_default=False)
    ] = None,
    overrides: SetOption = None,
    output: OutputOption = None,
    figures: _Figures = False,
    threads: _Threads = None,
    lazy: _Lazy = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Simulate one network: Lyapunov spectrum, Kaplan-Yorke dimension, entropy rate, autocorrelation, activity.

    Runs for simulation.duration, or until the errors asked for (simulation.lyapunov_error, dimension_error,
    entropy_error) are reached or simulation.max_duration ends. The same seed gives the same network.

    Examples:

        phasemap simulate --set g_h=3 --set simulation.size=300

        phasemap simulate --set g_h=3 --set alpha_r=5 --set simulation.size=200 -o network.h5 --figures

        phasemap simulate --set g_h=3 --set simulation.size=200 --set simulation.lyapunov_error=0.005

        phasemap simulate --lazy --set g_h=1.5 --set alpha_z=10 --set simulation.size=16000
    """
    from phasemap.sweeps import environment

    environment.prepare_compilation_cache()
    from phasemap.config import make_point, read_toml
    from phasemap.quantities import REGISTRY
    from phasemap.storage import result_target, write_result
    from phasemap.sweeps.files.sessions import begin_session

    target = output or Path("network.h5")
    if output is not None or figures:
        target = result_target(target, force)
    data = read_toml(config)[1] if config is not None else {}
    point = make_point(data, REGISTRY, overrides or [], str(config or ""))
    tables = _tables(data, overrides or [])
    without = _way(point, lazy, figures)
    if not without:
        _check_memory(point)
    session, began = begin_session(threads or environment.available_processors()), time.monotonic()
    if without:
        from phasemap.cli.simulate_lazy import run_lazy

        run_lazy(point, tables, target if output is not None else None, session, began, as_json)
        return
    record = _run(point, threads)
    _say_facts(record) if as_json else _print(record)
    if output is not None or figures:
        result = _result(point, tables, record, session, began)
        write_result(target, result)
        told = [f"Stored in {target}.", *(_draw(result, target, record.size, point) if figures else [])]
        if not as_json:
            say("\n".join(told))


def _way(point: "Point", asked: bool | None, figures: bool) -> bool:
    """Whether the network goes without its matrices; says so, with the cost of either way."""
    from phasemap.cli.console import make_console
    from phasemap.errors import PhasemapError
    from phasemap.studies.networks.way import choose_way

    if asked and figures:
        raise PhasemapError("--figures draws a spectrum, which needs the matrices: leave out --lazy or --figures.")
    way = choose_way(point.parameters, point.options["simulation"], asked, figures)
    make_console(stderr=True).print(way.words, soft_wrap=True, markup=False, highlight=False)
    return way.lazy


def _tables(data: dict[str, Any], overrides: list[str]) -> dict[str, Any]:
    """The options that the stored result names as its own."""
    from phasemap.config import apply_overrides

    own = apply_overrides(data, overrides, ["simulation", "seed"]).get("simulation", {})
    own.pop("points", None)
    return {"simulation": own}


def _check_memory(point: "Point") -> None:
    """Refuse, before anything is drawn, a network that cannot fit."""
    from phasemap.errors import PhasemapError
    from phasemap.simulation.memory import memory_of
    from phasemap.sweeps.memory import memory_of_machine

    options = point.options["simulation"]
    needed, available = memory_of(options, point.parameters, spectrum=True), memory_of_machine()
    if available is None or needed <= available:
        return
    fewer = " or simulation.exponents (how many tangent vectors are carried; 0: all)"
    raise PhasemapError(
        f"A network of {options.size:,} units needs about {needed / 1e9:.1f} GB of memory, and "
        f"this machine has {available / 1e9:.1f} GB: reduce simulation.size{fewer}."
    )


def _run(point: "Point", threads: int | None) -> "SimulationRecord":
    import numpy as np
    from rich.progress import Progress, SpinnerColumn, TextColumn

    from phasemap.cli.console import make_console
    from phasemap.studies.networks.network import simulate_steps

    options = point.options["simulation"]
    steps = simulate_steps(point.parameters, options, np.random.SeedSequence(point.seed), threads)
    console = make_console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as display:
        task = display.add_task(f"{options.size} units: transient and activity")
        while True:
            try:
                progress = next(steps)
            except StopIteration as finished:
                found: SimulationRecord = finished.value
                return found
            time = f"{progress.time:.0f} of at most {progress.latest_end:.0f} time constants"
            display.update(task, description=f"{options.size} units: Lyapunov spectrum, {time}")


def _say_facts(record: "SimulationRecord") -> None:
    from phasemap.cli.simulate_facts import say_facts, spectrum_facts

    say_facts(record.estimates, record.size, spectrum_facts(record.spectrum), record.remarks)


def _print(record: "SimulationRecord") -> None:
    from phasemap.cli.console import make_console, make_table
    from phasemap.model.status import Status, in_words
    from phasemap.model.text.stated import number
    from phasemap.quantities import REGISTRY

    rows = []
    for name, estimate in record.estimates.items():
        quantity = REGISTRY.quantities[name]
        if quantity.dims or estimate.status[0] == Status.ABSENT:
            continue
        error = None if estimate.error is None else float(estimate.error[0])
        status = in_words(estimate.status[0])
        rows.append((name, number(float(estimate.value[0]), error), status))
    console = make_console()
    console.print(make_table(("quantity", "value", "status"), rows, f"One network of {record.size} units"))
    for line in (*_spectrum_lines(record), *record.remarks):
        console.print(line, soft_wrap=True, markup=False)


def _spectrum_lines(record: "SimulationRecord") -> list[str]:
    from phasemap.model.text.stated import number

    spectrum = record.spectrum
    if spectrum is None:
        return []
    first, last = (number(float(spectrum.exponents[k]), float(spectrum.errors[k])) for k in (0, -1))
    lines = [
        f"Lyapunov spectrum: {len(spectrum.exponents):,} exponents from {first} to {last}, measured over "
        f"{spectrum.duration:g} time constants after those above; {_ENDINGS[spectrum.stopped_by]}."
    ]
    if spectrum.interval > 0.0:
        lines.append(_numerics_line(spectrum))
    if spectrum.complete and not spectrum.at_rest:
        lines.append(f"Their sum is the mean trace of the Jacobian to {abs(spectrum.trace_defect):.0e} (relative).")
    lines += [
        f"The gate {name} is no degree of freedom: the flow of all three fields has {record.size:,} more exponents "
        f"{value:g}."
        for name, value in record.eliminated.items()
    ]
    return lines


def _numerics_line(spectrum: "Spectrum") -> str:
    """How vectors were kept apart, and what the time step and single precision cost."""
    errors = {"the time step": spectrum.step_error, "single precision": spectrum.precision_error}
    words = [f"{name} {abs(error).max():.0e}" for name, error in errors.items() if abs(error).max() > 0.0]
    largest = f"; largest errors by {' and '.join(words)}" if words else ""
    return f"Orthonormalised every {spectrum.interval:g} time constants{largest}."


def _result(
    point: "Point", tables: dict[str, Any], record: "SimulationRecord", session: "Session", began: float
) -> "Result":
    from phasemap.model.status import Status
    from phasemap.quantities import REGISTRY
    from phasemap.studies.single import single_config, single_result

    kept = [name for name, e in record.estimates.items() if (e.status != Status.ABSENT).any()]
    return single_result(single_config(point, kept, tables, REGISTRY), record.estimates, session, began)


def _draw(result: "Result", target: Path, size: int, point: "Point") -> list[str]:
    """Draw what there is beside the file, and say so."""
    from phasemap.cli.titles import title_of
    from phasemap.figures.draw import Request, draw
    from phasemap.figures.style.page import save

    title, told = title_of(point.parameters, f"$N = {size}$"), []
    for name in (name for name in _FIGURES if name in result.fields):
        path = target.with_name(f"{target.stem}.{name.removeprefix('network_')}.png")
        figure = draw(result, Request(quantity=name, title=title))
        save(figure, path, result.metadata.title, result.metadata.config_hash)
        told.append(f"Figure written to {path}.")
    return told
