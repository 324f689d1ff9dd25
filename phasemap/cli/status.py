"""`phasemap status`: how far a result and its shards are."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phasemap.cli.arguments import JsonOption
from phasemap.cli.plain import say

if TYPE_CHECKING:
    from phasemap.sweeps.files.status import PartStatus


def status(
    file: Annotated[Path, typer.Argument(help="Result file; its shards are found beside it.")],
    as_json: JsonOption = False,
) -> None:
    """Say which blocks of a sweep are finished, running, failed or missing, shard by shard.

    Exit code 0 when everything is finished, 1 otherwise: shards that are awaited and have no file yet count.

    Examples:

        phasemap status quickstart.h5

        phasemap status quickstart.h5 --json
    """
    from phasemap.quantities import REGISTRY
    from phasemap.storage import check_regular, resolve_target
    from phasemap.sweeps.executors.slurm_queue import queue_lines, read_submitted
    from phasemap.sweeps.files.status import status_of

    check_regular(file)
    file = resolve_target(file)
    submitted = read_submitted(file)
    parts = status_of(file, REGISTRY, submitted.jobs if submitted else 0)
    queue = queue_lines(submitted) if submitted else []
    if as_json:
        import json

        say(json.dumps({"parts": [_facts(part) for part in parts], "queue": queue}, indent=2))
    else:
        _print(parts, queue)
    if any(part.state != "finished" for part in parts):
        raise typer.Exit(1)


def _facts(part: "PartStatus") -> dict[str, Any]:
    return {
        "file": str(part.path),
        "shard": part.shard,
        "state": part.state,
        "blocks": {"finished": part.finished, "failed": part.failed, "missing": part.missing} if part.begun else None,
        "holder": vars(part.holder) if part.holder else None,
        "problem": part.problem,
    }


def _print(parts: "list[PartStatus]", queue: list[str]) -> None:
    from phasemap.cli.console import make_console, make_table

    console = make_console()
    rows = [_row(part) for part in parts if part.begun]
    if rows:
        console.print(make_table(("file", "state", "finished blocks", "failed", "missing", "written by"), rows))
    for line in _lines(parts, queue):
        console.print(line, soft_wrap=True, markup=False)


def _row(part: "PartStatus") -> tuple[str, ...]:
    from phasemap.cli.console import percent

    return (
        part.path.name,
        part.state,
        f"{part.finished:,} ({percent(part.finished, part.total)})",
        f"{part.failed:,}",
        f"{part.missing:,}",
        f"{part.holder.process} on {part.holder.host}" if part.holder else "-",
    )


def _lines(parts: "list[PartStatus]", queue: list[str]) -> Iterator[str]:
    """What the table does not hold: shards without a file, problems, and what the queue says."""
    from phasemap.sweeps.executors.slurm import index_ranges

    awaited: dict[int, list[int]] = {}
    for part in parts:
        if part.shard is not None and not part.begun:
            awaited.setdefault(part.shard[1], []).append(part.shard[0])
    for of, numbers in awaited.items():
        yield f"Not begun: {len(numbers):,} of {of:,} shards have no file yet ({index_ranges(numbers)})."
    yield from (part.problem for part in parts if part.problem)
    if queue:
        yield "In the queue:"
    yield from (f"  {line}" for line in queue)
