"""Computing chosen points of a result again, by their status, and keeping all others."""

import contextlib
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from phasemap.config import SweepConfig, differences
from phasemap.dataset import Result
from phasemap.errors import ConfigError, ResultFileError
from phasemap.model.status import Status
from phasemap.storage import resolve_target
from phasemap.storage.durable import remove_temporaries
from phasemap.sweeps.files.skeleton import empty_result
from phasemap.sweeps.locking.lock import Lock
from phasemap.sweeps.plan import Block, Plan, make_plan
from phasemap.sweeps.run import Sweep, existing_result

_MAY_DIFFER = ("options", "seed")


def parse_statuses(text: str) -> frozenset[Status]:
    """Statuses by their names, separated by commas: "failed,not_converged"; raises `ConfigError` for any other word."""
    from phasemap.config.schema import suggestion

    names = [word.strip().lower() for word in text.split(",")]
    known = {status.name.lower(): status for status in Status}
    for name in names:
        if name not in known:
            raise ConfigError(f"--redo: {name!r} is no status. {suggestion(name, known)}")
    return frozenset(known[name] for name in names)


@contextlib.contextmanager
def open_redo(config: SweepConfig, output: Path, statuses: Collection[Status]) -> Iterator[Sweep]:
    """Lock a result and plan the points of it that have one of some statuses, whatever else is missing.

    Old numbers stay until new ones are there. Options and seed may differ from those of the file, which keeps its own
    configuration; the session notes how they differed.

    Raises:
        LockedError: another process writes this output.
        ResultFileError: there is no result, or it is another sweep's.
    """
    output = resolve_target(output)
    if not output.exists():
        raise ResultFileError(f"There is no result {output} to compute points of again.")
    with Lock(output):
        remove_temporaries(output.parent, output.name)
        result = existing_result(output)
        note = _note(config, output, result)
        plan = redo_plan(config, result, statuses)
        if plan.blocks:
            result.refined = None  # it holds the old numbers
        yield Sweep(config, output, result, plan, resumed=False, redone=set(), note=note)


def _note(config: SweepConfig, output: Path, result: Result) -> str:
    """How the configuration differs from that of the file, in words; raises if it may not."""
    theirs = result.metadata.settings
    ours = {**config.settings, **{key: theirs[key] for key in _MAY_DIFFER}}
    reasons = differences(ours, theirs)
    if not reasons and not _same_shape(empty_result(config), result):
        reasons = ["the quantities have other dimensions"]
    if reasons:
        raise ResultFileError(
            f"{output} holds another sweep: {'; '.join(reasons)}. Only options of solvers and the seed may be other "
            "ones with --redo."
        )
    return "; ".join(differences(config.settings, theirs, "in points computed again", "in the others"))


def _same_shape(ours: Result, theirs: Result) -> bool:
    shapes = [
        {name: entry.value.shape for name, entry in fields.items()}
        for result in (ours, theirs)
        for fields in (result.fields, result.checks.fields if result.checks else {})
    ]
    labels = all(np.array_equal(places, theirs.labels.get(dim, [])) for dim, places in ours.labels.items())
    return shapes[:2] == shapes[2:] and labels


def redo_plan(config: SweepConfig, result: Result, statuses: Collection[Status]) -> Plan:
    """The points of which a number has one of the statuses, solver by solver; failed surfaces count as failed."""
    wanted = _wanted(result, statuses)
    failed = {failure.name for failure in result.failures if failure.part == "surface"}
    plan = make_plan(config, result)
    blocks = []
    for block in plan.blocks:
        if block.part == "surface":
            missing = block.name not in result.surfaces
            again = missing and (Status.FAILED if block.name in failed else Status.PENDING) in statuses
            blocks += [block] if again else []
        else:
            blocks.append(_chosen(block, wanted[block.part, block.name]))
    return replace(plan, blocks=tuple(block for block in blocks if len(block.indices)))


def _wanted(result: Result, statuses: Collection[Status]) -> dict[tuple[str, str], NDArray[np.bool_]]:
    """(part, solver) -> (n_points,) whether a point is to be computed again."""
    wanted: dict[tuple[str, str], NDArray[np.bool_]] = {}
    for part, fields in {"grid": result.fields, "checks": result.checks.fields if result.checks else {}}.items():
        for entry in fields.values():
            rows = np.isin(entry.status, list(statuses)).reshape(len(entry.pending), -1)
            found: NDArray[np.bool_] = np.asarray(rows.any(axis=1))
            earlier = wanted.get((part, entry.solver))
            wanted[part, entry.solver] = found if earlier is None else earlier | found
    return wanted


def _chosen(block: Block, wanted: NDArray[np.bool_]) -> Block:
    keep = wanted[block.indices]
    return replace(block, indices=block.indices[keep], seconds=block.seconds * float(keep.mean()))
