"""The network that a figure is about: the model in words, its parameters with symbols."""

import math
from collections.abc import Mapping

from phasemap.dataset import Result
from phasemap.figures.captions.words import equals, listed, number
from phasemap.figures.scenes.units import MEMBRANE, TIME
from phasemap.model.parameters import PARAMETERS, Parameters
from phasemap.model.text.plain_symbols import as_plain

_CELLS = {"gru": "GRU cells", "lstm": "LSTM cells", "vanilla": "tanh cells in discrete time"}
_GATES = {
    "z": ("update gate", "σ_z(z)", "that multiplies the rate of h"),
    "r": ("output gate", "σ_r(r)", "that multiplies the activity of each unit"),
}
_INPUTS = {
    "s_h": "static inputs to h", "s_z": "static inputs to the update gate", "s_r": "static inputs to the output gate",
    "m_h": "a common input to h",
    "m_z": "a common input to the update gate", "m_r": "a common input to the output gate",
    "noise_h": "noise on h", "noise_z": "noise on the update gate", "noise_r": "noise on the output gate",
}  # fmt: skip

_CELLS_OF_STUDIES = ("gru", "lstm")


def network_in_words(result: Result, held: Mapping[str, float]) -> str:
    """One or two sentences; held: axes at which the figure is cut, with their values."""
    known = _known(result, held)
    varied = set(result.axis_names) - set(held) | set(result.metadata.settings.get("derived", {}))
    cell = result.metadata.settings.get("cell")
    model = _cells(str(cell)) if cell else _rates(known, varied)
    values = _values(result, known, varied) if not cell else _plain_values(result, held)
    membrane = result.metadata.settings.get(MEMBRANE)
    more = "" if membrane is None else f" The membrane time constant is {number(membrane)} ms."
    return f"{model}{f', with {listed(values)}' if values else ''}.{more}"


def network_of_study(result: Result) -> str:
    """The network of a study, which goes through gates or layers of its own: its description says which."""
    if {name.partition("_")[0] for name in result.metadata.settings["quantities"]} <= set(_CELLS_OF_STUDIES):
        return "Random layers of GRU and LSTM cells, with weights as stated."
    known = {**Parameters()._asdict(), **result.metadata.parameters}
    bias = " + β_h" if known["beta_h"] else ""
    return f"Random networks of rate units, φ(h) = tanh(g_h h{bias}), gates as stated."


def _known(result: Result, held: Mapping[str, float]) -> dict[str, float]:
    """All parameters of the rate network that are numbers, those held at a place of an axis included."""
    membrane = result.metadata.settings.get(MEMBRANE, 1.0)
    usual = {k: v * membrane if PARAMETERS[k].units == TIME else v for k, v in Parameters()._asdict().items()}
    return {**usual, **{k: v for k, v in result.metadata.parameters.items() if k in usual}, **held}


def _rates(known: Mapping[str, float], varied: set[str]) -> str:
    bias = " + β_h" if known["beta_h"] or "beta_h" in varied else ""
    gates = [_gate(kind, known, varied) for kind in _GATES]
    present = [gate for gate in gates if gate]
    missing = [f"no {_GATES[kind][0]}" for kind, gate in zip(_GATES, gates, strict=True) if not gate]
    inputs = [words for name, words in _INPUTS.items() if known[name] or name in varied]
    parts = [*present, *missing] if present else ["no gates"]
    inside = " inside the update gate's bracket" if known["input_inside"] and inputs else ""
    driven = f", driven by {listed(inputs)}{inside}" if inputs else ""
    return f"Random network of rate units, φ(h) = tanh(g_h h{bias}), with {listed(parts)}{driven}"


def _gate(kind: str, known: Mapping[str, float], varied: set[str]) -> str:
    """A gate in words; empty if it is absent."""
    name, sign, does = _GATES[kind]
    alpha, beta = f"alpha_{kind}", f"beta_{kind}"
    if known[beta] == -math.inf and beta not in varied:
        return ""
    if alpha not in varied and known[alpha] == 0.0:
        return f"a constant {name} {does}"
    if alpha not in varied and known[alpha] == math.inf:
        return f"a hard {name} {sign}, 0 or 1, {does}"
    exponent = f"−α_{kind} {kind}" + (f" + β_{kind}" if known[beta] or beta in varied else "")
    return f"an {name} {sign} = 1/(1 + exp({exponent})) {does}"


def _cells(cell: str) -> str:
    return f"Random network of {_CELLS.get(cell, f'{cell} cells')} with independent Gaussian weights"


def _values(result: Result, known: Mapping[str, float], varied: set[str]) -> list[str]:
    """Parameters that count and are not on an axis, with their symbols."""
    ms = "ms" if MEMBRANE in result.metadata.settings else TIME
    shown = [name for name in PARAMETERS if name not in varied and _counts(name, known, varied)]
    derived = [f"{_symbol(name)} = {text}" for name, text in result.metadata.settings.get("derived", {}).items()]
    units = {name: ms if PARAMETERS[name].units == TIME else PARAMETERS[name].units for name in shown}
    return [*(equals(PARAMETERS[name].symbol, known[name], units[name]) for name in shown), *derived]


def _counts(name: str, known: Mapping[str, float], varied: set[str]) -> bool:
    """Whether the value of a parameter says something: gates that are absent, and inputs of size zero, do not."""
    kind = name[-1]
    if name.startswith(("alpha_", "beta_", "tau_")) and kind in _GATES:
        absent = known[f"beta_{kind}"] == -math.inf and f"beta_{kind}" not in varied
        constant = known[f"alpha_{kind}"] == 0.0 and f"alpha_{kind}" not in varied
        return not (absent or (constant and name.startswith("tau_")))
    if name == "tau_noise":
        return any(known[noise] or noise in varied for noise in ("noise_h", "noise_z", "noise_r"))
    if name == "g_h":
        return name in known
    return name != "input_inside" and known[name] != 0.0


def _plain_values(result: Result, held: Mapping[str, float]) -> list[str]:
    """Parameters of a cell as they are stored, those that are not zero."""
    values = {**result.metadata.parameters, **held}
    axes = {axis.name: axis.symbol or axis.name for axis in result.axes}
    return [equals(axes.get(name, name), value) for name, value in values.items() if value]


def _symbol(name: str) -> str:
    return as_plain(PARAMETERS[name].symbol) if name in PARAMETERS else name
