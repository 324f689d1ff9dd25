"""One point of a cell's parameter space: everything that the theory knows there, and what networks show."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from phasemap.cells.parameters import CellPoint
from phasemap.cells.quantities import CELL_REGISTRIES
from phasemap.cells.solvers import dynamics, networks, statics
from phasemap.cells.solvers.options import CellEnsembleOptions, CellNetworkOptions
from phasemap.cells.solvers.points import AnyCell, cell_at, nothing
from phasemap.cells.static.phases import place_of
from phasemap.cells.vanilla.theory import Vanilla
from phasemap.dataset.attractors import dominant_branch
from phasemap.dataset.phases import Phase, phase_labels
from phasemap.errors import ConfigError, shown
from phasemap.model.branches import BRANCHES, FLUCTUATING, STATIC, STATIC_SMALL, ZERO
from phasemap.model.estimate import Estimate
from phasemap.model.family import Family
from phasemap.model.status import Status
from phasemap.strict_json import entry
from phasemap.theory.static.quantities import FIXED_POINTS

# Labels of fixed points here and along the dimension: the largest is `static`, what lies below it `static_small`.
_LABELS = {ZERO: ("zero",), STATIC_SMALL: ("middle", "lower"), STATIC: ("upper",)}
_BY_POINT = ("second_moment", "leading_multiplier", "static_gain", "outlier", "pinning_ratio")
_DESCRIPTIONS = {
    "fluctuating_second_moment": "mean square of the units in the fluctuating state",
    "finite_size_deficit": "exponent of the networks less that of the theory",
}


@dataclass(frozen=True)
class CellReport:
    """A cell, its phase, and its numbers; labels of fixed points: zero, static_small, static."""

    family: Family
    point: CellPoint
    phase: Phase
    by_point: dict[str, dict[str, Estimate]]
    scalars: dict[str, Estimate]
    critical_gains: dict[str, list[float]]
    remarks: list[str]


def make_cell_point(name: str, settings: dict[str, Any]) -> CellPoint:
    """The point with these parameters; what is not named is zero, its gain 1.

    Raises:
        ConfigError, ParameterError: an unknown cell or name, or a value outside its domain.
    """
    if name not in CELL_REGISTRIES:
        raise ConfigError(f"--cell {shown(name)} is unknown: {', '.join(CELL_REGISTRIES)}.")
    point: CellPoint = CELL_REGISTRIES[name].family.make(settings)
    return point


def solve_cell_point(
    name: str, point: CellPoint, simulation: CellNetworkOptions | None = None, seed: int = 0, with_fold: bool = False
) -> CellReport:
    """Fixed points, multipliers, lines over the candidate's gain, dynamics, phase; networks where asked for."""
    cell, options = cell_at(point), CellEnsembleOptions()
    static = {key: one.at(0) for key, one in statics.solve_points([point]).items()}
    moving = {key: one.at(0) for key, one in dynamics.solve_points([point], options).items()}
    numbers = {key: static[key] for key in _BY_POINT} | {"lyapunov_max": moving["lyapunov_max"]}
    phase = Phase(int(phase_labels(numbers, FIXED_POINTS, BRANCHES, point._asdict())))
    fluctuating = BRANCHES.index(FLUCTUATING)
    chosen = int(dominant_branch(moving["lyapunov_max"], BRANCHES))
    scalars = {
        "zero_multiplier": static["zero_multiplier"],
        "memory_steps": static["memory_steps"],
        "static_fold": statics.solve_folds([point])["static_fold"].at(0),
        "dynamic_fold": _dynamic_fold(point, cell, options, with_fold),
        "lyapunov_max": moving["lyapunov_max"].at(chosen) if chosen >= 0 else nothing(Status.NOT_SOUGHT),
        "fluctuating_second_moment": moving["activity_variance"].at(fluctuating),
    }
    if simulation is not None:
        scalars |= _of_networks(point, simulation, seed, scalars["lyapunov_max"])
    return CellReport(
        CELL_REGISTRIES[name].family, point, phase, {key: _labelled(static[key]) for key in _BY_POINT}, scalars,
        _critical_gains(cell, scalars), _remarks(cell, phase, scalars["dynamic_fold"]),
    )  # fmt: skip


def _dynamic_fold(point: CellPoint, cell: AnyCell, options: CellEnsembleOptions, wanted: bool) -> Estimate:
    """Some half a minute, where there is one: only if it is asked for."""
    if cell.rests and cell.dynamic_tricritical_ratio() > 1.0 and not wanted:
        return nothing(Status.NOT_SOUGHT)
    return dynamics.solve_folds([point], options)["dynamic_fold"].at(0)


def _of_networks(point: CellPoint, options: CellNetworkOptions, seed: int, theory: Estimate) -> dict[str, Estimate]:
    found = networks.solve_points([point], options, [np.random.SeedSequence(seed)])
    wanted = ["network_lyapunov_max", "network_activity_variance", "network_settled_fraction"]
    wanted += ["network_lyapunov_max_extrapolated"] if options.sizes else []
    numbers = {key: found[key].at(0) for key in wanted}
    measured = numbers["network_lyapunov_max"]
    if bool(measured.good) and bool(theory.good) and measured.error is not None and theory.error is not None:
        numbers["finite_size_deficit"] = Estimate(
            value=np.asarray(measured.value) - np.asarray(theory.value), status=measured.status,
            error=np.hypot(measured.error, theory.error),
        )  # fmt: skip
    return numbers


def _labelled(estimate: Estimate) -> dict[str, Estimate]:
    """By label, those that exist."""
    found = {}
    for label, slots in _LABELS.items():
        for slot in slots:
            here = estimate.at(FIXED_POINTS.index(slot))
            if here.status != Status.ABSENT and label not in found:
                found[label] = here
    return found


def _critical_gains(cell: AnyCell, scalars: dict[str, Estimate]) -> dict[str, list[float]]:
    """Line -> gains of the candidate at which it is met, all else as it is."""
    zero = cell.zero_gain() if cell.rests else math.inf
    gains = {"zero_instability": [zero] if math.isfinite(zero) else []}
    for key in ("static_fold", "dynamic_fold"):
        gains[key] = [float(scalars[key].value)] if scalars[key].status == Status.CONVERGED else []
    return gains


def _remarks(cell: AnyCell, phase: Phase, fold: Estimate) -> list[str]:
    said = []
    if fold.status == Status.NOT_SOUGHT and cell.rests:
        said.append("chaos begins at a finite amplitude here; its fold takes half a minute: --quantity dynamic_fold")
    if phase == Phase.UNDETERMINED:
        said.append(place_of(cell).reason or "whether something fluctuates here is not decided by these numbers")
    if isinstance(cell, Vanilla) and not cell.rests:
        said.append("the dynamics of a tanh network are known in closed form without biases and inputs only")
    if getattr(cell, "a_f", 0.0) > 0.0:
        said.append(
            "no marginally stable region: c = i g / (1 - f) depends on the forget gate, slow units saturate instead of "
            "integrating"
        )
    return said


def facts(report: CellReport) -> dict[str, Any]:
    """What `point --cell ... --json` prints."""
    rows = CELL_REGISTRIES[report.family.name].quantities
    quantities: dict[str, Any] = {}
    for key, found in report.by_point.items():
        quantities[key] = {"units": rows[key].units, "description": rows[key].description}
        quantities[key]["fixed_point"] = {label: _entry(one) for label, one in found.items()}
    for key, one in report.scalars.items():
        units = rows[key].units if key in rows else "1 / step" if key == "finite_size_deficit" else "1"
        about = rows[key].description if key in rows else _DESCRIPTIONS[key]
        quantities[key] = {"units": units, "description": about, **_entry(one)}
    return {
        "cell": report.family.name,
        "parameters": as_typed(report),
        "phase": str(report.phase),
        "quantities": quantities,
        "critical_gains": report.critical_gains,
        "remarks": report.remarks,
    }


def as_typed(report: CellReport) -> dict[str, Any]:
    """Parameters with words where they are given by words."""
    infos, found = report.family.infos, {}
    for name, value in report.point._asdict().items():
        words = {number: word for word, number in infos[name].words.items()}
        found[name] = words.get(value, value)
    return found


def _entry(estimate: Estimate) -> dict[str, Any]:
    return entry(estimate.value, estimate.error, estimate.status)
