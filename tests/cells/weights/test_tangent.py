"""The tangent of a step is the derivative of the step, for every cell."""

from pathlib import Path

import numpy as np
import pytest

from phasemap.cells.running.network import State, Stepper, Tangent, advance
from phasemap.cells.weights.formats.stored import read_arrays
from phasemap.cells.weights.frameworks.recognise import find_layers

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize(
    "name",
    ["torch_gru_cell.safetensors", "keras_gru_before.weights.h5", "torch_lstm_cell.safetensors", "torch_rnn.npz"],
)
def test_tangents_are_differences(name: str) -> None:
    (layer,) = find_layers(read_arrays(DATA / name))
    rng, small = np.random.default_rng(0), 1e-6
    h, c, v, w = rng.uniform(-0.8, 0.8, (4, layer.size))
    if layer.cell != "lstm":
        w = np.zeros(layer.size)
    _, moved = Stepper(layer)(State(h, c), Tangent(v[:, None], w[:, None]))
    assert moved is not None
    ahead, behind = (advance(layer, State(h + s * small * v, c + s * small * w)) for s in (1, -1))
    assert moved.h[:, 0] == pytest.approx((ahead.h - behind.h) / (2 * small), abs=1e-8)
    assert moved.c[:, 0] == pytest.approx((ahead.c - behind.c) / (2 * small), abs=1e-8)
