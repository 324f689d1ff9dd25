"""Layers of PyTorch and Equinox: rows r, z, n of a GRU and i, f, g, o of an LSTM, `weight_hh` (kN, N).

PyTorch adds `bias_ih` and `bias_hh`, except that b_hn of a GRU stays inside the reset gate's product; Equinox has one
`bias` and, for a GRU, `bias_n` inside.
"""

import re
from collections.abc import Iterator
from typing import Literal

import numpy as np

from phasemap.cells.nodes import Array
from phasemap.cells.weights.formats.stored import Arrays
from phasemap.cells.weights.layer import Layer, split
from phasemap.errors import WeightFileError, shown

_KEY = re.compile(r"^(?P<prefix>(?:.*[./])?)weight_hh(?P<suffix>(?:_l\d+)?(?:_reverse)?)$")
_ORDERS = {1: ("n",), 3: ("r", "z", "n"), 4: ("i", "f", "g", "o")}
_CELLS: dict[int, Literal["gru", "lstm", "vanilla"]] = {1: "vanilla", 3: "gru", 4: "lstm"}
_NORM = re.compile(r"(?:layer_?norm|(?:^|[._])ln)[^./]*[./]", re.I)


def torch_layers(arrays: Arrays) -> Iterator[Layer]:
    """Layers under `weight_hh...` names, both directions, and cells."""
    for name, stored in arrays.items():
        match = _KEY.match(name)
        if match is None:
            continue
        prefix, suffix = match["prefix"], match["suffix"]
        _refuse(arrays, prefix, suffix)
        shape = stored.shape
        if len(shape) != 2 or shape[1] == 0 or shape[0] not in (shape[1], 3 * shape[1], 4 * shape[1]):
            raise WeightFileError(f"{shown(name)} has the shape {shape}: (N, N), (3N, N) or (4N, N) would be a layer.")
        yield _layer(arrays, name, prefix, suffix, shape[0] // shape[1])


def _layer(arrays: Arrays, name: str, prefix: str, suffix: str, blocks: int) -> Layer:
    order, cell = _ORDERS[blocks], _CELLS[blocks]
    recurrent = split(arrays[name].numbers(name), order)
    N = recurrent[order[-1]].shape[0]
    from_inputs = f"{prefix}weight_ih{suffix}"
    inputs = split(arrays[from_inputs].numbers(from_inputs), order) if from_inputs in arrays else {}
    one = _bias(arrays, f"{prefix}bias", blocks * N) if not suffix else None  # Equinox
    outer = _bias(arrays, f"{prefix}bias_ih{suffix}", blocks * N) if one is None else one
    within = _bias(arrays, f"{prefix}bias_hh{suffix}", blocks * N)
    biases = split(np.zeros(blocks * N) if outer is None else outer, order)
    added = split(np.zeros(blocks * N) if within is None else within, order)
    inner = np.zeros(N)
    if cell == "gru":
        own = _bias(arrays, f"{prefix}bias_n", N)
        inner = added["n"] if own is None else own
        added["n"] = np.zeros(N)
    summed = {gate: biases[gate] + added[gate] for gate in order}
    notes = ("tanh is assumed: the file does not say whether its units are tanh or ReLU",) if cell == "vanilla" else ()
    title = f"{prefix.rstrip('./')}{'.' if prefix else ''}{suffix.lstrip('_') or 'cell'}"
    reset: Literal["after"] | None = "after" if cell == "gru" else None
    return Layer(title, cell, "torch" if one is None else "equinox", recurrent, inputs, summed, inner, reset, notes)


def _bias(arrays: Arrays, name: str, size: int) -> Array | None:
    if name not in arrays:
        return None
    if arrays[name].shape != (size,):
        raise WeightFileError(f"{shown(name)} has the shape {arrays[name].shape} where ({size},) belongs.")
    return arrays[name].numbers(name)


def _refuse(arrays: Arrays, prefix: str, suffix: str) -> None:
    projection = f"{prefix}weight_hr{suffix}"
    if projection in arrays:
        raise WeightFileError(f"The layer has a projection ({shown(projection)}): there is no theory of it here.")
    for name in arrays:
        if name.startswith(prefix) and _NORM.search(name[len(prefix) :]) and prefix:
            raise WeightFileError(f"The layer has layer norm ({shown(name)}): there is no theory of it here.")
