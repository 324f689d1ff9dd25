"""The plan of a sweep and what it will cost, on the terminal."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

    from phasemap.config import SweepConfig
    from phasemap.model.status import Status
    from phasemap.sweeps.plan import Plan

_KICKED = ("network_memory", "network_reset")


@dataclass(frozen=True)
class Planned:
    """What a command would compute. there: evaluations that the file holds already, None where there is no file."""

    settings: "SweepConfig"
    target: Path
    workers: int
    plan: "Plan"
    there: int | None

    @property
    def whole_finest_grid(self) -> "Plan | None":
        """All that a map might need that is refined adaptively; None for any other."""
        from phasemap.sweeps.plan import make_plan

        return None if self.settings.refinement is None else make_plan(replace(self.settings, refinement=None))


def planned(
    settings: "SweepConfig",
    target: Path,
    workers: int,
    shard: tuple[int, int] | None,
    force: bool,
    redo: "Collection[Status] | None",
) -> Planned:
    """Find out what would be computed; raises `ResultFileError` where the file holds something else."""
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
    if existing is None:
        return Planned(settings, target, workers, plan, None)
    return Planned(settings, target, workers, plan.without(existing), existing.progress[0])


def plan_facts(found: Planned) -> dict[str, Any]:
    """A plan for a program: seconds on one core and on the workers, bytes of memory."""
    from phasemap.sweeps.memory import needed
    from phasemap.sweeps.refinement.halved import halved

    settings, plan, need = found.settings, found.plan, needed(found.settings)
    whole = found.whole_finest_grid
    return {
        "title": settings.title or settings.source,
        "file": str(found.target),
        "evaluations_there": found.there or 0,
        "axes": {
            axis.name: {"from": axis.values[0], "to": axis.values[-1], "points": len(axis.values), "scale": axis.scale}
            for axis in settings.axes
        },
        "parts": [part._asdict() for part in _parts(plan)],
        "evaluations": plan.evaluations,
        "seconds": plan.seconds,
        "workers": found.workers,
        "seconds_on_workers": plan.seconds_on(found.workers),
        "memory": {"worker": need.worker, "result": need.result, "total": need.total(found.workers)},
        "refined": whole is not None,
        "halved": halved(settings) is not None,
        "most": None if whole is None else {"evaluations": whole.evaluations, "seconds": whole.seconds},
    }


def print_plan(found: Planned) -> None:
    """Say what would be computed, where, at which cost and in how much memory."""
    from phasemap.cli.console import duration, make_console, make_table, plural
    from phasemap.cli.sweep_halves import halves_in_words
    from phasemap.sweeps.memory import memory_in_words

    console, settings, plan, whole = make_console(), found.settings, found.plan, found.whole_finest_grid
    console.print(f"{settings.title or settings.source} → {found.target}", style="bold", markup=False)
    if found.there is not None:
        console.print(f"  {found.target} is there already, with {plural(found.there, 'evaluation')}; this is the rest:")
    for axis in settings.axes:
        ends = f"from {axis.values[0]:g} to {axis.values[-1]:g}"
        console.print(f"  {axis.name}: {plural(len(axis.values), 'value')} {ends} ({axis.scale})")
    rows = [(part.solver, part.where, f"{part.evaluations:,}", f"{part.blocks}", duration(part.seconds))
            for part in _parts(plan)]  # fmt: skip
    console.print(make_table(("solver", "where", "evaluations", "blocks", "one core"), rows))
    console.print(
        f"Estimated: {duration(plan.seconds)} on one core, {duration(plan.seconds_on(found.workers))} on "
        f"{plural(found.workers, 'worker')}; the first run also compiles, which may take up to a minute."
    )
    console.print(memory_in_words(settings, found.workers))
    halves = halves_in_words(settings, plan.seconds)
    for line in (*_couplings_in_words(settings), *_lazy_in_words(settings), *halves):
        console.print(line, soft_wrap=True)
    if whole is not None and settings.refinement is not None:
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


class Part(NamedTuple):
    """The blocks of one solver in one part of a sweep; seconds on one core."""

    solver: str
    where: str
    evaluations: int
    blocks: int
    seconds: float


def _parts(plan: "Plan") -> list[Part]:
    names = dict.fromkeys((block.name, block.part) for block in plan.blocks)
    parts: list[Part] = []
    for name, part in sorted(names, key=lambda pair: (pair[1] == "surface", pair[1] == "checks", pair[0])):
        blocks = [block for block in plan.blocks if (block.name, block.part) == (name, part)]
        points = sum(len(block.indices) for block in blocks)
        where = "check points" if part == "checks" else part
        parts.append(Part(name, where, points, len(blocks), sum(block.seconds for block in blocks)))
    return parts
