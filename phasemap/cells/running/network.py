"""One layer with its own matrices: its steps, and what they do to small deviations."""

from typing import Any, NamedTuple

import numpy as np

from phasemap.cells.nodes import Array
from phasemap.cells.weights.layer import Layer
from phasemap.kernels.cells.steps import gate_times, gru_move, lstm_move


class State(NamedTuple):
    """h (N,), and the cells c (N,) of an LSTM (zero otherwise)."""

    h: Array
    c: Array


class Tangent(NamedTuple):
    """Deviations of h and c, a column each: (N, n)."""

    h: Array
    c: Array


class Stepper:
    """Steps of a layer with its matrices stacked, in single or double precision; the rest is in double precision."""

    def __init__(self, layer: Layer, dtype: Any = np.float64) -> None:
        self._layer, self._dtype = layer, dtype
        own = ("r", "z") if layer.reset == "before" else layer.gates
        self._gates = own
        self._stacked = np.concatenate([layer.recurrent[gate] for gate in own]).astype(dtype)
        self._inner = layer.recurrent["n"].astype(dtype) if layer.reset == "before" else None

    def __call__(self, state: State, tangent: Tangent | None = None, x: Array | None = None) -> tuple[State, Tangent]:
        """One step of the state and of small deviations; x: (n_inputs,) or none."""
        layer = self._layer
        biases = {gate: layer.biases[gate] + (0.0 if x is None else layer.inputs[gate] @ x) for gate in layer.gates}
        h, c = (
            _joined(one, None if tangent is None else more) for one, more in zip(state, tangent or state, strict=True)
        )
        fields = self._product(self._stacked, h).reshape(len(self._gates), layer.size, -1)
        by_gate = dict(zip(self._gates, fields, strict=True))
        if layer.cell == "lstm":
            moved, c = _lstm(layer, fields, biases, c)
        elif layer.cell == "gru":
            moved = self._gru(by_gate, biases, h)
        else:
            moved = _tanh(by_gate["n"], biases["n"])
        return State(moved[:, 0], c[:, 0]), Tangent(moved[:, 1:], c[:, 1:])

    def _gru(self, by_gate: dict[str, Array], biases: dict[str, Array], h: Array) -> Array:
        inside = h if self._inner is not None else by_gate["n"]
        if self._inner is None:
            inside[:, 0] += self._layer.inner
        field, moved = np.empty_like(h), np.empty_like(h)
        gate_times(by_gate["r"], biases["r"], inside, field)
        if self._inner is not None:
            field = self._product(self._inner, field)
        gru_move(by_gate["z"], biases["z"], field, biases["n"], h, moved)
        return moved

    def _product(self, matrix: Any, columns: Array) -> Array:
        return np.ascontiguousarray(matrix @ columns.astype(self._dtype), dtype=np.float64)


def rest(layer: Layer) -> State:
    """h = c = 0."""
    return State(np.zeros(layer.size), np.zeros(layer.size))


def advance(layer: Layer, state: State, x: Array | None = None) -> State:
    """One step; x: (n_inputs,) or none."""
    return Stepper(layer)(state, None, x)[0]


def _joined(state: Array, tangent: Array | None) -> Array:
    columns = state[:, None] if tangent is None else np.concatenate([state[:, None], tangent], axis=1)
    return np.ascontiguousarray(columns, dtype=np.float64)


def _lstm(layer: Layer, fields: Array, biases: dict[str, Array], c: Array) -> tuple[Array, Array]:
    h_out, c_out = np.empty_like(c), np.empty_like(c)
    order = [list(layer.gates).index(gate) for gate in "ifgo"]
    lstm_move(np.ascontiguousarray(fields[order]), np.stack([biases[gate] for gate in "ifgo"]), c, h_out, c_out)
    return h_out, c_out


def _tanh(field: Array, bias: Array) -> Array:
    h = np.tanh(field[:, 0] + bias)
    return np.concatenate([h[:, None], (1.0 - h * h)[:, None] * field[:, 1:]], axis=1)
