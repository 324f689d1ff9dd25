"""`phasemap hysteresis`: attractors of the mean field followed along a parameter, both ways."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phasemap.cli.arguments import ForceOption, JsonOption, OutputOption, SetOption
from phasemap.cli.plain import say

if TYPE_CHECKING:
    from phasemap.dataset import Result


def hysteresis(
    along: Annotated[
        str,
        typer.Option(
            "--along", metavar="NAME=FROM:TO:POINTS[:log]", help="The parameter that is raised and lowered, slowly."
        ),
    ],
    config: Annotated[
        Path | None, typer.Argument(help="Configuration to take the other parameters from.", show_default=False)
    ] = None,
    overrides: SetOption = None,
    output: OutputOption = None,
    figure: Annotated[
        bool, typer.Option("--figure", help="Draw variance and exponent both ways, beside FILE as a PNG.")
    ] = False,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Follow the attractor of the mean field up from rest and down from chaos: where the ways differ is hysteresis.

    A state is kept for as long as it is an attractor, as in a network whose parameter changes slowly; then the network
    falls to another one. The update gate must be constant. `phasemap plot FILE` draws the loop again.

    Examples:

        phasemap hysteresis --set alpha_r=20 --along g_h=1.5:2.3:81

        phasemap hysteresis --set alpha_r=20 --set g_h=1.78 --along noise_h=0.001:0.1:60:log -o loop.h5 --figure
    """
    from phasemap.sweeps import environment

    environment.prepare_compilation_cache()
    from phasemap.config import make_point, read_toml
    from phasemap.quantities import REGISTRY
    from phasemap.storage import result_target, write_result
    from phasemap.studies.hysteresis import follow_loop, parse_along
    from phasemap.sweeps.files.sessions import begin_session, end_session

    kept, target = output is not None or figure, output or Path("hysteresis.h5")
    if kept:
        target = result_target(target, force)
    if figure:
        _check_figure(target)
    wanted = parse_along(along)
    data = read_toml(config)[1] if config is not None else {}
    settings = make_point(
        data, REGISTRY, [*(overrides or []), f"{wanted.name}={wanted.values[0]!r}"], str(config or "")
    )
    session, began = begin_session(), time.monotonic()
    result = follow_loop(settings, wanted)
    end_session(result, session, began)
    if kept:
        write_result(target, result)
    if figure:
        _draw(result, target.with_suffix(".png"))
    _say_facts(result) if as_json else _print(result)
    if kept and not as_json:
        say(f"Stored in {target}." + (f"\nFigure written to {target.with_suffix('.png')}." if figure else ""))


def _check_figure(target: Path) -> None:
    """Whether the figure beside a result can be written, before anything is computed."""
    from phasemap.errors import PhasemapError
    from phasemap.figures.style.page import check_target

    if target.suffix == ".png":
        raise PhasemapError(f"The result cannot be {target}: that is the name of its figure. Choose another.")
    check_target(target.with_suffix(".png"))


def _say_facts(result: "Result") -> None:
    """The numbers at every step of each way."""
    import numpy as np

    from phasemap import strict_json
    from phasemap.studies.hysteresis import STATES, WAYS

    axis, codes = result.axes[0], result.fields["loop_attractor"].value

    def numbers(name: str, way: int) -> list[dict[str, object]]:
        """A number along one way, over the values of the parameter."""
        entry = result.fields[f"loop_{name}"]
        errors = np.full(entry.value.shape, np.nan) if entry.error is None else entry.error
        columns = (entry.value[:, way], errors[:, way], entry.status[:, way])
        return [strict_json.entry(*one) for one in zip(*columns, strict=True)]

    ways = {
        way: {
            "attractor": [None if np.isnan(code) else STATES[int(code)] for code in codes[:, k]],
            "variance": numbers("variance", k),
            "lyapunov_max": numbers("lyapunov_max", k),
        }
        for k, way in enumerate(WAYS)
    }
    say(strict_json.text({"along": axis.name, "values": axis.values, "ways": ways}))


def _print(result: "Result") -> None:
    """The attractors along each way, from change to change."""
    import numpy as np

    from phasemap.cli.console import make_console, make_table
    from phasemap.model.text.stated import number
    from phasemap.studies.hysteresis import STATES, WAYS

    axis, rows = result.axes[0], []
    variance, exponent, codes = (result.fields[f"loop_{name}"] for name in ("variance", "lyapunov_max", "attractor"))
    for k, way in enumerate(WAYS):
        order = np.arange(len(axis))[:: 1 if way == "up" else -1]
        changes = np.flatnonzero(np.diff(np.nan_to_num(codes.value[order, k], nan=-1.0)) != 0) + 1
        for run in np.split(order, changes):
            code = codes.value[run[0], k]
            name = "none" if np.isnan(code) else STATES[int(code)]
            ends = [(float(variance.value[i, k]), float(exponent.value[i, k])) for i in (run[0], run[-1])]
            rows.append(
                (way, name, f"{axis.values[run[0]]:.6g} to {axis.values[run[-1]]:.6g}",
                 " to ".join(number(v) for v, _ in ends), " to ".join(number(e) for _, e in ends))
            )  # fmt: skip
    console = make_console()
    console.print(make_table(("way", "attractor", axis.name, "variance of h", "lambda_max"), rows))


def _draw(result: "Result", target: Path) -> None:
    from phasemap.figures.draw import Request, draw
    from phasemap.figures.style.page import save

    save(draw(result, Request()), target, result.metadata.title, result.metadata.config_hash)
