"""Gradients of a fluctuating state at a constant update gate: deterministic (docs/theory.md, section 9).

A constant gate sigma_z = c only sets the unit of time: A(s; c) = A(c s; 1), and so for R and the variances of gradients
of J^h and J^r; profiles against lag are densities and carry a factor of c.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from phasemap.kernels.dynamic.correlations import HARD_GATE
from phasemap.model.parameters import Parameters
from phasemap.model.quantities.gradients import NAMES
from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.theory.dynamic.fluctuating import Fluctuating
from phasemap.theory.dynamic.lyapunov import exponent, leading, linearisation
from phasemap.theory.gradients.fluctuating import series
from phasemap.theory.gradients.fluctuating.asymptotics import amplitude
from phasemap.theory.gradients.march import March, marched, resolution_error
from phasemap.theory.gradients.records import Gradients, Law, Numbers, numbers, without, zeros


class _Tolerances(NamedTuple):
    """When gradients along the fluctuating state are good."""

    accepted: float = 1e-6  # error of a logarithm
    shifted: float = 1e-12  # shift of the rate that is none
    late: float = 1e-9  # relative, of what is continued beyond the march
    exponent: float = 1e-3  # relative error of the exponent up to which it continues the march


_TOLERANCES = _Tolerances()
ACCEPTED = _TOLERANCES.accepted
# By how much of its last relative change a continued constant may be wrong.
_BEYOND = 5.0
_FARTHEST = 1e15


def fluctuating_gradients(
    parameters: Parameters, name: str, solution: Fluctuating, rate: float, lags: FloatArray
) -> Gradients:
    """Gradients of one solution of the dynamic mean field; rate: sigma_z; lags (n,) in membrane times."""
    if solution.profile.problem.gate == HARD_GATE:
        return _hard_output_gate(name, lags, rate)
    found = exponent(solution.profile)
    lags = np.minimum(lags, _FARTHEST / rate)  # by then everything that grows is beyond the largest float
    near, far = marched(solution.profile, found.value, float((lags * rate).max()), found.window)
    known = _on_lags(parameters, solution, near, rate, lags)
    late = lags * rate > near.end
    if far is not near:
        known = _joined(known, _on_lags(parameters, solution, far, rate, lags), late)
    return Gradients(name, lags, known, _law(solution, found.value, rate), "march at a constant update gate")


def _hard_output_gate(name: str, lags: FloatArray, rate: float) -> Gradients:
    reason = "a hard output gate has no slope: the second moment of gradients is infinite at every lag"
    known = {one: without(len(lags), Status.DIVERGES) for one in NAMES}
    known["retained_overlap"] = numbers(-rate * lags, np.zeros(len(lags)), ACCEPTED)
    for one in NAMES:
        if one.endswith("_z"):
            known[one] = zeros(len(lags))
    law = Law(
        math.inf, 0.0, Status.CONVERGED, math.nan, math.nan, Status.DIVERGES, 0.0, math.nan, Status.DIVERGES, reason
    )
    return Gradients(name, lags, known, law, "march at a constant update gate", reason)


def _on_lags(
    parameters: Parameters, solution: Fluctuating, march: March, rate: float, lags: FloatArray
) -> dict[str, Numbers]:
    outside = parameters.input_inside != 1.0
    # ln of the unit of a number: profiles are densities in time, an input outside the gate is not multiplied by it.
    unit = dict.fromkeys(march.curves, 0.0)
    for one in march.curves:
        unit[one] += math.log(rate) if "profile" in one else 0.0
        unit[one] -= 2.0 * math.log(rate) if one.endswith("_input") and outside else 0.0
    gated = lags * rate
    found = {name: zeros(len(lags)) for name in NAMES}
    moving = solution.profile.problem.tau_r > 0.0
    of_solution = _of_solution(solution, gated)
    for name in march.curves:
        if name.endswith("_r") and not parameters_have_output_gate(parameters):
            continue
        if name == "adjoint_variance_r" and not moving:
            continue  # a gate without inertia holds no adjoint of its own
        logarithm, error = _continued(march, name, gated)
        found[name] = numbers(logarithm + unit[name], error + of_solution, ACCEPTED)
    _improve_long_lags(found, solution, march, gated, of_solution)
    found["retained_overlap"] = numbers(-gated, np.zeros(len(lags)), ACCEPTED)
    return found


def _joined(near: dict[str, Numbers], far: dict[str, Numbers], late: NDArray[np.bool_]) -> dict[str, Numbers]:
    """Numbers of the near march, and of the far one at late lags."""
    return {
        name: Numbers(
            *(np.where(late, b, a) for a, b in zip(vars(one).values(), vars(far[name]).values(), strict=True))
        )
        for name, one in near.items()
    }


def parameters_have_output_gate(p: Parameters) -> bool:
    """Whether the output gate depends on its argument."""
    return p.alpha_r > 0.0 and math.isfinite(p.beta_r)


def _of_solution(solution: Fluctuating, gated: FloatArray) -> FloatArray:
    """Error of a logarithm from that of the exponent and of the correlations: what a coarser solution changes."""
    drift = 2.0 * gated * solution.errors["lyapunov_max"]
    if solution.coarser is None:
        return np.asarray(solution.errors["variance"] / solution.values["variance"] + drift)
    return np.asarray(resolution_error(solution.profile, solution.coarser, float(gated.max())) + drift)


def _continued(march: March, name: str, gated: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Logarithm and its error at lags in gated times; beyond the march what it came to is continued."""
    curve, shift = march.curves[name], march.shift
    value, error = curve.at(gated)
    value = np.maximum(value, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm = np.log(value) + 2.0 * shift * np.minimum(gated, march.end)
        relative = np.where(value > 0.0, error / value, 0.0)
    beyond = np.maximum(gated - march.end, 0.0)
    late = beyond > 0.0
    if not late.any():
        return logarithm, relative
    if name.startswith("gradient_variance"):
        density = march.curves[name.replace("variance", "profile")].scaled[-1]
        growth = _grown(shift, beyond)
        more = math.log(density) + 2.0 * shift * march.end + growth
        logarithm = np.where(late, np.logaddexp(logarithm, more), logarithm)
    else:
        logarithm = logarithm + 2.0 * shift * beyond
    return logarithm, np.where(late, relative + _BEYOND * march.unsettled, relative)


def _grown(shift: float, time: FloatArray) -> FloatArray:
    """ln int_0^time exp(2 shift t) dt."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if abs(shift) < _TOLERANCES.shifted:
            return np.log(time)
        x = 2.0 * shift * time
        small = np.log(np.abs(np.expm1(-np.abs(x))) / (2.0 * abs(shift)))
    return np.asarray(small + np.maximum(x, 0.0))


def _improve_long_lags(
    found: dict[str, Numbers], solution: Fluctuating, march: March, gated: FloatArray, of_solution: FloatArray
) -> None:
    """Where the gate has no dynamics of its own, A at lags beyond the march comes from eigenfunctions."""
    late = (gated > march.end) & (gated >= series.FIRST_LAG)
    linear = linearisation(solution.profile)
    if not late.any() or (linear.moving and linear.tau > 0.0):
        return
    product = linear.p + (linear.c * linear.q if linear.moving else 0.0)
    profile = solution.profile
    old = found["adjoint_variance"]
    logarithm, error = old.logarithm.copy(), old.error.copy()
    logarithm[late] = series.logarithm(product, profile.grid, profile.window, gated[late])
    error[late] = of_solution[late] + _TOLERANCES.late
    found["adjoint_variance"] = numbers(logarithm, error, ACCEPTED)


def _law(solution: Fluctuating, value: float, rate: float) -> Law:
    """The asymptotic law; its amplitude at two resolutions tells the error."""
    states = [one for one in (solution.profile, solution.coarser) if one is not None]
    found = []
    for profile in states:
        linear = linearisation(profile)
        at = leading(linear, profile.grid, profile.window)
        found.append(amplitude(linear, (profile.grid, profile.window), at))
    error = abs(found[0] - found[-1]) if len(found) > 1 else math.inf
    good = solution.exponent_converged and math.isfinite(error) and error < _TOLERANCES.exponent * found[0]
    limit_status = Status.DIVERGES if value > 0.0 else Status.CONVERGED
    return Law(
        rate * value, rate * solution.errors["lyapunov_max"],
        Status.CONVERGED if solution.exponent_converged else Status.NOT_CONVERGED,
        found[0], error, Status.CONVERGED if good else Status.NOT_CONVERGED, 0.0,
        math.nan if value > 0.0 else 0.0, limit_status,
    )  # fmt: skip
