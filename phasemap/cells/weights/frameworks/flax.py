"""Layers of Flax: Dense kernels (N, N) used as h W, one per gate (linen), or fused ones `dense_i`, `dense_h` (nnx).

A GRU has kernels ir, iz, in with biases and hr, hz, hn of which only hn has one, inside the reset gate's product; an
LSTM has ii, if, ig, io without and hi, hf, hg, ho with biases.
"""

import re
from collections.abc import Iterator
from typing import Literal

import numpy as np

from phasemap.cells.nodes import Array
from phasemap.cells.weights.formats.stored import Arrays
from phasemap.cells.weights.layer import GATES, Layer, split
from phasemap.errors import WeightFileError, shown

_SEPARATE = re.compile(r"^(?P<prefix>(?:.*[./])?)h(?P<gate>n|g)(?P<dot>[./])kernel(?P<end>(?:[./]value)?)$")
_FUSED = re.compile(r"^(?P<prefix>(?:.*[./])?)dense_h(?P<dot>[./])kernel(?P<end>(?:[./]value)?)$")


def flax_layers(arrays: Arrays) -> Iterator[Layer]:
    """Cells of linen, and those of nnx with fused kernels."""
    for name, stored in arrays.items():
        match = _SEPARATE.match(name)
        if match is not None:
            cell: Literal["gru", "lstm"] = "gru" if match["gate"] == "n" else "lstm"
            yield _separate(arrays, cell, match["prefix"], match["dot"], match["end"])
        match = _FUSED.match(name)
        if match is not None:
            shape = stored.shape
            if len(shape) != 2 or shape[1] not in (3 * shape[0], 4 * shape[0]) or not shape[0]:
                raise WeightFileError(f"{shown(name)} has the shape {shape}: (N, 3N) or (N, 4N) would be a layer.")
            yield _fused(arrays, shape[1] // shape[0], match["prefix"], match["dot"], match["end"])


def _separate(arrays: Arrays, cell: Literal["gru", "lstm"], prefix: str, dot: str, end: str) -> Layer:
    def held(part: str, kind: str) -> Array | None:
        """An array of a part under any of its spellings; None without it."""
        names = [f"{prefix}{part}{mark}{dot}{kind}{end}" for mark in ("", "_")]  # nnx calls a kernel `if_`
        return next((arrays[name].numbers(name) for name in names if name in arrays), None)

    order = GATES[cell]
    recurrent = {gate: held(f"h{gate}", "kernel") for gate in order}
    missing = [f"{prefix}h{gate}{dot}kernel" for gate, matrix in recurrent.items() if matrix is None]
    if missing:
        raise WeightFileError(f"The layer {shown(prefix)} lacks {', '.join(missing)}.")
    matrices = {gate: matrix.T for gate, matrix in recurrent.items() if matrix is not None}
    N = matrices[order[-1]].shape[0]
    if any(matrix.shape != (N, N) for matrix in matrices.values()):
        raise WeightFileError(f"The kernels of {shown(prefix)} have different shapes.")
    inputs = {gate: matrix.T for gate in order if (matrix := held(f"i{gate}", "kernel")) is not None}
    outer = {gate: _or_zero(held(f"i{gate}", "bias"), N) for gate in order}
    within = {gate: _or_zero(held(f"h{gate}", "bias"), N) for gate in order}
    return _assembled(cell, prefix, matrices, inputs, (outer, within))


def _fused(arrays: Arrays, blocks: int, prefix: str, dot: str, end: str) -> Layer:
    cell: Literal["gru", "lstm"] = "gru" if blocks == 3 else "lstm"
    order = GATES[cell]

    def held(part: str, kind: str) -> Array | None:
        """An array of a part of the fused layer; None without it."""
        name = f"{prefix}dense_{part}{dot}{kind}{end}"
        return arrays[name].numbers(name) if name in arrays else None

    kernel, from_inputs = held("h", "kernel"), held("i", "kernel")
    assert kernel is not None
    N = kernel.shape[0]
    inputs = {} if from_inputs is None else split(from_inputs.T, order)
    outer, within = (split(_or_zero(held(part, "bias"), blocks * N), order) for part in ("i", "h"))
    return _assembled(cell, prefix, split(kernel.T, order), inputs, (outer, within))


def _assembled(
    cell: Literal["gru", "lstm"], prefix: str, recurrent: dict[str, Array], inputs: dict[str, Array],
    biases: tuple[dict[str, Array], dict[str, Array]],
) -> Layer:  # fmt: skip
    outer, within = biases
    inner = np.zeros(outer[GATES[cell][0]].size)
    if cell == "gru":
        inner, within = within["n"], {**within, "n": np.zeros(inner.size)}
    summed = {gate: outer[gate] + within[gate] for gate in GATES[cell]}
    title = prefix.rstrip("./") or cell
    return Layer(title, cell, "flax", recurrent, inputs, summed, inner, "after" if cell == "gru" else None)


def _or_zero(bias: Array | None, size: int) -> Array:
    if bias is None:
        return np.zeros(size)
    if bias.shape != (size,):
        raise WeightFileError(f"A bias has the shape {bias.shape} where ({size},) belongs.")
    return bias
