"""One layer with its own matrices: its steps, and what they do to small deviations."""

from typing import NamedTuple

import numpy as np

from phasemap.cells.nodes import Array, logistic
from phasemap.cells.weights.layer import Layer


class State(NamedTuple):
    """h (N,), and the cells c (N,) of an LSTM (zero otherwise)."""

    h: Array
    c: Array


class Tangent(NamedTuple):
    """Deviations of h and c, a column each: (N, n)."""

    h: Array
    c: Array


def rest(layer: Layer) -> State:
    """h = c = 0."""
    return State(np.zeros(layer.size), np.zeros(layer.size))


def advance(layer: Layer, state: State, x: Array | None = None) -> State:
    """One step; x: (n_inputs,) or none."""
    return advance_with_tangent(layer, state, None, x)[0]


def advance_with_tangent(
    layer: Layer, state: State, tangent: Tangent | None, x: Array | None = None
) -> tuple[State, Tangent | None]:
    """One step of the state and of small deviations from it."""
    fields = {gate: layer.biases[gate] + (0.0 if x is None else layer.inputs[gate] @ x) for gate in layer.gates}
    step = {"gru": _gru, "lstm": _lstm, "vanilla": _vanilla}[layer.cell]
    return step(layer, state, tangent, fields)


def _vanilla(
    layer: Layer, state: State, tangent: Tangent | None, fields: dict[str, Array]
) -> tuple[State, Tangent | None]:
    U = layer.recurrent["n"]
    h = np.tanh(U @ state.h + fields["n"])
    moved = None if tangent is None else Tangent((1.0 - h * h)[:, None] * (U @ tangent.h), tangent.c)
    return State(h, state.c), moved


def _gru(layer: Layer, state: State, tangent: Tangent | None, fields: dict[str, Array]) -> tuple[State, Tangent | None]:
    U, h = layer.recurrent, state.h
    r, z = (logistic(U[gate] @ h + fields[gate]) for gate in ("r", "z"))
    after = layer.reset == "after"
    inside = U["n"] @ h + layer.inner if after else h
    n = np.tanh((r * inside if after else U["n"] @ (r * h)) + fields["n"])
    moved = State(z * h + (1.0 - z) * n, state.c)
    if tangent is None:
        return moved, None
    V = tangent.h
    d_r = (r * (1.0 - r))[:, None] * (U["r"] @ V)
    d_z = (z * (1.0 - z))[:, None] * (U["z"] @ V)
    if after:
        d_field = d_r * inside[:, None] + r[:, None] * (U["n"] @ V)
    else:
        d_field = U["n"] @ (r[:, None] * V + d_r * h[:, None])
    d_n = (1.0 - n * n)[:, None] * d_field
    return moved, Tangent(z[:, None] * V + d_z * (h - n)[:, None] + (1.0 - z)[:, None] * d_n, tangent.c)


def _lstm(
    layer: Layer, state: State, tangent: Tangent | None, fields: dict[str, Array]
) -> tuple[State, Tangent | None]:
    U = layer.recurrent
    i, f, o = (logistic(U[gate] @ state.h + fields[gate]) for gate in ("i", "f", "o"))
    g = np.tanh(U["g"] @ state.h + fields["g"])
    c = f * state.c + i * g
    t = np.tanh(c)
    moved = State(o * t, c)
    if tangent is None:
        return moved, None
    by_cell = ((f * (1.0 - f) * state.c)[:, None] * (U["f"] @ tangent.h)) + f[:, None] * tangent.c
    by_input = (i * (1.0 - i) * g)[:, None] * (U["i"] @ tangent.h) + (i * (1.0 - g * g))[:, None] * (U["g"] @ tangent.h)
    d_c = by_cell + by_input
    d_h = (o * (1.0 - o) * t)[:, None] * (U["o"] @ tangent.h) + (o * (1.0 - t * t))[:, None] * d_c
    return moved, Tangent(d_h, d_c)
