"""Fill the cells of Flax, known by the names of their parts: nested parameters of linen, in place, or cells of nnx."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from phasemap.cells.initial.draw import draw_layer
from phasemap.cells.initial.recipe import CellName, Recipe, recipe_for
from phasemap.cells.nodes import Array
from phasemap.cells.weights.layer import GATES, Layer
from phasemap.errors import UnsupportedError

_SEPARATE: dict[str, CellName] = {"hn": "gru", "hg": "lstm"}
_DEEPEST = 8
_BY_BLOCKS: dict[int, CellName] = {3: "gru", 4: "lstm"}


def fill_flax(module: Any, place: str, rng: np.random.Generator) -> Recipe | None:
    """Every GRU and LSTM cell found in the module; None if there is none.

    Raises:
        UnsupportedError: parameters of linen are frozen.
    """
    recipe = None
    for part in list(_cells(module)):
        fused, cell = _part(part, "dense_h"), next((_SEPARATE[name] for name in _SEPARATE if _part(part, name)), None)
        size = int(_read(fused if cell is None else _part(part, _of_gates(cell)[0]), "kernel").shape[0])
        if cell is None:
            cell = _BY_BLOCKS[_read(fused, "kernel").shape[1] // size]
        recipe = recipe_for(cell, place)
        _put_all(part, draw_layer(recipe, size, 0, rng), fused)
    return recipe


def _of_gates(cell: CellName) -> list[str]:
    return [f"h{gate}" for gate in GATES[cell]]


def _cells(module: Any, depth: int = 0) -> Iterator[Any]:
    """Parts that are cells: those of linen have a kernel for each gate, those of nnx that or one for all."""
    if any(all(_part(module, name) is not None for name in _of_gates(cell)) for cell in _SEPARATE.values()):
        yield module
        return
    kernel = _read(_part(module, "dense_h"), "kernel")
    if kernel is not None and len(kernel.shape) == 2 and kernel.shape[1] in (3 * kernel.shape[0], 4 * kernel.shape[0]):
        yield module
        return
    below = module if _is_tree(module) else getattr(module, "__dict__", {})
    for name, part in below.items() if depth < _DEEPEST else ():
        if not str(name).startswith("_") and (_is_tree(part) or hasattr(part, "__dict__")):
            yield from _cells(part, depth + 1)


def _is_tree(part: Any) -> bool:
    """Nested parameters, frozen or not."""
    return isinstance(part, dict) or hasattr(part, "unfreeze")


def _part(holder: Any, name: str) -> Any:
    if _is_tree(holder):
        return holder.get(name)
    return getattr(holder, "__dict__", {}).get(name)


def _read(holder: Any, name: str) -> Any:
    """The array of a parameter, which nnx keeps in a variable; None without one."""
    found = None if holder is None else _part(holder, name)
    if found is not None and hasattr(found, "get_value"):
        return found.get_value()
    return getattr(found, "value", found)


def _put_all(part: Any, layer: Layer, fused: Any) -> None:
    """Kernels act on rows, h W; the biases of a GRU stand on the inputs' side, except the one inside the reset gate."""
    outside = "i" if layer.cell == "gru" else "h"
    if fused is not None:
        _put(fused, "kernel", np.hstack([layer.recurrent[gate].T for gate in layer.gates]))
        for side in ("i", "h"):
            outer = np.concatenate([layer.biases[gate] for gate in layer.gates])
            _put(_part(part, f"dense_{side}"), "bias", outer if side == outside else 0.0 * outer)
        return
    for gate in layer.gates:
        _put(_part(part, f"h{gate}"), "kernel", layer.recurrent[gate].T)
        for name in (f"i{gate}", f"i{gate}_", f"h{gate}"):  # nnx calls one `if_`
            _put(_part(part, name), "bias", layer.biases[gate] if name[0] == outside else np.zeros(layer.size))


def _put(holder: Any, name: str, values: Array) -> None:
    """Write into a parameter of that name, if there is one, keeping its type."""
    old = _read(holder, name)
    if old is None:
        return
    new = old.at[...].set(values) if hasattr(old, "at") else np.asarray(values, dtype=old.dtype)
    if not _is_tree(holder):
        variable = _part(holder, name)
        variable.set_value(new) if hasattr(variable, "set_value") else setattr(variable, "value", new)
        return
    try:
        holder[name] = new
    except (TypeError, ValueError):
        raise UnsupportedError("These parameters of Flax are frozen: unfreeze them before they are filled.") from None
