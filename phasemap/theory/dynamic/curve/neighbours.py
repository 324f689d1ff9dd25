"""Solutions at a point carried over from the curve of a problem nearby, which many points share.

Every problem has a neighbour on a lattice: the same with biases, steepness, times and inputs rounded to about a tenth;
another on a finer one; and one whose biases alone are rounded, to what averages are summed at. Along any axis the
points of a plane share the curves of few neighbours, and a solution of a neighbour at the same gain is a start from
which Newton's method finds that of the point. That holds only where no solution appears or vanishes on the way: the
gains at which the neighbour's curve turns or ends are shifted to the problem's (to first order, d ln gamma at fixed
X_0), and none of them may come near the gain of the point. Else a nearer neighbour is asked, and if none will do, the
point has a curve of its own. All is a pure function of problem and gain.
"""

import itertools
import math
from functools import lru_cache
from typing import Any, NamedTuple

from phasemap.kernels.dynamic.correlations import Constraint, Problem
from phasemap.theory.dynamic.autocovariance.correlations import is_driven, window_for
from phasemap.theory.dynamic.autocovariance.gaussian_pairs import ROUND, is_round
from phasemap.theory.dynamic.curve import solution_curve
from phasemap.theory.dynamic.curve.solution_curve import Prediction
from phasemap.theory.dynamic.curve.tracing import Sample, correct, trace_grid


class _Lattice(NamedTuple):
    """How far a neighbour may be, and how near to a turn a solution may be carried over."""

    ratio: float = 1.25  # of neighbouring values of what is positive,
    of_times: float = 2.0  # of time constants, which move the gain of a solution least,
    of_steepness: float = 1.5
    spacing: float = 0.2  # of biases of h, where they are not small,
    of_gate: float = 0.4  # of the gate where it is not steep,
    of_steep_gate: float = 0.1  # and in units of the steepness, of which are the deviations of its argument
    small: float = 0.9  # bias below which they have a ratio
    tiny: float = 0.5  # bias, in units of the step of round ones, below which it is not rounded to these
    flat: float = 0.25  # |d ln gamma| along the curve up to which it may turn nearby
    far: float = 0.7  # distance in ln gamma at which no turn matters, unless the bias of the gate was moved
    near_bias: float = 0.2  # by more than this:
    of_bias: float = 4.0  # d ln gamma / d bias at most, where the gate at rest decides: 2 d ln sigma_r
    margin: float = 0.01  # distance in ln gamma that is kept from turns,
    doubt: float = 0.35  # and the part of their shift that is not trusted
    moving: tuple[float, ...] = (0.0, 0.1, 0.3)  # fluctuating part above which the end of fluctuations is looked at


_LATTICE = _Lattice()
# For points next to a turn, of which a nearer neighbour knows the place better.
_FINE = _LATTICE._replace(ratio=1.12, of_times=1.4, of_steepness=1.22, spacing=0.1, of_gate=0.2, of_steep_gate=0.06)
_POSITIVE = ("gate_value", "steepness", "tau_r", "static_h", "static_r", "noise_h", "noise_r", "tau_noise")
_TIMES = ("tau_r", "tau_noise")


def neighbours(problem: Problem) -> tuple[Problem, ...]:
    """Problems nearby, the nearest last; fewer and fewer points share one. None after the problem itself."""
    found = (neighbour(problem, _LATTICE), neighbour(problem, _FINE), _with_round_biases(problem))
    return tuple(itertools.takewhile(lambda near: near != problem, found))


def neighbour(problem: Problem, lattice: _Lattice = _LATTICE) -> Problem:
    """The nearest problem on a lattice; zeros stay, as what they break or leave out is a symmetry."""
    ratios = dict.fromkeys(_POSITIVE, lattice.ratio) | dict.fromkeys(_TIMES, lattice.of_times)
    ratios["steepness"] = lattice.of_steepness
    positives = {name: _power(getattr(problem, name), ratio) for name, ratio in ratios.items()}
    spacing = max(lattice.of_gate, lattice.of_steep_gate * positives["steepness"])
    biases = {"bias_h": _bias(problem.bias_h, lattice), "bias_r": _bias_of_gate(problem.bias_r, spacing)}
    rounded: Any = {**positives, **biases}
    return problem._replace(**rounded)


def _power(value: float, ratio: float) -> float:
    """The nearest power of the ratio, of what is positive."""
    return math.exp(math.log(ratio) * round(math.log(value) / math.log(ratio))) if value > 0.0 else value


def _bias(value: float, lattice: _Lattice) -> float:
    """The nearest multiple of the spacing, or nearly a power of a ratio where that is small; round if it can."""
    size = abs(value)
    if size * ROUND < lattice.tiny:
        return math.copysign(_power(size, lattice.ratio), value) if value != 0.0 else 0.0
    near = _power(size, lattice.ratio) if size < lattice.small else lattice.spacing * round(size / lattice.spacing)
    return math.copysign(max(round(near * ROUND), 1) / ROUND, value)


def _bias_of_gate(value: float, spacing: float) -> float:
    """The nearest multiple of the spacing, round: a gate that is half open at rest has no symmetry to be broken."""
    return round(spacing * round(value / spacing) * ROUND) / ROUND + 0.0


def _with_round_biases(problem: Problem) -> Problem:
    """The problem with biases whose averages are summed, not interpolated between those of many others."""
    return problem._replace(bias_h=_round(problem.bias_h), bias_r=_round(problem.bias_r))


def _round(bias: float) -> float:
    """The nearest round bias, unless that is zero or far, where all are as good."""
    near = round(bias * ROUND) / ROUND
    return near if near != 0.0 and not is_round(bias) else bias


def predictions(problem: Problem, near: Problem, ln_gamma: float) -> list[Prediction] | None:
    """All solutions of a neighbour at a gain, as starts for those of the problem; None where they may not agree."""
    curve = solution_curve.curve(near, ln_gamma)
    if not curve.pieces:
        return None
    far = _LATTICE.far + _LATTICE.of_bias * max(abs(problem.bias_r - near.bias_r) - _LATTICE.near_bias, 0.0)
    turns = (run for run in _turns(near, curve) if _distance(run, ln_gamma) < far)
    ends = (piece for piece in curve.pieces if _distance(piece[-1:], ln_gamma) < far)
    if not all(_ends_away(problem, piece, ln_gamma) for piece in ends):
        return None
    if not all(_keeps_away(problem, run, ln_gamma) for run in turns):
        return None
    return solution_curve.crossings(curve, ln_gamma)


def agree(sample: Sample | None, stable: bool) -> bool:
    """Whether a solution is on the same side of its fold as the sample of the neighbour that it was begun from."""
    return sample is not None and (sample.d_ln_gamma * sample.d_ln_x > 0.0) == stable


def _turns(near: Problem, curve: solution_curve.Curve) -> list[tuple[Sample, ...]]:
    """Runs of samples at which the curve turns or nearly turns, and the upper ends of pieces beside the first."""
    runs: list[tuple[Sample, ...]] = []
    for piece in curve.with_folds:
        flat = itertools.groupby(piece, lambda sample: abs(sample.d_ln_gamma) < _LATTICE.flat)
        runs += [tuple(run) for is_flat, run in flat if is_flat]
    return runs + [piece[:1] for piece in curve.pieces[1:] if is_driven(near)]


def _distance(run: tuple[Sample, ...], ln_gamma: float) -> float:
    """Distance in ln gamma from a run of samples."""
    return min(abs(sample.profile.ln_gamma - ln_gamma) for sample in run)


def _keeps_away(problem: Problem, run: tuple[Sample, ...], ln_gamma: float) -> bool:
    """Whether a gain lies on the same side of a turn in the neighbour and in the problem, at a distance from both.

    A long turn does not move as a whole: it is looked at where it is nearest, and at both of its ends.
    """
    nearest = min(run, key=lambda sample: abs(sample.profile.ln_gamma - ln_gamma))
    shifts = [_shift(problem, place) for place in {_Place(nearest), _Place(run[0]), _Place(run[-1])}]
    known = [shift for shift in shifts if shift is not None]
    gains = [sample.profile.ln_gamma for sample in run]
    return len(known) == len(shifts) and _is_outside(ln_gamma, gains, known)


def _ends_away(problem: Problem, piece: tuple[Sample, ...], ln_gamma: float) -> bool:
    """Whether a gain keeps away from the lower end of a piece, or from where no more is known of it.

    Where fluctuations vanish the problem may have none of the same variance as the neighbour's last ones. The stretch
    that it does not follow is what its own curve may be longer by.
    """
    end = piece[-1].profile.ln_gamma
    for part in _LATTICE.moving:
        last = next((sample for sample in reversed(piece) if sample.fluctuating_part > part), piece[0])
        shift = _shift(problem, _Place(last))
        if shift is not None:
            followed = last.profile.ln_gamma
            return _is_outside(ln_gamma, [followed, 2.0 * end - followed], [shift])
    return False


def _is_outside(ln_gamma: float, gains: list[float], shifts: list[float]) -> bool:
    """Whether a gain lies outside a range, wherever between nothing and beyond its shifts that lies."""
    margin = _LATTICE.margin + _LATTICE.doubt * max(abs(shift) for shift in shifts)
    low, high = min(gains) + min(*shifts, 0.0) - margin, max(gains) + max(*shifts, 0.0) + margin
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
