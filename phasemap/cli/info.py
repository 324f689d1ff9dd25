"""`phasemap info`: what a result file holds."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phasemap.cli.arguments import JsonOption
from phasemap.cli.plain import say, say_json

if TYPE_CHECKING:
    from phasemap.dataset import Result


def info(
    file: Annotated[Path, typer.Argument(help="Result file, finished or not.")],
    as_json: JsonOption = False,
    config: Annotated[
        bool, typer.Option("--config", help="Print the configuration it was made from, as TOML.")
    ] = False,
    cite: Annotated[bool, typer.Option("--cite", help="Print BibTeX of the papers behind the stored numbers.")] = False,
    diff: Annotated[
        Path | None,
        typer.Option("--diff", metavar="OTHER", help="Print where the configuration of another result differs."),
    ] = None,
) -> None:
    """Say what a result file holds, how far it is and with what it was made.

    Examples:

        phasemap info quickstart.h5

        phasemap info quickstart.h5 --json

        phasemap info quickstart.h5 --config > again.toml

        phasemap info --cite quickstart.h5 > papers.bib

        phasemap info --diff fine.h5 quickstart.h5
    """
    from phasemap.storage import read_result

    result = read_result(file)
    if config:
        text = result.metadata.config.rstrip("\n")
        say_json({"config": text}) if as_json else say(text)
    elif cite:
        _cite(result, as_json)
    elif diff is not None:
        _compare(result, file, diff, as_json)
    elif as_json:
        from phasemap.cli.facts import facts

        say_json(facts(result))
    else:
        _print(result, file)


def _cite(result: "Result", as_json: bool) -> None:
    from phasemap.model.solvers.bibliography import entries

    parts = [result.fields, result.checks.fields if result.checks else {}]
    keys = {key for fields in parts for entry in fields.values() for key in entry.cites}
    if as_json:
        say_json({"papers": sorted(keys), "bibtex": entries(keys)})
    else:
        say(entries(keys) or "% The file does not say which papers its numbers rest on: an older phasemap wrote it.")


def _compare(result: "Result", file: Path, other: Path, as_json: bool) -> None:
    """Say where the configurations of two results differ."""
    from phasemap.config import differences
    from phasemap.storage import read_result

    theirs = read_result(other).metadata.settings
    found = differences(theirs, result.metadata.settings, f"in {other.name}", f"in {file.name}")
    if as_json:
        say_json({"files": [str(file), str(other)], "differences": found})
    else:
        say("\n".join(found) or f"{other.name} and {file.name} were made from the same configuration.")


def _print(result: "Result", path: Path) -> None:
    import numpy as np

    from phasemap.cli.console import duration, make_console, make_table, plural
    from phasemap.cli.summary import failures, phases, regions, remarks, surfaces
    from phasemap.model.status import Status, in_words
    from phasemap.quantities import REGISTRY

    console, metadata = make_console(), result.metadata
    done, total = result.progress
    console.print(metadata.title or path.name, style="bold", markup=False)
    if metadata.description:
        console.print(metadata.description.strip(), markup=False)
    console.print("complete" if done == total else f"not finished: {done:,} of {plural(total, 'evaluation')}")
    rows = [
        (axis.name, f"{len(axis)}", f"{axis.values[0]:g}", f"{axis.values[-1]:g}", axis.scale) for axis in result.axes
    ]
    console.print(make_table(("axis", "values", "from", "to", "scale"), rows))
    family = REGISTRY.of_cell(metadata.settings.get("cell")).family
    usual = family.record()._asdict()
    fixed = [family.in_words(name, value) for name, value in metadata.parameters.items() if value != usual[name]]
    fixed[:0] = [f"cell = {family.name}"] if family.name else []
    console.print(f"fixed: {', '.join(fixed) or 'nothing'}; the other parameters have their defaults")
    parts = [("", result.fields)] + ([(" (check points)", result.checks.fields)] if result.checks else [])
    met = {int(code) for _, fields in parts for entry in fields.values() for code in np.unique(entry.status)}
    columns = [status for status in Status if status in met or status == Status.CONVERGED]
    counts = [
        (name + suffix, *(f"{int((entry.status == status).sum()):,}" for status in columns))
        for suffix, fields in parts
        for name, entry in fields.items()
    ]
    console.print(make_table(("quantity", *(in_words(status) for status in columns)), counts))
    for line in phases(result) + surfaces(result) + regions(result) + remarks(result) + failures(result):
        console.print(line, soft_wrap=True, markup=False)
    if result.pending_surfaces:
        console.print(f"surfaces not traced yet: {', '.join(result.pending_surfaces)}")
    for session in metadata.sessions:
        versions = ", ".join(f"{name} {version}" for name, version in session.versions.items())
        revision = f" ({session.revision})" if session.revision else ""
        console.print(
            f"made {session.started[:19]}, {duration(session.wall_seconds)} on {plural(session.workers, 'worker')}, "
            f"{session.machine}; {versions}{revision}",
            soft_wrap=True,
            markup=False,
        )
    old = " (no checksums: a changed bit would not show)" if metadata.format_version < 2 else ""
    console.print(f"seed {metadata.seed}, configuration {metadata.config_hash}, format {metadata.format_version}{old}")
