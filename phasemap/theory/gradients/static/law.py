"""The last law of the adjoint variance at a fixed point.

A double Laplace transform over the two lags gives A(p, p') = K / (1 - W), with

    K = <1 / ((p + sigma)(p' + sigma))>,    W = <sigma**2 / ((p + sigma)(p' + sigma))> Gamma(p, p').

With p = mu/2 + i omega, p' = mu/2 - i omega the pole mu(omega) that lies furthest to the right is at omega = 0, where
mu = 2 lambda_e is the leading edge of the Jacobian's spectrum: a continuous one, hence a saddle point,

    A(s, s) -> K / (-dW/dmu sqrt(2 pi |mu''| s)) exp(2 lambda_e s),      mu'' = -W_omega_omega / W_mu.

A hard update gate with f S < 1 leaves a share of A for ever instead: A -> (1 - f) / (1 - f S).
"""

import math
from typing import NamedTuple

from scipy.optimize import brentq

from phasemap.kernels.gradients.static_march import StaticUnits
from phasemap.model.status import Status
from phasemap.theory.gradients.records import Law


class _Tolerances(NamedTuple):
    """Derivatives and edges behind the law of decay at a fixed point."""

    step: float = 1e-4  # of numerical derivatives
    step_of_edge: float = 3e-3  # the same, relative to an edge close to the slow units' rates
    edge: float = 1e-14  # to which an edge is known
    at_the_edge: float = 1e-12  # rate that is zero but for rounding: the state stands at its instability
    rounding: float = 1e-12  # error of a rate that is an end of the gates' range
    above: float = 1e-12  # share by which the search begins above an end of the gates' range
    root: float = 1e-14  # relative, of the root that is an edge


_TOLERANCES = _Tolerances()
_SLOW = "units whose gates are nearly shut make gradients decay more slowly than any exponential"
_NOT_DERIVED = "an input outside a moving update gate couples the adjoint of that gate: its last law is not derived"


def static_law(units: StaticUnits, hard: bool) -> Law:
    """The law at a fixed point; hard: whether the update gate is a step function."""
    if units.has_z:
        return _unknown(_NOT_DERIVED)
    if not math.isfinite(units.cross):
        return _diverging(math.inf, math.nan, math.nan, Status.DIVERGES, "a hard output gate has no slope")
    edge = leading_edge(units)
    if edge is not None and abs(edge) < _TOLERANCES.at_the_edge:
        edge = 0.0
    if hard and len(units.gate) == 2 and (edge is None or edge <= 0.0):
        return _frozen(units)
    if edge is None or (len(units.gate) > 1 and edge <= 0.0):
        return _unknown(_SLOW, limit=0.0)
    step = min(_TOLERANCES.step, _TOLERANCES.step_of_edge * abs(edge)) if len(units.gate) > 1 else _TOLERANCES.step
    level = _saddle(units, edge, step)
    error = abs(_saddle(units, edge, 2.0 * step) - level)
    if edge > 0.0:
        return _diverging(edge, level, error, Status.CONVERGED)
    return Law(edge, _TOLERANCES.edge, Status.CONVERGED, level, error, Status.CONVERGED, -0.5, 0.0, Status.CONVERGED)


def _diverging(edge: float, level: float, error: float, status: Status, reason: str = "") -> Law:
    return Law(edge, _TOLERANCES.edge, Status.CONVERGED, level, error, status, -0.5, math.nan, Status.DIVERGES, reason)


def _unknown(reason: str, limit: float = math.nan) -> Law:
    status = Status.NOT_SOUGHT if math.isnan(limit) else Status.CONVERGED
    none = Status.NOT_SOUGHT
    return Law(math.nan, math.nan, none, math.nan, math.nan, none, math.nan, limit, status, reason)


def _frozen(units: StaticUnits) -> Law:
    """A hard gate: what the shut units keep."""
    fraction, gain = float(units.weight[0]), squared_gain(units, 0.0, 0.0).real
    if gain >= 1.0:
        return Law(0.0, 0.0, Status.CONVERGED, math.nan, math.nan, Status.DIVERGES, 0.0, math.nan, Status.DIVERGES)
    limit = (1.0 - fraction) / (1.0 - gain)
    good = Status.CONVERGED
    return Law(0.0, 0.0, good, limit, _TOLERANCES.rounding, good, 0.0, limit, good)


def squared_gain(units: StaticUnits, p: complex, other: complex) -> complex:
    """W(p, p'): the squared gain of a perturbation once around the network; shut units do not count."""
    slope = float(units.slope[0])
    moving = (1.0 + units.tau_r * p) * (1.0 + units.tau_r * other)
    through = slope * (units.output + units.cross / moving)
    live = units.gate > 0.0
    gate, weight = units.gate[live], units.weight[live]
    return complex((weight * gate**2 / ((p + gate) * (other + gate))).sum() * through)


def leading_edge(units: StaticUnits) -> float | None:
    """The rate at which the squared gain is one, on the real axis right of all decay rates; None if there is none."""
    slowest = float(units.gate[units.gate > 0.0].min(initial=math.inf))
    low = -min(slowest, 1.0 / units.tau_r if units.has_r and units.tau_r > 0.0 else math.inf)
    low = low + _TOLERANCES.above * abs(low)

    def excess(rate: float) -> float:
        """Squared gain at a rate, over one."""
        return squared_gain(units, rate, rate).real - 1.0

    if len(units.gate) > 2 and excess(0.0) <= 0.0:
        return None
    if excess(low) <= 0.0:
        return None
    high = 1.0
    while excess(high) > 0.0:
        high *= 2.0
    start = 0.0 if len(units.gate) > 2 else low
    return float(brentq(excess, start, high, xtol=_TOLERANCES.edge, rtol=_TOLERANCES.root))


def _saddle(units: StaticUnits, edge: float, step: float) -> float:
    """Amplitude of s**-1/2 exp(2 edge s)."""

    def gain(mu: float, omega: float) -> float:
        """Squared gain at a growth rate and a frequency."""
        return squared_gain(units, complex(0.5 * mu, omega), complex(0.5 * mu, -omega)).real

    mu = 2.0 * edge
    by_mu = (gain(mu + step, 0.0) - gain(mu - step, 0.0)) / (2.0 * step)
    by_omega = 2.0 * (gain(mu, step) - 1.0) / step**2
    curvature = abs(by_omega / by_mu)
    kept = float((units.weight / (edge + units.gate) ** 2).sum())
    return kept / (-by_mu * math.sqrt(2.0 * math.pi * curvature))
