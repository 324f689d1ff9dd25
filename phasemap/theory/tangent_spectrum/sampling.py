"""Rings and sampled paths of one fluctuating state, and a spectrum with all its errors."""

import math
from dataclasses import dataclass

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.nonlinearities import is_constant_gate
from phasemap.theory.dynamic.autocovariance.correlations import gated_rate
from phasemap.theory.dynamic.fluctuating import Fluctuating
from phasemap.theory.ensemble.sampling.ring import Ring
from phasemap.theory.tangent_spectrum.exponents_above import exponents_above
from phasemap.theory.tangent_spectrum.kaplan_yorke_and_entropy import Spectrum, bare_numbers, spectrum_of
from phasemap.theory.tangent_spectrum.levels import Levels, halved, most_modes, on_doubled_ring
from phasemap.theory.tangent_spectrum.moving_gate.state import MovingState
from phasemap.theory.tangent_spectrum.slopes import Correlations, Slopes, joined, on_ring, sample

# Period of the ring in correlation times, the shortest one, and spacings (steep gates need the second).
_PERIODS, _SHORTEST, _SPACING, _STEEP_SPACING, _STEEP = 5.0, 32.0, 0.4, 0.25, 6.0
# Correlation times that an output gate's inertia counts as: its tangents decay with what s leaves of its rate.
_PER_INERTIA = 2.0
# Longest ring: its paths are drawn in as many dimensions.
_LONGEST = 4000
_PATHS, _SCRAMBLES, _SCRAMBLES_OF_CHECK = 256, 4, 2
SLOW = (
    "the Lyapunov spectrum in mean field would take hours here, as correlations live for {time:.3g} membrane time "
    "constants"
)


@dataclass(frozen=True)
class State:
    """A fluctuating state of a network, in units of its gated membrane time. seed: of its paths."""

    parameters: Parameters
    solution: Fluctuating
    ring: Ring
    seed: np.random.SeedSequence

    def paths(self, ring: Ring, scrambles: int, stream: int) -> Slopes:
        """Scrambles of sampled paths on a ring.

        Raises:
            UnsupportedError: the mean field does not close on that ring.
        """
        known = on_ring(self.parameters, self.solution.profile, ring)
        return joined([self._sample(known, ring, stream + k) for k in range(scrambles)])

    def _sample(self, known: Correlations, ring: Ring, stream: int) -> Slopes:
        key = (*self.seed.spawn_key, 210 + stream)
        return sample(self.parameters, known, ring, _PATHS, np.random.SeedSequence(self.seed.entropy, spawn_key=key))


def state_of(p: Parameters, solution: Fluctuating, seed: np.random.SeedSequence) -> State:
    """A solution at a point with the ring that correlations and gates need.

    Raises:
        UnsupportedError: that ring is too long.
    """
    gated = in_gated_units(p)
    ring = ring_of(gated, solution)
    while ring.steps <= _LONGEST:
        try:
            on_ring(gated, solution.profile, ring)
            return State(gated, solution, ring, seed)
        except UnsupportedError:
            ring = ring.longer()
    raise UnsupportedError(SLOW.format(time=solution.values["relaxation_time"] / gated_rate(p)))


def ring_of(p: Parameters, solution: Fluctuating) -> Ring:
    """The ring that correlations and gates need, in gated units."""
    time = max(solution.values["correlation_time"], solution.values["relaxation_time"], _PER_INERTIA * p.tau_r)
    spacing = _STEEP_SPACING if p.alpha_r > _STEEP else _SPACING
    steps = 4 * math.ceil(0.25 * max(_PERIODS * time, _SHORTEST) / spacing)
    return Ring(steps * spacing, steps)


def in_gated_units(p: Parameters) -> Parameters:
    """The same network with time in units of the gated membrane time."""
    moves = not is_constant_gate(p.alpha_r, p.beta_r)
    return p._replace(tau_r=p.tau_r * gated_rate(p) if moves else 0.0)


def measured(state: State | MovingState) -> tuple[Spectrum, FloatArray]:
    """The spectrum of a state, and the changes (3,) of its numbers that another ring makes: one of twice the length.

    Where that would take too long it is one of half the length, whose errors are larger than those of the ring itself.

    Raises:
        UnsupportedError: modes or steps would be too many.
    """
    levels = Levels(state.paths(state.ring, _SCRAMBLES, 0))
    found = spectrum_of(levels)
    assert found.bare is not None
    return found, bare_numbers(_on_another_ring(state, levels), found.place) - found.bare


def measured_shares(state: State | MovingState, rates: FloatArray) -> tuple[Spectrum, FloatArray]:
    """Numbers of exponents above rates (n,) over N, and the changes (n,) that another ring makes, likewise."""
    levels = Levels(state.paths(state.ring, _SCRAMBLES, 0))
    found = exponents_above(levels, rates)
    other = _on_another_ring(state, levels)
    known = np.flatnonzero(np.isfinite(found.values))
    change = np.full(len(rates), np.nan)
    assert found.bare is not None
    for k in known[np.argsort(rates[known])]:
        change[k] = other.bare_at(float(rates[k])).bare_share - found.bare[k]
    return found, change


def _on_another_ring(state: State | MovingState, levels: Levels) -> Levels:
    """W on a ring of twice the length, or of half of it where that would take too long."""
    doubles = 2 * levels.highest <= most_modes(levels.slopes)
    ring = state.ring.longer() if doubles else Ring(0.5 * state.ring.period, state.ring.steps // 2)
    change = on_doubled_ring if doubles else halved
    highest = 2 * levels.highest if doubles else levels.highest // 2
    assert levels.kernels is not None
    paths = state.paths(ring, _SCRAMBLES_OF_CHECK, _SCRAMBLES)
    return Levels(paths, highest, change(levels.kernels), levels.regulators)
