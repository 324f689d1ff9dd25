"""`phasemap locate`: where the network of a weight file lies on the phase diagram."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phasemap.cli.arguments import JsonOption
from phasemap.cli.plain import say

if TYPE_CHECKING:
    from phasemap.cells.weights.place import Location
    from phasemap.studies.cells.locate import Checkpoint

_NO_INPUT = "no input is assumed: biases only"


def locate(
    files: Annotated[
        list[Path],
        typer.Argument(help="Weights: .safetensors, .npz or Keras .h5; several are checkpoints of one training."),
    ],
    layer: Annotated[
        int | None, typer.Option("--layer", help="Only this layer of the file, from 0.", show_default=False)
    ] = None,
    inputs: Annotated[
        Path | None,
        typer.Option("--input", metavar="FILE", help="Inputs, an .npy of (time, inputs).", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the state from which the layer runs by itself.")] = 0,
    as_json: JsonOption = False,
    figure: Annotated[
        bool, typer.Option("--figure", help="Draw the map with the layers on it (locate.png without -o).")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="The figure's file.", show_default=False)
    ] = None,
) -> None:
    """Place a trained or fresh GRU, LSTM or RNN on its phase diagram: gains, lines, phase, memory, gradients.

    Pickled files are never opened; what converts them is printed.

    Examples:

        phasemap locate model.safetensors

        phasemap locate model.weights.h5 --layer 0 --json

        phasemap locate run/step1.npz run/step2.npz --figure -o path.png
    """
    picture = output if output is not None else Path("locate.png") if figure else None
    if picture is not None:
        from phasemap.figures.style.page import check_target

        check_target(picture, *files)
    from phasemap.studies.cells.locate import facts, linear_facts
    from phasemap.studies.cells.locate import locate as find

    found = [find(path, layer, inputs, seed) for path in files]
    if as_json:
        from phasemap import strict_json

        assumed = _NO_INPUT if inputs is None else f"the fluctuations of {inputs} count as frozen in the theory"
        each: list[dict[str, Any]] = [
            {
                "file": str(one.path),
                "input": assumed,
                "layers": [*map(facts, one.layers), *map(linear_facts, one.linear)],
            }
            for one in found
        ]
        say(strict_json.text(each[0] if len(each) == 1 else {"checkpoints": each}))
    else:
        _print(found, inputs is None)
    if picture is not None:
        _draw(found, picture)


def _draw(found: "list[Checkpoint]", picture: Path) -> None:
    from phasemap.figures.kinds.maps.cell_map import MapScene, draw_cell_map
    from phasemap.figures.style.page import save
    from phasemap.studies.cells.map import map_of

    save(draw_cell_map(MapScene(**vars(map_of(found)))), picture)


def _print(found: "list[Checkpoint]", without_input: bool) -> None:
    from phasemap.cells.weights.linear import WHY
    from phasemap.cli.console import make_console

    console = make_console()
    for checkpoint in found:
        console.print(f"{checkpoint.path}", style="bold")
        for one in checkpoint.layers:
            _print_layer(console, one)
        for linear in checkpoint.linear:
            spans = ", ".join(f"{share} %: {life:.3g}" for share, life in linear.quantiles.items())
            console.print(f"\n{linear.name}: {linear.kind}, half-lives in steps: {spans}.", soft_wrap=True)
            console.print(f"{WHY}.", soft_wrap=True)
    if without_input:
        console.print(f"\n({_NO_INPUT}.)")


def _print_layer(console: Any, found: "Location") -> None:
    from phasemap.cells.weights.place import STEPS
    from phasemap.cli.console import make_table

    layer, run = found.layer, found.run
    kind = {"gru": "GRU", "lstm": "LSTM", "vanilla": "RNN (tanh)"}[layer.cell]
    reset = f", reset gate {layer.reset} the matrix" if layer.reset else ""
    console.print(f"\n{layer.name}: {kind} of {layer.size} units{reset}")
    rows = [
        (gate, f"{one.gain:.4g}", f"{one.bias:.3g} ± {one.bias_spread:.2g}", f"{one.total_mean:.2g}",
         f"{one.largest_singular:.3g}", f"{one.spectral_radius:.3g}", f"{one.row_norm_spread:.2g}",
         f"{one.transposed:.2g}", f"{one.between_gates:.2g}")
        for gate, one in found.statistics.items()
    ]  # fmt: skip
    titles = ("gate", "gain", "bias", "N x mean", "singular", "radius", "row norms", "transpose", "other gates")
    console.print(make_table(titles, rows))
    console.print(make_table(("", ""), _rows(found)))
    growth = [
        (f"after {count}", _power(theory), _power(matrix))
        for count, theory, matrix in zip(STEPS, found.log_growth, run.log_growth, strict=True)
    ]
    console.print(make_table(("gradient |dh_k/dh_0|^2 / N", "theory", "this matrix"), growth))
    for remark in found.remarks:
        console.print(f"Note: {remark}.", soft_wrap=True)


def _rows(found: "Location") -> list[tuple[str, str]]:
    gain = {"gru": "a_h", "lstm": "a_g", "vanilla": "a_h"}[found.layer.cell]
    steps = f"{found.memory_steps:.3g} steps" if found.memory_steps == found.memory_steps else "zero is unstable"
    inner = found.layer.inner
    return [
        *([("bias inside the reset gate", f"{inner.mean():.3g} ± {inner.std():.2g}")] if inner.any() else []),
        ("phase", found.place.phase),
        ("multiplier of the zero state", f"{found.multiplier:.4f} (this matrix: {found.multiplier_of_matrix:.4f})"),
        ("memory", steps),
        *((f"factor in {gain} to {line}", f"{factor:.4g}") for line, factor in found.distances.items()),
        ("exponent per step of this matrix", str(found.run.lyapunov_max)),
    ]


def _power(logarithm: float) -> str:
    from math import isfinite, log

    return f"1e{logarithm / log(10.0):+.1f}" if isfinite(logarithm) else ("0" if logarithm < 0 else "not sought")
