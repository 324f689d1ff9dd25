"""Why the exponent of a state that moves through a hard gate diverges in the mean field, in words."""

from phasemap.model.parameters import Parameters

_GATES = {"z": "update", "r": "output"}


def hard_gates(p: Parameters) -> list[str]:
    """Letters of the gates that are hard."""
    return [letter for letter, gate in zip(_GATES, p.gates, strict=True) if gate.is_hard]


def divergence_of(letter: str, noisy: bool) -> str:
    """What a hard gate does to the mean-field exponent of a state that moves."""
    diverges = (
        f"lambda_max diverges: the {_GATES[letter]} gate is hard (alpha_{letter} = inf). Where {letter} crosses its "
        f"threshold a perturbation jumps by an amount proportional to 1 / |d{letter}/dt|; the mean square over all "
        "speeds of crossing is infinite (logarithmically), and the mean field follows that. A network has a finite "
        "exponent"
    )
    return diverges + (", whose sign does not follow from this under noise." if noisy else ": simulate one.")
