"""Where the count of fixed points is derived, and what it depends on."""

import math
from typing import NamedTuple

from phasemap.model.parameters import Parameters
from phasemap.model.unit.nonlinearities import gate_at_rest, is_constant_gate

# Parameters that have to vanish; those of the output gate only where it varies. Nothing of the update gate matters.
_ABSENT = ("beta_h", "s_h", "m_h")
_ABSENT_AT_GATE = ("s_r", "m_r")
NOISE = ("noise_h", "noise_z", "noise_r")


class Reduced(NamedTuple):
    """All that fixed points depend on: phi = tanh(g h), sigma_r = 1 / (1 + exp(-alpha r + beta)); alpha may be inf.

    A constant output gate scales the gain: alpha = 0, beta = -inf, g = g_h sigma_r; h is then `scale` = sigma_r times
    that of the reduced network.
    """

    g: float
    alpha: float
    beta: float
    scale: float = 1.0

    @property
    def at_rest(self) -> float:
        """sigma_r at r = 0."""
        return gate_at_rest(self.beta)


def what_is_missing(p: Parameters) -> str:
    """Why the number of fixed points is not derived at a point; empty where it is."""
    names = [name for name in _ABSENT if getattr(p, name) != 0.0]
    if not is_constant_gate(p.alpha_r, p.beta_r):
        names += [name for name in _ABSENT_AT_GATE if getattr(p, name) != 0.0]
    return f"not available with {', '.join(names)}: the count is derived without biases and inputs" if names else ""


def is_noisy(p: Parameters) -> bool:
    """Noise leaves no fixed point."""
    return any(getattr(p, name) > 0.0 for name in NOISE)


def reduce(p: Parameters) -> Reduced:
    """What is left of the parameters."""
    if is_constant_gate(p.alpha_r, p.beta_r):
        scale = gate_at_rest(p.beta_r) if p.beta_r < math.inf else 0.0
        return Reduced(p.g_h * scale, 0.0, -math.inf, scale)
    return Reduced(p.g_h, p.alpha_r, p.beta_r)
