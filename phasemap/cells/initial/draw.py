"""Weights drawn after a recipe, as a layer."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.sparse.linalg import ArpackNoConvergence, eigs

from phasemap.cells.initial.recipe import Recipe
from phasemap.cells.nodes import Array
from phasemap.cells.weights.layer import GATES, Layer
from phasemap.cells.weights.statistics import zero_state_units
from phasemap.cells.weights.zero_state import zero_multiplier

_DRAWS = 40
_SMALL = 100  # below, all eigenvalues are as fast
_LARGEST = 512  # beyond, eigenvalues take long, and scatter less


class _Tolerances(NamedTuple):
    """Of the leading eigenvalue that a drawn matrix is wanted to have."""

    close: float = 0.012  # rescaling, off 1: good enough to stop drawing
    eigenvalue: float = 1e-3  # relative: enough to choose among draws, at a tenth of the cost
    factors: tuple[float, float] = (1e-3, 1e3)  # of the rescaling: one is near 1
    nothing: float = 1e-12  # distance of what is wanted from what the gate keeps, least: no division by zero


_AT = _Tolerances()


def draw_layer(recipe: Recipe, size: int, n_inputs: int, rng: np.random.Generator) -> Layer:
    """Independent Gaussian entries with exactly the gains of the recipe, biases as given, inputs of unit gain.

    Where the place rests on the leading eigenvalue, the candidate's matrix is the one, of up to forty draws, that needs
    the least rescaling to have the wanted multiplier itself: at finite N it scatters by percents from draw to draw.
    """
    gates = GATES[recipe.cell]
    own = "g" if recipe.cell == "lstm" else "n"
    recurrent = {gate: recipe.gains[gate] * _unit_matrix(size, rng) for gate in gates}
    inputs = {gate: rng.standard_normal((size, n_inputs)) / math.sqrt(max(n_inputs, 1)) for gate in gates}
    biases = {gate: np.full(size, recipe.biases[gate]) for gate in gates}
    reset = recipe.reset if recipe.cell == "gru" else None
    layer = Layer("l0", recipe.cell, "drawn", recurrent, inputs, biases, np.zeros(size), reset)
    if recipe.by_radius and size <= _LARGEST:
        recurrent[own] = recipe.gains[own] * _of_multiplier(layer, recipe.gains[own], rng)
    return layer


def _unit_matrix(size: int, rng: np.random.Generator) -> Array:
    """Gain 1 to the last digit."""
    matrix = rng.standard_normal((size, size))
    return np.asarray(matrix / (matrix.std() * math.sqrt(size)))


def _of_multiplier(layer: Layer, gain: float, rng: np.random.Generator) -> Array:
    """A matrix of gain near 1 whose own multiplier at the zero state is that of the mean field."""
    wanted = zero_multiplier(layer)
    kept, taken = (float(values[0]) for values in zero_state_units(layer))
    best, furthest = _unit_matrix(layer.size, rng), math.inf
    for _ in range(_DRAWS):
        matrix = _unit_matrix(layer.size, rng)
        off = abs(_largest(matrix, taken * gain, kept) - wanted) / max(wanted - kept, _AT.nothing)
        if off < furthest:
            best, furthest = matrix, off
        if furthest < _AT.close:
            break
    eigenvalues = np.linalg.eigvals(best).astype(np.complex128)
    return best * _scale(taken * gain * eigenvalues, kept, wanted)


def _largest(matrix: Array, strength: float, kept: float) -> float:
    """Largest |kept + strength lambda|, to three digits: enough to choose among draws, at a tenth of the cost."""
    size = matrix.shape[0]
    whole = strength * matrix + kept * np.eye(size)
    if size < _SMALL:
        return float(np.abs(np.linalg.eigvals(whole)).max())
    try:
        found = eigs(whole, k=2, which="LM", return_eigenvectors=False, ncv=30, tol=_AT.eigenvalue, v0=np.ones(size))
    except ArpackNoConvergence:
        return float(np.abs(np.linalg.eigvals(whole)).max())
    return float(np.abs(found).max())


def _scale(eigenvalues: NDArray[np.complex128], kept: float, wanted: float) -> float:
    """The factor of a matrix with which the largest |kept + lambda| is the wanted one."""
    return float(brentq(lambda scale: np.abs(kept + scale * eigenvalues).max() - wanted, *_AT.factors))
