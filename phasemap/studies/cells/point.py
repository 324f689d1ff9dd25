"""One point of a cell's parameter space: everything that the static theory knows there."""

import math
from dataclasses import dataclass, fields
from typing import Any, get_args, get_type_hints

import numpy as np

from phasemap.cells.dynamics.solve import fluctuating_state
from phasemap.cells.gru.theory import Gru
from phasemap.cells.lstm.theory import Lstm
from phasemap.cells.static.fixed_points import FixedPoint, static_fold
from phasemap.cells.static.phases import Place, place_of
from phasemap.cells.vanilla.theory import Vanilla
from phasemap.errors import ParameterError, shown
from phasemap.model.branches import STATIC, STATIC_SMALL, ZERO
from phasemap.model.estimate import Estimate
from phasemap.model.status import Status
from phasemap.suggest import choices

AnyCell = Gru | Lstm | Vanilla
CELLS: dict[str, type[AnyCell]] = {"gru": Gru, "lstm": Lstm, "vanilla": Vanilla}

DESCRIPTIONS = {
    "second_moment": "mean square of the units at each fixed point",
    "leading_multiplier": "radius of the Jacobian's bulk at each fixed point, in one step",
    "slope_variance": "S: the fixed point is unstable where it is above 1",
    "zero_multiplier": "factor of a small deviation from h = 0 in one step",
    "static_fold": "gain of the candidate at which a pair of fixed points appears",
    "lyapunov_max": "largest exponent, per step: of the fluctuating state where there is one, else of the zero state",
    "fluctuating_second_moment": "mean square of the units in the fluctuating state",
}
_ACCURACY = {Gru: 1e-9, Vanilla: 1e-9, Lstm: 1e-7}  # relative, against closed forms and integrals done apart


@dataclass(frozen=True)
class CellReport:
    """A cell, where it lies, and its numbers; labels of fixed points: zero, static_small, static."""

    name: str
    cell: AnyCell
    place: Place
    by_point: dict[str, dict[str, Estimate]]
    scalars: dict[str, Estimate]
    critical_gains: dict[str, list[float]]
    remarks: list[str]


def make_cell(name: str, settings: list[str]) -> AnyCell:
    """The cell with KEY=VALUE settings; what is not named is zero, its gain 1.

    Raises:
        ParameterError: an unknown name, or a value outside its domain.
    """
    kind = CELLS[name]
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for setting in settings:
        key, _, text = setting.partition("=")
        if key not in hints or not text:
            raise ParameterError(
                f"--set {shown(setting)}: no parameter of a cell {name}."
                f"{choices(key, [field.name for field in fields(kind)], 'They are')}"
            )
        values[key] = _value(key, text, hints[key])
    return kind(**values)


def _value(key: str, text: str, hint: Any) -> Any:
    if get_args(hint):
        if text not in get_args(hint):
            raise ParameterError(f"{key} = {shown(text)}: one of {', '.join(get_args(hint))}.")
        return text
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    lowest, highest = (-50.0, 50.0) if key.startswith("b_") else (0.0, 100.0)
    if not lowest <= value <= highest:
        raise ParameterError(f"{key} = {shown(text)}: a number from {lowest:g} to {highest:g}.")
    return value


def solve_cell_point(name: str, cell: AnyCell) -> CellReport:
    """Fixed points, multipliers, lines over the candidate's gain, phase."""
    place = place_of(cell)
    accuracy = _ACCURACY[type(cell)]
    points = dict(_labelled(place.points))
    by_point = {
        "second_moment": {label: _good(point.C, accuracy) for label, point in points.items()},
        "leading_multiplier": {label: _good(point.edge, accuracy) for label, point in points.items()},
        "slope_variance": {label: _good(point.S, 10 * accuracy) for label, point in points.items()},
    }
    if cell.rests:
        zero = {"second_moment": 0.0, "leading_multiplier": cell.zero_multiplier(), "slope_variance": _zero_slope(cell)}
        by_point = {key: {ZERO: _good(zero[key], accuracy), **found} for key, found in by_point.items()}
    fold, absent = static_fold(cell), _estimate(math.nan, math.nan, Status.ABSENT)
    moment, exponent = _dynamics(cell, place, accuracy)
    place = _decided(place, exponent, moment)
    scalars = {
        "zero_multiplier": _good(cell.zero_multiplier(), accuracy) if cell.rests else absent,
        "static_fold": fold,
        "lyapunov_max": exponent,
        "fluctuating_second_moment": moment,
    }
    gains = {"zero_instability": [cell.zero_gain()] if cell.rests else []}
    gains["static_fold"] = [float(fold.value)] if fold.status == Status.CONVERGED else []
    return CellReport(name, cell, place, by_point, scalars, gains, _remarks(cell, place, scalars["lyapunov_max"]))


def _labelled(points: list[FixedPoint]) -> list[tuple[str, FixedPoint]]:
    """The largest is `static`, the one below it `static_small`; more than two are not met in these cells."""
    return list(zip((STATIC, STATIC_SMALL), points[::-1], strict=False))[::-1]


def _zero_slope(cell: AnyCell) -> float:
    """S at h = 0: the square of the gain over that of the line."""
    return (cell.gain / cell.zero_gain()) ** 2


def _dynamics(cell: AnyCell, place: Place, accuracy: float) -> tuple[Estimate, Estimate]:
    """Second moment of the fluctuating state, and the exponent: of that state, or of a zero state alone."""
    absent = _estimate(math.nan, math.nan, Status.ABSENT)
    unknown = _estimate(math.nan, math.nan, Status.NOT_SOUGHT)
    spread = any(value for name, value in vars(cell).items() if name.startswith("s_"))
    if not cell.rests or spread:
        return unknown, unknown
    at_zero = _good(math.log(max(cell.zero_multiplier(), 1e-300)), accuracy)
    if place.phase == "stable zero":
        return absent, at_zero
    if isinstance(cell, Vanilla):
        moment = place.points[-1].C if place.points else math.nan
        return _good(moment, accuracy), _good(cell.lyapunov_max(), accuracy)
    found = fluctuating_state(cell)
    if found.second_moment.status == Status.ABSENT:
        return absent, at_zero
    return found.second_moment, found.lyapunov_max


def _decided(place: Place, exponent: Estimate, moment: Estimate) -> Place:
    """The phase where the dynamics tell what the fixed points left open."""
    if place.phase != "undetermined" or not place.points or exponent.error is None:
        return place
    if moment.status == Status.ABSENT:
        return Place("static-complex", place.points)
    if moment.status == Status.CONVERGED and float(exponent.value) > 3.0 * float(exponent.error):
        return Place("bistable", place.points)
    return place


def _remarks(cell: AnyCell, place: Place, exponent: Estimate) -> list[str]:
    said = [place.reason] if place.reason else []
    if exponent.status == Status.NOT_SOUGHT:
        said.append("the dynamics are solved without biases of the candidate, spread biases and inputs")
    if isinstance(cell, Lstm) and cell.a_f > 0.0:
        said.append(
            "no marginally stable region: c = i g / (1 - f) depends on the forget gate, slow units saturate instead of "
            "integrating"
        )
    return said


def _good(value: float, accuracy: float) -> Estimate:
    return _estimate(value, accuracy * abs(value), Status.CONVERGED)


def _estimate(value: float, error: float, status: Status) -> Estimate:
    return Estimate(value=np.asarray(value), status=np.asarray(status, dtype=np.uint8), error=np.asarray(error))


def facts(report: CellReport) -> dict[str, Any]:
    """What `point --cell ... --json` prints."""
    quantities: dict[str, Any] = {}
    for key, found in report.by_point.items():
        quantities[key] = {"units": "1", "description": DESCRIPTIONS[key]}
        quantities[key]["fixed_point"] = {label: _entry(one) for label, one in found.items()}
    for key, one in report.scalars.items():
        units = "1 / step" if key == "lyapunov_max" else "1"
        quantities[key] = {"units": units, "description": DESCRIPTIONS[key], **_entry(one)}
    return {
        "cell": report.name,
        "parameters": dict(vars(report.cell)),
        "phase": report.place.phase,
        "quantities": quantities,
        "critical_gains": report.critical_gains,
        "remarks": report.remarks,
    }


def _entry(estimate: Estimate) -> dict[str, Any]:
    assert estimate.error is not None
    return {
        "value": float(estimate.value),
        "error": float(estimate.error),
        "status": Status(int(estimate.status)).name.lower(),
    }
