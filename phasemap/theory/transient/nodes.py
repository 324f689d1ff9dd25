"""Copies and times laid out as nodes in order of creation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phasemap.kernels.dynamic.transient.march import Nodes
from phasemap.model.results import FloatArray


@dataclass(frozen=True)
class Layout:
    """Nodes of one or two copies (docs of `kernels.transient.march`), in gated membrane times.

    previous, fixed, kick, step (n,): as the kernel reads them; step: time since the node before.
    time, copy (n,): of every node. event: the nodes of the kick, of the copy that stays and of the one kicked, or -1.
    """

    previous: NDArray[np.int64]
    fixed: NDArray[np.bool_]
    kick: FloatArray
    step: FloatArray
    time: FloatArray
    copy: NDArray[np.int64]
    event: tuple[int, int]

    @property
    def nodes(self) -> Nodes:
        """For the kernel."""
        return Nodes(self.previous, self.fixed, self.kick)

    @property
    def without_kick(self) -> Nodes:
        """The same for a field that the kick does not touch."""
        return Nodes(self.previous, self.fixed, np.zeros_like(self.kick))

    def of_copy(self, copy: int) -> NDArray[np.int64]:
        """Nodes of a copy after the event, ascending."""
        return np.flatnonzero((self.copy == copy) & (np.arange(len(self.copy)) >= max(self.event[0], 0)))


def one_copy(duration: float, steps: int) -> Layout:
    """A single network from its initial state."""
    return _layout((duration, steps), (0.0, 0), 0.0)


def kicked(before: tuple[float, int], after: tuple[float, int], square: float) -> Layout:
    """A network that relaxes, is copied, and whose second copy gets an independent kick of variance `square`.

    before, after: (time, steps) of the relaxation and of what follows.
    """
    return _layout(before, after, square)


def _layout(before: tuple[float, int], after: tuple[float, int], square: float) -> Layout:
    first, second = before[1], after[1]
    step, later = before[0] / first, after[0] / second if second else 0.0
    # Rows of (previous, fixed, kick, step, time, copy).
    rows: list[tuple[int, bool, float, float, float, int]] = [(-1, True, 0.0, 0.0, 0.0, 0)]
    rows += [(k, False, 0.0, step, (k + 1) * step, 0) for k in range(first)]
    event = (first + 1, first + 2) if second else (-1, -1)
    if second:
        rows += [(first, True, size, 0.0, before[0], copy) for copy, size in ((0, 0.0), (1, square))]
        rows += [
            (event[copy] + 2 * k, False, 0.0, later, before[0] + (k + 1) * later, copy)
            for k in range(second)
            for copy in (0, 1)
        ]
    previous, fixed, kick, steps, time, copies = (np.array(column) for column in zip(*rows, strict=True))
    return Layout(previous, fixed, kick, steps, time, copies, event)
