"""Gains and biases that put a cell at a wanted place of its phase diagram.

docs/cells.md. What a recipe promises is where the network lies at initialisation, not that it trains better.
"""

import math
from dataclasses import dataclass, field
from typing import Literal

from phasemap.cells.gru.theory import Gru
from phasemap.cells.lstm.theory import Lstm
from phasemap.cells.nodes import logit
from phasemap.cells.vanilla.theory import Vanilla
from phasemap.errors import ConfigError, UnsupportedError, shown

CellName = Literal["gru", "lstm", "vanilla"]
PHASES = ("critical", "marginal", "chaotic", "stable")

_GATE_GAIN = 1.0 / math.sqrt(3.0)  # PyTorch's: below every tricritical point
_STABLE, _CHAOTIC = 0.5, 2.0  # gains in units of the critical one
_MARGINAL = {"n": 3.0, "z": 8.0, "r": _GATE_GAIN}
_SHORTEST = 0.3  # steps
_FROM_OTHERS = 0.5  # of the distance 1 - kept, the share that the recurrent matrix brings back


@dataclass(frozen=True)
class Recipe:
    """Gains and biases by gate; words: what they will do.

    by_radius: whether the place depends on the drawn matrix's own spectral radius, which is then brought to its gain.
    """

    cell: CellName
    gains: dict[str, float]
    biases: dict[str, float]
    words: str
    by_radius: bool = False
    reset: Literal["before", "after"] = "after"
    remarks: tuple[str, ...] = field(default=())

    @property
    def theory(self) -> Gru | Lstm | Vanilla:
        """The cell in the limit of many units."""
        a, b = self.gains, self.biases
        if self.cell == "gru":
            return Gru(a["n"], a["z"], a["r"], b_z=b["z"], b_r=b["r"], reset=self.reset)
        if self.cell == "lstm":
            return Lstm(a["g"], a["i"], a["f"], a["o"], b["i"], b["f"], b["o"])
        return Vanilla(a["n"])


def recipe_for(cell: CellName, place: str, reset: Literal["before", "after"] = "after") -> Recipe:
    """The recipe of a place: critical, marginal, chaotic, stable, or memory=STEPS.

    Raises:
        ConfigError: no such place.
        UnsupportedError: the cell has no such place.
    """
    if place.startswith("memory="):
        return _with_memory(cell, _steps(place), reset)
    if place not in PHASES:
        raise ConfigError(f"--phase {shown(place)} is unknown: {', '.join(PHASES)} or memory=STEPS.")
    if place == "marginal":
        return _marginal(cell, reset)
    factor = {"critical": 1.0, "stable": _STABLE, "chaotic": _CHAOTIC}[place]
    words = {
        "critical": "on the line where the zero state loses stability: deviations neither grow nor decay at first",
        "stable": "half-way below the line: every activity decays",
        "chaotic": "at twice the critical gain: activity never settles",
    }[place]
    gains, biases = _gates(cell)
    own = _candidate(cell)
    gains[own] = factor * _critical_gain(cell, biases)
    return Recipe(cell, gains, biases, words, place == "critical", reset)


def _gates(cell: CellName) -> tuple[dict[str, float], dict[str, float]]:
    """Gains and biases of all gates before the candidate's gain is chosen."""
    names = {"gru": "rzn", "lstm": "ifgo", "vanilla": "n"}[cell]
    biases = dict.fromkeys(names, 0.0)
    if cell == "lstm":
        biases["f"] = 1.0  # the usual one
    return dict.fromkeys(names, _GATE_GAIN), biases


def _candidate(cell: CellName) -> str:
    return "g" if cell == "lstm" else "n"


def _critical_gain(cell: CellName, biases: dict[str, float]) -> float:
    if cell == "gru":
        return Gru(b_r=biases["r"], b_z=biases["z"]).zero_gain()
    return 1.0 if cell == "vanilla" else Lstm(b_i=biases["i"], b_f=biases["f"], b_o=biases["o"]).zero_gain()


def _marginal(cell: CellName, reset: Literal["before", "after"]) -> Recipe:
    if cell != "gru":
        raise UnsupportedError(
            "Only the GRU has a marginally stable region. In an LSTM the cell's level i g / (1 - f) depends on the "
            "forget gate, so that units with f near 1 saturate instead of integrating; a tanh network has no gate."
        )
    words = "an update gate of gain 8 pins what is unstable: units of many time scales hold their values"
    return Recipe(cell, dict(_MARGINAL), dict.fromkeys("rzn", 0.0), words, reset=reset)


def _with_memory(cell: CellName, steps: float, reset: Literal["before", "after"]) -> Recipe:
    """exp(-1 / steps) = kept + coupled, half of the loss made good by the recurrent matrix.

    So the memory rests on the bias of the update or forget gate, not on a spectral radius that scatters from draw to
    draw.
    """
    multiplier = math.exp(-1.0 / steps)
    gains, biases = _gates(cell)
    if cell == "vanilla":
        gains["n"] = multiplier
        return Recipe(cell, gains, biases, f"a deviation decays by e in {steps:g} steps", by_radius=True)
    # multiplier = kept + share (1 - kept)
    kept = (multiplier - _FROM_OTHERS) / (1.0 - _FROM_OTHERS)
    share = _FROM_OTHERS
    if kept < 0.2:
        kept, share = 0.2, (multiplier - 0.2) / 0.8
    if share <= 0.0:
        raise ConfigError(f"--phase memory={steps:g}: the shortest memory made here is {_shortest():.2g} steps.")
    gate, product = ("z", 0.5 * (1.0 - kept)) if cell == "gru" else ("f", 0.25)
    biases[gate] = logit(kept)
    gains[_candidate(cell)] = share * (1.0 - kept) / product
    return Recipe(cell, gains, biases, f"a deviation decays by e in {steps:g} steps", reset=reset)


def _shortest() -> float:
    return -1.0 / math.log(0.2)


def _steps(place: str) -> float:
    try:
        steps = float(place.removeprefix("memory="))
    except ValueError:
        steps = math.nan
    if not _SHORTEST <= steps <= 1e6:
        raise ConfigError(f"--phase {shown(place)}: STEPS must be a number from {_SHORTEST} to 1e6.")
    return steps
