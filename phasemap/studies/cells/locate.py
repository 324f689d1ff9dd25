"""Files of weights -> where their layers lie."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from phasemap.cells.nodes import Array
from phasemap.cells.weights.formats.stored import read_arrays
from phasemap.cells.weights.frameworks.recognise import ambiguity, find_layers
from phasemap.cells.weights.layer import Layer
from phasemap.cells.weights.linear import WHY, LinearLayer, linear_layers
from phasemap.cells.weights.place import STEPS, Location, locate_layer
from phasemap.errors import ConfigError, WeightFileError
from phasemap.strict_json import entry


@dataclass(frozen=True)
class Checkpoint:
    """The layers of one file."""

    path: Path
    layers: list[Location]
    linear: tuple[LinearLayer, ...] = ()


def locate(path: Path, only: int | None, inputs: Path | None, seed: int = 0) -> Checkpoint:
    """Read a file and locate its layers, or one of them by its number.

    Raises:
        WeightFileError: it cannot be read or holds no layer that is known.
        ConfigError: there is no such layer, or the input does not fit.
    """
    arrays = read_arrays(path)
    linear = tuple(linear_layers(arrays))
    if linear and only is None:
        return Checkpoint(path, [], linear)
    layers = find_layers(arrays)
    if only is not None:
        if not 0 <= only < len(layers):
            names = ", ".join(f"{k} {layer.name}" for k, layer in enumerate(layers))
            raise ConfigError(f"--layer {only}: {path} has the layers {names}.")
        layers = [layers[only]]
    elif (why := ambiguity(layers)) is not None:
        raise WeightFileError(f"The file {path} {why}")
    x = _read_input(inputs, layers) if inputs is not None else None
    return Checkpoint(path, [locate_layer(layer, x, seed) for layer in layers])


def _read_input(path: Path, layers: list[Layer]) -> Array:
    """(time, n_inputs) numbers that fit the layers."""
    try:
        x = np.load(path, allow_pickle=False, mmap_mode="r")
    except (OSError, ValueError, EOFError) as error:
        raise WeightFileError(f"The input {path} is no array of numbers in NumPy's .npy format.") from error
    if not isinstance(x, np.ndarray) or x.ndim != 2 or x.dtype.kind not in "fiu" or not len(x):
        raise ConfigError(
            f"The input {path} must be one array of numbers in the .npy format, with the shape (time, inputs)."
        )
    wrong = [layer for layer in layers if layer.n_inputs != x.shape[1]]
    if wrong:
        raise ConfigError(
            f"The input {path} has {x.shape[1]} columns, and the layer {wrong[0].name} takes {wrong[0].n_inputs}: "
            "choose a layer with --layer."
        )
    values = np.asarray(x, dtype=np.float64)
    if not np.isfinite(values).all():
        raise ConfigError(f"The input {path} holds numbers that are NaN or infinite.")
    return values


def linear_facts(layer: LinearLayer) -> dict[str, Any]:
    """What `--json` prints of a layer without feedback."""
    return {
        "name": layer.name,
        "cell": layer.kind,
        "size": int(layer.half_lives.size),
        "phase": None,
        "half_life_quantiles": layer.quantiles,
        "remarks": [WHY],
    }


def _inner(layer: Layer) -> dict[str, float] | None:
    """The bias of a GRU that its reset gate multiplies (b_hn), where the layer can have one."""
    if layer.reset != "after":
        return None
    return {"mean": float(layer.inner.mean()), "spread": float(layer.inner.std())}


def facts(found: Location) -> dict[str, Any]:
    """What `--json` prints of a layer."""
    layer, run, decade = found.layer, found.run, float(np.log(10.0))
    exponent = run.lyapunov_max
    assert exponent.error is not None
    gates = found.statistics
    return {
        "name": layer.name,
        "cell": layer.cell,
        "reset": layer.reset,
        "size": layer.size,
        "layout": layer.layout,
        "gains": {gate: one.gain for gate, one in gates.items()},
        "biases": {gate: one.bias for gate, one in gates.items()},
        "bias_spread": {gate: one.bias_spread for gate, one in gates.items()},
        "inner_bias": _inner(layer),
        "zero_multiplier": found.multiplier,
        "zero_multiplier_of_matrix": found.multiplier_of_matrix,
        "phase": found.place.phase,
        "distances": found.distances,
        "second_moment": [point.C for point in found.place.points],
        "second_moment_of_run": run.C,
        "lyapunov_max": entry(exponent.value, exponent.error, exponent.status),
        "memory_steps": found.memory_steps,
        "gradient_scale": {
            str(count): {
                "theory": float(np.exp(theory)),
                "matrix": float(np.exp(matrix)),
                "log10_theory": float(theory / decade),
                "log10_matrix": float(matrix / decade),
            }
            for count, theory, matrix in zip(STEPS, found.log_growth, run.log_growth, strict=True)
        },
        "statistics": {
            gate: {
                "total_mean": one.total_mean,
                "largest_singular": one.largest_singular,
                "spectral_radius": one.spectral_radius,
                "row_norm_spread": one.row_norm_spread,
                "transposed": one.transposed,
                "between_gates": one.between_gates,
            }
            for gate, one in gates.items()
        },
        "remarks": list(found.remarks),
    }
