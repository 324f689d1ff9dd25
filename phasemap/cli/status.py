"""`phasemap status`: how far a result and its shards are."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from phasemap.sweep.status import PartStatus


def status(
    file: Annotated[Path, typer.Argument(help="Result file; its shards are found beside it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Say which blocks of a sweep are finished, running, failed or missing, shard by shard.

    Exit code 0 when everything is finished, 1 otherwise.

    Examples:

        phasemap status quickstart.h5

        phasemap status quickstart.h5 --json
    """
    from phasemap.quantities import REGISTRY
    from phasemap.sweep.slurm import queue_lines, read_submitted
    from phasemap.sweep.status import status_of

    parts = status_of(file, REGISTRY)
    submitted = read_submitted(file)
    queue = queue_lines(submitted) if submitted else []
    if as_json:
        import json

        typer.echo(json.dumps({"parts": [_facts(part) for part in parts], "queue": queue}, indent=2))
    else:
        _print(parts, queue)
    if any(part.state != "finished" for part in parts):
        raise typer.Exit(1)


def _facts(part: "PartStatus") -> dict[str, Any]:
    return {
        "file": str(part.path),
        "shard": part.shard,
        "state": part.state,
        "blocks": {"finished": part.finished, "failed": part.failed, "missing": part.missing},
        "holder": vars(part.holder) if part.holder else None,
        "problem": part.problem,
    }


def _print(parts: "list[PartStatus]", queue: list[str]) -> None:
    from phasemap.cli.console import make_console, make_table, percent

    console = make_console()
    rows = [
        (
            part.path.name,
            part.state,
            f"{part.finished:,} ({percent(part.finished, part.total)})",
            f"{part.failed:,}",
            f"{part.missing:,}",
            f"{part.holder.process} on {part.holder.host}" if part.holder else "-",
        )
        for part in parts
    ]
    console.print(make_table(("file", "state", "finished blocks", "failed", "missing", "written by"), rows))
    for part in parts:
        if part.problem:
            console.print(part.problem, soft_wrap=True, markup=False)
    if queue:
        console.print("In the queue:", markup=False)
    for line in queue:
        console.print(f"  {line}", markup=False)
