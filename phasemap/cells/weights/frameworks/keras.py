"""Layers of Keras: columns z, r, h of a GRU and i, f, c, o of an LSTM, `recurrent_kernel` (N, kN), used as h W.

`.weights.h5` files of Keras 3 number the variables of a cell (`.../vars/0` kernel, `1` recurrent kernel, `2` bias).
With reset_after = True the bias is (2, 3N): one for the inputs, one for the recurrent part; else the reset gate stands
before the matrix and the bias is (3N,).
"""

import re
from collections.abc import Iterator
from typing import Literal

import numpy as np

from phasemap.cells.nodes import Array
from phasemap.cells.weights.formats.stored import Arrays
from phasemap.cells.weights.layer import Layer, split
from phasemap.errors import WeightFileError, shown

_NAMED = re.compile(r"^(?P<prefix>(?:.*[./])?)recurrent_kernel(?P<suffix>(?::0)?)$")
_NUMBERED = re.compile(r"^(?P<prefix>(?:.*/)?vars/)1$")
_ORDERS = {1: ("n",), 3: ("z", "r", "n"), 4: ("i", "f", "g", "o")}
_CELLS: dict[int, Literal["gru", "lstm", "vanilla"]] = {1: "vanilla", 3: "gru", 4: "lstm"}


def keras_layers(arrays: Arrays) -> Iterator[Layer]:
    """Layers with a recurrent kernel, named or numbered."""
    for name, stored in arrays.items():
        shape = stored.shape
        blocks = shape[1] // shape[0] if len(shape) == 2 and shape[0] and shape[1] % shape[0] == 0 else 0
        match = _NAMED.match(name)
        if match is not None:
            if blocks not in _ORDERS:
                raise WeightFileError(f"{shown(name)} has the shape {shape}: (N, N), (N, 3N) or (N, 4N) is a layer.")
            prefix, suffix = match["prefix"], match["suffix"]
            yield _layer(arrays, blocks, prefix, f"{prefix}kernel{suffix}", name, f"{prefix}bias{suffix}")
        match = _NUMBERED.match(name)
        if match is not None and blocks in _ORDERS and _is_cell(arrays, match["prefix"], shape[1]):
            prefix = match["prefix"]
            yield _layer(arrays, blocks, prefix, f"{prefix}0", name, f"{prefix}2")


def _is_cell(arrays: Arrays, prefix: str, width: int) -> bool:
    kernel = arrays.get(f"{prefix}0")
    return kernel is not None and len(kernel.shape) == 2 and kernel.shape[1] == width


def _layer(arrays: Arrays, blocks: int, prefix: str, kernel: str, recurrent: str, bias: str) -> Layer:
    order, cell = _ORDERS[blocks], _CELLS[blocks]
    matrices = split(arrays[recurrent].numbers(recurrent).T, order)
    N = matrices["n" if cell != "lstm" else "g"].shape[0]
    inputs = split(arrays[kernel].numbers(kernel).T, order) if kernel in arrays else {}
    held = arrays[bias].numbers(bias) if bias in arrays else None
    outer, within, reset, notes = _biases(held, N, blocks, bias)
    biases, added = split(outer, order), split(within, order)
    inner = np.zeros(N)
    if cell == "gru":
        inner, added["n"] = added["n"], np.zeros(N)
    summed = {gate: biases[gate] + added[gate] for gate in order}
    if cell == "vanilla":
        notes = (*notes, "tanh is assumed: the file does not say which activation its units have")
    title = re.sub(r"(?:(?<=/)cell/)?(?:vars/)?$", "", prefix).rstrip("./") or cell
    return Layer(title, cell, "keras", matrices, inputs, summed, inner, reset if cell == "gru" else None, notes)


def _biases(
    held: Array | None, N: int, blocks: int, name: str
) -> tuple[Array, Array, Literal["before", "after"], tuple[str, ...]]:
    """(outer, within, where the reset gate stands, notes) from a bias of either shape or none."""
    nothing = np.zeros(blocks * N)
    if held is None:
        notes = ("without a bias the file does not say where the reset gate stands: after is assumed",)
        return nothing, nothing, "after", notes if blocks == 3 else ()
    if held.shape == (2, blocks * N):
        return held[0], held[1], "after", ()
    if held.shape == (blocks * N,):
        return held, nothing, "before", ()
    raise WeightFileError(f"{shown(name)} has the shape {held.shape}: ({blocks * N},) or (2, {blocks * N}) belongs.")
