"""A sweep under a progress display, and what came of it in words."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from phasemap.cli.sweep_halves import drain, refine_finished

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from rich.console import Console

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
    from phasemap.cli.console import make_console
    from phasemap.sweeps.executors.processes import Lent
    from phasemap.sweeps.redo import open_redo
    from phasemap.sweeps.refinement.halved import discard_halves
    from phasemap.sweeps.run import open_sweep

    console = make_console(stderr=as_json)
    halves = None
    opened = open_sweep(settings, target, shard=shard, force=force)
    if redo is not None:
        opened = open_redo(settings, target, redo)
    with opened as job:
        if not job.plan.blocks:
            return _complete(job, start, console)
        _say_what(job, console)
        if force:
            discard_halves(target)
        with contextlib.closing(start()) as executor:
            stopped, left = drain(job, Lent(executor)), job.left
            if not stopped:
                _say_finished(job, target, console)
            if not stopped and shard is None and redo is None:
                halves = refine_finished(job, executor, console)
    if stopped:
        return _say_interrupted(job, left)
    if halves is not None:
        return _say_halved(job, halves)
    return 1 if job.result.failures else 0


def _say_finished(job: "Sweep", target: Path, console: "Console") -> None:
    """What came of a sweep, and what to do where points ran out of time."""
    from phasemap.cli.summary import summary
    from phasemap.model.status import Status

    for line in summary(job.result, target):
        console.print(line, soft_wrap=True, markup=False)
    if any((entry.status == Status.OUT_OF_TIME).any() for entry in job.result.fields.values()):
        again = f"phasemap sweep {target} --redo out_of_time --point-timeout SECONDS"
        console.print(f"Points ran out of time. Give them more: {again}", soft_wrap=True, markup=False)


def _say_what(job: "Sweep", console: "Console") -> None:
    """Say what of a result that is there already is computed now."""
    from phasemap.cli.console import plural

    much = plural(job.plan.evaluations, "evaluation")
    if job.redone is not None:
        console.print(f"Computing {much} of {job.output} again.")
    elif job.resumed:
        console.print(f"Resuming {job.output}: {much} left.")
        _warn_of_other_versions(job)


def _complete(job: "Sweep", start: "Callable[[], Executor]", console: "Console") -> int:
    """Say that nothing is left of a result, and add what it lacks; the exit code."""
    from phasemap.sweeps.files.regions import outline_finished
    from phasemap.sweeps.refinement.halved import companion

    if job.redone is not None:
        console.print(f"No point of {job.output} has such a status: nothing to compute.")
        return 0
    console.print(f"{job.output} is complete already: nothing to compute. Give --force to compute it again.")
    _collect(job)
    if outline_finished(job.config, job.result, job.output):
        console.print(f"The marginally stable region, which {job.output} did not have, is outlined in it now.")
    if not job.config.halve and not companion(job.output).exists():
        return 0
    with contextlib.closing(start()) as executor:
        halves = refine_finished(job, executor, console)
    return 0 if halves is None else _say_halved(job, halves)


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


def _say_halved(job: "Sweep", left: "Plan") -> int:
    """Say that a plane is finished, and what is left between its points; the exit code."""
    from phasemap.cli.console import make_console, plural

    make_console(stderr=True).print(
        f"Stopped: {job.output} is finished; {plural(left.evaluations, 'evaluation')} are left at half its step. Give "
        "the same command again to compute them, or leave them out with --no-refine.",
        style="yellow",
        soft_wrap=True,
        markup=False,
    )
    return INTERRUPTED
