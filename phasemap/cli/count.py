"""`phasemap count`: how many fixed points networks of finite size have at one point."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phasemap.cli.arguments import JsonOption, SetOption
from phasemap.cli.plain import say

if TYPE_CHECKING:
    from phasemap.model.options import CountOptions
    from phasemap.studies.networks.count import CountReport


def count(
    config: Annotated[
        Path | None, typer.Argument(help="Configuration to take parameters and options from.", show_default=False)
    ] = None,
    overrides: SetOption = None,
    method: Annotated[
        str, typer.Option("--method", help="search: find all of them; integral: their expected number, at any size.")
    ] = "search",
    size: Annotated[int | None, typer.Option("--size", min=2, help="Units N (count.size).", show_default=False)] = None,
    networks: Annotated[
        int | None,
        typer.Option("--networks", min=2, help="Networks of a search (count.networks).", show_default=False),
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option("--samples", min=100, help="Samples of the integral (count.samples).", show_default=False),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed of everything random.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Count the fixed points of networks, the zero one left out.

    A search is known to be complete in a network where the signs of all determinants add up to 1; where they do not in
    some networks, the count is a lower bound. Even then it misses pairs of opposite signs, which it is bound to between
    the onset of the complexity and the static fold, where basins are tiny: a search under-counts there. The integral
    (Kac-Rice) misses none and knows no limit of N.

    Beside them stands the number in theory, C e^(N complexity) for large N, with what the next order in 1/N may change
    as its error; it is not converged where that is more than a fifth, and absent where the complexity is zero.

    Examples:

        phasemap count --set g_h=3 --set alpha_r=2 --size 10 --networks 200

        phasemap count --set g_h=1.55 --set alpha_r=20 --size 40 --method integral --json
    """
    from phasemap.sweeps import environment

    environment.prepare_compilation_cache()
    from dataclasses import replace

    from phasemap.config import make_point, read_toml
    from phasemap.quantities import REGISTRY
    from phasemap.studies.networks.count import count_fixed_points

    data = read_toml(config)[1] if config is not None else {}
    settings = make_point(data, REGISTRY, overrides or [], str(config or ""))
    given = {"size": size, "networks": networks, "samples": samples}
    options = replace(settings.options["count"], **{key: value for key, value in given.items() if value is not None})
    report = count_fixed_points(settings.parameters, options, settings.seed if seed is None else seed, method)
    if as_json:
        from phasemap import strict_json

        say(strict_json.text(_facts(report, options, settings.parameters._asdict())))
    else:
        _print(report, options)


def _facts(report: "CountReport", options: "CountOptions", parameters: dict[str, float]) -> dict[str, Any]:
    from phasemap.strict_json import entry

    facts: dict[str, Any] = {
        "parameters": parameters,
        "method": report.method,
        "size": options.size,
        "networks": options.networks if report.method == "search" else None,
        "samples": options.samples if report.method == "integral" else None,
        "count": entry(*report.count),
        "expected_count": entry(*report.expected_count),
        "predicted_count": entry(*report.predicted_count),
        "complete_fraction": report.complete_fraction,
        "effective_samples": report.effective_samples,
        "sign_identity": {
            "integral": {"value": report.signed[0], "error": report.signed[1]},
            "known": {"value": report.known[0], "error": report.known[1]},
        },
        "complexity": entry(*report.complexity),
    }
    return {**facts, "reason": report.reason} if report.reason else facts


def _print(report: "CountReport", options: "CountOptions") -> None:
    from phasemap.cli.console import make_console, make_table
    from phasemap.model.text.stated import number, with_status

    rows = []
    if report.method == "search":
        rows += [
            ("non-zero fixed points per network", with_status(*report.count)),
            ("networks whose search is complete", number(report.complete_fraction)),
        ]
        title = f"{options.networks:,} networks of {options.size} units"
    else:
        rows += [
            ("expected non-zero fixed points", with_status(*report.expected_count)),
            ("effective samples", f"{report.effective_samples:,.0f} of {options.samples:,}"),
            ("signs of determinants, integral", number(*report.signed)),
            ("signs of determinants, exact", number(*report.known)),
        ]
        title = f"networks of {options.size} units"
    rows.append(("in theory, for large N", with_status(*report.predicted_count)))
    rows.append(("complexity (N to infinity, per unit)", with_status(*report.complexity)))
    console = make_console()
    console.print(make_table((title, ""), rows))
    if report.reason:
        console.print(report.reason, markup=False, soft_wrap=True)
