"""What frameworks draw: the package's table against the real frameworks, marks of the atlas, first gradients."""

import json
import math
import tomllib
from pathlib import Path

import numpy as np
import pytest

from phasemap.cells.initial.defaults import DEFAULTS, draw_default
from phasemap.cells.running.free_run import growth_from_zero
from phasemap.cells.weights.statistics import gain_of
from phasemap.config.catalogue import catalogue
from phasemap.studies.cells.gradients import gradient_curve

MEASURED = json.loads((Path(__file__).parent / "weights" / "data" / "defaults.json").read_text())
LAYERS = {
    ("gru", "PyTorch"): ("PyTorch", "gru"),
    ("gru", "Keras, Flax nnx"): ("Keras", "gru"),
    ("gru", "Flax linen"): ("Flax linen", "gru"),
    ("lstm", "PyTorch"): ("PyTorch", "lstm"),
    ("lstm", "Keras"): ("Keras", "lstm"),
    ("lstm", "Flax nnx, optimized cell"): ("Flax nnx", "optimized lstm"),
    ("lstm", "Flax linen, nnx"): ("Flax nnx", "lstm"),
}
OURS = {"h": "n", "c": "g"}


def measured(start: str, end: str) -> dict:
    (found,) = (MEASURED[name] for name in MEASURED if name.startswith(start) and name.split(" ", 2)[-1].endswith(end)
                and ("optimized" in name) == ("optimized" in end))  # fmt: skip
    return found


@pytest.mark.parametrize("key", LAYERS, ids=" ".join)
def test_a_drawn_default_is_that_of_the_real_framework(key) -> None:
    found, layer = measured(*LAYERS[key]), draw_default(key[0], key[1], 64, np.random.default_rng(0))
    for name, gain in found["gains"].items():
        gate = OURS.get(name, name) if key[0] == "gru" or name == "c" else name
        assert DEFAULTS[key[0]][key[1]].gain == pytest.approx(gain, rel=0.01)
        assert gain_of(layer.recurrent[gate]) == pytest.approx(gain, rel=0.03)
        assert layer.biases[gate].mean() == pytest.approx(found["biases"][name], abs=0.05)
    joined = np.vstack([layer.recurrent[gate] for gate in layer.gates])
    own = layer.recurrent["g" if key[0] == "lstm" else "n"]
    for matrix, which in ((joined, "joined_from_orthonormal"), (own, "candidate_from_orthogonal")):
        off = np.abs(matrix.T @ matrix - np.eye(64)).max()
        assert (off < 1e-4) == (found[which] < 1e-4)


def test_every_default_of_the_table_was_measured() -> None:
    assert {(cell, name) for cell, those in DEFAULTS.items() for name in those} == set(LAYERS)


@pytest.mark.parametrize("name", ["gru", "gru_bias", "lstm", "lstm_bias"])
def test_marks_of_the_atlas_lie_at_the_measured_defaults(name) -> None:
    data = tomllib.loads(catalogue()[name].read_text())
    axes, those = list(data["axes"]), DEFAULTS[data["cell"]]
    for words, place in data["marks"].items():
        default = next(one for key, one in those.items() if key.split(",")[0] == words.split(",")[0])
        for axis, value in zip(axes, place, strict=True):
            kind, _, gate = axis.partition("_")
            assert value == pytest.approx(default.gain if kind == "a" else default.biases.get(gate, 0.0), abs=1e-4)


def test_pytorchs_first_gradient_after_sixty_steps_is_of_the_order_of_1e_minus_24() -> None:
    grown = [growth_from_zero(draw_default("gru", "PyTorch", 64, np.random.default_rng(k)), (60,))[0] for k in range(4)]
    assert np.mean(grown) / math.log(10) == pytest.approx(-23.8, abs=1.0)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_first_gradients_of_drawn_layers_are_those_of_the_theory(cell) -> None:
    panel = {"cell": cell, "places": [1, 10, 30]}
    for start in (*DEFAULTS[cell], "memory=30", "critical"):
        _, found, _ = gradient_curve(panel, {"start": start}, {"size": 48, "networks": 3}, np.random.SeedSequence(1))
        off = found["networks"].value - found["theory"].value
        assert np.abs(off).max() < 0.9  # decades of up to 14: log of a mean against mean of logs at N = 48
        assert np.abs(off[0]) < 0.15
