"""What frameworks draw for recurrent weights unless told otherwise, as measured from their own layers.

`tests/cells/weights/measure_defaults.py` measures them; docs/for-practitioners.md has the table.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from phasemap.cells.initial.recipe import CellName
from phasemap.cells.nodes import Array
from phasemap.cells.weights.layer import GATES, Layer


@dataclass(frozen=True)
class Default:
    """A default: gain of every gate's matrix, mean biases that are not zero, how matrices are drawn.

    drawn: "uniform"    independent U(-1, 1) / sqrt(N), and two such biases for every gate
           "fused"      one orthogonal matrix (N, n N) for all n gates
           "orthogonal" one orthogonal matrix for each gate
    """

    gain: float
    drawn: Literal["uniform", "fused", "orthogonal"]
    biases: Mapping[str, float] = field(default_factory=dict)


_UNIFORM = Default(1.0 / math.sqrt(3.0), "uniform")
_EACH = Default(1.0, "orthogonal")

DEFAULTS: Mapping[CellName, Mapping[str, Default]] = {
    "gru": {
        "PyTorch": _UNIFORM,
        "Keras, Flax nnx": Default(1.0 / math.sqrt(3.0), "fused"),
        "Flax linen": _EACH,
    },
    "lstm": {
        "PyTorch": _UNIFORM,
        "Keras": Default(0.5, "fused", {"f": 1.0}),
        "Flax nnx, optimized cell": Default(0.5, "fused"),
        "Flax linen, nnx": _EACH,
    },
}
"""Cell -> framework -> its default."""


def draw_default(cell: CellName, framework: str, size: int, rng: np.random.Generator) -> Layer:
    """A layer as the framework draws it, without inputs."""
    default, gates = DEFAULTS[cell][framework], GATES[cell]
    biases = {gate: np.full(size, default.biases.get(gate, 0.0)) for gate in gates}
    inner = np.zeros(size)
    if default.drawn == "uniform":
        biases = {gate: bias + _uniform(size, rng) for gate, bias in biases.items()}
        if cell == "gru":  # the candidate's second bias stands inside the reset gate
            inner = _uniform(size, rng)
        for gate in gates:
            if cell != "gru" or gate != "n":
                biases[gate] = biases[gate] + _uniform(size, rng)
    recurrent = dict(zip(gates, _matrices(default, len(gates), size, rng), strict=True))
    inputs = {gate: np.zeros((size, 0)) for gate in gates}
    return Layer("l0", cell, framework, recurrent, inputs, biases, inner, "after" if cell == "gru" else None)


def _matrices(default: Default, count: int, size: int, rng: np.random.Generator) -> list[Array]:
    if default.drawn == "uniform":
        return [_uniform((size, size), rng) * math.sqrt(3.0) * default.gain for _ in range(count)]
    if default.drawn == "orthogonal":
        return [default.gain * _orthogonal(size, size, rng) for _ in range(count)]
    return np.split(_orthogonal(count * size, size, rng), count)


def _uniform(shape: int | tuple[int, int], rng: np.random.Generator) -> Array:
    size = shape if isinstance(shape, int) else shape[0]
    return rng.uniform(-1.0, 1.0, shape) / math.sqrt(size)


def _orthogonal(rows: int, columns: int, rng: np.random.Generator) -> Array:
    """Orthonormal columns, evenly distributed: the phases of R are taken out."""
    q, r = np.linalg.qr(rng.standard_normal((rows, columns)))
    return np.asarray(q * np.sign(np.diag(r)))
