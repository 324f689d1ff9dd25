"""`phasemap point --cell`: one point of a discrete gated cell."""

from typing import TYPE_CHECKING

from phasemap.cli.plain import say

if TYPE_CHECKING:
    from phasemap.studies.cells.point import CellReport


def cell_point(cell: str, settings: list[str], as_json: bool) -> None:
    """Print everything that the theory knows about a GRU, LSTM or tanh network."""
    from phasemap.sweeps import environment

    environment.prepare_compilation_cache()
    from phasemap.errors import ConfigError, shown
    from phasemap.studies.cells.point import CELLS, facts, make_cell, solve_cell_point

    if cell not in CELLS:
        raise ConfigError(f"--cell {shown(cell)} is unknown: {', '.join(CELLS)}.")
    report = solve_cell_point(cell, make_cell(cell, settings))
    if as_json:
        from phasemap import strict_json

        say(strict_json.text(facts(report)))
    else:
        _print(report)


def _print(report: "CellReport") -> None:
    from phasemap.cli.console import make_console, make_table

    console = make_console()
    named = [f"{key} = {value}" for key, value in vars(report.cell).items() if value != 0.0]
    console.print(f"{report.name}: {', '.join(named)}", style="bold")
    console.print(f"phase: {report.place.phase}")
    labels = list(report.by_point["second_moment"])
    if labels:
        rows = [(key, *(str(found[label]) for label in labels)) for key, found in report.by_point.items()]
        console.print(make_table(("fixed points", *labels), rows))
    console.print(make_table(("per step", ""), [(key, str(one)) for key, one in report.scalars.items()]))
    gain = "a_g" if report.name == "lstm" else "a_h"
    lines = [
        (key, ", ".join(f"{value:.9g}" for value in gains)) for key, gains in report.critical_gains.items() if gains
    ]
    if lines:
        console.print(make_table((f"critical {gain} here", ""), lines))
    for remark in report.remarks:
        console.print(f"Note: {remark}.", soft_wrap=True)
