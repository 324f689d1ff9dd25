"""`phasemap sweep`: compute a phase diagram."""

import contextlib
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phasemap.cli.arguments import ForceOption, OutputOption, PointTimeoutOption, SetOption
from phasemap.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from phasemap.config import SweepConfig
    from phasemap.model.status import Status
    from phasemap.sweeps.executors.processes import Executor
    from phasemap.sweeps.plan import Plan
    from phasemap.sweeps.run import Sweep


_ENGINES = ("processes", "dask")

INTERRUPTED = 130
"""Exit code of a sweep that was asked to stop and kept its finished blocks."""

_KICKED = ("network_memory", "network_reset")


# What people may expect to get directly: tables and figures.
_NO_RESULTS = (".csv", ".nc", ".npz", ".txt", ".json", ".png", ".pdf", ".svg", ".html")


def sweep(
    config: Annotated[
        Path | None,
        typer.Argument(
            help="Configuration (TOML), a name of the atlas, or a result file to complete.", show_default=False
        ),
    ] = None,
    axes: Annotated[
        list[str] | None,
        typer.Option("--axis", metavar="NAME=FROM:TO:POINTS", help="An axis, instead of a configuration. Repeatable."),
    ] = None,
    quantities: Annotated[
        list[str] | None, typer.Option("--quantity", help="With --axis: a quantity to compute. Repeatable.")
    ] = None,
    surfaces: Annotated[
        list[str] | None, typer.Option("--surface", help="With --axis: a critical surface to trace. Repeatable.")
    ] = None,
    output: OutputOption = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", "-j", min=0, help="Worker processes; 0: compute in this one. Default: all cores."),
    ] = None,
    shard: Annotated[
        str | None, typer.Option("--shard", metavar="I/N", help="Compute part I of N only, into a file of its own.")
    ] = None,
    overrides: SetOption = None,
    engine: Annotated[
        str, typer.Option("--executor", help="Where blocks are computed: processes, or dask (needs phasemap\\[dask]).")
    ] = "processes",
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="Dask scheduler, for --executor dask."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the plan and its estimated cost, and stop.")
    ] = False,
    redo: Annotated[
        str | None,
        typer.Option(
            "--redo",
            metavar="STATUSES",
            help="Compute only the points of these statuses again, e.g. failed,not_converged,out_of_time.",
        ),
    ] = None,
    point_timeout: PointTimeoutOption = None,
    force: ForceOption = False,
) -> None:
    """Compute a phase diagram: every quantity of CONFIG at every point of its grid.

    Finished blocks are kept on disk as they come in. An interrupted sweep goes on where it stopped when the same
    command is given again; a finished one is not computed again. With --redo chosen points of a result are, with other
    options of the solvers if you like, and all others are kept.

    Examples:

        phasemap sweep configs/quickstart.toml

        phasemap sweep quickstart --dry-run

        phasemap sweep --axis g_h=1:4:49 --axis alpha_r=0:20:41 --set tau_r=3 -o x.h5

        phasemap sweep configs/quickstart.toml -o fine.h5 --set axes.g_h.points=101 --set tau_r=3

        phasemap sweep configs/output_gate.toml --shard 1/4

        phasemap sweep quickstart.h5 --redo failed,not_converged --set ensemble.relative_error=0.001

        phasemap sweep configs/quickstart.toml --executor dask --scheduler tcp://head:8786
    """
    from phasemap.sweeps import environment
    from phasemap.sweeps.executors.limits import check_seconds, check_workers

    environment.prepare_compilation_cache()
    from phasemap.sweeps.memory import check_memory

    _check_engine(engine, scheduler)
    part = None if shard is None else _parse_shard(shard)
    typed = _typed(axes, quantities, surfaces)
    settings, target = _load(config, typed, output, overrides or [], part)
    again = _check_redo(redo, part, force)
    check_seconds("--point-timeout", point_timeout)
    if point_timeout is not None:
        settings = replace(settings, seconds_per_point=point_timeout)
    count = environment.available_processors() if workers is None else workers
    check_workers(count)
    check_memory(settings, count if scheduler is None else 0)
    if dry_run:
        _print_plan(settings, target, max(count, 1), part, force, again)
        return
    with _executor(engine, scheduler, count) as start:
        raise typer.Exit(run_sweep(settings, target, start, part, force, again))


@contextlib.contextmanager
def _executor(engine: str, scheduler: str | None, workers: int) -> "Iterator[Callable[[], Executor]]":
    """How to start the engine; a cluster that cannot be reached is found out before anything is written."""
    if engine == "processes":
        from phasemap.sweeps.executors.processes import make_executor

        yield partial(make_executor, workers, tell)
        return
    from phasemap.sweeps.executors.dask import DaskExecutor

    cluster = DaskExecutor(scheduler, tell)
    with contextlib.closing(cluster):
        yield lambda: cluster


def tell(line: str) -> None:
    """Say a sentence beside the progress of a sweep."""
    from phasemap.cli.console import make_console

    make_console(stderr=True).print(line, soft_wrap=True, markup=False)


def _check_redo(text: str | None, shard: tuple[int, int] | None, force: bool) -> "Collection[Status] | None":
    from phasemap.sweeps.redo import parse_statuses

    if text is None:
        return None
    if shard is not None or force:
        raise ConfigError(
            "--redo computes points of a whole file again and keeps the others: leave out --shard, --force."
        )
    return parse_statuses(text)


def _parse_shard(text: str) -> tuple[int, int]:
    from phasemap.sweeps.files.shards import MOST_SHARDS

    number, slash, of = text.partition("/")
    short = len(text) < 20  # int() takes no more than some thousand digits
    if slash and short and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of) <= MOST_SHARDS:
        return int(number), int(of)
    raise ConfigError(
        f"--shard {text[:40]!r} is not understood: write --shard I/N with I from 1 to N and N at most {MOST_SHARDS:,}, "
        "e.g. --shard 2/8."
    )


def _typed(
    axes: list[str] | None, quantities: list[str] | None, surfaces: list[str] | None
) -> dict[str, object] | None:
    """The content of a configuration from --axis and what goes with it; None where no axis is given."""
    from phasemap.config.axes import content_of

    if not axes and (quantities or surfaces):
        raise ConfigError("--quantity and --surface go with --axis: a configuration names its own.")
    return content_of(axes, quantities or [], surfaces or []) if axes else None


def _load(
    config: Path | None,
    typed: dict[str, object] | None,
    output: Path | None,
    overrides: list[str],
    shard: tuple[int, int] | None,
) -> "tuple[SweepConfig, Path]":
    """The configuration, and the result file it goes to."""
    from phasemap.config import load_config, make_config, parse_toml
    from phasemap.quantities import REGISTRY
    from phasemap.storage import is_hdf5, read_result

    if (config is None) == (typed is None):
        raise ConfigError("Give either a configuration or --axis, for example: phasemap sweep --axis g_h=1:4:49.")
    if typed is not None:
        settings = make_config(typed, REGISTRY, overrides)
        default = Path(f"{'_'.join(settings.axis_names)}.h5")
    elif is_hdf5(config := config or Path()):
        text = read_result(config).metadata.config
        settings = make_config(parse_toml(text, str(config)), REGISTRY, overrides, text=text, source=config)
        default = config
    else:
        settings = load_config(config, REGISTRY, overrides)
        default = settings.output or Path(f"{config.stem}.h5")
    if output is None and shard is not None:
        default = default.with_name(f"{default.stem}.shard-{shard[0]}-of-{shard[1]}{default.suffix}")
    target = output or default
    if target.suffix.lower() in _NO_RESULTS:
        raise ConfigError(
            f"-o {target}: a result is an HDF5 file (.h5). Compute it first, then write a {target.suffix} from it with "
            "`phasemap export` (tables) or `phasemap plot` (figures)."
        )
    return settings, target


def _print_plan(
    settings: "SweepConfig",
    target: Path,
    workers: int,
    shard: tuple[int, int] | None,
    force: bool,
    redo: "Collection[Status] | None",
) -> None:
    from phasemap.cli.console import duration, make_console, make_table, plural
    from phasemap.sweeps.memory import memory_in_words
    from phasemap.sweeps.plan import make_plan
    from phasemap.sweeps.redo import redo_plan
    from phasemap.sweeps.run import check_same, existing_result

    if redo is not None:
        existing, plan = None, redo_plan(settings, existing_result(target), redo)
    else:
        existing = check_same(settings, target) if target.exists() and not force else None
        plan = make_plan(settings, existing)
    if shard is not None:
        plan = plan.shard(*shard)
    console = make_console()
    console.print(f"{settings.title or settings.source} → {target}", style="bold", markup=False)
    if existing is not None:
        plan = plan.without(existing)
        console.print(
            f"  {target} is there already, with {plural(existing.progress[0], 'evaluation')}; this is the rest:"
        )
    for axis in settings.axes:
        ends = f"from {axis.values[0]:g} to {axis.values[-1]:g}"
        console.print(f"  {axis.name}: {plural(len(axis.values), 'value')} {ends} ({axis.scale})")
    console.print(make_table(("solver", "where", "evaluations", "blocks", "one core"), _plan_rows(plan)))
    console.print(
        f"Estimated: {duration(plan.seconds)} on one core, {duration(plan.seconds_on(workers))} on "
        f"{plural(workers, 'worker')}; the first run also compiles, which may take up to a minute."
    )
    console.print(memory_in_words(settings, workers))
    for line in _couplings_in_words(settings):
        console.print(line, soft_wrap=True)
    if settings.refinement is not None:
        whole = make_plan(replace(settings, refinement=None))
        console.print(
            f"The map is refined by {settings.refinement.by}: this is only what is known to be needed. How much more "
            f"follows from the numbers; the whole finest grid would be {plural(whole.evaluations, 'evaluation')}, "
            f"{duration(whole.seconds)} on one core.",
            soft_wrap=True,
        )


def _couplings_in_words(settings: "SweepConfig") -> list[str]:
    """Whether kicked networks have matrices or not, and which way is cheaper at the first point."""
    kicked = [solver for solver in settings.solvers("grid") + settings.solvers("checks") if solver.name in _KICKED]
    if not kicked:
        return []
    from phasemap.simulation.protocols.choice import plan_in_words

    return plan_in_words(settings.parameters, settings.options_of(kicked[0]))


def _plan_rows(plan: "Plan") -> list[tuple[str, ...]]:
    from phasemap.cli.console import duration

    names = list(dict.fromkeys((block.name, block.part) for block in plan.blocks))
    rows: list[tuple[str, ...]] = []
    for name, part in sorted(names, key=lambda pair: (pair[1] == "surface", pair[1] == "checks", pair[0])):
        blocks = [block for block in plan.blocks if (block.name, block.part) == (name, part)]
        points = sum(len(block.indices) for block in blocks)
        cost = duration(sum(block.seconds for block in blocks))
        rows.append((name, "check points" if part == "checks" else part, f"{points:,}", str(len(blocks)), cost))
    return rows


def _check_engine(engine: str, scheduler: str | None) -> None:
    if engine not in _ENGINES:
        raise ConfigError(f"--executor {engine!r} is unknown: give one of {', '.join(_ENGINES)}.")
    if engine == "dask" and scheduler is None:
        from phasemap.sweeps.executors.dask import DaskExecutor

        DaskExecutor(None)  # says what is missing
    if scheduler is not None and engine != "dask":
        raise ConfigError(f"--scheduler {scheduler!r} is for --executor dask: give that too, or leave it out.")


def run_sweep(
    settings: "SweepConfig",
    target: Path,
    start: "Callable[[], Executor]",
    shard: tuple[int, int] | None,
    force: bool,
    redo: "Collection[Status] | None" = None,
) -> int:
    """Run the sweep and say what came of it; the exit code."""
    from phasemap.cli.console import make_console, plural
    from phasemap.model.status import Status
    from phasemap.sweeps.redo import open_redo
    from phasemap.sweeps.run import open_sweep

    console = make_console()
    opened = open_sweep(settings, target, shard=shard, force=force)
    if redo is not None:
        opened = open_redo(settings, target, redo)
    with opened as job:
        if not job.plan.blocks and redo is not None:
            console.print(f"No point of {target} has such a status: nothing to compute.")
            return 0
        if redo is not None:
            console.print(f"Computing {plural(job.plan.evaluations, 'evaluation')} of {target} again.")
        if not job.plan.blocks:
            console.print(f"{target} is complete already: nothing to compute. Give --force to compute it again.")
            _collect(job)
            return 0
        if job.resumed:
            console.print(f"Resuming {target}: {plural(job.plan.evaluations, 'evaluation')} left.")
            _warn_of_other_versions(job)
        stopped = _drain(job, start())
        left = job.left
    if stopped:
        return _say_interrupted(job, left)
    from phasemap.cli.summary import summary

    for line in summary(job.result, target):
        console.print(line, soft_wrap=True, markup=False)
    if any((entry.status == Status.OUT_OF_TIME).any() for entry in job.result.fields.values()):
        again = f"phasemap sweep {target} --redo out_of_time --point-timeout SECONDS"
        console.print(f"Points ran out of time. Give them more: {again}", soft_wrap=True, markup=False)
    return 1 if job.result.failures else 0


def _warn_of_other_versions(job: "Sweep") -> None:
    from phasemap import __version__
    from phasemap.cli.console import make_console

    earlier = {session.versions.get("phasemap", "?") for session in job.result.metadata.sessions} - {__version__}
    if earlier:
        make_console(stderr=True).print(
            f"Note: what is there was computed by phasemap {', '.join(sorted(earlier))}, the rest will be by "
            f"{__version__}. Give --force to compute all of it again.",
            style="yellow",
            soft_wrap=True,
        )


def _collect(job: "Sweep") -> None:
    """Bring loose blocks of an earlier, killed run into the file."""
    from phasemap.sweeps.executors.processes import InProcess

    for _ in job.run(InProcess()):
        pass


def _drain(job: "Sweep", executor: "Executor") -> bool:
    """Let the sweep run under a progress display; whether it was stopped before its end."""
    from phasemap.cli.progress import show_progress
    from phasemap.sweeps.stop import stop_on_signals

    with stop_on_signals() as stop, contextlib.closing(job.run(executor, stop)) as blocks:
        show_progress(job, executor.workers, blocks)
    return stop.soon and bool(job.left.blocks)


def _say_interrupted(job: "Sweep", left: "Plan") -> int:
    from phasemap.cli.console import make_console, plural

    done, total = job.result.progress
    more = " and what these will ask for" if job.config.refinement is not None else ""
    make_console(stderr=True).print(
        f"Stopped: {done:,} of {plural(total, 'evaluation')} are kept in {job.output}. Give the same command again to "
        f"compute the remaining {left.evaluations:,}{more}.",
        style="yellow",
        soft_wrap=True,
        markup=False,
    )
    return INTERRUPTED
