"""Solver "counted_spectrum": the Jacobian's spectrum at the typical counted fixed point."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from phasemap.model.parameters import Parameters
from phasemap.model.quantities.counting import is_noisy, reduce, what_is_missing
from phasemap.model.results import Estimate, FloatArray
from phasemap.model.status import Status
from phasemap.theory.complexity.saddles import Saddle, counted
from phasemap.theory.jacobian.local_ensemble import LocalEnsemble, gaussian_ensemble
from phasemap.theory.jacobian.spectrum import Spectrum

# (nodes of contours, resolution of averages) of the number and of the check whose difference is its error.
_USUAL, _CHECK = (10, 1.0), (8, 0.75)


class _Tolerances(NamedTuple):
    """When a spectrum of counted fixed points is good."""

    least_error: float = 1e-7  # of any share, from rounding
    accepted: float = 1e-2  # error of a share that counts as converged


_TOLERANCES = _Tolerances()


def solve(points: Sequence[Parameters], options: object = None, seeds: Sequence[object] = ()) -> dict[str, Estimate]:
    """Fraction of unstable directions at the typical counted fixed point; (n_points,).

    counted_unstable_fraction   eigenvalues of the Jacobian with a positive real part, as a fraction of all. Of the
                                counted units' measure mu, not of the static mean field's Gaussians; unlike Sigma it
                                depends on the update gate and on time constants (docs/theory.md, section 8).

    ABSENT where nothing is counted, NOT_SOUGHT behind a hard output gate and where the count is not derived.
    """
    rows = [_solve(point) for point in points]
    value, error, status = (np.array(column) for column in zip(*rows, strict=True))
    return {"counted_unstable_fraction": Estimate(value=value, status=status.astype(np.uint8), error=error)}


def _solve(point: Parameters) -> tuple[float, float, Status]:
    if is_noisy(point):
        return math.nan, math.nan, Status.ABSENT
    at = reduce(point)
    if what_is_missing(point) or math.isinf(at.alpha):
        return math.nan, math.nan, Status.NOT_SOUGHT
    saddle = counted(at)
    if not saddle.found:
        return math.nan, math.nan, Status.FAILED
    if saddle.theta is None or saddle.value <= 0.0:
        return math.nan, math.nan, Status.ABSENT
    value, check = (
        Spectrum(counted_ensemble(point, saddle, resolution), nodes).fraction_right_of(0.0)
        for nodes, resolution in (_USUAL, _CHECK)
    )
    error = abs(value - check) + _TOLERANCES.least_error
    if not math.isfinite(error):
        return math.nan, math.nan, Status.FAILED
    return value, error, Status.CONVERGED if error <= _TOLERANCES.accepted else Status.NOT_CONVERGED


def counted_ensemble(point: Parameters, saddle: Saddle, resolution: float = 1.0) -> LocalEnsemble:
    """Local linearisations of the units at a typical counted fixed point: those of Gaussians, reweighted.

    z is Gaussian with variance <phi^2> and independent of h and r, as the fixed point does not depend on it.
    """
    q_psi, q_phi = saddle.variances
    at = reduce(point)
    if at.alpha == 0.0:
        # The saddle is that of h / sigma_r, for which psi = phi.
        base = gaussian_ensemble(point, q_psi * at.scale**2, q_psi, 0.0, resolution)
    else:
        base = gaussian_ensemble(point, q_psi, q_phi, q_phi, resolution)
    return _reweighted(base, _weights(base, point.g_h, saddle, at.alpha > 0.0))


def _weights(ensemble: LocalEnsemble, g: float, saddle: Saddle, gated: bool) -> FloatArray:
    """The units' own weights times exp(m_psi psi^2 + m_phi phi^2) W^(1/2), normalised."""
    assert saddle.theta is not None
    units = ensemble.units
    m_psi, m_phi = saddle.theta[2:4]
    x, t, u = np.exp(saddle.theta[4:7])
    phi2 = 1.0 - np.sqrt(units.slope) / g
    psi2 = phi2 * units.gain if gated else phi2
    W = (1.0 + t * units.slope) * (1.0 + u * units.coupling) + x * units.slope * units.gain
    weight = units.weight * np.exp(m_psi * psi2 + m_phi * phi2) * np.sqrt(W)
    return np.asarray(weight / weight.sum())


def _reweighted(base: LocalEnsemble, weight: FloatArray) -> LocalEnsemble:
    """The ensemble with other weights; h and r are then correlated, so that <phi'^2 sigma_r^2> is no product."""
    units = base.units._replace(weight=weight)
    slope = float(weight @ units.slope)
    gain = float(weight @ (units.slope * units.gain)) / slope
    coupling = float(weight @ units.coupling) if base.live_r else 0.0
    support, discrete = (
        data._replace(slope=slope, gain=gain, coupling=coupling) for data in (base.support, base.discrete)
    )
    return replace(base, units=units, support=support, discrete=discrete)
