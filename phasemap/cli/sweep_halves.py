"""After a sweep over a plane: its points at half the step, where it changes, and what of it is said."""

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from phasemap.config import SweepConfig
    from phasemap.sweeps.executors.processes import Executor
    from phasemap.sweeps.plan import Plan
    from phasemap.sweeps.run import Sweep


def refine_finished(job: "Sweep", executor: "Executor", console: "Console") -> "Plan | None":
    """Compute what is to be computed between the points of a finished plane, and say so; what is left if stopped."""
    from phasemap.cli.console import duration, plural
    from phasemap.sweeps.refinement.halved import companion, halved, is_affordable, open_halves, plan_of_halves

    finer = halved(job.config)
    if finer is None or not job.result.complete or job.result.refined is not None:
        return None
    plan = plan_of_halves(finer, job.result)
    much = plural(plan.evaluations, "evaluation")
    asked = job.config.halve or companion(job.output).exists()
    if not plan.blocks:
        return None
    if not asked and not is_affordable(plan, job.config):
        words = (
            f"Not refined where the phase changes: that would cost much ({much}, about {duration(plan.seconds)} on one "
        )
        console.print(f"{words}core). To do it: phasemap sweep {job.output} --refine", soft_wrap=True, markup=False)
        return None
    with open_halves(finer, job.result, job.output) as more:
        if drain(more, executor):
            return more.left
    took = duration(job.result.metadata.sessions[-1].wall_seconds)
    words = f"Refined to half the step where the phase, or what there is, changes: {much} more in {took}."
    console.print(words, soft_wrap=True, markup=False)
    return None


def drain(job: "Sweep", executor: "Executor") -> bool:
    """Let the sweep run under a progress display; whether it was stopped before its end."""
    from phasemap.cli.progress import show_progress
    from phasemap.sweeps.stop import stop_on_signals

    with stop_on_signals() as stop, contextlib.closing(job.run(executor, stop)) as blocks:
        show_progress(job, executor.workers, blocks)
    return stop.soon and bool(job.left.blocks)


def halves_in_words(settings: "SweepConfig", seconds: float) -> list[str]:
    """What will be computed between the points of a plane, for a plan. seconds: cost of the sweep itself."""
    from phasemap.cli.console import duration
    from phasemap.sweeps.refinement.halved import AFFORDABLE, halved

    if halved(settings) is None:
        return []
    most = f"if that takes no more than {duration(AFFORDABLE * seconds)} on one core (--no-refine leaves it out)"
    limit = "whatever it costs (--refine)" if settings.halve else most
    return [f"Then at half the step where the phase, or what there is, changes: {limit}."]
