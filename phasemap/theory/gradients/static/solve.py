"""Gradients at a fixed point of the mean field: the zero state and the static ones."""

import math
from typing import NamedTuple

import numpy as np

from phasemap.kernels.gradients.march import accumulate
from phasemap.kernels.gradients.static_march import StaticUnits, static_march
from phasemap.model.parameters import Parameters
from phasemap.model.quantities.gradients import NAMES
from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.numerics.romberg import extrapolate
from phasemap.theory.gradients.records import Curve, Gradients, Law, Numbers, numbers, without, zeros
from phasemap.theory.gradients.static.law import static_law
from phasemap.theory.gradients.static.units import FixedPoint, static_units


class _Tolerances(NamedTuple):
    """The march at a fixed point: its steps, and when numbers are good."""

    agreement: float = 2e-7  # of extrapolated grids, relative
    step: float = 0.1  # of the coarsest grid, in membrane time constants
    step_per_gate: float = 0.25  # of it, in time constants of the fastest gate
    most_work: float = 5e7  # cells times nodes of the finest march
    last_work: float = 2e8  # the same of a march that goes as far as it can
    longest: float = 1e9  # time that no march reaches, whatever its steps
    levels: int = 3  # grids that are extrapolated
    fewest_steps: int = 8  # of the coarsest grid
    accepted: float = 1e-6  # relative error that counts as converged
    whole: float = 1e-9  # part of a step that is rounding
    beyond: float = 1e-12  # relative, by which a lag lies beyond the horizon: less is rounding


_TOLERANCES = _Tolerances()
ACCEPTED = _TOLERANCES.accepted

_KIND = "march at a fixed point"
_ROWS = (
    "adjoint_variance", "adjoint_variance_z", "adjoint_variance_r",
    "gradient_profile_h", "gradient_profile_z", "gradient_profile_r", "gradient_profile_input",
    "gradient_variance_h", "gradient_variance_z", "gradient_variance_r", "gradient_variance_input",
)  # fmt: skip


def static_gradients(parameters: Parameters, name: str, at: FixedPoint, lags: FloatArray) -> Gradients:
    """Gradients at one fixed point at lags (n,) in membrane times."""
    units = static_units(parameters, at)
    law = static_law(units, math.isinf(parameters.alpha_z))
    if not math.isfinite(units.cross):
        return _hard_output_gate(units, name, lags, law)
    shift = law.rate if math.isfinite(law.rate) else 0.0
    horizon, step = _horizon(units, float(lags.max()))
    rows, errors = _marched(parameters, units, at, shift, step, horizon)
    found = {one: zeros(len(lags)) for one in NAMES}
    nodes = np.asarray(step * np.arange(rows.shape[1]), dtype=float)
    inside = np.minimum(lags, horizon)
    for k, one in enumerate(_ROWS):
        if not rows[k].any():
            continue
        value, error = Curve(nodes, rows[k], errors[k]).at(inside)
        with np.errstate(divide="ignore", invalid="ignore"):
            known = numbers(np.log(np.maximum(value, 0.0)) + 2.0 * shift * inside, error / value, ACCEPTED)
        found[one] = _beyond(known, lags, horizon, law if one == "adjoint_variance" else None)
    found["retained_overlap"] = retained_overlap(units, lags)
    return Gradients(name, lags, found, law, _KIND, law.reason)


def _hard_output_gate(units: StaticUnits, name: str, lags: FloatArray, law: Law) -> Gradients:
    reason = "a hard output gate has no slope: the second moment of gradients is infinite at every lag"
    found = {one: without(len(lags), Status.DIVERGES) for one in NAMES}
    found["retained_overlap"] = retained_overlap(units, lags)
    for one in NAMES:
        if one.endswith("_z"):
            found[one] = zeros(len(lags))
    return Gradients(name, lags, found, law, _KIND, reason)


def retained_overlap(units: StaticUnits, lags: FloatArray) -> Numbers:
    """A(s, 0) = <exp(-sigma s)>."""
    value = (units.weight[:, None] * np.exp(-units.gate[:, None] * lags)).sum(axis=0)
    half = (units.weight[::2, None] * np.exp(-units.gate[::2, None] * lags)).sum(axis=0) / units.weight[::2].sum()
    # The error falls as exp(-a / spacing): at half the spacing it is the square of what it was.
    error = np.abs(np.log(half / value)) ** 2 if len(units.gate) > 2 else np.zeros(len(lags))
    return numbers(np.log(value), error, ACCEPTED)


def _horizon(units: StaticUnits, longest: float) -> tuple[float, float]:
    """How far the march goes, and its first step, which divides that."""
    step = _TOLERANCES.step
    for tau, on in ((units.tau_z, units.has_z), (units.tau_r, units.has_r)):
        if on and tau > 0.0:
            step = min(step, _TOLERANCES.step_per_gate * tau)
    longest = min(longest, _TOLERANCES.longest)
    while _work(units, longest, step) > _TOLERANCES.most_work and step < 4.0 * _TOLERANCES.step:
        step *= 2.0
    horizon = longest * min(1.0, math.sqrt(_TOLERANCES.last_work / _work(units, longest, step)))
    return horizon, horizon / max(math.ceil(horizon / step - _TOLERANCES.whole), _TOLERANCES.fewest_steps)


def _work(units: StaticUnits, horizon: float, step: float) -> float:
    """Cells times nodes of the finest march whose first step is `step`."""
    return float((horizon / step * 2 ** (_TOLERANCES.levels - 1)) ** 2 / 2.0 * (len(units.gate) + 2))


def _marched(
    p: Parameters, units: StaticUnits, at: FixedPoint, shift: float, step: float, horizon: float
) -> tuple[FloatArray, FloatArray]:
    count = round(horizon / step)

    def on_grid(fine: float) -> FloatArray:
        """The march on a grid of this step, as rows of numbers."""
        n = count * round(step / fine)
        diagonal, integrals = np.zeros((3, n + 1)), np.zeros((4, n + 1))
        static_march(units, fine, shift, diagonal, integrals)
        rows = _weighted(p, units, at, integrals)
        totals = np.empty_like(rows)
        accumulate(rows, fine, shift, totals)
        return np.concatenate([diagonal, rows, totals])

    most = _TOLERANCES.levels + 1 if _work(units, horizon, step) < _TOLERANCES.most_work else _TOLERANCES.levels
    return extrapolate(on_grid, step, _TOLERANCES.agreement, levels=_TOLERANCES.levels, most=most)


def _weighted(p: Parameters, units: StaticUnits, at: FixedPoint, integrals: FloatArray) -> FloatArray:
    """dV/ds of J^h, J^z, J^r and of the input: integrals over X, Z, R and A with their weights."""
    outside = p.input_inside != 1.0
    weights = (at.delta_phi * units.output, at.delta_phi, at.delta_phi)
    return np.stack([*(w * row for w, row in zip(weights, integrals[:3], strict=True)), integrals[3 if outside else 0]])


def _beyond(known: Numbers, lags: FloatArray, horizon: float, law: Law | None) -> Numbers:
    """Lags beyond the march: from the last law, with corrections of the order of 1 / lag; else not sought."""
    late = lags > horizon * (1.0 + _TOLERANCES.beyond)
    if not late.any():
        return known
    logarithm, error, status = known.logarithm.copy(), known.error.copy(), known.status.copy()
    if law is None or law.amplitude_status != Status.CONVERGED:
        logarithm[late] = error[late] = np.nan
        status[late] = Status.NOT_SOUGHT
        return Numbers(logarithm, error, status)
    logarithm[late] = math.log(law.amplitude) + law.power * np.log(lags[late]) + 2.0 * law.rate * lags[late]
    # Corrections are powers of 1 / lag in the time that the growth itself, or an open unit, takes.
    error[late] = 1.0 / (lags[late] * min(abs(law.rate), 1.0)) if law.power else np.exp(-lags[late])
    status[late] = Status.NOT_CONVERGED
    return Numbers(logarithm, error, status)
