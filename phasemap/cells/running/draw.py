"""A network with random matrices and biases at a point of a cell's parameter space."""

import math
from typing import Any

import numpy as np

from phasemap.cells.parameters import RESETS, CellPoint, GruPoint, LstmPoint
from phasemap.cells.running.network import State
from phasemap.cells.weights.layer import GATES, Layer
from phasemap.simulation.network.disorder import Stream, generator

# Gate of a layer -> what its parameters are called.
_NAMES = {"n": "h"}


def draw_network(point: CellPoint, size: int, seed: np.random.SeedSequence) -> Layer:
    """Independent Gaussian entries of variance a_k^2 / N, biases N(b_k, s_k^2), a static input to every gate.

    Matrices are kept in single precision.
    """
    kind: Any = "gru" if isinstance(point, GruPoint) else "lstm" if isinstance(point, LstmPoint) else "vanilla"
    matrices, offsets = generator(seed, Stream.J_H), generator(seed, Stream.STATIC_INPUT)
    recurrent: dict[str, Any] = {}
    biases: dict[str, Any] = {}
    for gate in GATES[kind]:
        a, b, s = (getattr(point, f"{part}_{_NAMES.get(gate, gate)}") for part in "abs")
        recurrent[gate] = matrices.standard_normal((size, size), dtype=np.float32) * np.float32(a / math.sqrt(size))
        biases[gate] = b + math.hypot(s, point.s_in) * offsets.standard_normal(size)
    inner: Any = np.zeros(size)
    reset: Any = None
    if isinstance(point, GruPoint):
        inner = point.b_hn + point.s_hn * offsets.standard_normal(size)
        reset = next(word for word, number in RESETS.items() if number == point.reset)
    return Layer("network", kind, "drawn", recurrent, {}, biases, inner, reset)


def draw_state(size: int, amplitude: float, seed: np.random.SeedSequence) -> State:
    """h and c from a normal distribution."""
    rng = generator(seed, Stream.INITIAL_STATE)
    return State(amplitude * rng.standard_normal(size), amplitude * rng.standard_normal(size))
