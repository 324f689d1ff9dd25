"""The validated configuration of a sweep, its canonical form and its hash."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasemap.model.options import settings_of
from phasemap.model.parameters import Parameters
from phasemap.model.registry import Registry, Solver
from phasemap.model.text.expressions import Expression
from phasemap.model.text.fingerprint import settings_hash
from phasemap.strict_json import plain


@dataclass(frozen=True)
class AxisValues:
    """A parameter and its values along an axis, increasing. scale: linear | log | list."""

    name: str
    values: tuple[float, ...]
    scale: str = "linear"


LABELS = "labels"
"""What `Refinement.by` says for the phase labels."""


@dataclass(frozen=True)
class Refinement:
    """Adaptive refinement of a map: the axes are its finest grid, of which only a part is computed.

    by:        LABELS (the phase labels), or the quantity whose changes are followed.
    levels:    halvings of the cells between the coarse grid, which is computed everywhere, and the finest one.
    tolerance: largest interpolation error of a continuous quantity, absolute; integers are followed exactly.
    """

    by: str
    levels: int = 3
    tolerance: float = 0.01


@dataclass(frozen=True)
class Point:
    """A single point of parameter space, and how to compute it.

    options: table name -> options record.
    seconds_per_point: how long a solver may take; None for the usual limit.
    """

    parameters: Parameters
    options: Mapping[str, Any]
    seed: int = 0
    seconds_per_point: float | None = None


@dataclass(frozen=True)
class FigureWish:
    """A figure that a configuration asks for, beside the default one; see the options of `phasemap plot`."""

    quantity: str | None = None
    branch: str | None = None
    at: Mapping[str, str] = field(default_factory=dict)
    width: str | None = None
    along: str | None = None


@dataclass(frozen=True)
class SweepConfig:
    """Everything that the numbers of a sweep depend on, and where they go.

    parameters: the fixed ones, all of them (the axes' parameters hold the first value of their axis).
    checks:     coordinates of the check points, one tuple in the order of the axes each.
    options:    table name -> options record, for the solvers that the quantities need.
    output:     where the result goes, if the configuration says so.
    text:       the complete configuration as TOML, overrides included.
    quick:      overrides ("key=value") that make a coarse version of it.
    figures:    figures of the result, by name, beside the default one; one named `default` takes its place.
    refinement: how the map is refined; None computes every point.
    halve:      whether a plane is computed at half its step where it changes; None where that is affordable. No
                setting: it changes no number of the grid.
    derived:    parameters that follow from the axes, with the expressions that give them.
    seconds_per_point: how long a point may take; None for the usual limit. No setting: it changes no number.
    """

    parameters: Parameters
    axes: tuple[AxisValues, ...]
    quantities: tuple[str, ...]
    surfaces: tuple[str, ...]
    registry: Registry = field(repr=False, compare=False)
    checks: tuple[tuple[float, ...], ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    title: str = ""
    description: str = ""
    output: Path | None = None
    text: str = ""
    source: Path | None = None
    quick: tuple[str, ...] = ()
    figures: Mapping[str, FigureWish] = field(default_factory=dict)
    refinement: Refinement | None = None
    halve: bool | None = None
    seconds_per_point: float | None = None
    derived: Mapping[str, Expression] = field(default_factory=dict)

    @property
    def axis_names(self) -> tuple[str, ...]:
        """The parameters along the axes, in order."""
        return tuple(axis.name for axis in self.axes)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values along each axis."""
        return tuple(len(axis.values) for axis in self.axes)

    @property
    def fixed(self) -> dict[str, float]:
        """The parameters that are not along an axis."""
        varied = {*self.axis_names, *self.derived}
        return {name: value for name, value in self.parameters._asdict().items() if name not in varied}

    def halving(self, asked: bool | None) -> "SweepConfig":
        """The same with the word of a command on its points at half the step; None leaves it as it is."""
        return self if asked is None else replace(self, halve=asked)

    def options_of(self, solver: Solver) -> Any:
        """The options record of a solver; None if it takes none."""
        return self.options[solver.table] if solver.options is not None else None

    def solvers(self, part: str) -> list[Solver]:
        """The solvers that run on the "grid" or at the "checks", in order of the registry.

        With check points, simulated networks run there and nowhere else; all theory runs there too, to compare.
        """
        named = {self.registry.solver_of(name).name for name in self.quantities}
        chosen = [solver for solver in self.registry.solvers.values() if solver.name in named]
        if part == "checks":
            return chosen if self.checks else []
        return [solver for solver in chosen if not (solver.simulated and self.checks)]

    def quantities_of(self, solver: Solver) -> tuple[str, ...]:
        """The quantities that are asked of a solver."""
        return tuple(name for name in self.quantities if self.registry.quantities[name].solver == solver.name)

    def points(self, part: str) -> NDArray[np.float64]:
        """(n_points, n_axes) coordinates of the "grid" in flat (row-major) order, or of the "checks"."""
        if part == "checks":
            return np.array(self.checks, dtype=np.float64).reshape(len(self.checks), len(self.axes))
        grids = np.meshgrid(*(axis.values for axis in self.axes), indexing="ij")
        return np.stack([grid.ravel() for grid in grids], axis=-1)

    @cached_property
    def settings(self) -> dict[str, Any]:
        """What the numbers depend on, in canonical form: no titles, no output, no order of keys."""
        settings: dict[str, Any] = {
            "parameters": {name: plain(value) for name, value in sorted(self.fixed.items())},
            "axes": [[axis.name, [plain(value) for value in axis.values]] for axis in self.axes],
            "quantities": sorted(self.quantities),
            "surfaces": sorted(self.surfaces),
            "checks": [list(point) for point in self.checks],
            "options": {table: plain(settings_of(record)) for table, record in sorted(self.options.items())},
            "seed": self.seed,
        }
        if self.registry.family.name:
            settings["cell"] = self.registry.family.name
        if self.derived:
            settings["derived"] = {name: expression.text for name, expression in sorted(self.derived.items())}
        if self.refinement is not None:
            settings["refinement"] = asdict(self.refinement)
        return settings

    @cached_property
    def hash(self) -> str:
        """Hash of `settings`."""
        return settings_hash(self.settings)


def differences(
    ours: Mapping[str, Any], theirs: Mapping[str, Any], here: str = "here", there: str = "there"
) -> list[str]:
    """What two `settings` disagree on, one phrase per key: "simulation.size is 500 here and 1000 there"."""
    a, b = _flat(ours), _flat(theirs)
    keys = [*a, *(key for key in b if key not in a)]
    return [
        f"{key} is {a.get(key, 'not given')} {here} and {b.get(key, 'not given')} {there}"
        for key in keys
        if a.get(key) != b.get(key)
    ]


def _flat(settings: Mapping[str, Any]) -> dict[str, str]:
    flat = {"cell": settings.get("cell", "none")}
    flat |= {"order of the axes": ", ".join(name for name, _ in settings["axes"])}
    for name, values in settings["axes"]:
        flat[f"axes.{name}"] = _axis_in_words(values)
    for name in ("quantities", "surfaces"):
        flat[name] = ", ".join(settings[name]) or "empty"
    flat["simulation.points"] = f"{settings['checks']}"
    flat["seed"] = f"{settings['seed']}"
    flat |= {f"refinement.{name}": f"{value}" for name, value in settings.get("refinement", {}).items()}
    flat |= {f"derived.{name}": text for name, text in settings.get("derived", {}).items()}
    flat |= {f"parameters.{name}": f"{value}" for name, value in settings["parameters"].items()}
    for table, options in settings["options"].items():
        flat |= {f"{table}.{name}": f"{value}" for name, value in options.items()}
    return flat


def _axis_in_words(values: list[Any]) -> str:
    digest = hashlib.sha256(json.dumps(values).encode()).hexdigest()[:6]
    return f"{len(values)} values from {values[0]} to {values[-1]} (checksum {digest})"
