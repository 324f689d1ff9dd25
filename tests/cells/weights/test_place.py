"""Drawn layers are found where they were drawn, and what breaks independence is named."""

import math

import numpy as np
import pytest

from phasemap.cells.weights.layer import GATES, Layer
from phasemap.cells.weights.place import STEPS, locate_layer
from phasemap.cells.weights.statistics import statistics_of, theory_of, warnings_of
from phasemap.cells.weights.zero_state import zero_factor, zero_multiplier, zero_multiplier_of_matrix


def drawn(cell: str, N: int, gains: dict[str, float], biases: dict[str, float], reset=None, seed: int = 0) -> Layer:
    rng = np.random.default_rng(seed)
    U = {gate: gains.get(gate, 0.0) * rng.standard_normal((N, N)) / math.sqrt(N) for gate in GATES[cell]}
    b = {gate: np.full(N, biases.get(gate, 0.0)) for gate in GATES[cell]}
    return Layer("drawn", cell, "none", U, {}, b, np.zeros(N), reset)


def test_pytorchs_default_lies_where_it_is_said_to() -> None:
    rng, N = np.random.default_rng(1), 256
    U = {gate: rng.uniform(-1, 1, (N, N)) / math.sqrt(N) for gate in "rzn"}
    b = {gate: (rng.uniform(-1, 1, N) + rng.uniform(-1, 1, N)) / math.sqrt(N) for gate in "rz"}
    b["n"] = rng.uniform(-1, 1, N) / math.sqrt(N)
    layer = Layer("default", "gru", "torch", U, {}, b, rng.uniform(-1, 1, N) / math.sqrt(N), "after")
    gains = [one.gain for one in statistics_of(layer).values()]
    assert gains == pytest.approx([0.577] * 3, rel=0.02)
    found = locate_layer(layer)
    assert found.multiplier == pytest.approx(0.644, abs=0.01)
    assert found.memory_steps == pytest.approx(2.28, rel=0.05)
    assert found.distances["zero_instability"] == pytest.approx(2 * math.sqrt(3), rel=0.02)
    assert found.place.phase == "stable fixed point"
    # The layer's own run decays as its own linearisation at h = 0 does; biases shift it a little.
    assert float(found.run.lyapunov_max.value) == pytest.approx(math.log(found.multiplier_of_matrix), rel=0.05)
    assert found.remarks == ()


def test_the_gradient_of_a_matrix_is_that_of_theory() -> None:
    found = locate_layer(drawn("gru", 160, {"n": 1.4, "r": 1.0, "z": 1.0}, {"z": 1.0}, "after"))
    assert STEPS[0] == 10
    assert found.log_growth[0] == pytest.approx(found.run.log_growth[0], abs=0.3)
    lstm = locate_layer(drawn("lstm", 160, dict.fromkeys("ifgo", 1.0), {"f": 1.0}))
    assert lstm.log_growth[0] == pytest.approx(lstm.run.log_growth[0], abs=0.3)


def test_spread_biases_have_the_multiplier_of_the_matrix() -> None:
    layer = drawn("gru", 600, {"n": 1.5}, {}, "before", seed=3)
    rng = np.random.default_rng(4)
    layer.biases.update({gate: rng.uniform(-1.5, 1.5, 600) for gate in "rz"})
    assert zero_multiplier(layer) == pytest.approx(zero_multiplier_of_matrix(layer), rel=0.02)
    layer.recurrent["n"] *= zero_factor(layer)
    assert zero_multiplier(layer) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize(
    ("cell", "gains", "reset"), [("gru", {"n": 5.0}, "before"), ("vanilla", {"n": 2.0}, None)], ids=["gru", "vanilla"]
)
def test_gradients_of_a_chaotic_layer_grow_as_in_theory(cell: str, gains: dict[str, float], reset: str | None) -> None:
    found = locate_layer(drawn(cell, 300, gains, {}, reset))
    assert found.place.phase == "chaotic"
    assert float(found.run.lyapunov_max.value) > 0.03 and math.isnan(found.memory_steps)
    # Finite layers are less chaotic than the limit, by 4 to 8 / N per step (docs/cells.md, section 5).
    deficit = found.log_growth - found.run.log_growth
    assert (deficit > -1.0 - 0.05 * found.log_growth).all()
    most = 8.0 / 300 + 3.0 * float(found.run.lyapunov_max.error)
    assert (deficit < 1.0 + 2.0 * np.array(STEPS) * most).all()
    assert found.log_growth[2] > 9.9 * found.log_growth[1] > 0.0


def test_inputs_spread_the_fields() -> None:
    layer = drawn("gru", 50, {"n": 1.0}, {}, "after")
    W, x = np.full((50, 2), 0.5), np.array([[1.0, 0.0], [-1.0, 0.0]])
    layer.inputs.update(dict.fromkeys("rzn", W))
    theory = theory_of(layer, x)
    assert (theory.s_z, theory.s_r, theory.s_h) == pytest.approx((0.5, 0.5, 0.5))
    assert theory.b_h == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda U: U + 0.1, "have a mean"),
        (lambda U: np.linalg.qr(U)[0], "orthogonal"),
        (lambda U: U + U.T, "transpose"),
        (lambda U: U * np.linspace(0.2, 2, len(U))[:, None], "norms of the rows"),
    ],
)
def test_what_breaks_independence_is_named(change, words: str) -> None:
    layer = drawn("vanilla", 120, {"n": 1.0}, {})
    assert warnings_of(statistics_of(layer), 120) == []
    layer.recurrent["n"] = change(layer.recurrent["n"])
    assert any(words in said for said in warnings_of(statistics_of(layer), 120))


def test_equal_gates_are_named() -> None:
    layer = drawn("gru", 120, dict.fromkeys("rzn", 1.0), {}, "after")
    layer.recurrent["z"] = 0.5 * layer.recurrent["r"]
    assert "correlated with another gate" in " ".join(warnings_of(statistics_of(layer), 120))
