"""Curves of a study in the format of a sweep: every panel is a quantity over its curves and places along an axis.

What a curve is, its name says (`phasemap.dataset.panels`).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from phasemap import strict_json
from phasemap.config import make_config
from phasemap.dataset import Result
from phasemap.dataset.panels import CURVE, panel_dims
from phasemap.dataset.runs import TABLE as RUNS
from phasemap.dataset.runs import CurveRuns, Run
from phasemap.model.parameters import Parameters, different
from phasemap.model.registry import Dimension, Points, Quantity, Registry, Seeds, Solver
from phasemap.model.results import Estimate, FloatArray
from phasemap.model.status import Status
from phasemap.simulation.estimators.outcomes import Outcome
from phasemap.sweeps.files.skeleton import empty_result

_AXIS = "g_h"


@dataclass(frozen=True)
class Panel:
    """A quantity over one axis: name, symbol, description; the axis (symbol, description, units) and its places (n,).

    curves: name -> Outcome of n entries.
    """

    name: str
    symbol: str
    description: str
    axis: tuple[str, str, str]
    places: FloatArray
    curves: Mapping[str, Outcome]
    units: str = "1"


def marked(place: float, length: int) -> Outcome:
    """A place on the axis, as a curve of that many entries."""
    status = np.full(length, Status.ABSENT, dtype=np.uint8)
    value = np.full(length, np.nan)
    value[0], status[0] = place, Status.CONVERGED if math.isfinite(place) else Status.FAILED
    return Outcome(value, np.where(status == Status.CONVERGED, 0.0, np.nan), status)


def curves_result(
    panels: Sequence[Panel],
    p: Parameters,
    title: str,
    description: str,
    seed: int = 0,
    runs: Mapping[str, Run] | None = None,
) -> Result:
    """Panels as a result, at the point `p` of parameter space (which the curves may leave).

    runs: which networks stand behind curves (`run_key`), to be stored with them.
    """
    registry = _registry(panels, bool(runs))
    fixed = different(p, always=_AXIS)
    gain = fixed.pop(_AXIS)
    data: dict[str, Any] = {
        "title": title,
        "description": description,
        "seed": seed,
        "quantities": [panel.name for panel in panels],
        "parameters": strict_json.plain(fixed),
        "axes": {_AXIS: [gain]},
    }
    if runs:
        data[RUNS] = asdict(CurveRuns.made_of(runs))
    result = empty_result(make_config(data, registry))
    for panel in panels:
        value, error, status = (np.stack([one[k] for one in panel.curves.values()]) for k in range(3))
        result.fields[panel.name].fill([0], value, status, error)
    return result


def _registry(panels: Sequence[Panel], has_runs: bool) -> Registry:
    quantities, dimensions = {}, {}
    for panel in panels:
        dims = panel_dims(panel.name)
        symbol, description, units = panel.axis
        dimensions[dims[0]] = Dimension(dims[0], "curve", tuple(panel.curves), symbol=CURVE)
        dimensions[dims[1]] = Dimension(dims[1], description, values=_given(panel.places), units=units, symbol=symbol)
        quantities[panel.name] = Quantity(
            panel.name, panel.symbol, panel.description, "protocol", panel.units, tuple(dims)
        )
    solver = Solver("protocol", "protocols in theory and networks", _not_in_parts, lambda *_: 0.0,
                    options=CurveRuns if has_runs else None, table=RUNS if has_runs else "",
                    cites=("krishnamurthy2022",))  # fmt: skip
    return Registry(quantities, {"protocol": solver}, {}, dimensions)


def _given(places: FloatArray) -> Callable[[Any], Sequence[float]]:
    return lambda _: [float(place) for place in places]


def _not_in_parts(points: Points, options: Any, seeds: Seeds) -> Mapping[str, Estimate]:
    raise NotImplementedError("A study is made as a whole: its points cannot be computed one by one.")
