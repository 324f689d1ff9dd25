"""Deterministic dynamic mean field (constant update gate): reduced problems, grids and solved profiles.

The source is PRX 12, 011011, section III; docs/theory.md (5.2). Everything here is in units of the gated
membrane time, in which sigma_z = 1: a constant update gate only rescales time.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from phasemap.kernels.dynamic.correlations import (
    CONSTANT_GATE,
    HARD_GATE,
    SMOOTH_GATE,
    Constraint,
    Memory,
    Problem,
    Solution,
    newton,
)
from phasemap.kernels.dynamic.tails import limit_at_long_lags
from phasemap.kernels.dynamic.window import Grid, interpolate
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.model.unit.nonlinearities import gate_at_rest
from phasemap.theory.dynamic.autocovariance.gaussian_pairs import tables, with_panels


class _Tolerances(NamedTuple):
    """Which profiles are correlation functions."""

    decay: float = 1e-7  # share of the variance that fluctuates, at least: less is a fixed point
    noisy_decay: float = 1e-13  # the same where noise keeps it alive
    above: float = 1e-9  # by which rounding may lift a correlation above the variance, relative


_TOLERANCES = _Tolerances()


# The window in units of the slowest decay time. Reflection at its end changes C_h(0) by exp(-2 WINDOW) and less.
WINDOW = 16.0
# Stretch of grids; it grows with the logarithm of timescales beyond _LONG and of steepness beyond _STEEP.
_STRETCH, _LARGEST_STRETCH, _LONG, _STEEP = 5.0, 10.0, 20.0, 10.0


@lru_cache(maxsize=64)
def grid(nodes: int, stretch: float) -> Grid:
    """Gauss-Lobatto-Legendre nodes in x on [0, 1], t = sinh(stretch x)/sinh(stretch), and the modes of -d2/dt2.

    The weak form with Lobatto quadrature is symmetric, so that the modes are orthogonal and no digits are lost; the
    derivative vanishes at both ends (an even function that has reached its limit).
    """
    order = nodes - 1
    legendre = np.polynomial.legendre.Legendre.basis(order)
    inner = np.sort(legendre.deriv().roots().real)
    for _ in range(3):
        inner -= legendre.deriv()(inner) / legendre.deriv(2)(inner)
    z = np.concatenate([[-1.0], inner, [1.0]])
    z = 0.5 * (z - z[::-1])
    height = legendre(z)
    x = 0.5 * (1.0 + z)
    weight = 1.0 / (order * (order + 1) * height**2)
    gap = x[:, None] - x[None, :]
    np.fill_diagonal(gap, 1.0)
    derivative = height[:, None] / height[None, :] / gap
    np.fill_diagonal(derivative, 0.0)
    np.fill_diagonal(derivative, -derivative.sum(axis=1))
    rate = stretch * np.cosh(stretch * x) / math.sinh(stretch)
    mass = weight * rate
    root = np.sqrt(mass)
    stiffness = derivative.T @ ((weight / rate)[:, None] * derivative)
    rates, vectors = np.linalg.eigh(stiffness / root[:, None] / root[None, :])
    rates[0] = 0.0  # the constant, exactly
    return Grid(
        t=np.sinh(stretch * x) / math.sinh(stretch),
        x=x,
        barycentric=1.0 / height,
        stretch=float(stretch),
        weights=mass,
        rates=np.maximum(rates, 0.0),
        to_values=np.ascontiguousarray(vectors / root[:, None]),
        to_modes=np.ascontiguousarray(vectors.T * root[None, :]),
    )


def grid_for(problem: Problem, nodes: int, scale: float = 0.0) -> Grid:
    """The grid of a problem: denser at short lags where a slow output gate or noise makes the window long.

    scale: standard deviation of the argument of tanh; a steep function sees changes over 1/scale of the correlation
           time.
    """
    slowest = max(problem.tau_r, problem.tau_noise)
    more = max(math.log(slowest / _LONG), 0.0) if slowest > 0.0 else 0.0
    more += max(math.log(scale / _STEEP), 0.0) if scale > 0.0 else 0.0
    # In whole steps, so that grids are shared.
    return grid(nodes, min(_STRETCH + round(more), _LARGEST_STRETCH))


def gated_rate(parameters: Parameters) -> float:
    """sigma_z of a constant update gate: the unit of all rates."""
    if math.isinf(parameters.beta_z):
        return 1.0 if parameters.beta_z < 0.0 else 0.0
    return gate_at_rest(parameters.beta_z)


def reduce(parameters: Parameters) -> tuple[Problem, float, float]:
    """The problem in units of the gated membrane time: (problem, gain g_h, rate sigma_z).

    An input outside the update gate counts 1/sigma_z times inside the bracket; white noise changes its amplitude with
    the unit of time.
    """
    p = parameters
    rate = gated_rate(p)
    inside = p.input_inside == 1.0
    scale = 1.0 if inside else 1.0 / rate
    white = p.tau_noise == 0.0
    noise_h = p.noise_h * (math.sqrt(rate) if inside else 1.0 / math.sqrt(rate)) if white else p.noise_h * scale
    noise_r = p.noise_r * math.sqrt(rate) if white else p.noise_r
    kind, value, steepness, bias_r = _output_gate(p)
    moving = kind != CONSTANT_GATE
    problem = Problem(
        bias_h=p.g_h * p.m_h * scale + p.beta_h,
        gate=kind,
        gate_value=value,
        steepness=steepness,
        bias_r=bias_r,
        tau_r=p.tau_r * rate if moving else 0.0,
        static_h=p.s_h * scale,
        static_r=p.s_r if moving else 0.0,
        noise_h=noise_h,
        noise_r=noise_r if moving else 0.0,
        tau_noise=p.tau_noise * rate if p.noise_h > 0.0 or (moving and p.noise_r > 0.0) else 0.0,
    )
    return problem, p.g_h, rate


def _output_gate(p: Parameters) -> tuple[int, float, float, float]:
    """(kind, value of a constant gate, steepness, bias) of sigma_r."""
    gate = p.output_gate
    if gate.is_constant:
        return CONSTANT_GATE, gate.at_rest, 0.0, 0.0
    if gate.is_hard:
        return HARD_GATE, 1.0, 1.0, p.m_r
    return SMOOTH_GATE, 1.0, 0.5 * p.alpha_r, 0.5 * (p.alpha_r * p.m_r - p.beta_r)


def has_zero_state(problem: Problem) -> bool:
    """Whether h = 0 solves the equations, whatever the output gate does (`Parameters.has_zero_state`)."""
    return problem.bias_h == 0.0 and problem.static_h == 0.0 and problem.noise_h == 0.0


def is_additive(problem: Problem) -> bool:
    """Whether the problem is the additive network without bias and inputs, up to a scale of the gain."""
    return problem.gate == CONSTANT_GATE and has_zero_state(problem)


def gate_is_driven(problem: Problem) -> bool:
    """Whether noise moves the output gate."""
    return problem.gate != CONSTANT_GATE and problem.noise_r > 0.0


def is_driven(problem: Problem) -> bool:
    """Whether noise reaches h: then it fluctuates at every gain."""
    multiplied = problem.bias_h != 0.0 or problem.static_h > 0.0
    return problem.noise_h > 0.0 or (gate_is_driven(problem) and multiplied)


def memory(problem: Problem) -> Memory:
    """This thread's tables for a problem."""
    return Memory(tables(problem.bias_h), tables(problem.bias_r)._replace(as_gate=True))


@dataclass(frozen=True)
class Profile:
    """A solution on a grid.

    solution:    X, Y and the averages along the window; orientation: sign of the determinant of the last linear system.
    x_limit:     X at infinite lag; rate: the rate at which C_h decays towards it (0: it does not).
    residual:    of the equations, relative to X_0.
    """

    problem: Problem
    grid: Grid
    window: float
    ln_gamma: float
    solution: Solution
    x_limit: float
    rate: float
    residual: float
    orientation: float

    @property
    def x(self) -> FloatArray:
        """X (n,)."""
        return self.solution.x

    @property
    def ln_x(self) -> float:
        """Logarithm of the variance X_0."""
        return math.log(self.solution.x[0])

    @property
    def times(self) -> FloatArray:
        """Lags of the nodes (n,)."""
        return np.asarray(self.grid.t * self.window)

    @property
    def fluctuates(self) -> bool:
        """Whether X is a correlation function that is not constant; weak noise on strong static input counts."""
        x = self.x
        noisy = self.problem.noise_h > 0.0 or self.problem.noise_r > 0.0
        smallest = _TOLERANCES.noisy_decay if noisy else _TOLERANCES.decay
        return bool(np.abs(x[1:]).max() <= x[0] * (1.0 + _TOLERANCES.above) and x[0] - self.x_limit > smallest * x[0])

    def on(self, nodes: Grid, window: float) -> FloatArray:
        """X on another grid."""
        return resample(self.grid, self.window, self.x, nodes, window)


def resample(source: Grid, source_window: float, values: FloatArray, target: Grid, window: float) -> FloatArray:
    """Values (n,) on `source` at the nodes of `target`."""
    out = np.empty(len(target.t))
    interpolate(source, source_window, values, target, window, out)
    return out


def window_for(problem: Problem, rate: float) -> float:
    """WINDOW times the slowest of the relaxation, the output gate and the noise; infinite where nothing decays."""
    if not rate > 0.0:
        return math.inf
    return WINDOW * max(1.0 / rate, 0.75 * problem.tau_r, problem.tau_noise)


def solve(
    problem: Problem, nodes: Grid, window: float, x: FloatArray, ln_gamma: float, constraint: Constraint,
    tolerance: float, limit: int = 20,
) -> Profile | None:  # fmt: skip
    """Newton iteration from X = x (n,); None where it breaks down."""
    n, known = len(x), memory(problem)
    solution = Solution(np.empty(n), np.empty(n), np.empty((3, n)), np.empty((3, n)), np.zeros(n + 1))

    def iterate() -> tuple[int, tuple[float, float, float]]:
        """One run of Newton's method, whose status asks for missing panels."""
        solution.x[:] = x
        status, *found = newton(problem, known, nodes, window, ln_gamma, constraint, tolerance, limit, solution)
        return status, tuple(found)

    def limit_of_solution() -> tuple[int, tuple[float, float]]:
        """The limit at long lags, whose status asks for missing panels."""
        x0, y0, last = solution.x[0], solution.y[0], solution.x[-1]
        status, *found = limit_at_long_lags(problem, known, math.exp(gained), x0, y0, last)
        return status, tuple(found)

    status, (gained, residual, sign) = with_panels(iterate, *known)
    if status == Status.FAILED:
        return None
    status, (x_limit, rate) = with_panels(limit_of_solution, *known)
    if status != Status.CONVERGED:
        return None
    return Profile(problem, nodes, window, gained, solution, x_limit, rate, residual, sign)
