"""Size of gradients against steps, of what frameworks draw and of what `phasemap init` does: curves of a diagram."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from phasemap.cells.gru.theory import Gru
from phasemap.cells.initial.defaults import DEFAULTS, draw_default
from phasemap.cells.initial.draw import draw_layer
from phasemap.cells.initial.recipe import CellName, recipe_for
from phasemap.cells.lstm.theory import Lstm
from phasemap.cells.running.free_run import growth_from_zero
from phasemap.cells.static.zero_state import log_gradient_at_zero
from phasemap.cells.weights.layer import Layer
from phasemap.model.results import FloatArray
from phasemap.simulation.estimators.outcomes import Outcome, outcome
from phasemap.simulation.network.disorder import child

CELL = "cell"
_DECADE = math.log(10.0)


def gradient_curve(panel: Mapping[str, Any], curve: Mapping[str, Any], options: Mapping[str, Any],
                   seed: np.random.SeedSequence) -> tuple[FloatArray, dict[str, Outcome]]:  # fmt: skip
    """log10 <|dh_k/dh_0|^2> / N from h_0 = 0, without input: in theory, and in drawn layers.

    Args:
        panel: `cell`, and the steps k as `places`.
        curve: `start`, a framework's default by its name or what `phasemap init --phase` takes.
        options: `networks`, how many layers are drawn, of `size` units.
        seed: of the draws.

    Returns the steps (n,), and by kind (theory, networks) n values; the networks' are means of logarithms.
    """
    cell, steps = panel["cell"], tuple(int(place) for place in panel["places"])
    layers = [
        _drawn(cell, curve["start"], int(options["size"]), np.random.default_rng(child(seed, k)))
        for k in range(int(options["networks"]))
    ]
    measured = np.array([growth_from_zero(layer, steps) for layer in layers]) / _DECADE
    error = measured.std(axis=0, ddof=1) / math.sqrt(len(layers))
    ideal = _ideal(cell, curve["start"])
    expected = np.array([log_gradient_at_zero(ideal, count) for count in steps]) / _DECADE
    return np.array(steps, dtype=float), {
        "theory": outcome(expected, 0.0),
        "networks": outcome(measured.mean(axis=0), error),
    }


def _drawn(cell: CellName, start: str, size: int, rng: np.random.Generator) -> Layer:
    if start in DEFAULTS[cell]:
        return draw_default(cell, start, size, rng)
    return draw_layer(recipe_for(cell, start), size, 0, rng)


def _ideal(cell: CellName, start: str) -> Gru | Lstm:
    """The cell in the limit of many units, in which PyTorch's biases vanish as 1 / sqrt(N)."""
    if start not in DEFAULTS[cell]:
        return recipe_for(cell, start).theory  # type: ignore[return-value]
    default = DEFAULTS[cell][start]
    return Gru(a_h=default.gain) if cell == "gru" else Lstm(a_g=default.gain, b_f=default.biases.get("f", 0.0))
