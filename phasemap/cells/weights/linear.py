"""Linear and input-gated recurrences: no feedback within a layer, so no transition; only half-lives of units matter.

Known: Mamba (`A_log` with `dt_proj.bias` or `dt_bias`), RG-LRU (`a_param`), minGRU (`linear_z` or `to_z`,
or `to_hidden_and_gate` without a bias).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from phasemap.cells.nodes import Array, logistic
from phasemap.cells.weights.formats.stored import Arrays

WHY = (
    "What a unit keeps does not depend on the other units of its layer: without that feedback nothing can become "
    "unstable, and there is no phase diagram, only half-lives"
)
_RG_LRU_POWER = 8.0  # c of De et al. 2024, "Griffin", eq. 4: a = exp(-c softplus(L) r)
_SOURCES = re.compile(
    r"^(?P<prefix>(?:.*[./])?)(?P<part>A_log|a_param|(?:linear_z|to_z)\.bias|to_hidden_and_gate\.weight)$"
)


@dataclass(frozen=True)
class LinearLayer:
    """Half-lives (units,) in steps of one layer, with no input to its gates."""

    name: str
    kind: str
    half_lives: Array

    @property
    def quantiles(self) -> dict[str, float]:
        """Of the half-lives, at 0, 10, 50, 90 and 100 %."""
        shares = (0, 10, 50, 90, 100)
        return {str(share): float(np.percentile(self.half_lives, share)) for share in shares}


def linear_layers(arrays: Arrays) -> Iterator[LinearLayer]:
    """Every layer of that kind in a file."""
    rules: dict[str, tuple[str, Callable[[Arrays, str, str], Array | None]]] = {
        "A_log": ("Mamba", _mamba),
        "a_param": ("RG-LRU", _rg_lru),
        "linear_z.bias": ("minGRU", _min_gru),
        "to_z.bias": ("minGRU", _min_gru),
        "to_hidden_and_gate.weight": ("minGRU", _min_gru_without_bias),
    }
    for name in arrays:
        match = _SOURCES.match(name)
        if match is not None:
            kind, rule = rules[match["part"]]
            rates = rule(arrays, match["prefix"], name)
            if rates is not None:
                lives = np.log(2.0) / np.maximum(rates, 1e-300)
                yield LinearLayer(match["prefix"].rstrip("./") or kind, kind, lives.ravel())


def _mamba(arrays: Arrays, prefix: str, name: str) -> Array | None:
    """Decay rate dt exp(A_log) of every unit and state, at dt = softplus(bias)."""
    bias = next((key for key in (f"{prefix}dt_proj.bias", f"{prefix}dt_bias") if key in arrays), None)
    if bias is None:
        return None
    decay, dt = np.exp(arrays[name].numbers(name)), np.logaddexp(0.0, arrays[bias].numbers(bias))
    return np.asarray(dt[:, None] * decay if decay.ndim == 2 else dt * decay)


def _rg_lru(arrays: Arrays, prefix: str, name: str) -> Array:
    """Decay rate c softplus(L) / 2: the recurrence gate is half open without input."""
    return np.asarray(_RG_LRU_POWER * np.logaddexp(0.0, arrays[name].numbers(name)) * 0.5)


def _min_gru(arrays: Arrays, prefix: str, name: str) -> Array:
    """h+ = (1 - z) h + z n with z = sigma(b) without input."""
    return -np.log(np.maximum(logistic(-arrays[name].numbers(name)), 1e-300))


def _min_gru_without_bias(arrays: Arrays, prefix: str, name: str) -> Array:
    """z = 1/2 without input: rows of the matrix (2 N, inputs) are those of the candidate, then of the gate."""
    return np.full(arrays[name].shape[0] // 2, np.log(2.0))
