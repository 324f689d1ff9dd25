"""Weights at a wanted place: drawn, written for a framework, with the lines that load them."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from phasemap.cells.initial.chrono import chrono_biases
from phasemap.cells.initial.draw import draw_layer
from phasemap.cells.initial.recipe import CellName, Recipe, recipe_for
from phasemap.cells.weights.formats.safetensors import safetensors_bytes
from phasemap.cells.weights.frameworks.export import FRAMEWORKS
from phasemap.cells.weights.layer import Layer
from phasemap.errors import ConfigError
from phasemap.storage.durable import write_atomically
from phasemap.storage.targets import check_replaceable

_LARGEST = 8192


@dataclass(frozen=True)
class Wish:
    """What is asked for: cell, number of units and inputs, place, convention of the GRU, chrono-like biases up to."""

    cell: CellName
    size: int
    n_inputs: int
    place: str
    reset: Literal["before", "after"] = "after"
    chrono: float | None = None


def draw(wish: Wish, seed: int) -> tuple[Recipe, Layer]:
    """The recipe and one draw.

    Raises:
        ConfigError, UnsupportedError: there is no such place.
    """
    if not 2 <= wish.size <= _LARGEST:
        raise ConfigError(
            f"--size {wish.size}: from 2 to {_LARGEST:,} units. A place of the diagram is a property of random "
            "matrices: a single unit has one recurrent weight and no spectrum."
        )
    if wish.chrono is not None and not 2.0 < wish.chrono <= 1e6:
        raise ConfigError(f"--chrono {wish.chrono:g}: the longest memory in steps, above 2 and up to 1e6.")
    rng = np.random.default_rng(seed)
    recipe = recipe_for(wish.cell, wish.place, wish.reset)
    layer = draw_layer(recipe, wish.size, wish.n_inputs, rng)
    if wish.chrono is not None:
        layer.biases.update(chrono_biases(wish.cell, wish.size, wish.chrono, rng))
    return recipe, layer


def check_target(path: Path) -> str:
    """The format that a suffix asks for, if the file may be written.

    Raises:
        ConfigError: the suffix is neither.
        ResultFileError: something else has that name.
    """
    kind = path.suffix.lower()
    if kind not in (".safetensors", ".npz"):
        raise ConfigError(f"The output {path} must end in .safetensors or .npz.")
    if not path.parent.is_dir():
        raise ConfigError(f"Cannot write {path}: there is no folder {path.parent}.")
    check_replaceable(path, "a file of weights that phasemap drew", _is_ours)
    return kind


def _is_ours(content: bytes) -> bool:
    return b'"made_by":"phasemap"' in content[:4096] or b"made_by_phasemap.npy" in content


def write(path: Path, layer: Layer, framework: str) -> None:
    """Write the arrays of a framework, whole or not at all."""
    kind, arrays = check_target(path), FRAMEWORKS[framework](layer)
    if kind == ".safetensors":
        content = safetensors_bytes(arrays)
    else:
        stream = io.BytesIO()
        singles = {name: np.asarray(values, dtype=np.float32) for name, values in arrays.items()}
        np.savez(stream, **singles, made_by_phasemap=np.array(1))  # type: ignore[arg-type]
        content = stream.getvalue()
    write_atomically(path, content)


def loading_lines(path: Path, layer: Layer, framework: str) -> list[str]:
    """The lines of Python that load the file into a layer of the framework."""
    read = (
        ["from safetensors.numpy import load_file  # pip install safetensors", f"weights = load_file({str(path)!r})"]
        if path.suffix.lower() == ".safetensors"
        else ["import numpy", f"weights = dict(numpy.load({str(path)!r}))"]
    )
    names = {"gru": "GRU", "lstm": "LSTM", "vanilla": "RNN"}
    if framework == "torch":
        shown = f"torch.nn.{names[layer.cell]}({layer.n_inputs}, {layer.size})"
        put = "{k: torch.from_numpy(v) for k, v in weights.items() if k.endswith('_l0')}"
        return [*read, f"import torch; layer = {shown}; layer.load_state_dict({put})"]
    if framework == "keras":
        return [*read, "layer.set_weights([weights[k] for k in ('kernel', 'recurrent_kernel', 'bias')])  # built"]
    if framework == "flax":
        names_of = "{tuple(k.split('.')): v for k, v in weights.items() if k.startswith('params.')}"
        return [*read, f"from flax.traverse_util import unflatten_dict; params = unflatten_dict({names_of})"]
    return read
