"""Recurrences without feedback are recognised, and their half-lives are those of their own recursion."""

import numpy as np
import pytest

from phasemap.cells.weights.formats.stored import Stored
from phasemap.cells.weights.linear import linear_layers


def stored(**arrays: np.ndarray):
    return {name.replace("__", "."): Stored(values.shape, lambda v=values: v) for name, values in arrays.items()}


def half_life(decay: float) -> int:
    """Steps until decay^k is at most one half."""
    left, steps = 1.0, 0
    while left > 0.5:
        left, steps = left * decay, steps + 1
    return steps


def test_mamba() -> None:
    A, dt = np.array([[0.01, 0.02]]), np.array([0.5])
    arrays = stored(mixer__A_log=np.log(A), mixer__dt_proj__bias=np.log(np.expm1(dt)))
    (layer,) = linear_layers(arrays)
    assert (layer.name, layer.kind) == ("mixer", "Mamba")
    assert [half_life(np.exp(-0.5 * a)) for a in A[0]] == list(np.ceil(layer.half_lives))


def test_min_gru_and_rg_lru() -> None:
    (gru,) = linear_layers(stored(linear_z__bias=np.array([0.0, -3.0])))
    assert gru.half_lives[0] == pytest.approx(1.0)
    assert half_life(1 - 1 / (1 + np.exp(3.0))) == np.ceil(gru.half_lives[1])
    (gru,) = linear_layers(stored(layers__0__to_hidden_and_gate__weight=np.zeros((12, 4))))
    assert (gru.kind, gru.half_lives.size) == ("minGRU", 6) and gru.half_lives == pytest.approx(1.0)
    (lru,) = linear_layers(stored(rec__a_param=np.array([-6.0])))
    assert half_life(np.exp(-8 * np.log1p(np.exp(-6.0)) * 0.5)) == np.ceil(lru.half_lives[0])
    assert lru.quantiles["0"] == lru.quantiles["100"]


def test_gated_networks_are_none_of_them() -> None:
    assert list(linear_layers(stored(rnn__weight_hh_l0=np.zeros((12, 4))))) == []
