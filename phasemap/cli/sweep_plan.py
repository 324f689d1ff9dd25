"""The plan of a sweep and what it will cost, on the terminal."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from phasemap.config import SweepConfig
    from phasemap.model.status import Status
    from phasemap.sweeps.plan import Plan

_KICKED = ("network_memory", "network_reset")


def print_plan(
    settings: "SweepConfig",
    target: Path,
    workers: int,
    shard: tuple[int, int] | None,
    force: bool,
    redo: "Collection[Status] | None",
) -> None:
    """Say what would be computed, where, at which cost and in how much memory."""
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
    for line in (*_couplings_in_words(settings), *_lazy_in_words(settings)):
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


def _lazy_in_words(settings: "SweepConfig") -> list[str]:
    """Where networks without matrices may take over from the ensemble, and what they cost there."""
    options = settings.options.get("ensemble")
    if options is None or not getattr(options, "lazy_runs", 0):
        return []
    from phasemap.cli.console import duration
    from phasemap.handover.plan import cost

    count = 1
    for size in settings.shape:
        count *= -(-size // options.lazy_every)
    seconds = cost(settings.parameters, options)
    return [
        f"Networks without matrices (ensemble.lazy_runs) where no window holds the state, at {count:,} of the grid's "
        f"points at most (ensemble.lazy_every = {options.lazy_every}) and at check points: about {duration(seconds)} "
        "each. Counted above where the update gate pins a fixed point."
    ]


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
