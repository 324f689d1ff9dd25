"""Command-line arguments that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Override a key of the configuration: a parameter (g_h=3) or a path (simulation.size=1000). Repeatable.",
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Result file (HDF5).", show_default=False),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite what is there.")]
CellOption = Annotated[
    str | None, typer.Option("--cell", help="Those of a discrete cell: gru, lstm, vanilla.", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
RefineOption = Annotated[
    bool | None,
    typer.Option(
        "--refine/--no-refine",
        help="Compute a finished plane at half its step where the phase changes. Default: if that costs at most half "
        "as much again.",
        show_default=False,
    ),
]
PointTimeoutOption = Annotated[
    float | None,
    typer.Option(
        "--point-timeout",
        metavar="SECONDS",
        help="Time after which a point is given up as out of time (inf: never). Default: ten minutes, or twenty times "
        "what its solver expects if that is longer. Nothing ends a point with --workers 0 or on a Dask cluster.",
        show_default=False,
    ),
]
