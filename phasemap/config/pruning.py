"""A configuration without its entries of the wrong type, so that the rest of it can be checked, too."""

from collections.abc import Mapping, Sequence
from typing import Any

_STAND_IN = [0.0]
"""In place of an axis that cannot be read: there is one of that name."""

_WHOLE = ("quantities", "surfaces", "quick")
"""Keys whose lists are left out whole."""


def without(data: Mapping[str, Any], paths: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """A copy of `data` without the entries at `paths` (keys from the top, as the validation gives them)."""
    pruned = {key: _copy(value) for key, value in data.items()}
    for path in paths:
        _drop(pruned, path)
    return pruned


def _drop(data: dict[str, Any], path: Sequence[Any]) -> None:
    """Remove the deepest table's key along a path; positions in lists and names of alternatives end it."""
    if len(path) > 1 and path[0] == "axes" and isinstance(data.get("axes"), dict) and path[1] in data["axes"]:
        if str(path[1]).startswith("refine"):
            del data["axes"][path[1]]
        else:
            data["axes"][path[1]] = list(_STAND_IN)
        return
    table = data
    for k, key in enumerate(path):
        below = table.get(key)
        if k == len(path) - 1 or not isinstance(below, dict) or path[0] in _WHOLE:
            table.pop(key, None)
            return
        table = below


def _copy(value: Any) -> Any:
    return {key: _copy(item) for key, item in value.items()} if isinstance(value, Mapping) else value
