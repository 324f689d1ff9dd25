"""`phasemap sweep`: compute a phase diagram."""

import contextlib
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phasemap.cli.arguments import ForceOption, JsonOption, OutputOption, PointTimeoutOption, RefineOption, SetOption
from phasemap.cli.plain import say_json
from phasemap.cli.records import with_records
from phasemap.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from phasemap.config import SweepConfig
    from phasemap.model.status import Status
    from phasemap.sweeps.executors.processes import Executor


_ENGINES = ("processes", "dask")


# What people may expect to get directly: tables and figures.
_NO_RESULTS = (".csv", ".nc", ".npz", ".txt", ".json", ".png", ".pdf", ".svg", ".html")


@dataclass(frozen=True)
class _Typed:
    """A configuration that is typed instead of written into a file."""

    axes: Annotated[
        list[str] | None,
        typer.Option("--axis", metavar="NAME=FROM:TO:POINTS", help="An axis, instead of a configuration. Repeatable."),
    ] = None
    cell: Annotated[
        str | None,
        typer.Option("--cell", help="With --axis: of a discrete cell, gru, lstm, vanilla.", show_default=False),
    ] = None
    quantities: Annotated[
        list[str] | None, typer.Option("--quantity", help="With --axis: a quantity to compute. Repeatable.")
    ] = None
    surfaces: Annotated[
        list[str] | None,
        typer.Option("--surface", help="With --axis: a critical surface to trace; usual ones by default. Repeatable."),
    ] = None

    def content(self) -> dict[str, object] | None:
        """The content of the configuration; None where no axis is given."""
        from phasemap.config.axes import content_of
        from phasemap.quantities import REGISTRY

        if not self.axes and (self.quantities or self.surfaces or self.cell):
            raise ConfigError("--cell, --quantity and --surface go with --axis: a configuration names its own.")
        family = REGISTRY.of_cell(self.cell).family
        return content_of(self.axes, self.quantities or [], self.surfaces or [], family) if self.axes else None


@dataclass(frozen=True)
class _Engine:
    """Where blocks are computed, and how long a point may take there."""

    workers: Annotated[
        int | None,
        typer.Option("--workers", "-j", min=0, help="Worker processes; 0: compute in this one. Default: all cores."),
    ] = None
    engine: Annotated[
        str, typer.Option("--executor", help="Where blocks are computed: processes, or dask (needs phasemap\\[dask]).")
    ] = "processes"
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="Dask scheduler, for --executor dask."),
    ] = None
    point_timeout: PointTimeoutOption = None

    def check(self) -> None:
        """Refuse what does not go together, before anything is written."""
        if self.engine not in _ENGINES:
            raise ConfigError(f"--executor {self.engine!r} is unknown: give one of {', '.join(_ENGINES)}.")
        if self.engine == "dask" and self.scheduler is None:
            from phasemap.sweeps.executors.dask import DaskExecutor

            DaskExecutor(None)  # says what is missing
        if self.scheduler is not None and self.engine != "dask":
            raise ConfigError(f"--scheduler {self.scheduler!r} is for --executor dask: give that too, or leave it out.")

    def count(self) -> int:
        """How many workers there are to be; refused where they are too many for this machine."""
        from phasemap.sweeps.environment import available_processors
        from phasemap.sweeps.executors.limits import check_workers

        count = available_processors() if self.workers is None else self.workers
        check_workers(count)
        return count

    def limited(self, settings: "SweepConfig") -> "SweepConfig":
        """The configuration with the time that a point may take."""
        from phasemap.sweeps.executors.limits import check_seconds

        check_seconds("--point-timeout", self.point_timeout)
        return settings if self.point_timeout is None else replace(settings, seconds_per_point=self.point_timeout)


@dataclass(frozen=True)
class _Part:
    """Which of the points are computed."""

    shard: Annotated[
        str | None, typer.Option("--shard", metavar="I/N", help="Compute part I of N only, into a file of its own.")
    ] = None
    redo: Annotated[
        str | None,
        typer.Option(
            "--redo",
            metavar="STATUSES",
            help="Compute only the points of these statuses again, e.g. failed,not_converged,out_of_time.",
        ),
    ] = None
    force: ForceOption = False
    refine: RefineOption = None


@with_records
def sweep(
    *,
    config: Annotated[
        Path | None,
        typer.Argument(
            help="Configuration (TOML), a name of the atlas, or a result file to complete.", show_default=False
        ),
    ] = None,
    typed: _Typed,
    output: OutputOption = None,
    engine: _Engine,
    part: _Part,
    overrides: SetOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the plan and its estimated cost, and stop.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Compute a phase diagram: every quantity of CONFIG at every point of its grid.

    Finished blocks are kept on disk as they come in. An interrupted sweep goes on where it stopped when the same
    command is given again; a finished one is not computed again. With --redo chosen points of a result are, with other
    options of the solvers if you like, and all others are kept.

    Examples:

        phasemap sweep quickstart --dry-run

        phasemap sweep --axis g_h=1:4:49 --axis alpha_r=0:20:41 --set tau_r=3 -o x.h5

        phasemap sweep configs/quickstart.toml -o fine.h5 --set axes.g_h.points=101 --set tau_r=3

        phasemap sweep configs/output_gate.toml --shard 1/4

        phasemap sweep quickstart.h5 --redo failed,not_converged --set ensemble.relative_error=0.001

        phasemap sweep configs/quickstart.toml --executor dask --scheduler tcp://head:8786
    """
    from phasemap.sweeps import environment

    environment.prepare_compilation_cache()
    from phasemap.cli.sweep_plan import plan_facts, planned, print_plan
    from phasemap.cli.sweep_run import run_sweep
    from phasemap.sweeps.memory import check_memory

    engine.check()
    shard = None if part.shard is None else _parse_shard(part.shard)
    settings, target = _load(config, typed.content(), output, overrides or [], shard)
    settings, again = engine.limited(settings), _check_redo(part.redo, shard, part.force)
    settings = settings.halving(part.refine)
    count = engine.count()
    check_memory(settings, count if engine.scheduler is None else 0)
    if dry_run:
        plan = planned(settings, target, max(count, 1), shard, part.force, again)
        return say_json(plan_facts(plan)) if as_json else print_plan(plan)
    with _executor(engine.engine, engine.scheduler, count) as start:
        code = run_sweep(settings, target, start, shard, part.force, again, as_json)
    if as_json:
        _say_facts(target)
    raise typer.Exit(code)


def _say_facts(target: Path) -> None:
    """What the file holds, as `info` says it."""
    from phasemap.cli.facts import facts
    from phasemap.storage import read_result

    say_json(facts(read_result(target)))


@contextlib.contextmanager
def _executor(engine: str, scheduler: str | None, workers: int) -> "Iterator[Callable[[], Executor]]":
    """How to start the engine; a cluster that cannot be reached is found out before anything is written."""
    from phasemap.cli.sweep_run import tell

    if engine == "processes":
        from phasemap.sweeps.executors.processes import make_executor

        yield partial(make_executor, workers, tell)
        return
    from phasemap.sweeps.executors.dask import DaskExecutor

    cluster = DaskExecutor(scheduler, tell)
    with contextlib.closing(cluster):
        yield lambda: cluster


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


def _load(
    config: Path | None,
    typed: dict[str, object] | None,
    output: Path | None,
    overrides: list[str],
    shard: tuple[int, int] | None,
) -> "tuple[SweepConfig, Path]":
    """The configuration, and the result file it goes to."""
    from phasemap.config import load_config, make_config, parse_toml
    from phasemap.config.usual_lines import usual_lines
    from phasemap.quantities import REGISTRY
    from phasemap.storage import is_hdf5, read_result

    if (config is None) == (typed is None):
        raise ConfigError("Give either a configuration or --axis, for example: phasemap sweep --axis g_h=1:4:49.")
    if typed is not None:
        settings = make_config(typed, REGISTRY, overrides)
        if not (settings.surfaces or any(entry.startswith("surfaces") for entry in overrides)):
            settings = make_config({**typed, "surfaces": list(usual_lines(settings))}, REGISTRY, overrides)
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
