"""A sweep under a progress display, and what came of it in words."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from phasemap.config import SweepConfig
    from phasemap.model.status import Status
    from phasemap.sweeps.executors.processes import Executor
    from phasemap.sweeps.plan import Plan
    from phasemap.sweeps.run import Sweep

INTERRUPTED = 130
"""Exit code of a sweep that was asked to stop and kept its finished blocks."""


def tell(line: str) -> None:
    """Say a sentence beside the progress of a sweep."""
    from phasemap.cli.console import make_console

    make_console(stderr=True).print(line, soft_wrap=True, markup=False)


def run_sweep(
    settings: "SweepConfig",
    target: Path,
    start: "Callable[[], Executor]",
    shard: tuple[int, int] | None,
    force: bool,
    redo: "Collection[Status] | None" = None,
    as_json: bool = False,
) -> int:
    """Run the sweep and say what came of it (as_json: on standard error); the exit code."""
    from phasemap.cli.console import make_console, plural
    from phasemap.model.status import Status
    from phasemap.sweeps.files.regions import outline_finished
    from phasemap.sweeps.redo import open_redo
    from phasemap.sweeps.run import open_sweep

    console = make_console(stderr=as_json)
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
            if outline_finished(settings, job.result, target):
                console.print(f"The marginally stable region, which {target} did not have, is outlined in it now.")
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
