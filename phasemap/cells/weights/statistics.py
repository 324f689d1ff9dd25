"""What a layer's weights are in the words of the theory, and what in them breaks its assumption of independent entries.

Gains a = sqrt(N) times the standard deviation of the entries. (docs/cells.md)
"""

from dataclasses import dataclass

import numpy as np

from phasemap.cells.gru.theory import Gru
from phasemap.cells.lstm.theory import Lstm
from phasemap.cells.nodes import Array, logistic
from phasemap.cells.vanilla.theory import Vanilla
from phasemap.cells.weights.layer import Layer

LARGEST_FOR_EIGENVALUES = 1024


@dataclass(frozen=True)
class GateStatistics:
    """One gate's matrix; for independent entries and N -> infinity the numbers in brackets.

    total_mean:      N times the mean entry, in units of the gain (0 +- 1): an outlier of the spectrum.
    largest_singular: largest singular value over twice the gain (1).
    spectral_radius: over the gain (1); NaN where N is too large.
    row_norm_spread: standard deviation of the rows' norms over their mean, times sqrt(2 N) (1).
    transposed:      correlation of U_ij and U_ji (0 +- 1/N).
    between_gates:   largest correlation, in absolute value, with another gate's entries (0 +- 1/N).
    """

    gain: float
    bias: float
    bias_spread: float
    total_mean: float
    largest_singular: float
    spectral_radius: float
    row_norm_spread: float
    transposed: float
    between_gates: float


def gain_of(matrix: Array) -> float:
    """sqrt(N) times the standard deviation of the entries."""
    return float(np.sqrt(matrix.shape[0]) * matrix.std())


def statistics_of(layer: Layer) -> dict[str, GateStatistics]:
    """By gate."""
    return {gate: _of_gate(layer, gate) for gate in layer.gates}


def _of_gate(layer: Layer, gate: str) -> GateStatistics:
    U, bias = layer.recurrent[gate], layer.biases[gate]
    N, gain = layer.size, gain_of(layer.recurrent[gate])
    unit = gain if gain > 0.0 else np.nan
    norms = np.linalg.norm(U, axis=1)
    small = N <= LARGEST_FOR_EIGENVALUES
    radius = float(np.abs(np.linalg.eigvals(U)).max()) if small else np.nan
    others = [abs(_correlation(U, layer.recurrent[other])) for other in layer.gates if other != gate]
    return GateStatistics(
        gain, float(bias.mean()), float(bias.std()), float(N * U.mean() / unit),
        float(np.linalg.norm(U, 2) / (2.0 * unit)) if small else np.nan, radius / unit,
        float(norms.std() / norms.mean() * np.sqrt(2.0 * N)) if norms.mean() > 0.0 else np.nan,
        _correlation(U[~np.eye(N, dtype=bool)], U.T[~np.eye(N, dtype=bool)]) if N > 1 else np.nan,
        max(others, default=0.0),
    )  # fmt: skip


def _correlation(a: Array, b: Array) -> float:
    a, b = a.ravel() - a.mean(), b.ravel() - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0.0 else 0.0


def warnings_of(found: dict[str, GateStatistics], N: int) -> list[str]:
    """What is far from independent entries, in words."""
    said = []
    for gate, one in found.items():
        if abs(one.total_mean) > 4.0:
            said.append(f"{gate}: the entries have a mean (N x mean = {one.total_mean:.3g} gains), an outlier")
        if one.largest_singular > 1.2:
            said.append(
                f"{gate}: the largest singular value is {one.largest_singular:.3g} times that of random entries"
            )
        if one.largest_singular < 0.8:
            said.append(f"{gate}: the singular values lie close together, as in an orthogonal matrix")
        if one.spectral_radius > 1.25:
            said.append(f"{gate}: the spectral radius is {one.spectral_radius:.3g} gains, not 1")
        if one.row_norm_spread > 2.0:
            said.append(f"{gate}: the norms of the rows differ {one.row_norm_spread:.3g} times more than by chance")
        if abs(one.transposed) > 5.0 / N:
            said.append(f"{gate}: the matrix is correlated with its transpose ({one.transposed:.2g})")
        if one.between_gates > 5.0 / N:
            said.append(f"{gate}: correlated with another gate ({one.between_gates:.2g})")
    return said


def theory_of(layer: Layer, x: Array | None = None) -> Gru | Lstm | Vanilla:
    """The mean field with the gains, mean biases and their spreads that the layer has.

    x: (time, n_inputs) inputs; their fluctuations count as if they were frozen, s^2 = mean_i W_i Cov(x) W_i^T.
    """
    a = {gate: gain_of(layer.recurrent[gate]) for gate in layer.gates}
    fields = {gate: _field(layer, gate, x) for gate in layer.gates}
    b = {gate: field[0] for gate, field in fields.items()}
    s = {gate: field[1] for gate, field in fields.items()}
    if layer.cell == "vanilla":
        return Vanilla(a["n"], b["n"], s["n"])
    if layer.cell == "lstm":
        return Lstm(a["g"], a["i"], a["f"], a["o"], b["i"], b["f"], b["o"], s["i"], s["f"], s["o"], b["g"], s["g"])
    return Gru(
        a["n"], a["z"], a["r"], b["n"], b["z"], b["r"], float(layer.inner.mean()),
        s["n"], s["z"], s["r"], float(layer.inner.std()), layer.reset or "after",
    )  # fmt: skip


def _field(layer: Layer, gate: str, x: Array | None) -> tuple[float, float]:
    """Mean and spread of what a gate's field has beside U h."""
    bias, spread = layer.biases[gate], 0.0
    if x is not None:
        W = layer.inputs[gate]
        bias = bias + W @ x.mean(axis=0)
        spread = float(np.mean((W @ (x - x.mean(axis=0)).T) ** 2))
    return float(bias.mean()), float(np.sqrt(bias.var() + spread))


def zero_state_units(layer: Layer) -> tuple[Array, Array]:
    """What every unit keeps of itself at h = 0 in a step, and how strongly it takes up the field U h: both (N,).

    The biases of the candidate are left out: with them h = 0 is no fixed point.
    """
    if layer.cell == "vanilla":
        return np.zeros(layer.size), np.ones(layer.size)
    if layer.cell == "lstm":
        kept = logistic(layer.biases["f"])
        return kept, logistic(layer.biases["i"]) * logistic(layer.biases["o"])
    kept = logistic(layer.biases["z"])
    return kept, (1.0 - kept) * logistic(layer.biases["r"])
