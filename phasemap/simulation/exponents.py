"""The maximum Lyapunov exponent of one network: growth of a tangent vector, or an eigenvalue where it has settled."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import ArpackError, ArpackNoConvergence, LinearOperator, eigs

from phasemap.model.results import FloatArray
from phasemap.simulation.integrators import Integrator
from phasemap.simulation.statistics import mean_over_time, stationary_from

# A network whose state moves slower than this (root mean square over units) is at a fixed point.
SETTLED_SPEED = 1e-8
_DENSE_LIMIT = 400
_EIGENVALUE_TOLERANCE = 1e-8


@dataclass(frozen=True)
class Trajectory:
    """What was recorded of one network after its transient.

    times: (T,) sample times; h: (T, N); growth: (T,) mean growth rate of the tangent vector over the sampling interval
    that ends at each time, NaN where there is no tangent flow; interval: time between samples; settled: the network is
    at a fixed point (then one sample says all).
    """

    times: FloatArray
    h: FloatArray
    growth: FloatArray
    interval: float
    settled: bool


@dataclass(frozen=True)
class MaximumExponent:
    """Maximum Lyapunov exponent with its standard error; `stationary` is False where the growth rate still drifts."""

    value: float
    error: float
    stationary: bool


def record(integrator: Integrator, transient: float, duration: float, interval: float) -> Trajectory:
    """Run through the transient, then sample every `interval` (rounded to steps). Changes the integrator."""
    stride = max(1, round(interval / integrator.step))
    interval = stride * integrator.step
    tangent = not integrator.network.has_hard_gate
    for _ in range(math.ceil(transient / interval)):
        integrator.advance(stride, tangent=tangent)
        integrator.normalise_tangent()
    samples = 1 if is_settled(integrator) else max(1, round(duration / interval))
    h = np.empty((samples, integrator.network.size))
    growth = np.full(samples, np.nan)
    times = np.empty(samples)
    for index in range(samples):
        integrator.advance(stride, tangent=tangent)
        if tangent:
            growth[index] = math.log(max(integrator.normalise_tangent(), 1e-300)) / interval
        h[index] = integrator.h
        times[index] = integrator.time
    return Trajectory(times, h, growth, interval, is_settled(integrator))


def is_settled(integrator: Integrator) -> bool:
    """Whether a network without noise stands at a fixed point."""
    return not integrator.noise_is_on and integrator.speed() < SETTLED_SPEED


def maximum_exponent(integrator: Integrator, trajectory: Trajectory) -> MaximumExponent:
    """Maximum Lyapunov exponent from a trajectory and the integrator at its end.

    At a fixed point it is the largest real part of the Jacobian's eigenvalues, which needs no averaging; elsewhere
    the mean growth rate, from where it is stationary on.
    """
    if trajectory.settled:
        value, error = leading_growth_rate(integrator)
        return MaximumExponent(value, error, stationary=math.isfinite(value))
    first = stationary_from(trajectory.growth)
    stationary = first < len(trajectory.growth)
    mean = mean_over_time(trajectory.growth[first if stationary else 0 :])
    return MaximumExponent(mean.value, mean.error, stationary)


def leading_growth_rate(integrator: Integrator) -> tuple[float, float]:
    """Largest real part of the eigenvalues of the Jacobian at the present state, and the tolerance of its solver."""
    network = integrator.network
    fields = np.flatnonzero(network.carried)
    shape = (fields.size, network.size)
    saved = integrator.x[:, 1].copy()

    def jacobian(vector: FloatArray) -> FloatArray:
        integrator.x[fields, 1] = np.real(vector).reshape(shape)
        return np.asarray(integrator.rates()[fields, 1].ravel())

    dimension = network.dimension
    try:
        if dimension <= _DENSE_LIMIT:
            dense = np.stack([jacobian(e) for e in np.eye(dimension)], axis=1)
            return float(np.linalg.eigvals(dense).real.max()), 1e-12
        operator = LinearOperator((dimension, dimension), matvec=jacobian, dtype=float)
        leading = eigs(
            operator, k=6, which="LR", ncv=80, v0=np.ones(dimension), tol=_EIGENVALUE_TOLERANCE, maxiter=5000,
            return_eigenvectors=False,
        )  # fmt: skip
        return float(leading.real.max()), _EIGENVALUE_TOLERANCE
    except (ArpackError, ArpackNoConvergence, np.linalg.LinAlgError):
        return math.nan, math.nan
    finally:
        integrator.x[:, 1] = saved
