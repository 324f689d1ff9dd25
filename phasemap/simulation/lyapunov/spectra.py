"""The Lyapunov spectrum of one network with all its errors, run until they are as small as was asked."""

import math
import time
from collections import Counter
from collections.abc import Generator
from concurrent.futures import Executor
from dataclasses import dataclass, field

import numpy as np

from phasemap.model.options import SimulationOptions
from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.numerics.steps import whole_steps
from phasemap.simulation.estimators.statistics import MeanWithError
from phasemap.simulation.lyapunov.exponents import (
    EIGENVALUE_TOLERANCE,
    is_settled,
    leading_eigenvalues,
    on_threshold,
    settle,
)
from phasemap.simulation.lyapunov.kaplan_yorke_and_entropy import (
    Functional,
    Slaved,
    coupled_dimension,
    entropy_rate,
    kaplan_yorke_dimension,
)
from phasemap.simulation.lyapunov.spectrum import ALIGNMENT, SpectrumEstimate, SpectrumSampler, estimate_spectrum
from phasemap.simulation.lyapunov.step_check import StepCheck, check_step
from phasemap.simulation.network.disorder import Network
from phasemap.simulation.network.integrators import Integrator

# Time between reports of progress, and spent on each of the checks of step and precision.
_REPORT = 20.0
_CHECK = 8.0
# Errors are looked at when a run has become longer by this factor: rarely, because stopping at the first small
# estimate of an error would favour small estimates.
_LENGTHENING = 1.25
# Time: durations are sums of intervals.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Spectrum:
    """Lyapunov spectrum of one network.

    estimate: exponents and what follows from them, with statistical errors.
    step_error, precision_error: (K,) bias by the time step and by single precision, in the order of the exponents;
    NaN where noise keeps it from being measured. complete: these are all exponents of the reduced flow.
    duration: time measured. interval: time between orthonormalisations; worst_condition and reflections: see
    `SpectrumSampler`. trace_defect: relative difference of the sum of all exponents and the mean trace of the Jacobian.
    stopped_by: "errors" (those asked for are reached), "duration" (none was asked for), "max_duration" or "max_seconds"
    (the budget ended first), "rest" (a fixed point, whose exponents are the real parts of eigenvalues).
    step: what halving the time step changed in the state. slaved: gates that vary, whose own directions the dimension
    passes over where it comes to them. growth: growth rates of the leading vector over the intervals
    between orthonormalisations, from the first to the last.
    seconds, flops: wall time of the measurement, and operations of its matrix products (two per multiply-add).
    """

    estimate: SpectrumEstimate
    step_error: FloatArray
    precision_error: FloatArray
    complete: bool
    duration: float
    step: StepCheck
    slaved: tuple[Slaved, ...] = ()
    interval: float = 0.0
    worst_condition: float = 1.0
    reflections: int = 0
    trace_defect: float = 0.0
    stopped_by: str = "rest"
    seconds: float = 0.0
    flops: float = 0.0
    growth: FloatArray = field(default_factory=lambda: np.zeros(0))

    @property
    def at_rest(self) -> bool:
        """Whether the network came to rest at a fixed point."""
        return self.stopped_by == "rest"

    @property
    def unstable(self) -> bool:
        """Whether the network stands at an unstable fixed point: it started there, and is on no attractor."""
        return self.at_rest and float(self.exponents[0]) > EIGENVALUE_TOLERANCE

    @property
    def exponents(self) -> FloatArray:
        """Exponents (K,), descending."""
        return self.estimate.exponents

    @property
    def errors(self) -> FloatArray:
        """Standard errors of the exponents (K,), statistical and numerical together."""
        return np.asarray(np.hypot(self.estimate.errors, self._bias))

    @property
    def dimension(self) -> MeanWithError:
        """Kaplan-Yorke dimension of the coupled directions; NaN if the exponents are too few to tell.

        Of no meaning where `unstable`.
        """
        gradient = self._coupled.gradient
        return _widened(self.estimate.dimension, float(gradient @ self._bias))

    @property
    def entropy(self) -> MeanWithError:
        """Entropy rate, the sum of the positive exponents; NaN if the exponents are too few to tell.

        Of no meaning where `unstable`.
        """
        gradient = entropy_rate(self.exponents, complete=self.complete).gradient
        if not gradient.any():
            gradient[:1] = 1.0  # whether the largest exponent is positive is as uncertain as itself
        return _widened(self.estimate.entropy, float(gradient @ self._bias))

    @property
    def status(self) -> Status:
        """Converged if growth rates are stationary, the step is short enough and the errors asked for are reached."""
        if not np.isfinite(self.exponents).all() or self.step.unstable:
            return Status.FAILED
        if self.unstable or not self.step.good:
            return Status.NOT_CONVERGED
        finished = self.stopped_by in ("errors", "duration", "rest")
        good = finished and self.estimate.stationary and np.isfinite(self.estimate.errors).all()
        return Status.CONVERGED if good else Status.NOT_CONVERGED

    @property
    def left_out(self) -> int:
        """Directions of gates that the dimension passes over."""
        return 0 if self.at_rest else self._coupled.left_out

    @property
    def _coupled(self) -> Functional:
        return coupled_dimension(self.exponents, self.slaved, complete=self.complete)

    @property
    def _bias(self) -> FloatArray:
        return np.asarray(np.nan_to_num(self.step_error) + np.nan_to_num(self.precision_error))


@dataclass(frozen=True)
class Progress:
    """How far a spectrum is: time measured, time at which it ends at the latest, estimate so far."""

    time: float
    latest_end: float
    estimate: SpectrumEstimate


def can_have_spectrum(integrator: Integrator) -> bool:
    """Whether all tangent vectors can be followed: no steep gates, or a state that stands still off their thresholds.

    (What happens when such a gate passes its threshold is counted in the largest exponent only.)
    """
    if not any(integrator.steep_gates):
        return True
    return is_settled(integrator) and not on_threshold(integrator)


def slaved_by(network: Network) -> tuple[Slaved, ...]:
    """Gates of a network that are dimensions of its flow."""
    gates = zip((network.parameters.tau_z, network.parameters.tau_r), network.carried[1:], strict=True)
    counts = Counter(-1.0 / tau for tau, carried in gates if carried)
    return tuple(Slaved(rate, number * network.size) for rate, number in counts.items())


def latest_end(options: SimulationOptions) -> float:
    """Time at which the measurement of a spectrum ends at the latest."""
    return max(options.duration, options.max_duration if _targets(options).any() else 0.0)


def spectrum_steps(
    integrator: Integrator, options: SimulationOptions, seed: np.random.SeedSequence, executor: Executor | None = None
) -> Generator[Progress, None, Spectrum]:
    """Measure the spectrum of the network of `integrator`, which is past its transient.

    A generator: yields its progress, returns the `Spectrum`. seed: the realisation's own.
    """
    dimension = integrator.network.dimension
    count = min(options.exponents or dimension, dimension)
    step = check_step(integrator)
    if is_settled(integrator) or step.unstable:
        return _spectrum_at_rest(integrator, count, step)
    sampler = SpectrumSampler(integrator, count, seed, np.float32 if options.single_precision else np.float64)
    sampler.align(ALIGNMENT, executor)
    autonomous, slaved = integrator.network.is_autonomous, slaved_by(integrator.network)
    began, next_look = time.monotonic(), options.duration
    end = latest_end(options)
    stopped_by = ""
    while not stopped_by:
        until = min(sampler.duration + _REPORT, next_look)
        sampler.measure(max(1, whole_steps((until - sampler.duration) / sampler.interval_time)), executor)
        estimate = estimate_spectrum(sampler.rates, complete=count == dimension, autonomous=autonomous, slaved=slaved)
        yield Progress(sampler.duration, end, estimate)
        if sampler.duration >= next_look - _ROUNDING:
            next_look = min(sampler.duration * _LENGTHENING, end)
            stopped_by = _reason_to_stop(estimate, sampler.duration, options, integrator.network.size)
        if not stopped_by and 0.0 < options.max_seconds <= time.monotonic() - began:
            stopped_by = "max_seconds"
    settle(integrator, 10.0 * options.duration)
    if is_settled(integrator):
        # What was measured is a transient that has ended meanwhile.
        return _spectrum_at_rest(integrator, count, step)
    seconds = time.monotonic() - began
    checks = max(2, math.ceil(_CHECK / sampler.interval_time))
    flops = sampler.flow.flops(sampler.interval * len(sampler.rates))
    return Spectrum(
        estimate=estimate,
        step_error=sampler.step_error(checks, executor)[estimate.order],
        precision_error=sampler.precision_error(checks, executor)[estimate.order],
        complete=count == dimension,
        duration=sampler.duration,
        step=step,
        slaved=slaved,
        interval=sampler.interval_time,
        worst_condition=sampler.worst_condition,
        reflections=sampler.reflections,
        trace_defect=sampler.trace_defect,
        stopped_by=stopped_by,
        seconds=seconds,
        flops=flops,
        growth=sampler.rates[:, estimate.order[0]],
    )


def _targets(options: SimulationOptions) -> FloatArray:
    return np.array([options.lyapunov_error, options.dimension_error, options.entropy_error])


def _reason_to_stop(estimate: SpectrumEstimate, duration: float, options: SimulationOptions, size: int) -> str:
    targets = _targets(options)
    if not targets.any():
        return "duration"
    errors = np.array([estimate.lyapunov_max.error, estimate.dimension.error / size, estimate.entropy.error / size])
    if estimate.stationary and np.all((errors <= targets) | (targets == 0.0)):
        return "errors"
    return "max_duration" if duration >= options.max_duration - _ROUNDING else ""


def _spectrum_at_rest(integrator: Integrator, count: int, step: StepCheck) -> Spectrum:
    """Real parts of the Jacobian's eigenvalues, without statistics; NaN from a state that an unstable step made."""
    exponents = np.full(count, np.nan) if step.unstable else leading_eigenvalues(integrator, count)
    errors = np.full(count, EIGENVALUE_TOLERANCE)
    complete = count == integrator.network.dimension
    dimension = kaplan_yorke_dimension(exponents, complete=complete).value
    entropy = entropy_rate(exponents, complete=complete).value
    estimate = SpectrumEstimate(
        exponents=exponents,
        errors=errors,
        lyapunov_max=MeanWithError(float(exponents[0]), EIGENVALUE_TOLERANCE),
        dimension=MeanWithError(dimension, 0.0),
        entropy=MeanWithError(entropy, 0.0),
        order=np.arange(count),
        start=0,
        stationary=True,
    )
    return Spectrum(estimate, np.zeros(count), np.zeros(count), complete, 0.0, step)


def _widened(mean: MeanWithError, bias: float) -> MeanWithError:
    return MeanWithError(mean.value, math.hypot(mean.error, bias))
