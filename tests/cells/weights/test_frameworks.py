"""Weight files of the real frameworks, and the outputs of their real cells step by step (made by make_fixtures.py)."""

from pathlib import Path

import numpy as np
import pytest

from phasemap.cells.running.network import advance, rest
from phasemap.cells.weights.formats.stored import read_arrays
from phasemap.cells.weights.frameworks.recognise import find_layers

DATA = Path(__file__).parent / "data"
NAMES = sorted(path.name.removesuffix(".outputs.npz") for path in DATA.glob("*.outputs.npz"))


def layers_of(name: str):
    (path,) = [path for path in DATA.glob(f"{name}.*") if ".outputs" not in path.name]
    return find_layers(read_arrays(path))


def run(layer, xs: np.ndarray) -> np.ndarray:
    state, rows = rest(layer), []
    for x in xs:
        state = advance(layer, state, x)
        rows.append(state.h)
    return np.array(rows)


def test_there_is_a_file_of_every_framework() -> None:
    assert {name.split("_")[0] for name in NAMES} == {"torch", "keras", "flax", "equinox"}
    assert len(NAMES) == 17


@pytest.mark.parametrize("name", [name for name in NAMES if "two_layers" not in name])
def test_outputs_of_the_real_cell_are_reproduced(name: str) -> None:
    (layer,) = layers_of(name)
    outputs = np.load(DATA / f"{name}.outputs.npz")
    assert layer.layout == name.split("_")[0]
    assert np.abs(run(layer, outputs["x"].astype(float)) - outputs["h"]).max() < 1e-6


def test_outputs_of_two_layers_in_both_directions_are_reproduced() -> None:
    name = "torch_gru_two_layers_bidirectional"
    by_name = {layer.name: layer for layer in layers_of(name)}
    assert set(by_name) == {"l0", "l0_reverse", "l1", "l1_reverse"}
    outputs = np.load(DATA / f"{name}.outputs.npz")
    xs = outputs["x"].astype(float)
    for level in ("l0", "l1"):
        xs = np.hstack([run(by_name[level], xs), run(by_name[f"{level}_reverse"], xs[::-1])[::-1]])
    assert np.abs(xs - outputs["h"]).max() < 1e-6


@pytest.mark.parametrize(
    ("name", "cell", "reset"),
    [
        ("torch_gru_cell", "gru", "after"),
        ("keras_gru_before", "gru", "before"),
        ("keras_gru_after", "gru", "after"),
        ("keras_rnn", "vanilla", None),
        ("torch_lstm_cell", "lstm", None),
        ("flax_nnx_lstm_optimized", "lstm", None),
    ],
)
def test_cells_are_told_apart(name: str, cell: str, reset: str | None) -> None:
    (layer,) = layers_of(name)
    assert (layer.cell, layer.reset, layer.size, layer.n_inputs) == (cell, reset, 8, 3)


def test_a_wrong_order_of_gates_would_show() -> None:
    (layer,) = layers_of("torch_gru_cell")
    outputs = np.load(DATA / "torch_gru_cell.outputs.npz")
    swapped = {"r": layer.recurrent["z"], "z": layer.recurrent["r"], "n": layer.recurrent["n"]}
    layer.recurrent.update(swapped)
    assert np.abs(run(layer, outputs["x"].astype(float)) - outputs["h"]).max() > 1e-2


def test_prefixes_name_the_layer() -> None:
    assert [layer.name for layer in layers_of("torch_lstm")] == ["model.rnn.l0"]


def test_the_files_are_small() -> None:
    assert max(path.stat().st_size for path in DATA.iterdir()) <= 40_000
