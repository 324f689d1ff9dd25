"""Solutions at a point carried over from the curve of a problem nearby, which many points share.

Every problem has a neighbour on a lattice: the same with biases, steepness, times and inputs rounded to about a tenth.
Along any axis the points of a plane share the curves of few neighbours, and a solution of the neighbour at the same
gain is a start from which Newton's method finds that of the point. That holds only where no solution appears or
vanishes on the way: the gains at which the neighbour's curve turns or ends are shifted to the problem's (to first
order, d ln gamma at fixed X_0), and none of them may come near the gain of the point. Else the point has a curve of its
own. All is a pure function of problem and gain.
"""

import itertools
import math
from functools import lru_cache
from typing import Any, NamedTuple

from phasemap.kernels.dynamic.correlations import Constraint, Problem
from phasemap.theory.dynamic.autocovariance.correlations import is_driven, window_for
from phasemap.theory.dynamic.autocovariance.gaussian_pairs import ROUND
from phasemap.theory.dynamic.curve import solution_curve
from phasemap.theory.dynamic.curve.solution_curve import Prediction
from phasemap.theory.dynamic.curve.tracing import Sample, correct, trace_grid


class _Lattice(NamedTuple):
    """How far a neighbour may be, and how near to a turn a solution may be carried over."""

    ratio: float = 1.25  # of neighbouring values of what is positive,
    of_times: float = 2.0  # of time constants, which move the gain of a solution least,
    of_steepness: float = 1.5
    spacing: float = 0.2  # of biases of h, where they are not small,
    of_gate: float = 0.4  # and of the gate
    small: float = 0.9  # bias below which they have a ratio
    tiny: float = 0.5  # bias, in units of the step of round ones, below which it is not rounded to these
    flat: float = 0.25  # |d ln gamma| along the curve up to which it may turn nearby
    far: float = 0.7  # distance in ln gamma at which no turn matters
    margin: float = 0.01  # distance in ln gamma that is kept from turns,
    doubt: float = 0.35  # and the part of their shift that is not trusted


_LATTICE = _Lattice()
_POSITIVE = ("gate_value", "steepness", "tau_r", "static_h", "static_r", "noise_h", "noise_r", "tau_noise")
_TIMES = ("tau_r", "tau_noise")


def neighbour(problem: Problem) -> Problem:
    """The nearest problem on the lattice; zeros stay, as what they break or leave out is a symmetry."""
    ratios = dict.fromkeys(_POSITIVE, _LATTICE.ratio) | dict.fromkeys(_TIMES, _LATTICE.of_times)
    ratios["steepness"] = _LATTICE.of_steepness
    positives = {name: _power(getattr(problem, name), ratio) for name, ratio in ratios.items()}
    biases = {"bias_h": _bias(problem.bias_h, _LATTICE.spacing), "bias_r": _bias(problem.bias_r, _LATTICE.of_gate)}
    rounded: Any = {**positives, **biases}
    return problem._replace(**rounded)


def _power(value: float, ratio: float) -> float:
    """The nearest power of the ratio, of what is positive."""
    return math.exp(math.log(ratio) * round(math.log(value) / math.log(ratio))) if value > 0.0 else value


def _bias(value: float, spacing: float) -> float:
    """The nearest multiple of the spacing, or nearly a power of a ratio where that is small; round if it can."""
    size = abs(value)
    if size * ROUND < _LATTICE.tiny:
        return math.copysign(_power(size, _LATTICE.ratio), value) if value != 0.0 else 0.0
    near = _power(size, _LATTICE.ratio) if size < _LATTICE.small else spacing * round(size / spacing)
    return math.copysign(max(round(near * ROUND), 1) / ROUND, value)


def predictions(problem: Problem, ln_gamma: float) -> list[Prediction] | None:
    """All solutions of the neighbour at a gain, as starts for those of the problem; None where they may not agree."""
    near = neighbour(problem)
    curve = solution_curve.curve(near, ln_gamma)
    if not curve.pieces or near == problem:
        return None
    if not all(_keeps_away(problem, turn, ln_gamma) for turn in _turns(near, curve, ln_gamma)):
        return None
    return solution_curve.crossings(curve, ln_gamma)


def agree(sample: Sample | None, stable: bool) -> bool:
    """Whether a solution is on the same side of its fold as the sample of the neighbour that it was begun from."""
    return sample is not None and (sample.d_ln_gamma * sample.d_ln_x > 0.0) == stable


def _turns(near: Problem, curve: solution_curve.Curve, ln_gamma: float) -> list[tuple[Sample, ...]]:
    """Runs of samples at which the curve turns, nearly turns, or ends, unless their gains are far from one."""
    runs: list[tuple[Sample, ...]] = []
    for piece in curve.with_folds:
        for flat, run in itertools.groupby(piece, lambda sample: abs(sample.d_ln_gamma) < _LATTICE.flat):
            if flat:
                runs.append(tuple(run))
        ends = (piece[-1],) if curve.complete and not is_driven(near) else (piece[0], piece[-1]) * is_driven(near)
        runs += [(end,) for end in ends if end is not curve.pieces[0][0]]
    return [run for run in runs if min(abs(one.profile.ln_gamma - ln_gamma) for one in run) < _LATTICE.far]


def _keeps_away(problem: Problem, run: tuple[Sample, ...], ln_gamma: float) -> bool:
    """Whether a gain lies on the same side of a turn in the neighbour and in the problem, at a distance from both."""
    gains = [sample.profile.ln_gamma for sample in run]
    nearest = min(run, key=lambda sample: abs(sample.profile.ln_gamma - ln_gamma))
    shift = _shift(problem, _Place(nearest))
    if shift is None:
        return False
    margin = _LATTICE.margin + _LATTICE.doubt * abs(shift)
    low, high = min(gains) + min(shift, 0.0) - margin, max(gains) + max(shift, 0.0) + margin
    return not low < ln_gamma < high


class _Place(NamedTuple):
    """A sample that is known by itself, so that what was found there is remembered."""

    sample: Sample

    def __hash__(self) -> int:
        return id(self.sample)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Place) and other.sample is self.sample


@lru_cache(maxsize=4096)
def _shift(problem: Problem, place: _Place) -> float | None:
    """Change of ln gamma at fixed X_0 from the neighbour's solution to the problem's; None if there is none."""
    here = place.sample.profile
    window = max(here.window, window_for(problem, here.rate))
    x = here.on(trace_grid(problem), window)
    found = correct(problem, x, here.ln_gamma, window, Constraint(1.0, 0.0, here.ln_x, 0.0))
    return None if found is None else found.profile.ln_gamma - here.ln_gamma
