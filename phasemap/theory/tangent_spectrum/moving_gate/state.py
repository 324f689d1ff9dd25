"""A fluctuating state whose update gate moves: paths of it on any ring, each scramble driven by a group of its own."""

from dataclasses import dataclass

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import Parameters
from phasemap.theory.ensemble import numbers
from phasemap.theory.ensemble import point as single
from phasemap.theory.ensemble.numbers import Start
from phasemap.theory.ensemble.point import PointSolution
from phasemap.theory.ensemble.resolution.surroundings import is_rest, surroundings
from phasemap.theory.ensemble.sampling.noise import Noise
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.ring import Ring
from phasemap.theory.tangent_spectrum.moving_gate.slopes import MovingSlopes, ring_for, sample_moving
from phasemap.theory.tangent_spectrum.slopes import joined

# Period of the ring in correlation times, the shortest one in gated times, spacing, and the most steps.
_PERIODS, _SHORTEST, _SPACING, MOST_STEPS = 5.0, 32.0, 0.4, 1 << 12
# Sobol paths of a scramble, and paths of the group of the ensemble that drives it: at most, and with their steps.
_PATHS, _GROUP_PATHS, _MOST_PATH_STEPS = 512, 2048, 2.0**22
# Residual of the correlations on a ring: paths scatter more.
_TOLERANCE = 1e-3
# Iterations, and the multiple of the residual that paths may leave.
_ITERATIONS, _STALLED = 40, 5.0
_KEY = 230
UNKNOWN = "the Lyapunov spectrum is not known, as the fluctuating state is not: see the variance"


class StateNotKnownError(UnsupportedError):
    """The fluctuating state itself did not come out."""


@dataclass(frozen=True)
class MovingState:
    """A fluctuating state in membrane times, and the ring of its spectrum. seed: of its paths."""

    parameters: Parameters
    solution: PointSolution
    ring: Ring
    seed: np.random.SeedSequence

    def paths(self, ring: Ring, scrambles: int, stream: int) -> MovingSlopes:
        """Scrambles of sampled paths on a ring; each is driven by correlations of an ensemble's group, its own.

        Raises:
            UnsupportedError: the correlations do not converge there.
        """
        noise = Noise(self._child(stream), scrambles, ring.steps, noisy=False)
        noise.grow(scrambles * min(_GROUP_PATHS, int(_MOST_PATH_STEPS / (scrambles * ring.steps))))
        ensemble = Ensemble(Process(self.parameters), ring, noise)
        known = self.solution.solution.activity
        start = Start(np.interp(ring.lags, self.solution.ring.lags, known))
        samples = []
        for group in range(scrambles):
            found = numbers.solve(ensemble, start, _TOLERANCE, group, _ITERATIONS)
            if not found.fixed_point.residual <= _STALLED * _TOLERANCE:
                raise UnsupportedError("The mean field on a ring did not converge: the period is too short.")
            child = self._child(stream + 1 + group)
            samples.append(sample_moving(ensemble, found.activity, group, _PATHS, child))
        out = joined(samples)
        assert isinstance(out, MovingSlopes)
        return out

    def _child(self, stream: int) -> np.random.SeedSequence:
        return np.random.SeedSequence(self.seed.entropy, spawn_key=(*self.seed.spawn_key, _KEY + stream))


def moving_state(p: Parameters, seed: np.random.SeedSequence) -> MovingState | None:
    """The fluctuating state of a point, with the ring that its correlations need; None where there is none.

    Raises:
        StateNotKnownError: the state did not come out.
        UnsupportedError: that ring is too long.
    """
    around = surroundings([p])[0]
    found = single.solve(p, EnsembleOptions(exponents=False), seed, around)
    if not isinstance(found, PointSolution):
        if is_rest(found, p, around):
            return None
        raise StateNotKnownError(UNKNOWN)
    if not found.is_settled:
        raise StateNotKnownError(UNKNOWN)
    values = dict(zip(numbers.NAMES, found.values, strict=True))
    time, rate = max(values[name] for name in numbers.TIMES), found.ensemble.control_rate
    if not time < 1e9:
        raise StateNotKnownError(UNKNOWN)
    ring = ring_for(time, rate, _PERIODS, _SHORTEST, _SPACING)
    if ring.steps > MOST_STEPS:
        raise UnsupportedError(
            "the Lyapunov spectrum in mean field would take hours here, as correlations live for "
            f"{time:.3g} membrane time constants"
        )
    return MovingState(p, found, ring, seed)
