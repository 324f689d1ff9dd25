"""Participation ratios of a fluctuating state whose update gate moves, from the paths of its ensemble.

Without bias and static inputs only the loop through J^h counts (docs/theory.md, section 17). Responses at a frequency
and <phi h> come from paths on a ring that resolves them; the scatter of groups gives the error.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import scipy.fft
from scipy.interpolate import CubicSpline

from phasemap.kernels.dynamic.dimension.gate_response import gate_response
from phasemap.kernels.dynamic.dimension.participation import Spectra
from phasemap.model.options import EnsembleOptions
from phasemap.model.results import FloatArray
from phasemap.theory.dimension.frequencies import HIGHEST, Sizes, frequencies, kept, ratios
from phasemap.theory.ensemble import numbers
from phasemap.theory.ensemble.errors.budget import SOURCES, debias, standard_error
from phasemap.theory.ensemble.numbers import NAMES as ENSEMBLE_NAMES
from phasemap.theory.ensemble.numbers import Solution, Start
from phasemap.theory.ensemble.point import PointSolution
from phasemap.theory.ensemble.resolution import timestep
from phasemap.theory.ensemble.resolution.window import GROUPS
from phasemap.theory.ensemble.sampling.gaussian import activation_pair
from phasemap.theory.ensemble.sampling.noise import Noise
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.quantiles_of_gate_and_effective_time import mean_gate
from phasemap.theory.ensemble.sampling.ring import Ring, resample

SPACING, COARSE_SPACING = 0.1, 0.2
# Ring of the spectra: step in membrane times and sizes; frequencies of the responses, between which splines are drawn.
# Ratios hang on <phi^2> thirty times as strongly as the variance does: paths count more than steps.
_STEP, _MOST_STEPS, _PATHS, _MOST_PATH_STEPS, _NODES = 0.7, 1 << 15, 4096, 2.0**24, 24
# Iterations from the state on its own ring, of all paths and of a group, and the share of the tolerance for all.
_ITERATIONS, _GROUP_ITERATIONS, _SHARP = 30, 12, 0.25
# Highest frequency, of that at which the ring's spectra end.
_NYQUIST_SHARE = 0.9
_KEY = 170


@dataclass(frozen=True)
class Responses:
    """S_h(omega) and <phi' q>(omega) / <phi'> (K,) at nodes (K,) of frequency."""

    nodes: FloatArray
    h: np.ndarray
    phi: np.ndarray

    def at(self, omega: FloatArray) -> tuple[np.ndarray, np.ndarray]:
        """Both at frequencies (m,), smooth in asinh of them."""
        scale = self.nodes[1]
        x, at = np.arcsinh(self.nodes / scale), np.arcsinh(omega / scale)
        return CubicSpline(x, self.h)(at), CubicSpline(x, self.phi)(at)


@dataclass(frozen=True)
class Resolved:
    """The state solved again on a ring whose steps resolve the spectra: of all groups together, and of each alone."""

    ensemble: Ensemble
    full: Solution
    groups: tuple[Solution, ...]
    tolerance: float

    @property
    def ring(self) -> Ring:
        """The ring of the correlations."""
        return self.ensemble.ring


def participation(
    solution: PointSolution, options: EnsembleOptions, seed: np.random.SeedSequence
) -> tuple[FloatArray, FloatArray]:
    """Participation ratios per unit (5,) by `frequencies.NAMES`, corrected for few paths, and their errors.

    Errors: scatter from group to group, half the correction, half the frequencies, twice the step, the last residual,
    and what the window changes in the variance of the activity, by how ratios of groups follow it. The output gate's is
    NaN where it is constant.
    """
    state = _resolved(solution, options, seed)
    nodes = _nodes(state)
    sums = [_response_sums(state.ensemble, one.activity, k, nodes) for k, one in enumerate(state.groups)]
    pooled = _normalised(nodes, np.sum(sums, axis=0))
    cross = _cross(state.ensemble, state.full, None)
    full, rough = (_ratios(state, state.full, cross, pooled, spacing) for spacing in (SPACING, COARSE_SPACING))
    rows = np.stack(
        [
            _ratios(state, one, _cross(state.ensemble, one, k), _normalised(nodes, sums[k]), SPACING)
            for k, one in enumerate(state.groups)
        ]
    )
    values, correction = debias(full, rows)
    row = ENSEMBLE_NAMES.index("activity_variance")
    window = float(np.nan_to_num(solution.errors.parts[row, SOURCES.index("window")])) / abs(solution.values[row])
    further = _ratios(state, _one_step_on(state.full), cross, pooled, SPACING)
    parts = [
        standard_error(rows),
        0.5 * np.abs(correction),
        np.abs(full - rough),
        np.abs(full - _on_coarser(state, nodes)) / 3.0,
        np.abs(full - further),
        window * _response_to_variance(state, rows) * np.abs(values),
    ]
    return values, np.asarray(np.sqrt(sum(part**2 for part in parts)))


def _response_to_variance(state: Resolved, rows: FloatArray) -> FloatArray:
    """Relative changes (5,) of ratios over that of <phi^2>, from group to group (G, 5)."""
    variances = np.array([one.activity[0] for one in state.groups])
    relative = float(variances.std()) / float(variances.mean())
    return np.asarray(rows.std(axis=0) / np.abs(rows.mean(axis=0)) / max(relative, 1e-12))


def _one_step_on(solution: Solution) -> Solution:
    """A solution moved by the step that would cancel its residual."""
    found = solution.fixed_point
    step = found.memory.next_step(solution.moments.activity - solution.activity)
    return replace(solution, fixed_point=replace(found, x=numbers.admissible(solution.activity + step)))


def _on_coarser(state: Resolved, nodes: FloatArray) -> FloatArray:
    """Ratios (5,) of the same paths on steps of twice the length."""
    ring = state.ring.coarser()
    ensemble = Ensemble(state.ensemble.process, ring, state.ensemble.noise.coarser())
    start = state.full.start_at(state.ring, ring)
    full = numbers.solve(ensemble, start, _SHARP * state.tolerance, None, _ITERATIONS)
    coarse = Resolved(ensemble, full, (), state.tolerance)
    sums = sum(_response_sums(ensemble, full.activity, k, nodes) for k in range(GROUPS))
    return _ratios(coarse, full, _cross(ensemble, full, None), _normalised(nodes, np.asarray(sums)), SPACING)


def _resolved(solution: PointSolution, options: EnsembleOptions, seed: np.random.SeedSequence) -> Resolved:
    coarse, process = solution.ring, solution.ensemble.process
    ring = coarse
    while ring.step > _STEP * 1.0001 and 2 * ring.steps <= _MOST_STEPS:
        ring = ring.finer()
    child = np.random.SeedSequence(entropy=seed.entropy, spawn_key=(*seed.spawn_key, _KEY))
    noise = Noise(child, GROUPS, ring.steps, noisy=False)
    noise.grow(min(max(solution.ensemble.noise.paths, _PATHS), int(_MOST_PATH_STEPS / ring.steps)))
    ensemble = Ensemble(process, ring, noise)
    tolerance = timestep.usual_tolerance(options)
    start = Start(resample(solution.solution.activity, coarse, ring))
    full = numbers.solve(ensemble, start, _SHARP * tolerance, None, _ITERATIONS)
    groups = (numbers.solve(ensemble, full.start, tolerance, k, _GROUP_ITERATIONS) for k in range(GROUPS))
    return Resolved(ensemble, full, tuple(groups), tolerance)


def _nodes(state: Resolved) -> FloatArray:
    width = 0.5 * (1.0 - _loop(state, state.full)) * _rate(state)
    return np.asarray(width * np.sinh(np.linspace(0.0, math.asinh(HIGHEST / width), _NODES)))


def _response_sums(ensemble: Ensemble, activity: FloatArray, group: int, nodes: FloatArray) -> FloatArray:
    gain = ensemble.process.parameters.g_h
    out = np.zeros((len(nodes), 4))
    for paths in ensemble.paths(activity, (group,)):
        area = -np.log(np.maximum(paths.decay, 1e-300))
        gate_response(area, gain * (1.0 - paths.phi.astype(float) ** 2), ensemble.ring.step, nodes, out)
    return out


def _normalised(nodes: FloatArray, sums: FloatArray) -> Responses:
    """Sums (K, 4) over paths as responses that are 1 at frequency 0."""
    return Responses(nodes, (sums[:, 0] + 1j * sums[:, 1]) / sums[0, 0], (sums[:, 2] + 1j * sums[:, 3]) / sums[0, 2])


def _rate(state: Resolved) -> float:
    process = state.ensemble.process
    return mean_gate(process.parameters, float(process.gate_variable(state.full.activity, state.ring)[0]))


def _gate_mean(state: Resolved, one: Solution) -> float:
    return state.ensemble.process.output_gate_mean(one.activity, state.ring)


def _slope(state: Resolved, one: Solution) -> float:
    """<phi'> = g (1 - <phi^2>), exactly."""
    return state.ensemble.process.parameters.g_h * (1.0 - float(one.activity[0]))


def _loop(state: Resolved, one: Solution) -> float:
    return (_slope(state, one) * _gate_mean(state, one)) ** 2


def _ratios(state: Resolved, one: Solution, cross: FloatArray, responses: Responses, spacing: float) -> FloatArray:
    loop = _loop(state, one)
    if not loop < 1.0:
        return np.full(5, np.nan)
    ring, process, p = state.ring, state.ensemble.process, state.ensemble.process.parameters
    highest = min(HIGHEST, _NYQUIST_SHARE * math.pi / ring.step)
    omega, weights = frequencies(loop, spacing, _rate(state), highest)
    psi = one.activity * process.output_gate(one.activity, ring)[0]
    columns = np.stack([psi, one.activity, one.moments.membrane, cross], axis=1)
    found = 2.0 * np.cos(omega[:, None] * ring.lags) @ (columns * ring.weights[:, None])
    seen = kept(found[:, 0])
    omega, weights, (psi, phi, membrane, mixed) = omega[seen], weights[seen], found[seen].T
    h, slope = responses.at(omega)
    gate_z, gate_r = (1.0 / (1.0 + 1j * omega * tau) for tau in (p.tau_z, p.tau_r))
    spectra = Spectra(
        weights=weights, h=h, phi=slope, gate_r=gate_r, gate_z=gate_z, membrane=membrane, activity=phi, cross=mixed,
        outputs=np.outer(psi, psi), activities=np.outer(phi, phi), slope=_slope(state, one) ** 2,
        gate_square=_gate_mean(state, one) ** 2, through_gate=0.0,
    )  # fmt: skip
    return ratios(spectra, _sizes(state, one, float(columns[0, 0])))


def _sizes(state: Resolved, one: Solution, output: float) -> Sizes:
    ring, process = state.ring, state.ensemble.process
    r = math.nan
    if process.has_output_gate:
        r = float(ring.low_pass(one.activity, process.parameters.tau_r)[0])
    z = float(process.gate_variable(one.activity, ring)[0])
    squared = np.array([float(one.moments.membrane[0]), float(one.activity[0]), output, r, z]) ** 2
    return Sizes(squared, squared)


def _cross(ensemble: Ensemble, one: Solution, group: int | None) -> FloatArray:
    """<phi(t) h(0)> (half,): of the paths, against those of a constant gate, of which it is known exactly."""
    ring = ensemble.ring
    members = ensemble.noise.members(group)
    power, lanes = np.zeros(ring.steps), 0
    for paths in ensemble.paths(one.activity, members):
        power += _cross_power(paths.phi, paths.h) - _cross_power(paths.control_phi, paths.control)
        lanes += paths.h.shape[1]
    mirrored = 0.5 * (power + np.roll(power[::-1], 1))[: ring.steps // 2 + 1]
    membrane = ensemble.control_averages(one.activity)[1]
    slope = activation_pair(np.array([membrane[0], 0.0]), ensemble.process.parameters.g_h, 0.0)[1][1]
    return ring.covariance(mirrored / (ring.steps * lanes)) + math.sqrt(slope) * membrane


def _cross_power(a: np.ndarray, b: np.ndarray) -> FloatArray:
    """Re a_k b_k^* (steps,), summed over paths; an even function of time is all that is left of <a b>."""
    first, second = (scipy.fft.rfft(one, axis=0, workers=1) for one in (a, b))
    half = (first * second.conj()).real.sum(axis=1)
    return np.concatenate([half, half[-2:0:-1]])
