"""`phasemap parameters`: the parameters of the network and the options of the solvers."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from phasemap.cli.arguments import CellOption, JsonOption
from phasemap.cli.plain import say

if TYPE_CHECKING:
    from phasemap.model.family import Family
    from phasemap.model.registry import Registry


def parameters(
    options: Annotated[bool, typer.Option("--options", help="Also the numerical options of the solvers.")] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="The JSON Schema of a configuration, for editors and other programs.")
    ] = False,
    cell: CellOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the parameters of the network: what they mean, units, default and domain.

    Examples:

        phasemap parameters

        phasemap parameters --options

        phasemap parameters --cell gru

        phasemap parameters --json

        phasemap parameters --schema > phasemap.schema.json
    """
    from phasemap import strict_json
    from phasemap.quantities import REGISTRY

    if schema:
        from phasemap.config.json_schema import schema_of_all

        typer.echo(strict_json.text(schema_of_all(REGISTRY)))
        return
    registry = REGISTRY.of_cell(cell)
    facts: dict[str, Any] = {"parameters": _parameters(registry.family)}
    if options:
        facts["options"] = _options(registry)
    if as_json:
        say(strict_json.text(facts))
    else:
        _print(facts)


def _parameters(family: "Family") -> dict[str, dict[str, Any]]:
    usual = family.record()._asdict()
    return {
        name: {
            "symbol": info.symbol,
            "description": info.description,
            "units": info.units,
            "default": usual[name],
            "as_typed": family.in_words(name, usual[name]),
            "minimum": info.minimum,
            "maximum": info.maximum,
            "infinity_allowed": info.allows_infinity,
        }
        for name, info in family.infos.items()
    }


def _options(registry: "Registry") -> dict[str, dict[str, dict[str, Any]]]:
    """Table -> option -> what it means, from the records themselves."""
    from dataclasses import fields

    records = {solver.table: solver.options for solver in registry.solvers.values() if solver.options is not None}
    return {
        table: {
            field.name: {"description": field.metadata.get("description", ""), "default": field.default}
            for field in fields(record)
        }
        for table, record in records.items()
    }


def _print(facts: dict[str, Any]) -> None:
    from phasemap.cli.console import make_console

    console = make_console()
    for info in facts["parameters"].values():
        units = "" if info["units"] == "1" else f" [{info['units']}]"
        words = f"{info['as_typed']}: {info['description']}{units}"
        console.print(words, markup=False, soft_wrap=True)
    for table, options in facts.get("options", {}).items():
        console.print(f"\n[{table}]", style="bold", markup=False)
        for name, info in options.items():
            console.print(f"  {name} = {info['default']}: {info['description']}", markup=False, soft_wrap=True)
