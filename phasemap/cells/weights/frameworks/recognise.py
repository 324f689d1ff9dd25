"""Recurrent layers in a file of weights, by the names and shapes that each framework gives them."""

import re
from collections.abc import Callable, Iterator

from phasemap.cells.weights.formats.stored import Arrays
from phasemap.cells.weights.frameworks.flax import flax_layers
from phasemap.cells.weights.frameworks.keras import keras_layers
from phasemap.cells.weights.frameworks.torch import torch_layers
from phasemap.cells.weights.layer import Layer
from phasemap.errors import WeightFileError, shown

_FINDERS: tuple[Callable[[Arrays], Iterator[Layer]], ...] = (torch_layers, keras_layers, flax_layers)
_PEEPHOLE = re.compile(r"(?:^|[./_])(?:peephole|w_c[ifo]|weight_c[ifo])", re.I)
_MOST_NAMED = 12


def find_layers(arrays: Arrays) -> list[Layer]:
    """Every recurrent layer of a file, in the order of the names.

    Raises:
        WeightFileError: none is known, or one has parts for which there is no theory: named in the message.
    """
    peepholes = [name for name in arrays if _PEEPHOLE.search(name)]
    if peepholes:
        raise WeightFileError(f"The layer has peepholes ({shown(peepholes[0])}): there is no theory of them here.")
    found = [layer for finder in _FINDERS for layer in finder(arrays)]
    if found:
        return found
    square = [f"{name} {stored.shape}" for name, stored in arrays.items() if len(stored.shape) == 2]
    held = square or [f"{name} {stored.shape}" for name, stored in arrays.items()]
    raise WeightFileError(
        "No GRU, LSTM or RNN layer is known by the names and shapes of this file. What it holds: "
        f"{', '.join(held[:_MOST_NAMED]) or 'no arrays of floating-point numbers'}"
        f"{', ...' if len(held) > _MOST_NAMED else ''}. Known are the names of PyTorch (weight_hh_l0), Keras "
        "(recurrent_kernel), Flax (hr/kernel, dense_h) and Equinox (weight_hh with bias)."
    )


def ambiguity(layers: list[Layer]) -> str | None:
    """Why nobody can say what the layers of a file make up, in words with the candidates; None if that is plain.

    Layers under different prefixes are those of one model (stacked layers, encoder and decoder) and are not ambiguous.
    """
    makers = dict.fromkeys("torch" if layer.layout == "equinox" else layer.layout for layer in layers)
    names = [layer.name for layer in layers]
    twice = sorted({name for name in names if names.count(name) > 1})
    if len(makers) < 2 and not twice:
        return None
    candidates = ", ".join(
        f"{k} {layer.name} ({layer.cell} of {layer.size} units, {layer.layout})" for k, layer in enumerate(layers)
    )
    why = f"layers of several frameworks ({', '.join(makers)})" if len(makers) > 1 else f"{shown(twice[0])} twice"
    return f"holds {why}, so that it is not known which are meant. Choose one with --layer: {candidates}."
