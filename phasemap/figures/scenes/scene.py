"""What a figure shows, as plain arrays: the layer between a result file and any way of drawing it."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from phasemap.model.status import BOUNDS, Status

Array = NDArray[np.float64]


class Kind(StrEnum):
    """How the values of a layer are coloured; BLANK: there are none, only lines."""

    DIVERGING = "diverging"
    SEQUENTIAL = "sequential"
    COUNTS = "counts"
    LABELS = "labels"
    BLANK = "blank"


class Labelled:
    """What has words, a symbol and units."""

    symbol: str
    description: str
    units: str

    @property
    def label(self) -> str:
        """Label of an axis or a colour bar: words, symbol, units."""
        return join_label(self.description, self.symbol, self.units)

    @property
    def short_label(self) -> str:
        """The same without words."""
        return join_label("", self.symbol, self.units)


@dataclass(frozen=True)
class Axis(Labelled):
    """Values along one axis, ascending, and how to name them; `ticks`: place -> words, where numbers will not do."""

    name: str
    values: Array
    symbol: str
    description: str = ""
    units: str = "1"
    log: bool = False
    ticks: dict[float, str] = field(default_factory=dict)

    @property
    def edges(self) -> Array:
        """(n + 1,) borders of the cells around the values; the outer ones are the ends of the axis themselves."""
        u = np.log(self.values) if self.log else self.values
        inner = 0.5 * (u[1:] + u[:-1])
        edges = np.concatenate([u[:1], inner, u[-1:]])
        return np.exp(edges) if self.log else edges


@dataclass(frozen=True)
class Layer(Labelled):
    """A quantity at every point: arrays over the axes; `names` gives the words of integer codes."""

    name: str
    symbol: str
    description: str
    value: Array
    status: NDArray[np.uint8]
    kind: Kind
    error: Array | None = None
    units: str = "1"
    names: dict[int, str] = field(default_factory=dict)

    @property
    def shown(self) -> NDArray[np.bool_]:
        """Where there is a number that may be drawn as a colour."""
        good = np.isin(self.status, (Status.CONVERGED, Status.INTERPOLATED))
        return good & np.isfinite(self.value)

    @property
    def bounded(self) -> NDArray[np.bool_]:
        """Where the number is a bound."""
        return np.isin(self.status, BOUNDS) & np.isfinite(self.value)

    @property
    def coloured(self) -> NDArray[np.bool_]:
        """Where a map has a colour: good numbers, and bounds, which are hatched besides."""
        return self.shown | self.bounded

    @property
    def infinite(self) -> NDArray[np.bool_]:
        """Where the number is infinite for certain, as the exponent behind a hard gate is: no colour, but a name."""
        known = np.isin(self.status, (Status.CONVERGED, Status.INTERPOLATED, Status.DIVERGES))
        return known & np.isinf(self.value)


@dataclass(frozen=True)
class Line:
    """A critical line in the plane of the axes: pieces of shape (n, 2), columns x and y."""

    name: str
    description: str
    pieces: tuple[Array, ...]


@dataclass(frozen=True)
class Markers:
    """Special points in the plane of the axes: (n, 2)."""

    name: str
    description: str
    points: Array


@dataclass(frozen=True)
class Checks:
    """Points at which a simulation stands beside the theory; errors are one standard deviation.

    x, y, z: their places along the axes; NaN along an axis that there is not.
    """

    x: Array
    y: Array
    z: Array
    theory: Array
    theory_error: Array
    simulated: Array
    simulated_error: Array
    symbol: str = ""
    units: str = "1"
    simulation: str = "simulation"


@dataclass(frozen=True)
class Fates:
    """Points at which networks were followed for a while, and the share of them that still moved in the end."""

    x: Array
    y: Array
    share: Array
    simulation: str = "networks"


@dataclass(frozen=True)
class Scene:
    """A map over a plane of two parameters; arrays of the layer, the phases and the states have the shape (y, x).

    states: codes of what the points show; colours are mixed between equal ones only, everywhere if None.
    halved: whether interpolated points are those between the points of a grid, which smooth colours fill in anyhow.
    """

    x: Axis
    y: Axis
    layer: Layer
    phases: NDArray[np.uint8] | None = None
    phase_names: dict[int, str] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    markers: tuple[Markers, ...] = ()
    marks: tuple[Markers, ...] = ()
    checks: Checks | None = None
    title: str = ""
    fingerprint: str = ""
    fates: Fates | None = None
    areas: tuple[Line, ...] = ()
    states: NDArray[np.int16] | None = None
    halved: bool = False


def join_label(description: str, symbol: str, units: str) -> str:
    """Words without their bracketed remarks, then symbol, then units: 'gain of the activation, $g_h$ (1/s)'."""
    words = _with_formulas(re.split(r"\s*[(;:]", description, maxsplit=1)[0].strip())
    name = f"{words}, {symbol}" if words and symbol else words or symbol
    label = name if units in ("", "1") else f"{name} ({short_units(units)})"
    return "".join(char for char in label if char.isprintable())  # files may hold what no font has


def _with_formulas(words: str) -> str:
    """Words in which what stands for a formula, 'phi', 'C_h', 'J^h', is one; what is one already is left alone."""
    parts = words.split("$")
    for k in range(0, len(parts), 2):
        parts[k] = re.sub(r"\bphi\b", r"$\\phi$", re.sub(r"\b([A-Za-z][_^][a-z])\b", r"$\1$", parts[k]))
    return "$".join(parts)


def equation(symbol: str, value: float) -> str:
    """'g = 3', as one formula if the symbol is one."""
    number = f"{value:.4g}"
    formula = number.replace("inf", r"\infty")
    return f"{symbol[:-1]} = {formula}$" if symbol.endswith("$") else f"{symbol} = {number}"


def short_units(units: str) -> str:
    """Units as they stand in a label."""
    return units.replace("membrane time constant", "membrane time").replace(" / ", "/")
