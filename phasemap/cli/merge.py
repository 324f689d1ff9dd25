"""`phasemap merge`: join shard files."""

from pathlib import Path
from typing import Annotated

import typer

from phasemap.cli.arguments import ForceOption, JsonOption
from phasemap.cli.plain import say


def merge(
    files: Annotated[list[Path], typer.Argument(help="Result files of one configuration, finished or not.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Joined result file.")],
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Join the files of shards into one result.

    The files must belong to one configuration and one version of the code (--force joins versions). Parts may be
    missing: `phasemap sweep OUTPUT` then computes just those. Merging again, or later with more files, loses nothing.

    Examples:

        phasemap merge quickstart.shard-*.h5 -o quickstart.h5
    """
    from phasemap import strict_json
    from phasemap.cli.console import make_console, plural
    from phasemap.cli.facts import facts
    from phasemap.cli.summary import failures
    from phasemap.sweeps.files.merge import merge_files

    merged = merge_files(files, output, force=force)
    done, total = merged.result.progress
    if as_json:
        say(strict_json.text(facts(merged.result)))
    console = make_console(stderr=as_json)
    console.print(f"{output}: {done:,} of {plural(total, 'evaluation')} from {plural(len(merged.files), 'file')}.")
    for line in failures(merged.result):
        console.print(line, soft_wrap=True, markup=False)
    if done < total:
        console.print(f"{total - done:,} are missing. Compute just those: phasemap sweep {output}", soft_wrap=True)
        raise typer.Exit(1)
    console.print(f"Complete. Look at it: phasemap plot {output}", soft_wrap=True)
