"""The numbers by which steps of a network grow; plain data, without compiled code behind it."""

from typing import NamedTuple


class StepRule(NamedTuple):
    """Numbers of the rule.

    shortest: first step after an event. growth: step over age. longest: longest step.
    tolerance: largest relative change of h by the corrector (`ReplicaNetwork.change`); steps stay near it.
    """

    shortest: float = 0.1
    growth: float = 0.025
    longest: float = 50.0
    tolerance: float = 0.03
