"""Why the exponent of a state that moves through a hard gate diverges in the mean field, in words."""

import math

from phasemap.model.gates import gate_moves
from phasemap.model.parameters import Parameters

_GATES = {"z": "update", "r": "output"}


def hard_gates(p: Parameters) -> list[str]:
    """Letters of the gates that are hard."""
    gates = (("z", p.alpha_z, p.beta_z), ("r", p.alpha_r, p.beta_r))
    return [letter for letter, alpha, beta in gates if math.isinf(alpha) and gate_moves(alpha, beta)]


def divergence_of(letter: str, noisy: bool) -> str:
    """What a hard gate does to the mean-field exponent of a state that moves."""
    diverges = (
        f"lambda_max diverges: the {_GATES[letter]} gate is hard (alpha_{letter} = inf). Where {letter} crosses its "
        f"threshold a perturbation jumps by an amount proportional to 1 / |d{letter}/dt|; the mean square over all "
        "speeds of crossing is infinite (logarithmically), and the mean field follows that. A network has a finite "
        "exponent"
    )
    return diverges + (", whose sign does not follow from this under noise." if noisy else ": simulate one.")
