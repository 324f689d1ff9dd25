"""Deterministic dynamic mean field (constant update gate): grids, reduced problems and solved correlation functions.

The source is PRX 12, 011011, section III; theory notes, section 5(a). Everything here is in units of the gated
membrane time, in which sigma_z = 1: a constant update gate only rescales time.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from phasemap.kernels.correlations import (
    CONSTANT_GATE,
    HARD_GATE,
    SMOOTH_GATE,
    Grid,
    Problem,
    averages,
    energy_gain,
    gate_averages,
    noise_covariance,
    tail_rate,
)
from phasemap.kernels.gaussian_pairs import pair_averages
from phasemap.model.nonlinearities import gate, gate_at_rest, is_constant_gate
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.theory.gaussian_pairs import tables

# The window in units of the slowest decay time: what is cut off changes C_h(0) by exp(-2 WINDOW) and less.
WINDOW = 16.0


@lru_cache(maxsize=32)
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
    t = np.sinh(stretch * x) / math.sinh(stretch)
    mass = weight * rate
    root = np.sqrt(mass)
    stiffness = derivative.T @ ((weight / rate)[:, None] * derivative)
    rates, vectors = np.linalg.eigh(stiffness / root[:, None] / root[None, :])
    rates[0] = 0.0  # the constant, exactly
    return Grid(
        t, x, 1.0 / height, mass, np.maximum(rates, 0.0),
        np.ascontiguousarray(vectors / root[:, None]), np.ascontiguousarray(vectors.T * root[None, :]), float(stretch),
    )  # fmt: skip


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
    kind, value, steepness, bias_r = CONSTANT_GATE, 1.0, 0.0, 0.0
    if is_constant_gate(p.alpha_r, p.beta_r):
        value = float(gate(0.0, 0.0, p.beta_r))
    elif math.isinf(p.alpha_r):
        kind, steepness, bias_r = HARD_GATE, 1.0, p.m_r
    else:
        kind, steepness, bias_r = SMOOTH_GATE, 0.5 * p.alpha_r, 0.5 * (p.alpha_r * p.m_r - p.beta_r)
    live = kind != CONSTANT_GATE
    problem = Problem(
        p.g_h * p.m_h * scale + p.beta_h, kind, value, steepness, bias_r, p.tau_r * rate if live else 0.0,
        p.s_h * scale, p.s_r if live else 0.0, noise_h, noise_r if live else 0.0, p.tau_noise * rate,
    )  # fmt: skip
    return problem, p.g_h, rate


def times(nodes: Grid, window: float) -> FloatArray:
    """Lags of the nodes, in units of the gated membrane time."""
    return np.asarray(nodes.t * window)


@dataclass(frozen=True)
class Tail:
    """Decay rate of C_h at long lags, and the window that it asks for; both infinite if it does not decay."""

    rate: float
    problem: Problem

    @property
    def window(self) -> float:
        """WINDOW times the slowest of the relaxation, the output gate and the noise."""
        if not self.rate > 0.0:
            return math.inf
        slowest = max(1.0 / self.rate, self.problem.tau_r)
        if self.problem.noise_h > 0.0 or self.problem.noise_r > 0.0:
            slowest = max(slowest, self.problem.tau_noise)
        return WINDOW * slowest


@dataclass(frozen=True)
class Profile:
    """A solution on a grid: x (n,) = X(t), with the averages along it.

    phi, sigma: (3, n) <phi phi>, <sigma_r sigma_r> and their derivatives in the covariance and the variance of the
                arguments; y (n,) the gate's argument.
    """

    problem: Problem
    grid: Grid
    window: float
    ln_gamma: float
    x: FloatArray
    phi: FloatArray
    sigma: FloatArray
    y: FloatArray

    @property
    def tail(self) -> Tail:
        """How C_h ends."""
        last = np.ascontiguousarray(self.phi[:, -1]), np.ascontiguousarray(self.sigma[:, -1])
        return Tail(float(tail_rate(self.problem, math.exp(self.ln_gamma), *last)), self.problem)


def profile(problem: Problem, nodes: Grid, window: float, x: FloatArray, ln_gamma: float) -> Profile:
    """The averages along a given X (n,)."""
    n = len(x)
    noise, y = np.empty(n), np.zeros(n)
    phi, sigma = np.empty((3, n)), np.empty((3, n))
    noise_covariance(problem.noise_r, problem.tau_noise, problem.tau_r, times(nodes, window), noise)
    noise *= problem.steepness**2
    averages(problem, tables(problem.bias_h), tables(problem.bias_r), nodes, window, x, noise, phi, sigma, y)
    return Profile(problem, nodes, window, ln_gamma, x, phi, sigma, y)


@dataclass(frozen=True)
class AdditiveStart:
    """The additive network at a given amplitude: X_0, ln gamma, decay rate and curvature -X''(0)/X_0."""

    x: float
    ln_gamma: float
    rate: float
    curvature: float


def additive_start(ln_x: float) -> AdditiveStart:
    """The chaotic state of the additive network at ln X_0, from conservation of energy."""
    memory = tables(0.0)
    x = math.exp(ln_x)
    ln_gamma = float(energy_gain(x, memory, 1.0))
    gamma = math.exp(ln_gamma)
    phi = np.empty((3, 2))
    pair_averages(x, np.array([x, 0.0]), False, memory, phi)
    return AdditiveStart(x, ln_gamma, math.sqrt(1.0 - gamma * phi[1, 1]), gamma * phi[0, 0] / x - 1.0)


def scaled_shape(start: AdditiveStart, nodes: Grid, window: float) -> FloatArray:
    """A guess X(t)/X_0 = sech(k t / p)**p with the right curvature at 0 and the right decay."""
    curvature = abs(start.curvature)
    power = start.rate**2 / curvature
    u = start.rate * times(nodes, window) / power
    return np.asarray(np.exp(-power * (u + np.log1p(np.exp(-2.0 * u)) - math.log(2.0))))


def static_gain_curve(problem: Problem, ln_x: float) -> float:
    """ln gamma of the static solution with variance X = exp(ln_x)."""
    x = np.array([math.exp(ln_x)])
    phi, sigma = np.empty((3, 1)), np.empty((3, 1))
    pair_averages(x[0], x, False, tables(problem.bias_h), phi)
    y = problem.steepness**2 * (phi[0] + problem.static_r**2)
    gate_averages(problem, tables(problem.bias_r), y, sigma)
    return ln_x - math.log(problem.static_h**2 + phi[0, 0] * sigma[0, 0])
