"""`phasemap init`: initial weights at a wanted place of the phase diagram."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from phasemap.cli.arguments import JsonOption
from phasemap.cli.plain import say, say_json
from phasemap.cli.records import with_records

if TYPE_CHECKING:
    from phasemap.cells.initial.recipe import Recipe
    from phasemap.cells.weights.layer import Layer
    from phasemap.studies.cells.initial import Wish

_HONEST = (
    "This sets activity and gradients at initialisation. Whether it trains better depends on the task: in small trials "
    "it did on delayed recall, and on the adding problem only long-lived gates (--chrono) helped."
)


@dataclass(frozen=True)
class _Layer:
    """The layer that is drawn."""

    cell: Annotated[Literal["gru", "lstm", "vanilla"], typer.Option("--cell", help="gru, lstm or vanilla.")]
    phase: Annotated[str, typer.Option("--phase", help="critical, marginal (GRU), chaotic, stable, or memory=STEPS.")]
    size: Annotated[int, typer.Option("--size", help="Number of units.")] = 256
    inputs: Annotated[int, typer.Option("--input", min=1, max=1_000_000, help="Number of inputs.")] = 1
    reset: Annotated[Literal["before", "after"], typer.Option("--reset", help="Where the GRU's reset gate stands.")] = (
        "after"
    )
    chrono: Annotated[
        float | None,
        typer.Option("--chrono", metavar="STEPS", help="Chrono-like biases, memories up to STEPS.", show_default=False),
    ] = None


@with_records
def init(
    layer: _Layer,
    framework: Annotated[
        Literal["torch", "keras", "flax", "numpy"], typer.Option("--framework", help="Whose names the arrays get.")
    ] = "torch",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the draw.")] = 0,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help=".safetensors or .npz.", show_default=False)
    ] = None,
    only_print: Annotated[bool, typer.Option("--print", help="Gains and biases only; nothing is written.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Draw weights of a GRU, LSTM or RNN that lie where you want on the phase diagram.

    Examples:

        phasemap init --cell gru --size 256 --input 64 --phase critical -o init.safetensors

        phasemap init --cell lstm --phase memory=100 --framework keras -o init.npz

        phasemap init --cell gru --phase marginal --print
    """
    from phasemap.errors import ConfigError
    from phasemap.studies.cells.initial import Wish, check_target, draw, write

    wish = Wish(layer.cell, layer.size, layer.inputs, layer.phase, layer.reset, layer.chrono)
    if not only_print:
        if output is None:
            raise ConfigError("Where to? Give -o init.safetensors, or --print for gains and biases only.")
        check_target(output)
    if only_print:
        from phasemap.cells.initial.recipe import recipe_for

        recipe = recipe_for(layer.cell, layer.phase, layer.reset)
        say_json(_recipe_facts(recipe)) if as_json else _print_recipe(recipe)
        return
    assert output is not None
    recipe, drawn = draw(wish, seed)
    write(output, drawn, framework)
    facts = _draw_facts(drawn, output, framework)
    if as_json:
        say_json({**_recipe_facts(recipe), **_chrono_facts(wish, drawn), **facts})
        return
    _print_recipe(recipe)
    if wish.chrono is not None:
        _print_chrono(_chrono_facts(wish, drawn))
    _print_draw(facts)


def _recipe_facts(recipe: "Recipe") -> dict[str, Any]:
    """Gains and biases by gate, and what they do."""
    return {"cell": recipe.cell, "gains": recipe.gains, "biases": recipe.biases, "place": recipe.words}


def _chrono_facts(wish: "Wish", layer: "Layer") -> dict[str, Any]:
    """Mean and spread of the biases that were drawn in place of the recipe's; nothing where none were."""
    if wish.chrono is None:
        return {}
    gates = {"gru": "z", "lstm": "fi"}[layer.cell]
    drawn = {gate: {"mean": layer.biases[gate].mean(), "std": layer.biases[gate].std()} for gate in gates}
    return {"chrono": {"steps": wish.chrono, "biases": drawn}}


def _draw_facts(layer: "Layer", output: Path, framework: str) -> dict[str, Any]:
    """What the drawn matrices are like, and how they are loaded."""
    from phasemap.cells.static.zero_state import memory_steps
    from phasemap.cells.weights.zero_state import zero_multiplier, zero_multiplier_of_matrix
    from phasemap.studies.cells.initial import loading_lines

    multiplier = zero_multiplier(layer)
    return {
        "zero_multiplier": multiplier,
        "zero_multiplier_of_matrix": zero_multiplier_of_matrix(layer),
        "memory_steps": memory_steps(multiplier) if multiplier < 1.0 else None,
        "file": str(output),
        "framework": framework,
        "loading": loading_lines(output, layer, framework),
    }


def _print_recipe(recipe: "Recipe") -> None:
    for gate, gain in recipe.gains.items():
        say(f"{gate}: gain {gain:.6g} (standard deviation gain / sqrt(N)), bias {recipe.biases[gate]:.6g}")
    say(f"{recipe.words}.")


def _print_chrono(facts: dict[str, Any]) -> None:
    chrono = facts["chrono"]
    drawn = ", ".join(f"{gate} {one['mean']:.3g} ± {one['std']:.2g}" for gate, one in chrono["biases"].items())
    say(
        f"Instead of these biases, chrono-like ones were drawn, for memories up to {chrono['steps']:g} steps: {drawn}. "
        "They move the line of the zero state and change its memory: what the place promised holds of the gains only. "
        "phasemap locate says where the weights lie."
    )


def _print_draw(facts: dict[str, Any]) -> None:
    own = facts["zero_multiplier_of_matrix"]
    of_matrix = f"{own:.5f} of this matrix" if own == own else "not computed of a matrix of this size"
    say(f"Multiplier of the zero state: {facts['zero_multiplier']:.5f} in theory, {of_matrix}.")
    if facts["memory_steps"] is not None:
        say(f"Memory: {facts['memory_steps']:.4g} steps.")
    say(f"{_HONEST}\nWritten to {facts['file']}. It is loaded by:\n")
    say("\n".join(f"    {line}" for line in facts["loading"]))
