"""Curves of a diagram that are quantities of the registry along a parameter, as `phasemap point` has them.

A panel with protocol = "point" says over which parameter, or over = "excess": epsilon = g_h sigma_r(0) - 1, the
distance from the instability of the zero state. Each of its curves names a quantity, which is drawn as theory or
(networks = true) as that of networks, and a branch where there are several; law = true: the leading law of the
complexity at its continuous onset instead (docs/theory.md, section 8); slope = "name": the local slope of the logarithm
of the quantity against that of another one, from each place to the next but one.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from phasemap.config import make_point
from phasemap.model.parameters import Parameters, make_parameters
from phasemap.model.results import Estimate, FloatArray
from phasemap.model.status import Status
from phasemap.model.unit.nonlinearities import gate_at_rest
from phasemap.quantities import REGISTRY
from phasemap.simulation.estimators.outcomes import Outcome, outcome
from phasemap.simulation.network.disorder import child
from phasemap.studies.point import critical_gains

Table = Mapping[str, Any]

POINT, EXCESS = "point", "excess"
_GAIN, _BRANCH = "g_h", "branch"
Solved = dict[Any, Mapping[str, Estimate]]
"""What theory gave at points: the panels and branches of a diagram share it."""


def quantity_curve(
    panel: Table, curve: Table, named: Mapping[str, float], options: Table, seed: np.random.SeedSequence, solved: Solved
) -> tuple[FloatArray, dict[str, Outcome]]:
    """Places of a curve (n,), and it by kind: theory, networks, level.

    named: parameters of the curve. options: tables of solver options, as in a configuration.
    solved: of the diagram so far; what is solved here is added.
    """
    places = np.array([float(place) for place in panel["places"]])
    points = [_point(panel["over"], float(place), named) for place in places]
    if curve.get("law"):
        return places, {"level": outcome(np.array([_law(point) for point in points]), 0.0)}
    quantity = curve.get("quantity", panel["quantity"])
    kind = "networks" if curve.get("networks") else "theory"
    names = [quantity, *([curve["slope"]] if "slope" in curve else [])]
    found = [_of_branch(_along(name, points, options, seed, solved), curve.get(_BRANCH)) for name in names]
    return places, {kind: local_slope(*found) if "slope" in curve else found[0]}


def local_slope(y: Outcome, x: Outcome) -> Outcome:
    """d ln y / d ln x over the neighbours of every place (n,), at the ends over the place and its only neighbour.

    Errors of the two places are taken as independent; the slope is absent where one of its numbers is not converged.
    """
    n = len(y.value)
    before, after = np.maximum(np.arange(n) - 1, 0), np.minimum(np.arange(n) + 1, n - 1)
    known = (y.status == Status.CONVERGED) & (x.status == Status.CONVERGED) & (y.value > 0.0) & (x.value > 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        rise, run = (np.log(one.value[after]) - np.log(one.value[before]) for one in (y, x))
        relative = [np.nan_to_num(one.error) / one.value for one in (y, x)]
        spread = [np.hypot(one[after], one[before]) for one in relative]
        slope = rise / run
        error = np.hypot(spread[0] / run, slope * spread[1] / run)
    good = known[before] & known[after]
    status = np.where(good, Status.CONVERGED, Status.ABSENT).astype(np.uint8)
    return Outcome(np.where(good, slope, np.nan), np.where(good, error, np.nan), status)


def surface_gain(p: Parameters, surface: str) -> float:
    """The smallest g_h at which the condition of a critical surface holds; NaN where there is none."""
    gains = critical_gains(_settings(p, {}), REGISTRY, [surface]).get(surface, np.empty(0))
    return float(gains[0]) if len(gains) else float("nan")


def _point(over: str, place: float, named: Mapping[str, float]) -> Parameters:
    if over != EXCESS:
        return make_parameters({**named, over: place})
    p = make_parameters(named)
    return p._replace(g_h=(1.0 + place) / (gate_at_rest(p.beta_r) if math.isfinite(p.beta_r) else 1.0))


def _law(p: Parameters) -> float:
    from phasemap.model.quantities.counting import reduce
    from phasemap.theory.complexity.laws import onset_law

    return onset_law(reduce(p))


def _settings(p: Parameters, options: Table) -> Any:
    usual = Parameters()._asdict()
    given = {name: value for name, value in p._asdict().items() if value != usual[name]}
    return make_point({"parameters": given, **options}, REGISTRY, [], "")


def _along(
    name: str, points: Sequence[Parameters], options: Table, seed: np.random.SeedSequence, solved: Solved
) -> Estimate:
    """A quantity at points, all solved together (n, ...)."""
    solver = REGISTRY.solvers[REGISTRY.quantities[name].solver]
    chosen = _settings(points[0], options).options[solver.table] if solver.options is not None else None
    known = (solver.name, tuple(points), chosen)
    if solver.simulated or known not in solved:
        solved[known] = solver.solve(points, chosen, [child(seed, k) for k in range(len(points))])
    return solved[known][name]


def _of_branch(estimate: Estimate, branch: str | None) -> Outcome:
    value = np.asarray(estimate.value, dtype=float)
    error = np.full(value.shape, np.nan) if estimate.error is None else estimate.error
    if branch is None:
        return Outcome(value, error, estimate.status)
    at = (slice(None), list(REGISTRY.dimensions[_BRANCH].labels).index(branch))
    return Outcome(value[at], error[at], estimate.status[at])
