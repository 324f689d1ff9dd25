"""`phasemap submit`: a sweep as batch jobs on a cluster."""

import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phasemap.cli.arguments import JsonOption, OutputOption, SetOption
from phasemap.cli.plain import say, say_json
from phasemap.cli.records import with_records
from phasemap.errors import ConfigError

if TYPE_CHECKING:
    from phasemap.config import SweepConfig
    from phasemap.sweeps.executors.slurm import ArrayJob

_ENGINES = ("slurm",)


@dataclass(frozen=True)
class _Job:
    """What the batch system is asked for."""

    cpus: Annotated[int, typer.Option("--cpus", min=1, help="Processors per task.")] = 1
    time: Annotated[str | None, typer.Option("--time", help="Time limit per task, e.g. 2:00:00.")] = None
    memory: Annotated[str | None, typer.Option("--mem", help="Memory per task, e.g. 2G.")] = None
    partition: Annotated[str | None, typer.Option("--partition", help="Partition of the cluster.")] = None
    extra: Annotated[
        list[str] | None, typer.Option("--extra", help="Further option of sbatch, in its words. Repeatable.")
    ] = None
    setup: Annotated[
        list[str] | None,
        typer.Option(
            "--setup",
            metavar="LINE",
            help="Line of shell that runs first in every task, e.g. 'module load python'. Repeatable.",
        ),
    ] = None
    warning: Annotated[
        int, typer.Option("--warning", min=10, help="Seconds before the time limit at which a task stops and requeues.")
    ] = 120


@with_records
def submit(
    config: Annotated[Path, typer.Argument(help="Configuration (TOML).")],
    jobs: Annotated[int, typer.Option("--jobs", "-n", min=1, max=100_000, help="Array tasks, one shard each.")],
    asked: _Job,
    engine: Annotated[str, typer.Option("--engine", help="Batch system: slurm.")] = "slurm",
    output: OutputOption = None,
    overrides: SetOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the scripts; write and submit nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Submit a sweep as an array job and a job that merges its shards.

    The scripts, the configuration and the logs go into a folder beside the output. A task that runs out of time
    goes back into the queue and resumes; after any failure the same command submits the shards that are missing.
    To run in a container, let --setup define how the program starts, as in the last example.

    Examples:

        phasemap submit configs/output_gate.toml --jobs 8 --time 1:00:00 --mem 2G

        phasemap submit configs/output_gate.toml --jobs 8 --dry-run

        phasemap submit configs/output_gate.toml --jobs 8 --partition short --extra=--account=physics

        phasemap submit configs/output_gate.toml --jobs 8 --setup "module load python/3.12"

        phasemap submit my.toml --jobs 8 --setup 'phasemap() { exec apptainer exec a.sif phasemap "$@"; }'
    """
    from phasemap.config import load_config
    from phasemap.quantities import REGISTRY
    from phasemap.sweeps.executors.slurm import shard_pattern
    from phasemap.sweeps.files.status import shards_left
    from phasemap.sweeps.plan import make_plan

    if engine not in _ENGINES:
        raise ConfigError(f"--engine {engine!r} is unknown: phasemap knows {', '.join(_ENGINES)}.")
    settings = load_config(config, REGISTRY, overrides or [])
    if jobs > 1:
        make_plan(settings).shards(jobs)  # says so if this sweep cannot be cut
    job = _array_job(settings, config, jobs, output, asked)
    left = shards_left(settings, job.output, jobs)
    if not left:
        pattern = shard_pattern(job)
        if as_json:
            say_json({"output": str(job.output), "shards": jobs, "submitted": [], "merge_from": pattern})
            return
        _say(f"All {jobs} shards are finished: nothing to submit. Join them: phasemap merge {pattern} -o {job.output}")
        return
    job = replace(job, wanted=left if len(left) < jobs else ())
    if dry_run:
        _print_scripts(job, as_json)
    else:
        _submit(job, as_json)


def _array_job(settings: "SweepConfig", config: Path, jobs: int, output: Path | None, asked: _Job) -> "ArrayJob":
    """The array job as the command line describes it."""
    import sys

    from phasemap.storage import resolve_target
    from phasemap.sweeps.executors.slurm import ArrayJob

    return ArrayJob(
        config=settings.text,
        output=resolve_target(output or settings.output or Path(f"{config.stem}.h5")).absolute(),
        jobs=jobs,
        python=sys.executable,
        cpus=asked.cpus,
        time=asked.time,
        memory=asked.memory,
        partition=asked.partition,
        extra=tuple(asked.extra or ()),
        setup=tuple(asked.setup or ()),
        warning_seconds=asked.warning,
    )


def _print_scripts(job: "ArrayJob", as_json: bool) -> None:
    from phasemap.sweeps.executors.slurm import array_script, merge_script

    scripts = {str(job.folder / "array.sh"): array_script(job), str(job.folder / "merge.sh"): merge_script(job)}
    if as_json:
        say_json({"output": str(job.output), "shards": job.jobs, "scripts": scripts})
        return
    for path, script in scripts.items():
        say(f"# --- {path}\n{script}")


def _submit(job: "ArrayJob", as_json: bool) -> None:
    from phasemap.sweeps.executors.slurm_queue import submit as hand_over

    submitted = hand_over(job)
    if as_json:
        facts = {
            "output": str(job.output), "shards": job.jobs, "submitted": list(job.wanted or range(1, job.jobs + 1)),
            "array_job": submitted.array, "merge_job": submitted.merge, "folder": str(job.folder),
        }  # fmt: skip
        say_json(facts)
        return
    tasks = f"{job.jobs} tasks"
    if job.wanted:
        tasks = f"{len(job.wanted)} of {job.jobs} tasks (the shards of the others are finished)"
    ids = f"{submitted.array},{submitted.merge}"
    _say(
        f"Submitted {tasks} as job {submitted.array}, and their merge into {job.output.name} as job {submitted.merge}."
    )
    _say(f"Watch: phasemap status {shlex.quote(str(job.output))}    or: squeue -j {ids}")
    _say(f"Logs and scripts: {job.folder}")


def _say(line: str) -> None:
    from phasemap.cli.console import make_console

    make_console().print(line, soft_wrap=True, markup=False)
