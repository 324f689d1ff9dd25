"""`phasemap parameters`: the parameters of the network and the options of the solvers."""

from typing import Annotated, Any

import typer

from phasemap.cli.plain import say


def parameters(
    options: Annotated[bool, typer.Option("--options", help="Also the numerical options of the solvers.")] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="The JSON Schema of a configuration, for editors and other programs.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """List the parameters of the network: what they mean, units, default and domain.

    Examples:

        phasemap parameters

        phasemap parameters --options

        phasemap parameters --json

        phasemap parameters --schema > phasemap.schema.json
    """
    from phasemap import strict_json

    if schema:
        from phasemap.config.json_schema import json_schema
        from phasemap.quantities import REGISTRY

        typer.echo(strict_json.text(json_schema(REGISTRY)))
        return
    facts: dict[str, Any] = {"parameters": _parameters()}
    if options:
        facts["options"] = _options()
    if as_json:
        say(strict_json.text(facts))
    else:
        _print(facts)


def _parameters() -> dict[str, dict[str, Any]]:
    from phasemap.model.parameters import PARAMETERS, Parameters

    usual = Parameters()._asdict()
    return {
        name: {
            "symbol": info.symbol,
            "description": info.description,
            "units": info.units,
            "default": usual[name],
            "minimum": info.minimum,
            "maximum": info.maximum,
            "infinity_allowed": info.allows_infinity,
        }
        for name, info in PARAMETERS.items()
    }


def _options() -> dict[str, dict[str, dict[str, Any]]]:
    """Table -> option -> what it means, from the records themselves."""
    from dataclasses import fields

    from phasemap.quantities import REGISTRY

    records = {solver.table: solver.options for solver in REGISTRY.solvers.values() if solver.options is not None}
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
    for name, info in facts["parameters"].items():
        units = "" if info["units"] == "1" else f" [{info['units']}]"
        words = f"{name} = {info['default']:g}: {info['description']}{units}"
        console.print(words, markup=False, soft_wrap=True)
    for table, options in facts.get("options", {}).items():
        console.print(f"\n[{table}]", style="bold", markup=False)
        for name, info in options.items():
            console.print(f"  {name} = {info['default']}: {info['description']}", markup=False, soft_wrap=True)
