"""The nonlinearities as functions of centred Gaussians: common inputs absorbed into biases and offsets."""

from typing import NamedTuple

from phasemap.model.parameters import Parameters
from phasemap.model.unit.gates import Gate


class Centred(NamedTuple):
    """phi = tanh(g x + b) and both gates for centred x; input outside a constant update gate is divided by it."""

    g: float
    b: float
    update: Gate
    output: Gate


def centred(p: Parameters) -> Centred:
    """The centred nonlinearities of `p`; a common input to h outside a variable update gate is not absorbed."""
    update = p.update_gate
    inside = p.input_inside or update.moves or p.m_h == 0.0
    return Centred(p.g_h, p.beta_h + p.g_h * p.m_h / (1.0 if inside else update.at_rest), update, p.output_gate)
