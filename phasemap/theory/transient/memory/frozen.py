"""The trace that a kick leaves in frozen units: m(t) = <exp(-sigma_z t)>, and how long it lasts.

At a static solution z is Gaussian over units and does not move. A kick in a random direction decays in every unit at
its own rate sigma_z; what comes back through the couplings is orthogonal to the kick. With alpha_z > 0 m falls about
linearly in ln t. No gate: e^-t. Hard gate: f e^-t + 1 - f.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, ndtr

from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.nonlinearities import gate, is_constant_gate
from phasemap.theory.transient.memory.gate_nodes import ORDERS, gaussian_nodes, smooth_edges


class _Tolerances(NamedTuple):
    """Errors of closed forms and sums over units whose gates are frozen."""

    closed: float = 1e-15  # of a closed form
    sums: float = 1e-14  # of sums over nodes
    time: float = 1e-12  # of a time, relative
    root: float = 1e-13  # of the logarithm of a time


_TOLERANCES = _Tolerances()


START = 10.0
"""The lifetime is the time after the kick at which m is half of what it was at this one."""

_LONGEST = 1e100


@dataclass(frozen=True)
class Number:
    """A value and a bound on its numerical error."""

    value: float
    error: float


@dataclass(frozen=True)
class FrozenUnits:
    """Update gates of frozen units: z ~ N(m_z, delta_z) with the gate of `parameters`."""

    parameters: Parameters
    delta_z: float

    @property
    def is_single(self) -> bool:
        """Whether all units have the same gate."""
        return is_constant_gate(self.parameters.alpha_z, self.parameters.beta_z) or self.delta_z == 0.0

    @property
    def is_hard(self) -> bool:
        """Whether gates are either open or closed."""
        return math.isinf(self.parameters.alpha_z) and not self.is_single

    @cached_property
    def single_rate(self) -> float:
        """The gate of all units where they are the same."""
        return float(gate(self.parameters.m_z, self.parameters.alpha_z, self.parameters.beta_z))

    @cached_property
    def open_fraction(self) -> float:
        """Share of open hard gates."""
        return float(ndtr(self.parameters.m_z / math.sqrt(self.delta_z)))

    def nodes(self, order: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """z, sigma_z and weights for averages over units with a smooth gate."""
        p = self.parameters
        edges = smooth_edges(p.m_z, self.delta_z, p.alpha_z, p.beta_z)
        z, w = gaussian_nodes(edges, p.m_z, self.delta_z, order)
        return z, np.asarray(expit(p.alpha_z * z - p.beta_z)), w

    def overlap(self, time: float) -> Number:
        """m at a time after the kick."""
        if self.is_single:
            return Number(math.exp(-self.single_rate * time), _TOLERANCES.closed)
        if self.is_hard:
            f = self.open_fraction
            return Number(f * math.exp(-time) + 1.0 - f, _TOLERANCES.closed)
        value, coarse = (self._average(time, order) for order in ORDERS)
        return Number(value, abs(value - coarse) + _TOLERANCES.sums)

    def _average(self, time: float, order: int) -> float:
        _, rate, w = self._cached[order]
        return float(w @ np.exp(-rate * time))

    @cached_property
    def _cached(self) -> dict[int, tuple[FloatArray, FloatArray, FloatArray]]:
        return {order: self.nodes(order) for order in ORDERS}

    def lifetime(self) -> Number:
        """Time after the kick at which m is half of m(10); infinite where it never is."""
        half = 0.5 * self.overlap(START).value
        if self.is_single:
            return Number(
                START + math.log(2.0) / self.single_rate if self.single_rate > 0.0 else math.inf, _TOLERANCES.time
            )
        # A hard gate keeps 1 - f for ever.
        if (self.is_hard and 1.0 - self.open_fraction >= half) or self.overlap(_LONGEST).value >= half:
            return Number(math.inf, 0.0)
        log = brentq(
            lambda x: self.overlap(math.exp(x)).value - half, math.log(START), math.log(_LONGEST), xtol=_TOLERANCES.root
        )
        time = math.exp(log)
        slope = (self.overlap(time * 1.001).value - self.overlap(time / 1.001).value) / (2.0 * math.log(1.001))
        error = self.overlap(time).error + 0.5 * self.overlap(START).error
        return Number(time, time * (error / abs(slope) + _TOLERANCES.time))
