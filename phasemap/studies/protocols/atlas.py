"""Diagrams of protocols: a TOML file lists panels and their curves; each curve is a protocol at its own parameters.

title, description, seed
[parameters]                what all curves share
[options]                   options of the protocols that all curves share (`ProtocolOptions`)
[quick.options]             what the coarse version changes in them (and `quick_description` in a panel)
[[panels]]                  name, symbol, description, axis = [symbol, description, units],
                            protocol = kick | reset | integrator | drive | switch | symmetric | activity, quantity,
                            over = what the axis is: the list that the protocol gives, or the name of a parameter,
                            with its `places`; options, marks = { name = value or the name of a gain }
[[panels.curves]]           name, set = { parameter = value }, theory, networks (true or false), options, kick,
                            staircase, inputs = [words]

Panels with protocol = "point" show quantities along a parameter (`quantity_curves`), with the options of their
solvers in tables of their usual names ([count], [ensemble], with [quick.count]); their marks may be critical
surfaces. Those with protocol = "cell" show gradients of a `cell` from the `start` of each curve
(`phasemap.studies.cells.gradients`), with [drawn] size and networks.
"""

import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from phasemap.dataset import Result
from phasemap.dataset.panels import LEVEL, MARK, curve_name
from phasemap.dataset.runs import Run, run_key
from phasemap.errors import ConfigError
from phasemap.model.options import ProtocolOptions
from phasemap.model.parameters import Parameters, make_parameters
from phasemap.model.unit.inputs import parse_input
from phasemap.simulation.estimators.outcomes import Outcome
from phasemap.simulation.network.disorder import child
from phasemap.studies.cells.gradients import CELL, gradient_curve
from phasemap.studies.curves import Panel, curves_result, marked
from phasemap.studies.protocols.curves import Computed, Wanted, compute
from phasemap.studies.protocols.quantity_curves import POINT, Solved, quantity_curve, surface_gain
from phasemap.theory.static import fixed_points

Table = Mapping[str, Any]

_GAINS = {"S": "static_gain", "f S": "marginal_gain"}
_GRID, _HALVINGS = 400, 30
# Tables of solver options that a diagram may have.
_TABLES = ("count", "drawn", "ensemble", "simulation")


def load(path: Path, *, quick: bool = False) -> dict[str, Any]:
    """The content of a diagram's file; `quick` applies its coarse version.

    Raises:
        ConfigError: it is no such file.
    """
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as a diagram of protocols: {error}") from None
    if not data.get("panels"):
        raise ConfigError(f"{path} has no [[panels]]: it is no diagram of protocols.")
    if quick:
        changes = data.get("quick", {})
        data["description"] = f"{str(data.get('description', '')).strip()} {_coarse(changes)}"
        for table in ("options", *_TABLES):
            data[table] = {**data.get(table, {}), **changes.get(table, {})}
        changed = changes.get("options", {})
        for panel in data["panels"]:
            for one in (panel, *panel["curves"]):
                one["options"] = {k: v for k, v in one.get("options", {}).items() if k not in changed}
            panel["description"] = panel.get("quick_description", panel["description"])
            if "places" in panel and "every" in changes:
                panel["places"] = panel["places"][:: changes["every"]]
    return data


def _coarse(changes: Table) -> str:
    """What a caption says of the coarse version, whose numbers of networks and units are not those of the words."""
    asked = {**changes.get("options", {}), **changes.get("drawn", {})}
    words = {"networks": "networks or layers", "size": "units in each"}
    said = [f"{what}: {asked[name]}" for name, what in words.items() if name in asked]
    said += ["sizes are not extrapolated"] if asked.get("sizes") == [] else []
    said += [f"one place in {changes['every']}"] if "every" in changes else []
    return f"This is the coarse version ({'; '.join(said)}); the words before are of the whole one."


class Through(Protocol):
    """What every curve goes through while a diagram is made: it may know curves that are finished already."""

    def __call__(self, at: str, compute: Callable[[], Computed], /) -> Computed:
        """The curve that belongs somewhere in the diagram; `compute` makes it."""


def _computed(at: str, compute: Callable[[], Computed]) -> Computed:
    return compute()


@dataclass(frozen=True)
class _Making:
    """What all panels of a diagram share while it is made; solved points and runs grow."""

    data: Table
    shared: dict[str, float]
    through: Through
    crossing: Callable[[str], float]
    solved: Solved = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)


def run(data: Table, through: Through = _computed) -> Result:
    """All panels of a diagram. through: given where each curve, or each place of one, belongs, and what computes it."""
    seed = np.random.SeedSequence(int(data.get("seed", 0)))
    shared = _numbers(data.get("parameters", {}))
    # Surfaces are the same in all panels.
    making = _Making(data, shared, through, cache(lambda which: surface_gain(make_parameters(shared), which)))
    panels = [_panel(making, panel, child(seed, k)) for k, panel in enumerate(data["panels"])]
    description = " ".join(str(data.get("description", "")).split())
    return curves_result(panels, make_parameters(shared), str(data["title"]), description, int(data.get("seed", 0)),
                         making.runs)  # fmt: skip


def parts_of(data: Table) -> int:
    """How many computations of a diagram go through: curves, or their places; those of points share their solvers."""
    return sum(
        len(panel["curves"]) * (len(panel["places"]) if _place_by_place(panel) else 1)
        for panel in data["panels"] if panel["protocol"] != POINT
    )  # fmt: skip


def _place_by_place(panel: Table) -> bool:
    return bool(panel.get("over")) and panel["protocol"] not in (POINT, CELL)


def _numbers(table: Table) -> dict[str, float]:
    return {name: float(value) for name, value in table.items()}


def make_options(*tables: Table) -> ProtocolOptions:
    """Options of protocols from tables, later ones counting first.

    Raises:
        ConfigError: an option that does not exist.
    """
    merged: dict[str, Any] = {}
    for table in tables:
        merged |= {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}
    unknown = set(merged) - {one.name for one in fields(ProtocolOptions)}
    if unknown:
        raise ConfigError(f"Protocols have no option {', '.join(sorted(unknown))}.")
    return replace(ProtocolOptions(), **merged)


def _panel(making: _Making, panel: Table, seed: np.random.SeedSequence) -> Panel:
    curves: dict[str, Outcome] = {}
    places: np.ndarray | None = None
    for k, curve in enumerate(panel["curves"]):
        found_places, found, run = _curve(making, panel, curve, child(seed, k))
        making.runs[run_key(panel["name"], curve["name"])] = run
        places = found_places if places is None else places
        if len(found_places) != len(places):
            raise ConfigError(f"The curves of the panel {panel['name']} have places of their own: give them the same.")
        curves |= found
    assert places is not None
    for name, gain in panel.get("marks", {}).items():
        if isinstance(gain, int | float):
            place = float(gain)
        else:
            named = make_parameters(making.shared)
            place = _gain(named, gain, places) if gain in _GAINS else making.crossing(gain)
        curves[curve_name(name, MARK)] = marked(place, len(places))
    symbol, words, units = panel["axis"]
    return Panel(panel["name"], panel["symbol"], panel["description"], (symbol, words, units), places, curves,
                 panel.get("units", "1"))  # fmt: skip


def _curve(making: _Making, panel: Table, curve: Table, seed: np.random.SeedSequence) -> Computed:
    data, at = making.data, run_key(panel["name"], curve["name"])
    named = {**making.shared, **_numbers(curve.get("set", {}))}

    def of_points() -> Computed:
        """Quantities along a parameter."""
        tables = {table: data[table] for table in _TABLES if data.get(table)}
        return Computed(*quantity_curve(panel, curve, named, tables, seed, making.solved))

    def of_cells() -> Computed:
        """Gradients against steps."""
        return Computed(*gradient_curve(panel, curve, data["drawn"], seed))

    def of_protocol() -> Computed:
        """A protocol at the parameters of the curve."""
        return compute(make_parameters(named), *_wanted(data, panel, curve), seed)

    if _place_by_place(panel):
        found = _over_places(making, panel, curve, named, seed)
    elif panel["protocol"] == POINT:
        found = of_points()
    else:
        found = making.through(at, of_cells if panel["protocol"] == CELL else of_protocol)
    return _labelled(curve["name"], found)


def _wanted(data: Table, panel: Table, curve: Table) -> tuple[ProtocolOptions, Wanted]:
    options = make_options(data.get("options", {}), panel.get("options", {}), curve.get("options", {}))
    return options, Wanted(
        protocol=curve.get("protocol", panel["protocol"]), quantity=curve.get("quantity", panel["quantity"]),
        theory=bool(curve.get("theory", False)), networks=bool(curve.get("networks", False)),
        perturbed=float(curve.get("perturbed", 0.0)), detuning=float(curve.get("detuning", 0.0)),
        staircase=_numbers({**panel.get("staircase", {}), **curve.get("staircase", {})}),
        inputs=tuple(parse_input(word) for word in curve.get("inputs", [])),
        until=float(panel.get("until", 200.0)), level=bool(curve.get("floor", False)),
    )  # fmt: skip


def _over_places(
    making: _Making, panel: Table, curve: Table, named: dict[str, float], seed: np.random.SeedSequence
) -> Computed:
    """A curve over a parameter, or over a number of its inputs, place by place."""
    places = np.array([float(place) for place in panel["places"]])
    options, wanted = _wanted(making.data, panel, curve)
    at = run_key(panel["name"], curve["name"])

    def one(k: int, place: float) -> Computed:
        """The protocol at a place."""
        there = _at(panel["over"], place, named, options, wanted)
        return making.through(f"{at} | {k}", lambda: compute(*there, child(seed, k)))

    rows = [one(k, place) for k, place in enumerate(places)]
    found = {
        kind: Outcome(*(np.array([row.found[kind][k].ravel()[-1] for row in rows]) for k in range(3)))
        for kind in rows[0].found
    }
    return Computed(places, found, rows[0].run)


def _labelled(name: str, computed: Computed) -> Computed:
    """With the names under which its curves are stored."""
    return computed._replace(found={_label(name, kind): one for kind, one in computed.found.items()})


def _at(
    over: str, place: float, named: dict[str, float], options: ProtocolOptions, wanted: Wanted
) -> tuple[Parameters, ProtocolOptions, Wanted]:
    """The curve at one place: a parameter is set to it, or the "strength" or "duration" of all inputs is."""
    if over not in ("strength", "duration"):
        return make_parameters({**named, over: place}), options, wanted
    changed = tuple(one.stronger(place) if over == "strength" else one.lasting(place) for one in wanted.inputs)
    return make_parameters(named), options, replace(wanted, inputs=changed)


def _label(name: str, kind: str) -> str:
    if kind.startswith("@"):  # units of one network, by their own names
        return kind[1:]
    if kind == "floor":
        return curve_name("noise floor", LEVEL)
    return name if kind == "theory" else curve_name(name, kind)


def _gain(p: Parameters, which: str, places: np.ndarray) -> float:
    """The value of g_h within the axis at which S, or f S, comes to be above 1; NaN where it does not."""
    gains = np.linspace(places[0], places[-1], _GRID)
    crossing = np.flatnonzero(np.diff((_gains(p, which, gains) > 1.0).astype(int)) == 1)
    if not crossing.size:
        return math.nan
    low, high = float(gains[crossing[0]]), float(gains[crossing[0] + 1])
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if _gains(p, which, np.array([middle]))[0] > 1.0 else (middle, high)
    return 0.5 * (low + high)


def _gains(p: Parameters, which: str, gains: np.ndarray) -> np.ndarray:
    """S or f S of the largest fixed point, or of the silent state where it is the only one."""
    points = [p._replace(g_h=float(g)) for g in gains]
    found = np.asarray(fixed_points.solve_points(points)[_GAINS[which]].value, dtype=float)
    return np.where(np.isnan(found[:, 3]), found[:, 0], found[:, 3])
