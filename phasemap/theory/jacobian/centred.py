"""The nonlinearities as functions of centred Gaussians: common inputs absorbed into biases and offsets."""

import math
from typing import NamedTuple

from phasemap.model.nonlinearities import gate, is_constant_gate
from phasemap.model.parameters import Parameters


class CentredGate(NamedTuple):
    """A gate as `phasemap.kernels.averages.gaussian.gate_averages` takes it, its argument centred.

    alpha: steepness (0: constant, inf: hard); offset: s = 1 / (1 + exp(-(alpha x - offset))), or the threshold in x of
    a hard gate; at_rest: value at x = 0.
    """

    alpha: float
    offset: float
    at_rest: float


class Centred(NamedTuple):
    """phi = tanh(g x + b) and both gates for centred x; input outside a constant update gate is divided by it."""

    g: float
    b: float
    update: CentredGate
    output: CentredGate


def centred(p: Parameters) -> Centred:
    """The centred nonlinearities of `p`; a common input to h outside a variable update gate is not absorbed."""
    update, output = _gate(p.alpha_z, p.beta_z, p.m_z), _gate(p.alpha_r, p.beta_r, p.m_r)
    inside = p.input_inside or not is_constant_gate(p.alpha_z, p.beta_z) or p.m_h == 0.0
    return Centred(p.g_h, p.beta_h + p.g_h * p.m_h / (1.0 if inside else update.at_rest), update, output)


def _gate(alpha: float, beta: float, mean: float) -> CentredGate:
    at_rest = float(gate(mean, alpha, beta))
    if is_constant_gate(alpha, beta):
        return CentredGate(0.0, 0.0, at_rest)
    return CentredGate(alpha, -mean if math.isinf(alpha) else beta - alpha * mean, at_rest)
