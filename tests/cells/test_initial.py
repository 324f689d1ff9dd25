"""Weights that are drawn somewhere are found there."""

import math

import numpy as np
import pytest

from phasemap.cells.initial.chrono import chrono_biases
from phasemap.cells.initial.draw import draw_layer
from phasemap.cells.initial.fill import gate_initialisers, initialise
from phasemap.cells.initial.recipe import recipe_for
from phasemap.cells.static.phases import place_of
from phasemap.cells.static.zero_state import memory_steps
from phasemap.cells.weights.formats.stored import Stored
from phasemap.cells.weights.frameworks.export import FRAMEWORKS
from phasemap.cells.weights.frameworks.recognise import find_layers
from phasemap.cells.weights.statistics import theory_of
from phasemap.cells.weights.zero_state import zero_factor, zero_multiplier, zero_multiplier_of_matrix
from phasemap.errors import ConfigError, UnsupportedError


def located(place: str, cell: str = "gru", seed: int = 0, size: int = 256, framework: str = "torch"):
    """Drawn, written with the framework's names, found again."""
    layer = draw_layer(recipe_for(cell, place), size, 2, np.random.default_rng(seed))
    arrays = FRAMEWORKS[framework](layer)
    stored = {name: Stored(values.shape, lambda values=values: values) for name, values in arrays.items()}
    (found,) = find_layers(stored)
    assert all(np.array_equal(found.recurrent[gate], layer.recurrent[gate]) for gate in layer.gates)
    assert all(np.array_equal(found.biases[gate], layer.biases[gate]) for gate in layer.gates)
    assert found.cell == layer.cell
    return found


@pytest.mark.slow
def test_critical_weights_lie_on_the_line_for_every_seed() -> None:
    layers = [located("critical", seed=seed) for seed in range(20)]
    assert max(abs(zero_factor(layer) - 1.0) for layer in layers) < 0.02
    assert max(abs(zero_multiplier_of_matrix(layer) - 1.0) for layer in layers) < 1e-6


@pytest.mark.parametrize("steps", [3, 30, 300])
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_memory_is_what_was_asked_for(cell: str, steps: float) -> None:
    for seed in range(20 if cell == "gru" else 3):
        layer = located(f"memory={steps}", cell, seed, size=256 if seed < 3 else 64)
        assert memory_steps(zero_multiplier(layer)) == pytest.approx(steps, rel=1e-6)
        if seed < 3:
            assert memory_steps(zero_multiplier_of_matrix(layer)) == pytest.approx(steps, rel=0.2)


def test_a_tanh_network_has_its_memory_by_its_radius() -> None:
    layer = located("memory=30", "vanilla")
    assert memory_steps(zero_multiplier_of_matrix(layer)) == pytest.approx(30, rel=1e-6)


@pytest.mark.parametrize(
    ("cell", "place", "phase"),
    [
        ("gru", "stable", "stable zero"),
        ("gru", "chaotic", "chaotic"),
        ("gru", "marginal", "marginally stable"),
        ("lstm", "stable", "stable zero"),
        ("lstm", "chaotic", "chaotic"),
        ("vanilla", "chaotic", "chaotic"),
    ],
)
def test_phases_are_those_asked_for(cell: str, place: str, phase: str) -> None:
    for seed in range(20 if cell == "gru" else 2):
        assert place_of(theory_of(located(place, cell, seed, size=128))).phase == phase


@pytest.mark.parametrize(
    ("framework", "cell"), [("keras", "gru"), ("keras", "lstm"), ("flax", "gru"), ("flax", "lstm")]
)
def test_every_frameworks_names_are_read_back(framework: str, cell: str) -> None:
    assert located("stable", cell, size=12, framework=framework).cell == cell


def test_what_has_no_place_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="saturate"):
        recipe_for("lstm", "marginal")
    for place in ("critical!", "memory=", "memory=nan", "memory=-3", "memory=1e9"):
        with pytest.raises(ConfigError):
            recipe_for("gru", place)
    with pytest.raises(ConfigError, match="shortest"):
        recipe_for("gru", "memory=0.4")


def test_chrono_biases_span_the_times_asked_for() -> None:
    biases = chrono_biases("lstm", 5000, 100.0, np.random.default_rng(0))
    times = 1.0 + np.exp(biases["f"])
    assert times.min() >= 2.0 and times.max() <= 100.0
    assert times.mean() == pytest.approx(51.0, abs=1.5)
    assert np.array_equal(biases["i"], -biases["f"])


class FakeTensor:
    """What is used of a tensor."""

    def __init__(self, values: np.ndarray) -> None:
        self.values, self.shape = values, values.shape

    @property
    def data(self) -> "FakeTensor":
        return self

    def new_tensor(self, rows: list) -> np.ndarray:
        return np.asarray(rows)

    def copy_(self, values: np.ndarray) -> None:
        assert values.shape == self.shape
        self.values = values


class FakeGru:
    def __init__(self) -> None:
        shapes = {"weight_ih_l0": (24, 3), "weight_hh_l0": (24, 8), "bias_ih_l0": (24,), "bias_hh_l0": (24,)}
        self.held = {name: FakeTensor(np.full(shape, 7.0)) for name, shape in shapes.items()}

    def named_parameters(self):
        return self.held.items()


class FakeKeras:
    def __init__(self) -> None:
        self.weights = [np.full((3, 32), 7.0), np.zeros((8, 32)), np.zeros(32)]

    def get_weights(self) -> list[np.ndarray]:
        return self.weights

    def set_weights(self, weights: list[np.ndarray]) -> None:
        self.weights = weights


def test_live_modules_are_filled_by_what_they_have() -> None:
    torch_like, keras_like = FakeGru(), FakeKeras()
    assert initialise(torch_like, "memory=20").cell == "gru"
    assert torch_like.held["weight_hh_l0"].values.std() > 0 and (torch_like.held["weight_ih_l0"].values == 7.0).all()
    assert torch_like.held["bias_ih_l0"].values[8:16] == pytest.approx(recipe_for("gru", "memory=20").biases["z"])
    assert initialise(keras_like, "stable").cell == "lstm"
    assert keras_like.weights[2][8:16] == pytest.approx(1.0) and (keras_like.weights[0] == 7.0).all()
    with pytest.raises(UnsupportedError, match="dict"):
        initialise({}, "stable")


class Variable:
    """What is used of a variable of nnx."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.value = np.full(shape, 7.0)


class Part:
    """What is used of a module of nnx."""

    def __init__(self, **held) -> None:
        self.__dict__.update(held)


def linen(names: str, prefix: str, biased: str, size: int = 8) -> dict:
    kernels = {f"{prefix}{gate}": {"kernel": np.full((size, size), 7.0)} for gate in names}
    for gate in names:
        kernels.setdefault(f"{biased}{gate}", {})["bias"] = np.full(size, 7.0)
    return {"params": {"cell": kernels}}


def test_parameters_of_linen_are_filled_in_place_as_flax_uses_them() -> None:
    held = linen("rzn", "h", "i")
    assert initialise(held, "memory=20", seed=3).cell == "gru"
    cell = held["params"]["cell"]
    drawn = draw_layer(recipe_for("gru", "memory=20"), 8, 0, np.random.default_rng(3))
    assert cell["hz"]["kernel"] == pytest.approx(drawn.recurrent["z"].T)
    assert cell["iz"]["bias"] == pytest.approx(drawn.biases["z"])
    held = linen("ifgo", "h", "h")
    assert initialise(held, "stable").cell == "lstm"
    assert held["params"]["cell"]["hf"]["bias"] == pytest.approx(1.0)


def test_fused_cells_of_nnx_are_filled_in_the_order_of_their_gates() -> None:
    dense = Part(kernel=Variable((8, 24)), bias=None), Part(kernel=Variable((3, 24)), bias=Variable((24,)))
    held = Part(cell=Part(dense_h=dense[0], dense_i=dense[1]))
    assert initialise(held, "memory=20", seed=3).cell == "gru"
    drawn = draw_layer(recipe_for("gru", "memory=20"), 8, 0, np.random.default_rng(3))
    assert dense[0].kernel.value == pytest.approx(np.hstack([drawn.recurrent[gate].T for gate in "rzn"]))
    assert dense[1].bias.value[8:16] == pytest.approx(drawn.biases["z"])
    assert (dense[1].kernel.value == 7.0).all()


def test_frozen_parameters_and_projections_are_named() -> None:
    class Frozen(dict):
        def __setitem__(self, name, value) -> None:
            raise ValueError("immutable")

    held = linen("rzn", "h", "i")
    held["params"]["cell"]["hr"] = Frozen(held["params"]["cell"]["hr"])
    with pytest.raises(UnsupportedError, match="frozen"):
        initialise(held, "stable")
    projected = FakeGru()
    projected.held["weight_hh_l0"] = FakeTensor(np.zeros((32, 4)))
    with pytest.raises(UnsupportedError, match="projections"):
        initialise(projected, "stable")


def test_initialisers_of_single_gates_have_the_gains() -> None:
    drawn = gate_initialisers("gru", "marginal")["z"]((64, 64))
    assert drawn.std() * math.sqrt(64) == pytest.approx(8.0)
