"""Participation ratios of a fluctuating state at a constant update gate, from its correlation functions.

In gated units of time, in which sigma_z = 1; ratios have no unit (docs/theory.md, section 17). Variables are the
arguments of the activation and of the gate, x = g h and y = a r: ratios do not know their scale.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from phasemap.kernels.averages.gaussian_pairs import pair_averages
from phasemap.kernels.dynamic.correlations import CONSTANT_GATE, HARD_GATE, gate_averages
from phasemap.kernels.dynamic.dimension.participation import MEMBRANE, OUTPUT_GATE, Spectra
from phasemap.model.results import FloatArray
from phasemap.theory.dimension.frequencies import COARSE, FINE, Lags, Level, Sizes, frequencies, kept, lags_of, ratios
from phasemap.theory.dimension.static_parts import GivenMeans, given_means, hard_given_means
from phasemap.theory.dynamic.autocovariance.correlations import Profile, memory
from phasemap.theory.dynamic.autocovariance.gaussian_pairs import with_panels
from phasemap.theory.dynamic.fluctuating import Fluctuating

# Relative: spectra end where they have vanished to this share.
_ROUNDING = 1e-8


@dataclass(frozen=True)
class Unit:
    """phi and sigma_r given the static parts, at the nodes of a profile; variances in time of x and of y."""

    phi: GivenMeans
    sigma: GivenMeans
    membrane: float
    gate: float

    @cached_property
    def outputs(self) -> tuple[FloatArray, FloatArray]:
        """Covariance of psi in time given the static parts: mean (n,) over them, and that of its products (n, n).

        With <phi phi> = m^2 + c and <sigma_r sigma_r> = n^2 + d it is c n^2 + m^2 d + c d, and static parts of h and of
        r are independent (docs/theory.md (17.2)).
        """
        phi, sigma = self.phi.moments, self.sigma.moments
        mean = phi.covariance * (sigma.square + sigma.covariance) + phi.square * sigma.covariance
        mixed = np.outer(phi.mixed, sigma.mixed)
        products = phi.products * (sigma.fourth + sigma.mixed[:, None] + sigma.mixed + sigma.products)
        products += sigma.products * (phi.fourth + phi.mixed[:, None] + phi.mixed) + mixed + mixed.T
        return mean, products


def participation(solution: Fluctuating) -> tuple[FloatArray, FloatArray]:
    """Participation ratios per unit (5,) by `frequencies.NAMES`, and their errors.

    Errors: what half the frequencies, lags, static parts and terms change, at the resolution before the last of the
    correlation functions. Rows of a gate that is constant are NaN.
    """
    values = level_of(solution.profile, FINE)
    rough = level_of(solution.coarser or solution.profile, COARSE)
    error = np.abs(values - rough) + _ROUNDING * np.abs(values)
    if not solution.converged:
        error = np.maximum(error, np.abs(values))
    return values, error


def level_of(profile: Profile, level: Level) -> FloatArray:
    """Participation ratios per unit (5,) at one resolution."""
    lags = lags_of(profile, level.lags)
    unit = unit_of(profile, level)
    loop = _loop_at_rest(profile, unit)
    if not loop < 1.0:
        return np.full(5, np.nan)
    omega, weights = frequencies(loop, level.spacing)
    spectra = _spectra(profile, unit, lags, omega, weights)
    return ratios(spectra, _sizes(profile, unit))


def unit_of(profile: Profile, level: Level) -> Unit:
    """What units do given their static parts, of which there are none where nothing breaks h -> -h."""
    problem, solution = profile.problem, profile.solution
    still = _still_activity(profile)
    y_still = problem.steepness**2 * (still + problem.static_r**2)
    membrane, gate = float(solution.x[0] - profile.x_limit), float(solution.y[0] - y_still)
    if profile.x_limit == 0.0 and problem.static_r == 0.0:
        return Unit(*_without_static_parts(profile), membrane, gate)
    phi = given_means(problem.bias_h, profile.x_limit, solution.x - profile.x_limit, level.means, level.terms)
    return Unit(phi, _gate_given_means(profile, level, y_still), membrane, gate)


def _without_static_parts(profile: Profile) -> tuple[GivenMeans, GivenMeans]:
    solution, one = profile.solution, np.ones(1)
    slope, gate = _slopes(profile)
    activity, both = solution.phi[0], solution.sigma[0]
    phi = GivenMeans(one, np.zeros(1), slope, activity[:, None])
    return phi, GivenMeans(one, gate, np.zeros(1), both[:, None] - gate**2)


def _gate_given_means(profile: Profile, level: Level, y_still: float) -> GivenMeans:
    problem = profile.problem
    if problem.gate == CONSTANT_GATE:
        one, nothing = np.ones(1), np.zeros((len(profile.solution.y), 1))
        return GivenMeans(one, problem.gate_value * one, np.zeros(1), nothing)
    y = profile.solution.y - y_still
    if problem.gate == HARD_GATE:
        return hard_given_means(problem.bias_r, y_still, y, level.means)
    return given_means(problem.bias_r, y_still, y, level.means, level.terms, as_gate=True)


def _still_activity(profile: Profile) -> float:
    """C_phi at infinite lag."""
    if profile.x_limit == 0.0 and profile.problem.bias_h == 0.0:
        return 0.0
    return _pairs(profile, profile.x_limit)[0]


def _pairs(profile: Profile, covariance: float) -> tuple[float, float]:
    """<phi phi> and <phi' phi'> at a covariance of x."""
    tables, out = memory(profile.problem).activation, np.empty((3, 1))

    def run() -> tuple[int, None]:
        """The averages of this pair."""
        return pair_averages(profile.solution.x[0], np.array([covariance]), tables, out), None

    with_panels(run, tables)
    return float(out[0, 0]), float(out[1, 0])


def _slopes(profile: Profile) -> tuple[FloatArray, FloatArray]:
    """<phi'> in x and <sigma_r> where nothing is static, each (1,): square roots at covariance 0."""
    known, out = memory(profile.problem), np.empty((3, 2))
    y = np.array([profile.solution.y[0], 0.0])

    def run() -> tuple[int, None]:
        """The averages of the gate."""
        return gate_averages(profile.problem, known, y, out), None

    with_panels(run, *known)
    return np.sqrt([_pairs(profile, 0.0)[1]]), np.sqrt(out[0, 1:])


def _moments(profile: Profile, unit: Unit) -> tuple[float, float, float]:
    """slope, gate_square and through_gate of the kernel's `Spectra`."""
    phi, sigma, problem = unit.phi, unit.sigma, profile.problem
    slope = math.exp(profile.ln_gamma) * phi.average(phi.slope**2)
    gate_slope = 1.0 if problem.gate == HARD_GATE else problem.steepness
    through = phi.average(phi.mean**2) * sigma.average((gate_slope * sigma.slope) ** 2)
    return slope, sigma.average(sigma.mean**2), through


def _loop_at_rest(profile: Profile, unit: Unit) -> float:
    """The largest eigenvalue of L(0, 0)."""
    slope, gate, through = _moments(profile, unit)
    direct = slope * gate
    return 0.5 * (direct + math.sqrt(direct**2 + 4.0 * slope * through))


def _spectra(profile: Profile, unit: Unit, lags: Lags, omega: FloatArray, weights: FloatArray) -> Spectra:
    waves = lags.waves(omega)
    mean, outputs = unit.outputs
    psi = waves @ mean
    seen = kept(psi)
    psi, waves, omega, weights = psi[seen], waves[seen], omega[seen], weights[seen]
    phi = unit.phi.moments
    slope, gate, through = _moments(profile, unit)
    response = 1.0 / (1.0 + 1j * omega)
    gate_r = 1.0 / (1.0 + 1j * omega * profile.problem.tau_r)
    membrane = np.abs(response) ** 2 * psi * math.exp(profile.ln_gamma)
    root = math.sqrt(slope * math.exp(-profile.ln_gamma))
    return Spectra(
        weights=weights, h=response * math.exp(0.5 * profile.ln_gamma), phi=response, gate_r=gate_r, gate_z=gate_r,
        membrane=membrane, activity=waves @ phi.covariance, cross=root * membrane, outputs=waves @ outputs @ waves.T,
        activities=waves @ phi.products @ waves.T, slope=slope, gate_square=gate, through_gate=through,
    )  # fmt: skip


def _sizes(profile: Profile, unit: Unit) -> Sizes:
    """Variances in time, over units; the gate's in units of the kernel's r, NaN where it is constant."""
    mean, outputs = unit.outputs
    phi = unit.phi.moments
    steepness = 1.0 if profile.problem.gate == HARD_GATE else profile.problem.steepness
    moves = profile.problem.gate != CONSTANT_GATE
    r = unit.gate / steepness**2 if moves else math.nan
    size = np.array([unit.membrane, phi.covariance[0], mean[0], r, math.nan])
    square = np.array([unit.membrane**2, phi.products[0, 0], outputs[0, 0], r**2, math.nan])
    assert (MEMBRANE, OUTPUT_GATE) == (0, 3)
    return Sizes(size**2, square)
