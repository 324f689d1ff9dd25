"""`phasemap export`: the numbers of a result as a table."""

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
        typer.Option("--surfaces", help="Critical lines, surfaces and regions instead of quantities (.csv, .npz)."),
    ] = False,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write the numbers of a result as a table: .csv for people, .npz for NumPy, .nc for everything else.

    A .csv has one row for every number: its coordinates, value, error and status in words. A .npz holds arrays by name,
    with NAME_error and NAME_status beside them. A .nc is netCDF (needs phasemap[xarray]).

    Examples:

        phasemap export quickstart.h5 -o exponents.csv --quantity lyapunov_max

        phasemap export quickstart.h5 -o lines.csv --surfaces

        phasemap export quickstart.h5 -o quickstart.npz
    """
    from phasemap.storage import read_result
    from phasemap.storage.tables import write_table

    count = write_table(read_result(file), file, output, tuple(quantities or ()), surfaces, force)
    if as_json:
        say_json({"file": str(output), "rows": count})
    else:
        say(f"{output}: {count:,} rows.")
