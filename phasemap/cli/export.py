"""`phasemap export`: all that a result holds, in other formats."""

from pathlib import Path
from typing import Annotated

import typer

from phasemap.cli.arguments import ForceOption, JsonOption
from phasemap.cli.plain import say, say_json


def export(
    file: Annotated[Path, typer.Argument(help="Result file.")],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="What to write: .csv, .npz, .nc.", show_default=False),
    ],
    quantities: Annotated[list[str] | None, typer.Option("--quantity", help="Only this quantity. Repeatable.")] = None,
    surfaces: Annotated[
        bool,
        typer.Option("--surfaces", help="Critical lines, surfaces and regions instead of quantities."),
    ] = False,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write all that a result holds: .csv for people, .npz for NumPy, .nc for everything else.

    A .csv has one row for every number: its part (grid, checks, fine, refined), coordinates, value, error and
    status in words. Critical lines and regions have other columns: --surfaces writes them as a table of their own. A
    .npz and a .nc (needs phasemap[xarray]) hold arrays by name, with NAME_error and NAME_status beside them,
    checks_NAME at the check points, fine_NAME and refined_NAME on finer grids, and critical lines and regions as
    NAME_vertices, NAME_offsets and so on.

    Examples:

        phasemap export quickstart.h5 -o exponents.csv --quantity lyapunov_max

        phasemap export quickstart.h5 -o lines.csv --surfaces

        phasemap export quickstart.h5 -o quickstart.npz
    """
    from phasemap.storage import read_result
    from phasemap.storage.tables import write_table

    result = read_result(file)
    count = write_table(result, file, output, tuple(quantities or ()), surfaces, force)
    if as_json:
        say_json({"file": str(output), "rows": count})
        return
    is_table = output.suffix.lower() == ".csv"
    say(f"{output}: {count:,} {'rows' if is_table else 'arrays'}.")
    if is_table and not (surfaces or quantities) and (result.surfaces or result.regions):
        say("Critical lines and regions are a table of their own: give --surfaces.")
