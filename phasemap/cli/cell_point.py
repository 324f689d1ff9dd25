"""`phasemap point --cell`: one point of a discrete gated cell."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from phasemap.cli.plain import say

if TYPE_CHECKING:
    from phasemap.studies.cells.point import CellReport


def cell_point(
    cell: str, data: Mapping[str, Any], overrides: Sequence[str], more: tuple[bool, bool], as_json: bool
) -> None:
    """Print everything that the theory knows about a GRU, LSTM or tanh network; more: networks, the dynamic fold.

    data: the content of a configuration, of which [parameters], [simulation] and the seed count.
    """
    from phasemap.sweeps import environment

    environment.prepare_compilation_cache()
    from phasemap.config.text import apply_overrides
    from phasemap.quantities import REGISTRY
    from phasemap.studies.cells.point import facts, make_cell_point, solve_cell_point

    known = REGISTRY.of_cell(cell)
    content = apply_overrides(dict(data), overrides, ("seed", "cell"), known.family.infos)
    own = ("parameters", "axes", "simulation", "seed", "cell")
    _check(content, [name for name in content if name not in own], data)
    point = make_cell_point(cell, content.get("parameters", {}))
    simulation = _simulation(content.get("simulation", {})) if more[0] else None
    report = solve_cell_point(cell, point, simulation, int(content.get("seed", 0)), with_fold=more[1])
    if as_json:
        from phasemap import strict_json

        say(strict_json.text(facts(report)))
    else:
        _print(report)


def _check(content: Mapping[str, Any], left: Sequence[str], data: Mapping[str, Any]) -> None:
    """What was typed is a parameter or an option of the networks; axes must be fixed."""
    from phasemap.errors import ConfigError, shown

    if content.get("axes"):
        names = ", ".join(content["axes"])
        raise ConfigError(f"{names}: an axis of the configuration is fixed for a single point with --set NAME=VALUE.")
    typed = [name for name in left if name not in data]
    if typed:
        raise ConfigError(
            f"--set {shown(typed[0])}: no parameter of this cell. `phasemap parameters --cell ...` lists them; options "
            "of networks are simulation.size, simulation.realisations and their like."
        )


def _simulation(options: Mapping[str, Any]) -> Any:
    from phasemap.cells.solvers.options import CellNetworkOptions
    from phasemap.config.schema import read_options

    return read_options(CellNetworkOptions, options, "simulation")


def _print(report: "CellReport") -> None:
    from phasemap.cli.console import make_console, make_table

    console, family = make_console(), report.family
    named = [family.in_words(key, value) for key, value in family.different(report.point).items()]
    if "reset" in family.infos:
        named.append(family.in_words("reset", report.point._asdict()["reset"]))
    console.print(f"{family.name}: {', '.join(dict.fromkeys(named))}", style="bold")
    console.print(f"phase: {report.phase}")
    labels = list(report.by_point["second_moment"])
    if labels:
        rows = [
            (key, *(str(found[label]) if label in found else "-" for label in labels))
            for key, found in report.by_point.items()
        ]
        console.print(make_table(("fixed points", *labels), rows))
    console.print(make_table(("per step", ""), [(key, str(one)) for key, one in report.scalars.items()]))
    lines = [
        (key, ", ".join(f"{value:.9g}" for value in gains)) for key, gains in report.critical_gains.items() if gains
    ]
    if lines:
        console.print(make_table((f"critical {family.gain} here", ""), lines))
    for remark in report.remarks:
        console.print(f"Note: {remark}.", soft_wrap=True)
