"""Where a given layer lies on the phase diagram of its cell, and what it does by itself."""

import math
from dataclasses import dataclass

import numpy as np

from phasemap.cells.dynamics.solve import fluctuating_state
from phasemap.cells.gru.theory import Gru
from phasemap.cells.lstm.theory import Lstm
from phasemap.cells.nodes import Array
from phasemap.cells.running.free_run import FreeRun, free_run
from phasemap.cells.static.fixed_points import static_fold
from phasemap.cells.static.phases import Place, place_of
from phasemap.cells.static.zero_state import log_gradient_at_zero, memory_steps
from phasemap.cells.vanilla.theory import Vanilla
from phasemap.cells.weights.layer import Layer
from phasemap.cells.weights.statistics import GateStatistics, statistics_of, theory_of, warnings_of
from phasemap.cells.weights.zero_state import zero_factor, zero_multiplier, zero_multiplier_of_matrix
from phasemap.model.status import Status

STEPS = (10, 100, 1000)


@dataclass(frozen=True)
class Location:
    """All that is known of a layer.

    multiplier:        of the zero state, in mean field at the layer's own gate biases; of the matrix itself beside it.
    distances:         line -> factor in the candidate's gain that leads to it.
    log_growth:        (len(STEPS),) ln(<|dh_k/dh_0|^2> / N) in theory; NaN where it is not known.
    """

    layer: Layer
    theory: Gru | Lstm | Vanilla
    place: Place
    statistics: dict[str, GateStatistics]
    multiplier: float
    multiplier_of_matrix: float
    memory_steps: float
    distances: dict[str, float]
    log_growth: Array
    run: FreeRun
    remarks: tuple[str, ...]


def locate_layer(layer: Layer, x: Array | None = None, seed: int = 0) -> Location:
    """Put a layer on its phase diagram and let it run. x: (time, n_inputs) inputs, or none."""
    theory = theory_of(layer, x)
    found = statistics_of(layer)
    multiplier, place = zero_multiplier(layer), place_of(theory)
    remarks = [*layer.notes, *warnings_of(found, layer.size)]
    if place.reason:
        remarks.append(place.reason)
    return Location(
        layer, theory, place, found, multiplier, zero_multiplier_of_matrix(layer),
        memory_steps(multiplier) if multiplier < 1.0 else math.nan, _distances(layer, theory),
        _log_growth(theory, place), free_run(layer, STEPS, seed, x), tuple(remarks),
    )  # fmt: skip


def _distances(layer: Layer, theory: Gru | Lstm | Vanilla) -> dict[str, float]:
    found = {"zero_instability": zero_factor(layer)}
    at_rest = theory.at_rest()
    if at_rest.gain > 0.0 and at_rest.tricritical_ratio() > 1.0:
        fold = static_fold(at_rest)
        if fold.status == Status.CONVERGED:
            found["static_fold"] = float(fold.value) / at_rest.gain
    return found


def _log_growth(theory: Gru | Lstm | Vanilla, place: Place) -> Array:
    """At the zero state (or the rest that biases shift a little) or along chaos, whichever is the attractor."""
    if place.phase in ("stable zero", "stable fixed point"):
        return np.array([log_gradient_at_zero(theory.at_rest(), count) for count in STEPS])
    return _along_chaos(theory) if place.phase == "chaotic" else np.full(len(STEPS), np.nan)


def _along_chaos(theory: Gru | Lstm | Vanilla) -> Array:
    """Along the fluctuating state: as far as ensembles are followed, and at its exponent per step beyond."""
    steps = np.array(STEPS, dtype=np.float64)
    if isinstance(theory, Vanilla):  # its steps are uncorrelated
        return 2.0 * theory.lyapunov_max() * steps if theory.rests else np.full(len(STEPS), np.nan)
    state = fluctuating_state(theory)
    if not state.lyapunov_max.good or not np.isfinite(state.log_gradient.value).all():
        return np.full(len(STEPS), np.nan)
    known, horizon = state.log_gradient.value, len(state.log_gradient.value) - 1
    beyond = np.maximum(steps - horizon, 0.0)
    return np.asarray(known[np.minimum(steps, horizon).astype(int)] + 2.0 * float(state.lyapunov_max.value) * beyond)
