"""W and its slope at values of s, of one sample of paths, every value started from the kernels of the one before."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.model.results import FloatArray
from phasemap.theory.tangent_spectrum.level import Flow, Level
from phasemap.theory.tangent_spectrum.modes import Modes
from phasemap.theory.tangent_spectrum.moving_gate.flow import MovingFlow
from phasemap.theory.tangent_spectrum.moving_gate.modes import MovingModes
from phasemap.theory.tangent_spectrum.moving_gate.slopes import MovingSlopes
from phasemap.theory.tangent_spectrum.slopes import Slopes

# Regulators, times the ring's period: rates shrink as times grow. W is quadratic in them and its slope linear: both are
# extrapolated to none.
_REGULATORS = (0.1, 0.033)


class _Tolerances(NamedTuple):
    """Modes that are followed."""

    first: int = 6  # of them
    more: float = 1.3  # by which each round of the pilot multiplies them
    change: float = 1e-2  # of W, relative, that ends the pilot
    small: float = 3e-7  # change of W that is none


_TOLERANCES = _Tolerances()
# Most modes, of all rates together: a moving update gate, whose matrices are dense, adds the rate of its variable.
MOST_MODES = 240
# Paths of the pilot that finds the modes.
_PILOT = 64


@dataclass(frozen=True)
class Values:
    """W and -W' at s, extrapolated to no regulator, by how much that changed them, and both at the least regulator.

    groups, bare_groups: W of each scramble (groups,).
    """

    s: float
    value: float
    share: float
    change: float
    share_change: float
    groups: FloatArray
    bare: float
    bare_share: float
    bare_groups: FloatArray


class Levels:
    """W(s) of one sample of paths. highest: Fourier mode up to which paths are followed; found by a pilot if 0.

    kernels: logarithms of symbols to start from, if they are known. regulators: by default those of the ring.
    """

    def __init__(
        self,
        slopes: Slopes,
        highest: int = 0,
        kernels: FloatArray | None = None,
        regulators: tuple[float, float] | None = None,
    ) -> None:
        self.slopes, self.kernels = slopes, kernels
        self.regulators = regulators or regulators_of(slopes)
        self.converged = slopes.are_usable
        if not highest:
            highest, self.kernels = _pilot(slopes)
        self.highest = highest
        self.modes = _modes(slopes, highest)

    def at(self, s: float) -> Values:
        """W and -W', extrapolated."""
        first, second = (self._solve(s, eta) for eta in self.regulators)
        squares = [eta**2 for eta in self.regulators]
        factor = squares[1] / (squares[0] - squares[1])
        linear = self.regulators[1] / (self.regulators[0] - self.regulators[1])
        groups = second.groups + factor * (second.groups - first.groups)
        value, share = float(groups.mean()), second.slope + linear * (second.slope - first.slope)
        change = value - second.value, 0.1 * (share - second.slope)
        return Values(s, value, share, *change, groups, second.value, second.slope, second.groups)

    def bare_at(self, s: float) -> Values:
        """The same at the least regulator alone, not extrapolated."""
        found = self._solve(s, self.regulators[1])
        return Values(s, found.value, found.slope, 0.0, 0.0, found.groups, found.value, found.slope, found.groups)

    def _solve(self, s: float, eta: float) -> Level:
        level = _solved(self.modes, s, eta, self.kernels)
        self.kernels, self.converged = level.kernels, self.converged and level.converged
        return level


def _pilot(slopes: Slopes) -> tuple[int, FloatArray]:
    """Modes to follow, and kernels at s = 0, from a few paths.

    Raises:
        UnsupportedError: they would be too many.
    """
    count = min(_PILOT, slopes.d.shape[1])
    weights = np.full(count, 1.0 / count)
    few = replace(slopes, d=slopes.d[:, :count], weights=weights, groups=1)
    largest = slopes.d.shape[2] // 2 - 1
    most = min(largest, most_modes(slopes))
    highest, kernels, before = min(_TOLERANCES.first, most), None, math.inf
    while True:
        level = _solved(_modes(few, highest), 0.0, regulators_of(slopes)[0], kernels)
        kernels = level.kernels
        if highest == largest or abs(level.value - before) <= max(
            _TOLERANCES.change * abs(level.value), _TOLERANCES.small
        ):
            return highest, kernels
        if highest == most:
            raise UnsupportedError("the Lyapunov spectrum in mean field would take hours here: it has too many modes")
        highest, before = min(most, int(_TOLERANCES.more * highest) + 1), level.value


def most_modes(slopes: Slopes) -> int:
    """Most modes that are followed of a sample of paths."""
    return MOST_MODES // (2 if isinstance(slopes, MovingSlopes) else len(slopes.rates))


def _modes(slopes: Slopes, highest: int) -> Modes | MovingModes:
    return MovingModes(slopes, highest) if isinstance(slopes, MovingSlopes) else Modes(slopes, highest)


def _solved(modes: Modes | MovingModes, s: float, eta: float, kernels: FloatArray | None) -> Level:
    flow = MovingFlow(modes, s, eta) if isinstance(modes, MovingModes) else Flow(modes, s, eta)
    return flow.solve(kernels)


def regulators_of(slopes: Slopes) -> tuple[float, float]:
    """The two regulators of a sample of paths."""
    return _REGULATORS[0] / slopes.period, _REGULATORS[1] / slopes.period


def on_doubled_ring(kernels: FloatArray) -> FloatArray:
    """Logarithms of symbols (2, blocks, half) between the frequencies that they are known at."""
    out = np.empty((*kernels.shape[:2], 2 * kernels.shape[2] - 1))
    out[:, :, ::2] = kernels
    out[:, :, 1::2] = 0.5 * (kernels[:, :, 1:] + kernels[:, :, :-1])
    return out


def halved(kernels: FloatArray) -> FloatArray:
    """Logarithms of symbols (2, blocks, half) at every other frequency."""
    return kernels[:, :, ::2]
