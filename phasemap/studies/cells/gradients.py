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
from phasemap.dataset.runs import Run
from phasemap.model.results import FloatArray
from phasemap.simulation.estimators.extrapolation import extrapolate_to_infinite_size
from phasemap.simulation.estimators.outcomes import Outcome, outcome
from phasemap.simulation.network.disorder import child

CELL = "cell"
_DECADE = math.log(10.0)
# Share of an extrapolated distance that is an error where the line is a guess.
_GUESSED = 0.5


def gradient_curve(panel: Mapping[str, Any], curve: Mapping[str, Any], options: Mapping[str, Any],
                   seed: np.random.SeedSequence) -> tuple[FloatArray, dict[str, Outcome], Run]:  # fmt: skip
    """log10 <|dh_k/dh_0|^2> / N from h_0 = 0, without input: in theory, and in drawn layers.

    Args:
        panel: `cell`, and the steps k as `places`.
        curve: `start`, a framework's default by its name or what `phasemap init --phase` takes.
        options: `networks`, how many layers are drawn, of `size` units; or of each of `sizes`, extrapolated in 1/N.
        seed: of the draws.

    Returns the steps (n,), by kind (theory, networks) n values, and which layers these are; the networks' are means of
    logarithms.
    """
    cell, steps = panel["cell"], tuple(int(place) for place in panel["places"])
    sizes, count = options.get("sizes") or [options["size"]], int(options["networks"])
    measured = {int(size): _measured(cell, curve["start"], int(size), count, seed, steps) for size in sizes}
    largest = max(measured)
    drawn = _limit(measured, steps) if len(measured) > 1 else measured[largest]
    ideal = _ideal(cell, curve["start"])
    expected = np.array([log_gradient_at_zero(ideal, count) for count in steps]) / _DECADE
    return np.array(steps, dtype=float), {
        "theory": outcome(expected, 0.0),
        "networks": drawn,
    }, Run(count, largest, len(measured) > 1)  # fmt: skip


def _measured(cell: CellName, start: str, size: int, count: int, seed: np.random.SeedSequence,
              steps: tuple[int, ...]) -> Outcome:  # fmt: skip
    """Means of logarithms over layers of one size, with standard errors."""
    layers = [_drawn(cell, start, size, np.random.default_rng(child(child(seed, size), k))) for k in range(count)]
    found = np.array([growth_from_zero(layer, steps) for layer in layers]) / _DECADE
    return outcome(found.mean(axis=0), found.std(axis=0, ddof=1) / math.sqrt(count))


def _limit(measured: Mapping[int, Outcome], steps: tuple[int, ...]) -> Outcome:
    """Extrapolated in 1/N, step by step; where nothing scatters, as before the first step, there is nothing to do.

    Finite sizes make a power series in k^2 / N (docs/cells.md). After more steps than the root of the smallest size a
    line in 1/N is no more than a guess: half of the way from the largest size to the limit is an error of its own.
    """
    largest = measured[max(measured)]
    values, errors = largest.value.copy(), largest.error.copy()
    for k in np.flatnonzero(errors > 0.0):
        fit = extrapolate_to_infinite_size(list(measured), [float(one.value[k]) for one in measured.values()],
                                           [float(one.error[k]) for one in measured.values()])  # fmt: skip
        guessed = _GUESSED * (fit.limit - values[k]) if steps[k] ** 2 > min(measured) else 0.0
        values[k], errors[k] = fit.limit, math.hypot(fit.error, guessed)
    return outcome(values, errors)


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
