"""Fill the parameters of a live module of PyTorch, Keras or Flax, known by what they have, without importing it."""

from typing import Any

import numpy as np

from phasemap.cells.initial.draw import draw_layer
from phasemap.cells.initial.fill_flax import fill_flax
from phasemap.cells.initial.recipe import CellName, Recipe, recipe_for
from phasemap.cells.weights.frameworks.export import as_keras, as_torch
from phasemap.errors import UnsupportedError


def initialise(module: Any, place: str, seed: int = 0) -> Recipe:
    """Draw the recurrent weights of a GRU, LSTM or RNN layer at a place of the phase diagram; inputs' are left alone.

    Args:
        module: a torch.nn.GRU, LSTM, RNN, their cells or a module that holds them (every layer and direction is drawn
            apart); a built keras.layers.GRU, LSTM, SimpleRNN; a cell of flax.nnx or what holds it; the nested
            parameters of a flax.linen cell, which are filled in place. Biases become those of the recipe.
        place: critical, marginal, chaotic, stable, or memory=STEPS.
        seed: of the draws.

    Raises:
        UnsupportedError: the module has no such parameters.
    """
    rng = np.random.default_rng(seed)
    if hasattr(module, "named_parameters"):
        return _fill_torch(module, place, rng)
    if hasattr(module, "get_weights") and hasattr(module, "set_weights"):
        return _fill_keras(module, place, rng)
    filled = fill_flax(module, place, rng)
    if filled is not None:
        return filled
    raise UnsupportedError(
        f"A {type(module).__name__} has neither named_parameters (PyTorch) nor get_weights (Keras), and no cell of "
        "Flax in it: draw the weights with `phasemap init` and load them by name."
    )


def gate_initialisers(cell: CellName, place: str, seed: int = 0) -> dict[str, Any]:
    """Gate -> a function of (shape) that draws its recurrent matrix (N, N), for programs with one initialiser a gate.

    Gates: r, z, n of a GRU; i, f, g, o of an LSTM; the candidate's are rescaled as `phasemap init` does.
    """
    recipe = recipe_for(cell, place)

    def initialiser(gate: str) -> Any:
        """The function that draws the matrix of one gate."""

        def draw(shape: tuple[int, int]) -> np.ndarray:
            """A matrix (N, N) of this gate, from its own generator."""
            own = np.random.default_rng([seed, ord(gate)])
            return draw_layer(recipe, shape[0], 0, own).recurrent[gate]

        return draw

    return {gate: initialiser(gate) for gate in recipe.gains}


_OF_BLOCKS: dict[int, CellName] = {1: "vanilla", 3: "gru", 4: "lstm"}


def _fill_torch(module: Any, place: str, rng: np.random.Generator) -> Recipe:
    held = dict(module.named_parameters())
    recipe = None
    for name, parameter in held.items():
        prefix, found, suffix = name.rpartition("weight_hh")
        if not found:
            continue
        rows, size = (int(n) for n in parameter.shape)
        if rows % size or rows // size not in _OF_BLOCKS or f"{prefix}weight_hr{suffix}" in held:
            raise UnsupportedError(f"{name} has the shape ({rows}, {size}): projections have no theory here.")
        recipe = recipe_for(_OF_BLOCKS[rows // size], place)
        drawn = as_torch(draw_layer(recipe, size, 0, rng))
        for part in ("weight_hh", "bias_ih", "bias_hh"):
            if f"{prefix}{part}{suffix}" in held:
                _copy(held[f"{prefix}{part}{suffix}"], drawn[f"{part}_l0"])
    if recipe is None:
        raise UnsupportedError(f"A {type(module).__name__} has no parameter weight_hh...: give a GRU, LSTM or RNN.")
    return recipe


def _copy(parameter: Any, values: np.ndarray) -> None:
    """Write into a tensor's own memory, whatever its type and device."""
    data = parameter.data
    data.copy_(data.new_tensor(values.tolist()))


def _fill_keras(layer: Any, place: str, rng: np.random.Generator) -> Recipe:
    weights = [np.asarray(one) for one in layer.get_weights()]
    if len(weights) < 2 or weights[1].ndim != 2 or weights[1].shape[1] // weights[1].shape[0] not in _OF_BLOCKS:
        raise UnsupportedError(f"A {type(layer).__name__} has no recurrent kernel, or is not built yet.")
    size = weights[1].shape[0]
    before = len(weights) > 2 and weights[2].ndim == 1
    recipe = recipe_for(_OF_BLOCKS[weights[1].shape[1] // size], place, "before" if before else "after")
    drawn = as_keras(draw_layer(recipe, size, 0, rng))
    layer.set_weights([weights[0], drawn["recurrent_kernel"], *([drawn["bias"]] if len(weights) > 2 else [])])
    return recipe
