"""The maximum Lyapunov exponent of one network: growth of a tangent vector, or an eigenvalue where it has settled."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import ArpackError, ArpackNoConvergence, LinearOperator, eigs

from phasemap.model.results import FloatArray
from phasemap.simulation.estimators.statistics import mean_over_time, stationary_from
from phasemap.simulation.lyapunov.step_check import StepCheck, check_step
from phasemap.simulation.network.integrators import Integrator

# A network whose state moves slower than this (root mean square over units) is at a fixed point.
SETTLED_SPEED = 1e-8
# One that moves slower than this is probably on its way to one.
_SLOW_SPEED = 1e-3
# Time between looks at its speed.
_PATIENCE = 10.0
EIGENVALUE_TOLERANCE = 1e-8
# Below this dimension, or for more than this share of the eigenvalues, the dense solver is faster.
_DENSE_LIMIT = 400
_ARNOLDI_SHARE = 0.1


@dataclass(frozen=True)
class Trajectory:
    """What was recorded of one network after its transient.

    times: (T,) sample times; h: (T, N); growth: (T,) mean growth rate of the tangent vector over the sampling interval
    that ends at each time, NaN where there is no tangent flow; interval: time between samples; settled: the network is
    at a fixed point (then one sample says all). Where the state overflowed, h is NaN from there on.
    step: what halving the step changed, at the end, or at the beginning of a run that came to rest.
    """

    times: FloatArray
    h: FloatArray
    growth: FloatArray
    interval: float
    settled: bool
    step: StepCheck

    @property
    def lost(self) -> bool:
        """Whether there are no numbers, because the step is unstable."""
        return self.step.unstable or not bool(np.isfinite(self.h).all())


@dataclass(frozen=True)
class MaximumExponent:
    """Maximum Lyapunov exponent with its error; not good where the growth rate still drifts or the step is too long.

    error: one standard error over time, and the error of the time step, together.
    """

    value: float
    error: float
    good: bool


def record(integrator: Integrator, transient: float, duration: float, interval: float) -> Trajectory:
    """Run through the transient, then sample every `interval` (rounded to steps). Changes the integrator."""
    stride = max(1, round(interval / integrator.step))
    interval = stride * integrator.step
    tangent = integrator.network.has_tangent
    beginning = None if integrator.noise_is_on else integrator.twin(integrator.step)
    for _ in range(math.ceil(transient / interval)):
        integrator.advance(stride, tangent=tangent)
        integrator.normalise_tangent()
    settle(integrator, 10.0 * (transient + duration))
    samples = 1 if is_settled(integrator) else max(1, round(duration / interval))
    h = np.full((samples, integrator.network.size), np.nan)
    growth = np.full(samples, np.nan)
    times = integrator.time + interval * np.arange(1, samples + 1, dtype=np.float64)
    for index in range(samples):
        integrator.advance(stride, tangent=tangent)
        if not np.isfinite(integrator.h).all():
            break
        if tangent:
            growth[index] = math.log(max(integrator.normalise_tangent(), 1e-300)) / interval
        h[index] = integrator.h
    settled = is_settled(integrator)
    step = check_step(beginning if settled and beginning is not None else integrator, tangent=tangent and not settled)
    return Trajectory(times, h, growth, interval, settled, step)


def settle(integrator: Integrator, longest: float) -> None:
    """Give a network that is about to come to rest the time for it, at most `longest`; leave any other alone."""
    end = integrator.time + longest
    while not integrator.noise_is_on and SETTLED_SPEED <= integrator.speed() < _SLOW_SPEED and integrator.time < end:
        integrator.advance(max(1, round(_PATIENCE / integrator.step)))


def is_settled(integrator: Integrator) -> bool:
    """Whether a network without noise stands at a fixed point."""
    return not integrator.noise_is_on and integrator.speed() < SETTLED_SPEED


def maximum_exponent(integrator: Integrator, trajectory: Trajectory) -> MaximumExponent:
    """Maximum Lyapunov exponent from a trajectory and the integrator at its end.

    At a fixed point it is the largest real part of the Jacobian's eigenvalues, which needs no averaging; elsewhere
    the mean growth rate, from where it is stationary on. NaN at a fixed point on the threshold of a hard gate.
    """
    if trajectory.settled:
        value, stable = math.nan, on_threshold(integrator)
        if not stable:
            value = float(leading_eigenvalues(integrator, 1)[0])
            stable = value <= EIGENVALUE_TOLERANCE
        return MaximumExponent(value, EIGENVALUE_TOLERANCE, stable and trajectory.step.good)
    first = stationary_from(trajectory.growth)
    stationary = first < len(trajectory.growth)
    mean = mean_over_time(trajectory.growth[first if stationary else 0 :])
    error = math.hypot(mean.error, trajectory.step.growth_error)
    return MaximumExponent(mean.value, error, stationary and trajectory.step.good)


def on_threshold(integrator: Integrator) -> bool:
    """Whether the variable of a hard gate stands at its threshold exactly: there is no linearisation there."""
    hard = np.flatnonzero((False, *integrator.network.hard_gates))
    return bool((integrator.state[hard] == 0.0).any())


def leading_eigenvalues(integrator: Integrator, count: int) -> FloatArray:
    """The `count` largest real parts of eigenvalues of the Jacobian at the present state, descending; NaN on failure.

    By Arnoldi iteration where few are wanted, else from the dense matrix.
    """
    dimension = integrator.network.dimension
    try:
        if dimension <= _DENSE_LIMIT or count > _ARNOLDI_SHARE * dimension:
            values = np.linalg.eigvals(jacobian_matrix(integrator))
        else:
            operator = LinearOperator((dimension, dimension), matvec=_jacobian_product(integrator), dtype=float)
            wanted = count + 5
            values = eigs(
                operator, k=wanted, which="LR", ncv=min(dimension, 4 * wanted + 60), v0=np.ones(dimension),
                tol=EIGENVALUE_TOLERANCE, maxiter=5000, return_eigenvectors=False,
            )  # fmt: skip
    except (ArpackError, ArpackNoConvergence, np.linalg.LinAlgError):
        return np.full(count, np.nan)
    return np.asarray(np.sort(values.real)[::-1][:count])


def jacobian_matrix(integrator: Integrator) -> FloatArray:
    """Jacobian of the reduced flow at the present state, (D, D), carried fields in the order h, z, r."""
    product = _jacobian_product(integrator)
    return np.stack([product(unit) for unit in np.eye(integrator.network.dimension)], axis=1)


def _jacobian_product(integrator: Integrator) -> Callable[[FloatArray], FloatArray]:
    fields = np.flatnonzero(integrator.network.carried)

    def product(vector: FloatArray) -> FloatArray:
        """The Jacobian times a vector, over the directions that move."""
        return np.asarray(integrator.tangent_rates(vector.reshape(fields.size, -1))[fields].ravel())

    return product
