"""Numbers as strict JSON: what does not exist is null, what is infinite a string; one form everywhere."""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from phasemap.model.status import name_of


def plain(value: Any) -> Any:
    """`value` with NumPy's types as Python's, NaN as None and infinities as the strings "inf" and "-inf".

    A configuration takes the same strings for infinite numbers.
    """
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value


def entry(value: Any, error: Any, status: Any) -> dict[str, Any]:
    """One number with its error (None where it has none) and the name of its status, as `--json` gives it."""
    return {"value": float(value), "error": None if error is None else float(error), "status": name_of(status)}


def text(value: Any, indent: int | None = 2) -> str:
    """Strict JSON of `plain(value)`."""
    return json.dumps(plain(value), indent=indent, allow_nan=False, ensure_ascii=False)
