"""The parameters of the discrete cells: what they mean, and which values they may take. No numerical code."""

from collections.abc import Mapping
from typing import NamedTuple

from phasemap.model.family import Family
from phasemap.model.parameters import ParameterInfo

BEFORE, AFTER = 0.0, 1.0
RESETS: Mapping[str, float] = {"before": BEFORE, "after": AFTER}


class GruPoint(NamedTuple):
    """A GRU: gains a, mean biases b, their spreads s, strength of static inputs, place of the reset gate."""

    a_h: float = 1.0
    a_z: float = 0.0
    a_r: float = 0.0
    b_h: float = 0.0
    b_z: float = 0.0
    b_r: float = 0.0
    b_hn: float = 0.0
    s_h: float = 0.0
    s_z: float = 0.0
    s_r: float = 0.0
    s_hn: float = 0.0
    s_in: float = 0.0
    reset: float = AFTER


class LstmPoint(NamedTuple):
    """An LSTM: gains a, mean biases b, their spreads s, strength of static inputs."""

    a_g: float = 1.0
    a_i: float = 0.0
    a_f: float = 0.0
    a_o: float = 0.0
    b_g: float = 0.0
    b_i: float = 0.0
    b_f: float = 0.0
    b_o: float = 0.0
    s_g: float = 0.0
    s_i: float = 0.0
    s_f: float = 0.0
    s_o: float = 0.0
    s_in: float = 0.0


class VanillaPoint(NamedTuple):
    """h+ = tanh(U h + b): gain, mean and spread of the bias, strength of static inputs."""

    a_h: float = 1.0
    b_h: float = 0.0
    s_h: float = 0.0
    s_in: float = 0.0


CellPoint = GruPoint | LstmPoint | VanillaPoint

_LARGEST_GAIN, _LARGEST_BIAS = 100.0, 50.0
_OWNERS = {
    "h": "candidate", "z": "update gate", "r": "reset gate", "hn": "candidate, inside the reset gate",
    "g": "candidate", "i": "input gate", "f": "forget gate", "o": "output gate",
}  # fmt: skip


def _info(name: str) -> ParameterInfo:
    kind, _, owner = name.partition("_")
    symbol = rf"${kind}_{{{owner}}}$"
    if kind == "a":
        words = f"gain of the {_OWNERS[owner]}'s recurrent matrix"
        return ParameterInfo(symbol, words, minimum=0.0, maximum=_LARGEST_GAIN)
    if kind == "b":
        words = f"mean bias of the {_OWNERS[owner]}"
        return ParameterInfo(symbol, words, minimum=-_LARGEST_BIAS, maximum=_LARGEST_BIAS)
    words = f"standard deviation across units of the bias of the {_OWNERS[owner]}"
    return ParameterInfo(symbol, words, minimum=0.0, maximum=_LARGEST_GAIN)


_INPUT = ParameterInfo(
    r"$s_{\mathrm{in}}$", "standard deviation across units of a static input to every gate and the candidate",
    minimum=0.0, maximum=_LARGEST_GAIN,
)  # fmt: skip
_RESET = ParameterInfo("reset", "place of the reset gate: before or after the recurrent matrix",
                       minimum=0.0, maximum=1.0, values=(BEFORE, AFTER), words=RESETS)  # fmt: skip


def _infos(names: tuple[str, ...]) -> dict[str, ParameterInfo]:
    special = {"s_in": _INPUT, "reset": _RESET}
    return {name: special.get(name) or _info(name) for name in names}


USUAL = ("second_moment", "static_gain", "leading_multiplier", "outlier", "pinning_ratio", "activity_variance",
         "lyapunov_max")  # fmt: skip
"""What a plane without a configuration is computed for."""

FAMILIES: dict[str, Family] = {
    name: Family(name, record, _infos(record._fields), gain, USUAL)
    for name, record, gain in (("gru", GruPoint, "a_h"), ("lstm", LstmPoint, "a_g"), ("vanilla", VanillaPoint, "a_h"))
}
"""Name of a cell -> its parameters."""
