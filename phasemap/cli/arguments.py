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
