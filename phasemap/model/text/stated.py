"""Numbers in words: as many digits as the error supports, and what the status says."""

import math
from typing import Any

from phasemap.model.status import BOUNDS, NUMBERS, STATUS_WORDS, Status, in_words

# Numbers from here on are written with a power of ten.
_LARGE = 1e15


def number(value: Any, error: Any = None) -> str:
    """A number with as many digits as its error supports, and the error in the same digits."""
    if value is None or math.isnan(value):
        return "-"
    if error is None or math.isnan(error) or math.isinf(value):
        return f"{value:.10g}"
    if math.isinf(error):
        return f"{value:.3g} ± unknown"
    if error == 0 or error < abs(value) * 1e-12:
        return f"{value:.12g}"
    if abs(value) >= _LARGE:
        return f"{value:.{max(1, math.ceil(math.log10(abs(value) / error)))}e} ± {error:.1e}"
    digits = max(0, 1 - math.floor(math.log10(error)))
    return f"{value:.{digits}f} ± {error:.1e}" if digits < 15 else f"{value:.12g} ± {error:.1e}"


def stated(value: float, error: float | None, status: int) -> str:
    """A stored number with what its status says: a bound as such, and words where there is no number."""
    kind = Status(status)
    if kind in BOUNDS:
        return f"{'≥' if kind is Status.LOWER_BOUND else '≤'} {value:.6g}"
    if kind is Status.DIVERGES and math.isinf(value):
        return f"{value:g} (diverges)"
    if kind in (Status.ABSENT, Status.PENDING):
        return kind.name.lower()
    if kind not in NUMBERS:
        return STATUS_WORDS[kind]
    text = number(value, error)
    return text if kind is Status.CONVERGED else f"{text} ({STATUS_WORDS[kind]})"


def with_status(value: float, error: float, status: int) -> str:
    """A number, followed by its status where it is not converged; the status alone where there is no number."""
    if status not in NUMBERS:
        return in_words(status)
    text = number(float(value), float(error))
    return text if status == Status.CONVERGED else f"{text} ({in_words(status)})"
