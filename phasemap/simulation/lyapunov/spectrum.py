"""Lyapunov spectrum of one network: orthonormalised tangent vectors, block errors, step-halving and precision checks.

The method is Benettin's (docs/theory.md (7.1)): K orthonormal vectors move with the tangent flow and are
orthonormalised again, at the longest interval that their conditioning allows; the exponents are the mean logarithmic
growth of their Gram-Schmidt lengths.
"""

import math
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray

from phasemap.model.results import FloatArray
from phasemap.simulation.estimators.statistics import MeanWithError, block_error, stationary_from
from phasemap.simulation.lyapunov.kaplan_yorke_and_entropy import Functional, Slaved, coupled_dimension, entropy_rate
from phasemap.simulation.lyapunov.tangent import TangentFlow
from phasemap.simulation.network.integrators import Integrator

# Condition numbers (1-norm of the triangle) up to which one Cholesky-QR pass is good enough: the vectors were measured
# to lose orthogonality by about 1e-4 condition^2 rounding units, 1e-8 and 1e-4 here, which moves exponents by 1e-5 at
# most.
CONDITION_LIMIT = {"d": 1e6, "f": 1e4}
# Time in which random tangent vectors turn into the directions of their exponents, before anything is measured.
ALIGNMENT = 20.0
_FIRST_INTERVAL = 2
_LONGEST_INTERVAL = 200
# Of the logarithm of a condition number, of the largest one allowed: less would lengthen an interval without bound.
_LEAST_GROWTH = 1e-3


@dataclass(frozen=True)
class SpectrumEstimate:
    """Exponents (K,), descending, with one-standard-error block errors, and what follows from them.

    order: which vector each exponent belongs to. start: index of the first interval that counts, after the part that
    was not yet stationary; stationary: whether there is such a part.
    """

    exponents: FloatArray
    errors: FloatArray
    lyapunov_max: MeanWithError
    dimension: MeanWithError
    entropy: MeanWithError
    order: NDArray[np.int64]
    start: int
    stationary: bool


def estimate_spectrum(
    rates: FloatArray, *, complete: bool, autonomous: bool = False, slaved: Sequence[Slaved] = ()
) -> SpectrumEstimate:
    """Exponents and their errors from growth rates (n_intervals, K) over equal intervals.

    autonomous: the flow has no noise and is not at rest, so that the direction along the path is neutral: a largest
    exponent measured below zero (on a limit cycle, by its error) counts as zero in the dimension, which is then at
    least 1. slaved: gates that vary, whose own directions the dimension passes over where it comes to them.
    Errors of the dimension and the entropy come from blocks of their linearisation in the exponents; that of
    the entropy is no smaller than that of the largest exponent, whose sign it hangs on.
    """
    series = np.stack([rates[:, 0], np.maximum(rates, 0.0).sum(axis=1)], axis=1)
    starts = [stationary_from(one) for one in series.T]
    stationary = max(starts) < len(rates)
    start = max(starts) if stationary else 0
    order = np.argsort(-rates[start:].mean(axis=0), kind="stable")
    kept = rates[start:, order]
    exponents = kept.mean(axis=0)

    directions = exponents.copy()
    if autonomous:
        directions[0] = max(directions[0], 0.0)

    def with_error(functional: Functional) -> MeanWithError:
        """A functional of the exponents with the error that blocks give it."""
        known = math.isfinite(functional.value)
        return MeanWithError(functional.value, float(block_error(kept @ functional.gradient)) if known else math.nan)

    errors = np.asarray(block_error(kept))
    entropy = with_error(entropy_rate(exponents, complete=complete))
    return SpectrumEstimate(
        exponents=exponents,
        errors=errors,
        lyapunov_max=MeanWithError(float(exponents[0]), float(errors[0])),
        dimension=with_error(coupled_dimension(directions, slaved, complete=complete)),
        entropy=entropy._replace(error=max(entropy.error, float(errors[0]))),
        order=order,
        start=start,
        stationary=stationary,
    )


class SpectrumSampler:
    """Tangent vectors of one network and the growth rates recorded so far.

    interval: tangent steps between orthonormalisations. reflections: how often Cholesky's factorisation gave way to
    Householder's. worst_condition: largest condition number met while measuring.
    """

    def __init__(self, integrator: Integrator, count: int, seed: np.random.SeedSequence, dtype: DTypeLike) -> None:
        self.flow = TangentFlow(integrator, count, seed, dtype)
        self.interval = _FIRST_INTERVAL
        self.reflections = 0
        self.worst_condition = 0.0
        self._seed = seed
        self._rates: list[FloatArray] = []
        self._traces: list[float] = []

    @property
    def rates(self) -> FloatArray:
        """Growth rates (n_intervals, K)."""
        return np.array(self._rates)

    @property
    def interval_time(self) -> float:
        """Time between orthonormalisations."""
        return self.interval * self.flow.step

    @property
    def duration(self) -> float:
        """Time measured so far."""
        return len(self._rates) * self.interval_time

    @property
    def trace_defect(self) -> float:
        """Relative difference of the sum of all exponents and the mean trace of the Jacobian; NaN if some lack."""
        if not self._traces or self.flow.count < self.flow.integrator.network.dimension:
            return math.nan
        trace = float(np.mean(self._traces))
        return abs(float(self.rates.mean(axis=0).sum()) - trace) / max(abs(trace), 1e-300)

    def align(self, time: float, executor: Executor | None = None) -> None:
        """Turn the vectors into the directions of their exponents, and choose the interval on the way.

        The logarithm of the condition number grows in proportion to time, so each interval tells how much longer the
        next may be; the shortest of the second half's proposals is kept.
        """
        limit = math.log(CONDITION_LIMIT[self.flow.dtype.char])
        proposals: list[int] = []
        done = 0.0
        while done < time or len(proposals) < 4:
            lengths, _ = self.flow.advance(self.interval, executor)
            done += self.interval_time
            if lengths.householder:
                proposal = max(1, self.interval // 2)
            else:
                proposal = int(self.interval * limit / max(math.log(lengths.condition), _LEAST_GROWTH * limit))
                proposal = min(max(1, proposal), 2 * self.interval, _LONGEST_INTERVAL)
            proposals.append(proposal)
            self.interval = proposal
        self.interval = min(proposals[len(proposals) // 2 :])

    def measure(self, intervals: int, executor: Executor | None = None) -> None:
        """Record the growth over further intervals."""
        for _ in range(intervals):
            lengths, trace = self.flow.advance(self.interval, executor)
            self._rates.append(lengths.log_lengths / self.interval_time)
            self._traces.append(trace)
            self.reflections += lengths.householder
            self.worst_condition = max(self.worst_condition, lengths.condition)

    def step_error(self, intervals: int, executor: Executor | None = None) -> FloatArray:
        """Error of the exponents (K,) from the finite time step, by halving it; NaN with noise.

        Over a few intervals, step h and step h/2 start from the same state and vectors; the difference of their mean
        growth rates is 15/16 of the bias of h, an order-4 method, with little scatter, because the trajectories have no
        time to part. Moves the vectors on; nothing is recorded.
        """
        flow = self.flow
        if flow.integrator.noise_is_on:
            return np.full(flow.count, np.nan)
        fine = self._twin(flow.integrator.step / 2.0, flow.dtype)
        return self._mean_difference(fine, 2, intervals, executor) * 16.0 / 15.0

    def precision_error(self, intervals: int, executor: Executor | None = None) -> FloatArray:
        """Error of the exponents (K,) from single precision, against double precision from the same vectors."""
        if self.flow.dtype == np.float64:
            return np.zeros(self.flow.count)
        if self.flow.integrator.noise_is_on:
            return np.full(self.flow.count, np.nan)
        return self._mean_difference(self._twin(self.flow.integrator.step, np.float64), 1, intervals, executor)

    def _twin(self, step: float, dtype: DTypeLike) -> TangentFlow:
        return TangentFlow(self.flow.integrator.twin(step), self.flow.count, self._seed, dtype)

    def _mean_difference(
        self, twin: TangentFlow, refinement: int, intervals: int, executor: Executor | None
    ) -> FloatArray:
        total = np.zeros(self.flow.count)
        for _ in range(intervals):
            twin.copy_from(self.flow)
            ours, _ = self.flow.advance(self.interval, executor)
            theirs, _ = twin.advance(refinement * self.interval, executor)
            total += ours.log_lengths - theirs.log_lengths
        return total / (intervals * self.interval_time)
