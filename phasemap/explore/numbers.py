"""Arrays as text: numbers in single precision (seven digits), codes in bytes, both in base64."""

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasemap import strict_json


def packed(values: NDArray[Any]) -> str:
    """Numbers as little-endian float32 in C order, base64; NaN and infinities are kept."""
    with np.errstate(over="ignore"):  # what is too large for single precision is shown as infinite
        single = np.ascontiguousarray(np.asarray(values, dtype=float).astype("<f4"))
    return base64.b64encode(single.tobytes()).decode("ascii")


def codes(values: NDArray[Any]) -> str:
    """Small integers from -128 to 127 as signed bytes in C order, base64."""
    return base64.b64encode(np.ascontiguousarray(np.asarray(values).astype(np.int8)).tobytes()).decode("ascii")


def rounded(values: NDArray[Any]) -> list[Any]:
    """Numbers as (nested) lists of seven digits; infinite ones as the strings "inf" and "-inf", NaN as None."""
    whole = np.asarray(values, dtype=float)
    if whole.ndim > 1:
        return [rounded(row) for row in whole]
    return [strict_json.plain(float(f"{value:.7g}")) for value in whole]
