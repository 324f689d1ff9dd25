"""Units at a fixed point of the mean field, as the march of their adjoints needs them."""

import math
from dataclasses import dataclass

import numpy as np

from phasemap.kernels.averages.gaussian import activation_averages, gate_averages, slope_square_moments
from phasemap.kernels.gradients.static_march import StaticUnits
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.nonlinearities import gate, gate_slope, is_constant_gate

# Trapezoidal nodes over z: reach in standard deviations, widest spacing, and spacing in widths of a steep gate.
# (exp(-sigma s) is bounded within half a pi of the axis, whatever s: the error is exp(-pi**2 / spacing)).
_REACH, _WIDEST, _PER_WIDTH = 8.0, 0.4, 0.5
_MOST_NODES = 2000


@dataclass(frozen=True)
class FixedPoint:
    """Variances at a fixed point of the mean field (docs/theory.md, section 2)."""

    delta_phi: float
    delta_h: float
    delta_z: float
    delta_r: float


def static_units(p: Parameters, at: FixedPoint) -> StaticUnits:
    """The units of a fixed point by nodes of z."""
    output, output_slope = output_gate(p, at)
    gates, weights, slopes = gate_nodes(p, at.delta_z)
    outside = p.input_inside != 1.0 and (p.s_h > 0.0 or p.m_h != 0.0)
    if outside:
        moments = np.array([_outside(p, at, output, g, s) for g, s in zip(gates, slopes, strict=True)]).T
    else:
        square = activation_averages(p.g_h, p.beta_h + p.g_h * p.m_h, at.delta_h)[1]
        moments = np.zeros((3, len(gates)))
        moments[0] = square
    has_r = not is_constant_gate(p.alpha_r, p.beta_r) and at.delta_phi > 0.0
    has_z = bool(moments[1].max() > 0.0)
    return StaticUnits(
        gates, weights, moments[0].copy(), moments[1].copy(), moments[2].copy(), output,
        at.delta_phi * output_slope if has_r else 0.0, p.tau_z, p.tau_r, has_z, has_r,
    )  # fmt: skip


def output_gate(p: Parameters, at: FixedPoint) -> tuple[float, float]:
    """<sigma_r^2> and <sigma_r'^2>; the latter is infinite for a hard gate."""
    if is_constant_gate(p.alpha_r, p.beta_r):
        return float(gate(0.0, 0.0, p.beta_r)) ** 2, 0.0
    offset = -p.m_r if math.isinf(p.alpha_r) else p.beta_r - p.alpha_r * p.m_r
    found = gate_averages(p.alpha_r, offset, float(gate(p.m_r, p.alpha_r, p.beta_r)), at.delta_r)
    return float(found[1]), float(found[2])


def gate_nodes(p: Parameters, variance: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Values of the update gate, their probabilities and the slopes there, over z ~ N(m_z, variance)."""
    if is_constant_gate(p.alpha_z, p.beta_z) or variance == 0.0:
        value = gate(np.array([p.m_z]), p.alpha_z, p.beta_z)
        slope = np.zeros(1) if math.isinf(p.alpha_z) else gate_slope(np.array([p.m_z]), p.alpha_z, p.beta_z)
        return value, np.ones(1), slope
    if math.isinf(p.alpha_z):
        fraction = float(gate_averages(p.alpha_z, -p.m_z, 0.5, variance)[0])
        return np.array([1.0, 0.0]), np.array([fraction, 1.0 - fraction]), np.zeros(2)
    deviation = math.sqrt(variance)
    spacing = max(min(_WIDEST, _PER_WIDTH / (p.alpha_z * deviation)), 2.0 * _REACH / _MOST_NODES)
    half = math.ceil(_REACH / spacing)
    xi = spacing * np.arange(-half, half + 1)
    z = p.m_z + deviation * xi
    weights = np.exp(-0.5 * xi**2)
    return gate(z, p.alpha_z, p.beta_z), weights / weights.sum(), gate_slope(z, p.alpha_z, p.beta_z)


def _outside(p: Parameters, at: FixedPoint, output: float, value: float, slope: float) -> tuple[float, float, float]:
    """<phi'^2>, <q^2> and <q^2 phi'^2> at one gate, for an input outside: h = R + I / sigma, q = -sigma' I / sigma."""
    value = max(value, 1e-150)
    recurrent = at.delta_phi * output
    variance = recurrent + (p.s_h / value) ** 2
    bias = p.beta_h + p.g_h * p.m_h / value
    deviation = math.sqrt(variance)
    # I = m + share xi + rest, xi the standardised h.
    share = p.s_h**2 / value / deviation if deviation > 0.0 else 0.0
    rest = max(p.s_h**2 - share**2, 0.0)
    plain, weighted = slope_square_moments(p.g_h, bias, variance, p.m_h, share)
    factor = (slope / value) ** 2
    return float(plain), factor * (p.m_h**2 + p.s_h**2), factor * (float(weighted) + rest * float(plain))
