"""Pieces of sentences that all parts of a caption share: lists, numbers, values with symbols."""

import re
from collections.abc import Sequence

import numpy as np

from phasemap.model.text.plain_symbols import as_plain

_SHORT = {"membrane time constant": "membrane times", "1 / membrane time constant": "inverse membrane times"}


def listed(words: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def number(value: float) -> str:
    """A number in few digits; infinity as its sign."""
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.6g}".replace("-", "−")


def equals(symbol: str, value: float, units: str = "1") -> str:
    """'τ_r = 20 ms'."""
    unit = "" if units in ("", "1") else f" {units_in_words(units)}"
    unit = unit.removesuffix("s") if value == 1.0 and unit.endswith("times") else unit
    return f"{as_plain(symbol)} = {number(value)}{unit}"


def units_in_words(units: str) -> str:
    """Units as they stand after a number."""
    return _SHORT.get(units, units)


def described(description: str, symbol: str) -> str:
    """'gain of the activation φ, g_h': words without their bracketed remarks, then the symbol."""
    words = re.sub(r"\bphi\b", "φ", re.split(r"\s*[(;:]", description, maxsplit=1)[0].strip())
    sign = as_plain(symbol)
    return f"{words}, {sign}" if words and sign and words != sign else words or sign


def sentence(words: str) -> str:
    """The words with a capital and a full stop; nothing where there are none."""
    return f"{words[:1].upper()}{words[1:]}." if words else ""
