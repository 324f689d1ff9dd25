"""`phasemap submit`: a sweep as batch jobs on a cluster."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phasemap.cli.arguments import OutputOption, SetOption
from phasemap.errors import ConfigError

if TYPE_CHECKING:
    from phasemap.sweep.slurm import ArrayJob

_ENGINES = ("slurm",)


def submit(
    config: Annotated[Path, typer.Argument(help="Configuration (TOML).")],
    jobs: Annotated[int, typer.Option("--jobs", "-n", min=1, max=100_000, help="Array tasks, one shard each.")],
    engine: Annotated[str, typer.Option("--engine", help="Batch system: slurm.")] = "slurm",
    output: OutputOption = None,
    overrides: SetOption = None,
    cpus: Annotated[int, typer.Option("--cpus", min=1, help="Processors per task.")] = 1,
    time: Annotated[str | None, typer.Option("--time", help="Time limit per task, e.g. 2:00:00.")] = None,
    memory: Annotated[str | None, typer.Option("--mem", help="Memory per task, e.g. 2G.")] = None,
    partition: Annotated[str | None, typer.Option("--partition", help="Partition of the cluster.")] = None,
    extra: Annotated[
        list[str] | None, typer.Option("--extra", help="Further sbatch option as it is. Repeatable.")
    ] = None,
    warning: Annotated[
        int, typer.Option("--warning", min=10, help="Seconds before the time limit at which a task stops and requeues.")
    ] = 120,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the scripts; write and submit nothing.")] = False,
) -> None:
    """Submit a sweep as an array job and a job that merges its shards.

    The scripts, the configuration and the logs go into a folder beside the output. A task that runs out of time
    goes back into the queue and resumes; after any failure the same command submits what is missing.

    Examples:

        phasemap submit configs/quickstart.toml --jobs 8 --time 1:00:00 --mem 2G

        phasemap submit configs/quickstart.toml --jobs 8 --dry-run

        phasemap submit configs/quickstart.toml --jobs 8 --partition short --extra=--account=physics
    """
    import sys

    from phasemap.config import load_config
    from phasemap.quantities import REGISTRY
    from phasemap.sweep.plan import make_plan
    from phasemap.sweep.slurm import ArrayJob

    if engine not in _ENGINES:
        raise ConfigError(f"--engine {engine!r} is unknown: phasemap knows {', '.join(_ENGINES)}.")
    settings = load_config(config, REGISTRY, overrides or [])
    if jobs > 1:
        make_plan(settings).shard(1, jobs)  # says so if this sweep cannot be cut
    job = ArrayJob(
        config=settings.text,
        output=(output or settings.output or Path(f"{config.stem}.h5")).absolute(),
        jobs=jobs,
        python=sys.executable,
        cpus=cpus,
        time=time,
        memory=memory,
        partition=partition,
        extra=tuple(extra or ()),
        warning_seconds=warning,
    )
    if dry_run:
        _print_scripts(job)
    else:
        _submit(job)


def _print_scripts(job: "ArrayJob") -> None:
    from phasemap.sweep.slurm import array_script, merge_script

    for name, script in (("array.sh", array_script(job)), ("merge.sh", merge_script(job))):
        typer.echo(f"# --- {job.folder / name}\n{script}")


def _submit(job: "ArrayJob") -> None:
    from phasemap.cli.console import make_console
    from phasemap.sweep.slurm import submit as hand_over

    submitted = hand_over(job)
    lines = (
        f"Submitted {job.jobs} tasks as job {submitted.array}, and their merge into {job.output.name} as job "
        f"{submitted.merge}.",
        f"Watch: phasemap status {job.output}    or: squeue -j {submitted.array},{submitted.merge}",
        f"Logs and scripts: {job.folder}",
    )
    for line in lines:
        make_console().print(line, soft_wrap=True, markup=False)
