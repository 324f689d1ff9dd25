"""Largest Lyapunov exponents of one network per step: QR along its trajectory."""

from typing import NamedTuple

import numpy as np

from phasemap.cells.nodes import Array
from phasemap.cells.running.network import State, Stepper, Tangent
from phasemap.cells.weights.layer import Layer

_BLOCKS = 10
_BETWEEN = 5  # steps between orthonormalisations
_AT_REST = 1e-7


class Run(NamedTuple):
    """rates (blocks, K) of the exponents per step; squares (blocks,) mean square of h; whether it came to rest."""

    rates: Array
    squares: Array
    settled: bool


def follow(layer: Layer, state: State, transient: int, duration: int, count: int, rng: np.random.Generator) -> Run:
    """Run a network, tangent vectors riding along from the start of the transient."""
    step, count = Stepper(layer, np.float32), min(count, layer.size)
    columns = _orthonormal(rng.standard_normal((2 * layer.size, count)))[0]
    tangent = Tangent(columns[: layer.size], columns[layer.size :] * (layer.cell == "lstm"))
    state, tangent, _, _, _ = _advance(step, state, tangent, transient)
    rates, squares = np.zeros((_BLOCKS, count)), np.zeros(_BLOCKS)
    moved = 0.0
    for block in range(_BLOCKS):
        steps = duration // _BLOCKS
        state, tangent, gained, square, moved = _advance(step, state, tangent, steps)
        rates[block], squares[block] = gained / steps, square
    return Run(rates, squares, moved < _AT_REST)


def _advance(step: Stepper, state: State, tangent: Tangent, count: int) -> tuple[State, Tangent, Array, float, float]:
    """Some steps: also the logarithms gained by each vector, the mean square of h, and the last step's length."""
    gained, square, moved = np.zeros(tangent.h.shape[1]), 0.0, 0.0
    for k in range(count):
        before = state.h
        state, tangent = step(state, tangent)
        square += float(np.mean(state.h**2)) / max(count, 1)
        moved = float(np.abs(state.h - before).max())
        if (k + 1) % _BETWEEN == 0 or k + 1 == count:
            size = len(state.h)
            vectors, lengths = _orthonormal(np.concatenate([tangent.h, tangent.c]))
            gained += lengths
            tangent = Tangent(vectors[:size], vectors[size:])
    return state, tangent, gained, square, moved


def _orthonormal(vectors: Array) -> tuple[Array, Array]:
    """Q, and the logarithms of the lengths that each vector adds."""
    Q, R = np.linalg.qr(vectors)
    return np.ascontiguousarray(Q), np.log(np.maximum(np.abs(np.diag(R)), 1e-300))
