"""`phasemap compare`: theory against simulation, at every point that has both."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phasemap.cli.arguments import JsonOption
from phasemap.cli.plain import say

if TYPE_CHECKING:
    from phasemap.figures.agreement import Comparison


def compare(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Result file with theory and simulated networks.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write a figure, too: .png, .pdf or .svg.", show_default=False)
    ] = None,
    errors: Annotated[
        float, typer.Option("--errors", min=0.0, help="Combined standard errors that are allowed.")
    ] = 3.0,
    finite_size: Annotated[
        float,
        typer.Option(
            "--finite-size",
            min=0.0,
            help="Allowance A / N for networks of N units, absolute for exponents, else relative; 0 if extrapolated.",
        ),
    ] = 25.0,
    as_json: JsonOption = False,
) -> None:
    """Compare theory and simulation wherever a result holds both.

    A point agrees if the difference is within `--errors` combined standard errors and the allowance for the finite size
    of the network, which does not excuse a growth rate of the wrong sign; where several attractors coexist the nearest
    one is compared. The table says what was allowed at every point. Exit code 1 if a point disagrees.

    Examples:

        phasemap compare quickstart.h5

        phasemap compare quickstart.h5 -o agreement.pdf --errors 2

        phasemap compare kick.h5
    """
    from phasemap.errors import PhasemapError
    from phasemap.figures.agreement import Criterion
    from phasemap.figures.agreement import compare as compare_result
    from phasemap.figures.agreement_curves import compare_curves, references
    from phasemap.figures.style.page import check_target
    from phasemap.storage import read_result

    if output is not None:
        check_target(output, file)
    criterion, result = Criterion(errors, finite_size), read_result(file)
    comparisons = [*compare_result(result, criterion), *compare_curves(result, criterion)]
    beside = _said_of_references(references(result))
    if not any(len(one.theory) for one in comparisons):
        raise PhasemapError(_nothing_to_compare(file, beside))
    if as_json:
        from phasemap import strict_json

        say(strict_json.text([_facts(one) for one in comparisons]))
    else:
        _print(comparisons)
        if beside:
            say(beside)
    if output is not None:
        _write_figure(comparisons, output, result.metadata.title, result.metadata.config_hash)
    if not all(one.agrees.all() for one in comparisons):
        raise typer.Exit(1)


def _nothing_to_compare(file: Path, beside: str) -> str:
    if beside:
        return f"{file} holds nothing to compare. {beside}"
    return (
        f"{file} holds no point that has both theory and simulation: ask for a quantity and its network_ twin "
        "(for example lyapunov_max and network_lyapunov_max), and list [simulation] points; "
        "for a protocol, ask for --networks."
    )


def _said_of_references(names: list[str]) -> str:
    """Why networks are not compared with what stands beside them."""
    if not names:
        return ""
    return (f"Not compared: {', '.join(names)}. The lines beside these networks are of units that are frozen at the "
            "static solution, or of infinitesimal kicks; networks move, or are kicked so that gates flip, and keep "
            "less; and shares of networks have no limit in 1/N (docs/memory.md).")  # fmt: skip


def _print(comparisons: "list[Comparison]") -> None:
    from phasemap.cli.console import make_console, make_table

    console = make_console()
    for one in comparisons:
        rows = []
        for k in range(len(one.theory)):
            place = [f"{column[k]:g}" for column in one.places.values()]
            numbers = [
                f"{one.theory[k]:.5g}", f"{one.simulated[k]:.5g}", f"{one.difference[k]:+.2g}", f"{one.error[k]:.1g}",
                f"{one.pulls[k]:+.1f}", f"{one.statistical[k]:.2g} + {one.bias[k]:.2g}",
            ]  # fmt: skip
            rows.append([*place, *numbers, one.branches[k], one.verdicts[k]])
        columns = [*one.places, "theory", "simulation", "difference", "error", "pull", "allowed", "branch", "agrees"]
        console.print(make_table(columns, rows, title=f"{one.name}{_network(one)}"))
        console.print(_summary(one))
        console.print(_allowed(one) + "\n", soft_wrap=True)


def _network(one: "Comparison") -> str:
    if one.extrapolated:
        return ", networks extrapolated in 1/N"
    return f", networks of {one.size} units" if one.size else ""


def _summary(one: "Comparison") -> str:
    good, total = int(one.agrees.sum()), len(one.theory)
    skipped = f"; {one.skipped} without a good value on both sides" if one.skipped else ""
    return f"{good} of {total} points agree{skipped}.{_of_all(one)}"


def _of_all(one: "Comparison") -> str:
    """What the points of a curve say together: they are of the same networks, so that their number says little."""
    if one.networks is None:
        return ""
    expected = one.expected_mean_square_pull
    words = f" Root mean square pull {one.mean_square_pull**0.5:.2g}"
    if math.isfinite(expected):
        words += f", {expected**0.5:.2g} expected of {one.networks} networks"
    loose = int(one.loose.sum())
    said = (
        f" At {loose} of them more is allowed than the number itself: they say no more than its size." if loose else ""
    )
    return f"{words}.{said}"


def _allowed(one: "Comparison") -> str:
    """What was allowed, and why."""
    from phasemap.figures.agreement_curves import LOGARITHMS

    words = f"Allowed: {one.criterion.errors:g} combined standard errors"
    if one.widening != 1.0:
        words += (
            f" (those of {one.networks} networks count {one.widening:.2g} times: so few tell their scatter roughly, "
            "and Student's distribution is that much wider than the normal one)"
        )
    if one.bias.any():
        share = f"{one.criterion.finite_size:g}/{one.size} = {one.criterion.finite_size / (one.size or 1):.2g}"
        of = "" if one.absolute or one.name in LOGARITHMS else " of the theoretical value"
        words += (
            f" + {share}{of} for the finite size: what networks of N units show is off the limit of infinite ones by a "
            "bias that falls as 1/N. Points that agree by that alone are marked; networks of several sizes "
            "(simulation.sizes) would do without"
        )
    elif one.extrapolated:
        words += "; nothing for the finite size, which is extrapolated away"
    if one.opposite.any():
        words += (
            ". Where the signs of a growth rate contradict each other nothing is allowed for the finite size: that is "
            "another phase"
        )
    return words + "."


def _facts(one: "Comparison") -> dict[str, Any]:
    columns = {
        "theory": one.theory, "theory_error": one.theory_error, "simulation": one.simulated,
        "simulation_error": one.simulated_error, "allowed": one.statistical + one.bias,
        "allowed_statistical": one.statistical, "allowed_finite_size": one.bias,
        "pull": one.pulls, "agrees": one.agrees,
    }  # fmt: skip
    points = [
        {
            **{name: float(values[k]) for name, values in one.places.items()},
            **{name: values[k] for name, values in columns.items()},
            "branch": one.branches[k],
            "verdict": one.verdicts[k],
        }
        for k in range(len(one.theory))
    ]
    return {
        "quantity": one.name, "size": one.size, "extrapolated": one.extrapolated, "errors": one.criterion.errors,
        "finite_size": one.criterion.finite_size, "networks": one.networks, "skipped": one.skipped,
        "mean_square_pull": one.mean_square_pull, "expected_mean_square_pull": one.expected_mean_square_pull,
        "points": points,
    }  # fmt: skip


def _write_figure(comparisons: "list[Comparison]", path: Path, title: str, fingerprint: str) -> None:
    from phasemap.figures.comparison import draw_comparison
    from phasemap.figures.style.page import save

    save(draw_comparison(comparisons), path, title, fingerprint)
    say(f"Figure written to {path}.")
