"""A layer as the arrays of a framework, under its names."""

from collections.abc import Callable

import numpy as np

from phasemap.cells.nodes import Array
from phasemap.cells.weights.layer import GATES, Layer
from phasemap.errors import UnsupportedError

Named = dict[str, Array]


def as_torch(layer: Layer) -> Named:
    """State dict of torch.nn.GRU, LSTM or RNN with one layer."""
    if layer.reset == "before":
        raise UnsupportedError("PyTorch's GRU has its reset gate after the matrix: choose --reset after.")
    order = GATES[layer.cell]
    within = {gate: np.zeros(layer.size) for gate in order}
    if layer.cell == "gru":
        within["n"] = layer.inner
    return {
        "weight_ih_l0": np.vstack([layer.inputs[gate] for gate in order]),
        "weight_hh_l0": np.vstack([layer.recurrent[gate] for gate in order]),
        "bias_ih_l0": np.concatenate([layer.biases[gate] for gate in order]),
        "bias_hh_l0": np.concatenate([within[gate] for gate in order]),
    }


def as_keras(layer: Layer) -> Named:
    """kernel, recurrent_kernel and bias, in the order of a Keras layer's get_weights()."""
    order = {"gru": ("z", "r", "n"), "lstm": ("i", "f", "g", "o"), "vanilla": ("n",)}[layer.cell]
    outer = np.concatenate([layer.biases[gate] for gate in order])
    bias = outer
    if layer.reset == "after":
        zero = np.zeros(layer.size)
        bias = np.stack([outer, np.concatenate([zero, zero, layer.inner])])
    return {
        "kernel": np.hstack([layer.inputs[gate].T for gate in order]),
        "recurrent_kernel": np.hstack([layer.recurrent[gate].T for gate in order]),
        "bias": bias,
    }


def as_flax(layer: Layer) -> Named:
    """Parameters of linen's GRUCell or LSTMCell, joined by dots."""
    if layer.cell == "vanilla" or layer.reset == "before":
        raise UnsupportedError("Flax is written for GRU cells with the reset gate after the matrix, and LSTM cells.")
    found: Named = {}
    for gate in GATES[layer.cell]:
        found[f"params.i{gate}.kernel"] = layer.inputs[gate].T
        found[f"params.h{gate}.kernel"] = layer.recurrent[gate].T
        outside = "i" if layer.cell == "gru" else "h"
        found[f"params.{outside}{gate}.bias"] = layer.biases[gate]
    if layer.cell == "gru":
        found["params.hn.bias"] = layer.inner
    return found


def as_numpy(layer: Layer) -> Named:
    """PyTorch's names, which say most; of a GRU with the reset gate before, Keras's."""
    return as_keras(layer) if layer.reset == "before" else as_torch(layer)


FRAMEWORKS: dict[str, Callable[[Layer], Named]] = {
    "torch": as_torch, "keras": as_keras, "flax": as_flax, "numpy": as_numpy,
}  # fmt: skip
