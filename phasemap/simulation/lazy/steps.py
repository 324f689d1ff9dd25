"""How long the steps of a network are: they grow with the time since the last event, as far as the motion allows.

An event (a kick, the edge of a pulse) restarts them. A step that grows in proportion to age follows relaxation that
slows down; where the network keeps moving, the corrector's share tells, and steps stay as short as the motion is fast.
"""

import math
from collections.abc import Iterable, Iterator

from phasemap.numerics.steps import fits
from phasemap.simulation.lazy.network import ReplicaNetwork
from phasemap.simulation.lazy.rule import StepRule
from phasemap.simulation.lazy.tangent import Tangent

_MOST_AT_ONCE = 1.3  # growth from a step to the next
_LEAST_AT_ONCE = 0.5


class Stepper:
    """Advances a network by its rule; keeps the age and the length that the motion allows."""

    def __init__(self, network: ReplicaNetwork, rule: StepRule | None = None) -> None:
        self.network, self.rule = network, rule or StepRule()
        self.tangents: list[Tangent] = []
        self.event()

    def event(self) -> None:
        """Restart the steps, with the fields of all replicas evaluated again."""
        self.network.refresh()
        for tangent in self.tangents:
            tangent.refresh()
        self._event_time = self.network.time
        self._allowed = self.rule.shortest

    def advance_to(self, end: float) -> None:
        """Advance to a time exactly, cutting the last steps; edges of inputs on the way are events."""
        for time in [*self._edges(end), end]:
            self._advance_smoothly(time)
            if time < end:
                self.event()

    def visit(self, times: Iterable[float]) -> Iterator[float]:
        """Advance to every time in turn (ascending), and say so."""
        for time in times:
            self.advance_to(time)
            yield time

    def _edges(self, end: float) -> list[float]:
        edges = {edge for one in self.network.drive.bound for edge in one.course.edges}
        return sorted(edge for edge in edges if self.network.time < edge < end)

    def _advance_smoothly(self, end: float) -> None:
        while (left := end - self.network.time) > 1e-12 * max(1.0, abs(end)):
            step = self.network.step(_cut(self._length(), left))
            for tangent in self.tangents:
                tangent.follow(step)
            self._learn()
        self.network.time = end

    def _length(self) -> float:
        rule = self.rule
        age = self.network.time - self._event_time
        length = max(rule.shortest, min(rule.growth * age, rule.longest, self._allowed))
        return min(length, self.network.drive.longest_step_at(self.network.time))

    def _learn(self) -> None:
        change = self.network.change
        factor = math.sqrt(self.rule.tolerance / change) if change > 0.0 else _MOST_AT_ONCE
        self._allowed = max(self._length(), self.rule.shortest) * min(max(factor, _LEAST_AT_ONCE), _MOST_AT_ONCE)


def _cut(length: float, left: float) -> float:
    """The last two steps share what is left, so that none of them is tiny."""
    if fits(left, length):
        return left
    return 0.5 * left if left < 2.0 * length else length
