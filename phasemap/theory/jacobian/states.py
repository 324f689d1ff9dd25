"""The states whose spectrum is asked for: fixed points of the mean field, and the stationary fluctuating dynamics.

At fixed points the averages are those of the static mean field (docs/theory.md (2.1)). Along the dynamics they are
over the stationary process: at constant update gate h and r are independent Gaussians whose variances the
deterministic mean field gives (5a); otherwise (h, z, q) are drawn from the ensemble of paths (5b).
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from phasemap.errors import NoFiniteSpectrumError, UnsupportedError
from phasemap.kernels.averages.gaussian import gate_averages
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.linearisation import local_factors
from phasemap.theory.divergence import hard_gates
from phasemap.theory.dynamic import fluctuating
from phasemap.theory.dynamic.autocovariance.correlations import gated_rate, reduce
from phasemap.theory.ensemble import PointSolution
from phasemap.theory.ensemble import solve as solve_ensemble
from phasemap.theory.ensemble.resolution.surroundings import surroundings
from phasemap.theory.ensemble.sampling.gaussian import filtered_noise
from phasemap.theory.ensemble.shut_units import slowest_rest
from phasemap.theory.ensemble.solver import STEEP
from phasemap.theory.jacobian.local_ensemble import LocalEnsemble, from_samples, gaussian_ensemble
from phasemap.theory.static import fixed_points


class _Tolerances(NamedTuple):
    """How quasi-random numbers become Gaussian."""

    outermost: float = 1e-12  # quantile at which the tails are cut


_TOLERANCES = _Tolerances()


FIXED_POINTS = ("zero", "lower", "middle", "upper")
# Samples of a fixed point that is not Gaussian.
_SAMPLES = 2**14


@dataclass(frozen=True)
class SpectralState:
    """A state with the local linearisation of its units.

    variances: of h, z, r where they are independent Gaussians about `means` and q = 0; else None.
    samples:   (4, n) h, z, r, q; else None.
    """

    ensemble: LocalEnsemble
    means: tuple[float, float, float] = (0.0, 0.0, 0.0)
    variances: tuple[float, float, float] | None = None
    samples: FloatArray | None = None

    def draw(self, size: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """Independent units: h, z, r as (3, size), and q as (size,)."""
        if self.samples is not None:
            picked = self.samples[:, rng.choice(self.samples.shape[1], size, replace=size > self.samples.shape[1])]
            return picked[:3], picked[3]
        deviations = np.sqrt(np.array(self.variances))
        h, z, r = rng.standard_normal((3, size)) * deviations[:, None] + np.array(self.means)[:, None]
        return np.stack([h, z, r]), np.zeros(size)


def fixed_point_states(parameters: Parameters, resolution: float = 1.0) -> dict[str, SpectralState]:
    """Every fixed point of the mean field, by its name; `resolution` as in `gaussian_ensemble`.

    A fixed point whose Jacobian has no finite spectrum (a hard output gate that is not at rest) is left out.
    """
    found = fixed_points.solve_points([parameters])
    names = ("delta_h", "delta_z", "delta_r", "delta_phi")
    table = np.stack([np.asarray(found[name].value, dtype=float)[0] for name in names])
    hard = parameters.output_gate.is_hard
    states = {}
    for name, (delta_h, delta_z, delta_r, delta_phi) in zip(FIXED_POINTS, table.T, strict=True):
        if math.isnan(delta_phi) or (hard and delta_phi > 0.0):
            continue
        if parameters.input_divided:
            samples = outside_samples(parameters, delta_phi, delta_z, delta_r, _SAMPLES)
            states[name] = SpectralState(from_samples(parameters, *samples), samples=np.stack(samples))
        else:
            states[name] = gaussian_state(parameters, (delta_h, delta_z, delta_r), resolution)
    return states


def fixed_point_ensembles(parameters: Parameters, resolution: float = 1.0) -> dict[str, LocalEnsemble]:
    """Local linearisations of `fixed_point_states`."""
    return {name: state.ensemble for name, state in fixed_point_states(parameters, resolution).items()}


def gaussian_state(p: Parameters, variances: tuple[float, float, float], resolution: float = 1.0) -> SpectralState:
    """Independent Gaussian h, z, r about the common inputs; raises like `gaussian_ensemble`."""
    ensemble = gaussian_ensemble(p, *variances, resolution)
    at_rest = 1.0 if p.input_inside or p.m_h == 0.0 else p.update_gate.at_rest
    return SpectralState(ensemble, (p.m_h / at_rest, p.m_z, p.m_r), variances)


def outside_samples(
    p: Parameters, delta_phi: float, delta_z: float, delta_r: float, count: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """(h, z, r, q) of units at a fixed point with input outside the update gate: h = R + I / sigma_z.

    Quasi-random (Sobol) points, the same for every call.
    """
    from scipy.stats import qmc  # slow to load, and only inputs outside the update gate need it

    gain = gate_averages(*p.output_gate.centred, delta_r)[1]
    uniform = qmc.Sobol(4, seed=np.random.default_rng(0)).random(count)
    normal = ndtri(np.clip(uniform, _TOLERANCES.outermost, 1.0 - _TOLERANCES.outermost)).T
    drive = math.sqrt(delta_phi * gain) * normal[0]
    force = p.m_h + p.s_h * normal[1]
    z = p.m_z + math.sqrt(delta_z) * normal[2]
    r = p.m_r + math.sqrt(delta_r) * normal[3]
    at = local_factors(p, 0.0, z, r)
    closed = np.maximum(at.update, 1e-300)
    return drive + force / closed, z, r, -at.update_slope * force / closed


def dynamic_state(
    parameters: Parameters,
    options: EnsembleOptions,
    seed: np.random.SeedSequence,
    samples: int,
    resolution: float = 1.0,
) -> SpectralState | None:
    """The fluctuating attractor; None if there is none.

    options, seed, samples: of the ensemble of paths, where the update gate varies.

    Raises:
        NoFiniteSpectrumError: a hard gate, or no stationary state.
        UnsupportedError: white noise on an instantaneous gate.
    """
    hard = hard_gates(parameters)
    if hard:
        raise NoFiniteSpectrumError(
            f"A hard gate (alpha_{hard[0]} = inf) has a slope without variance along the dynamics: its Jacobian has no "
            f"finite spectrum. Give a finite alpha_{hard[0]}."
        )
    if parameters.update_gate.is_constant:
        return _at_constant_gate(parameters, resolution)
    drawn = path_samples(parameters, options, seed, samples)
    if drawn is None:
        return None
    return SpectralState(from_samples(parameters, *drawn), samples=np.stack(drawn))


def _at_constant_gate(parameters: Parameters, resolution: float) -> SpectralState | None:
    if gated_rate(parameters) == 0.0:
        return None
    problem, gain, _ = reduce(parameters)
    stable = [one for one in fluctuating.solutions(problem, gain) if one.stable and one.converged]
    if not stable:
        return None
    solution = stable[-1].profile.solution
    delta_r = float(solution.y[0]) / problem.steepness**2 if problem.steepness > 0.0 else 0.0
    return gaussian_state(parameters, (stable[-1].values["variance"], 0.0, delta_r), resolution)


def path_samples(
    parameters: Parameters, options: EnsembleOptions, seed: np.random.SeedSequence, samples: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray] | None:
    """(h, z, r, q) drawn from the stationary ensemble of paths, about `samples` of each; None without an attractor."""
    solved = solve_ensemble(parameters, options, seed, surroundings([parameters])[0])
    if not isinstance(solved, PointSolution):
        return None
    process, ring, activity = solved.ensemble.process, solved.ring, solved.solution.activity
    rest = slowest_rest(process, activity, ring)
    if rest > options.longest_window:
        raise NoFiniteSpectrumError(STEEP.format(rest=rest))
    if not solved.is_settled:
        raise UnsupportedError(
            "The fluctuating state did not converge in windows of time up to ensemble.longest_window = "
            f"{options.longest_window:g}: its spectrum is not known."
        )
    h, sigma, drive = _pick(solved, samples)
    p = parameters
    with np.errstate(divide="ignore"):
        logit = np.log(sigma) - np.log1p(-sigma)
    z = np.where(np.isfinite(logit), (logit + p.beta_z) / p.alpha_z, np.sign(logit) * 1e3)
    q = p.alpha_z * sigma * (1.0 - sigma) * (drive - h)  # a common input inside the bracket cancels
    variance = float(ring.low_pass(activity, p.tau_r)[0]) + p.s_r**2
    if p.noise_r > 0.0:
        variance += float(filtered_noise(p.noise_r, p.tau_noise, p.tau_r, ring.lags)[0])
    # r is driven by noise of its own: independent of h and z.
    quantiles = ndtri((np.random.default_rng(seed).permutation(h.size) + 0.5) / h.size)
    return h + (p.m_h if process.inside else 0.0), z, p.m_r + math.sqrt(variance) * quantiles, q


def _pick(solved: PointSolution, samples: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """h, sigma_z and the drive of h at times and paths spread over the ensemble."""
    ensemble, activity = solved.ensemble, solved.solution.activity
    rows = max(1, min(64, solved.ring.steps // 4))
    times = np.linspace(0, solved.ring.steps, rows, endpoint=False).astype(int)
    picked: list[tuple[FloatArray, ...]] = []
    count = 0
    for paths in ensemble.paths(activity, ensemble.noise.members(None)):
        lanes = slice(None, max(1, (samples - count) // rows))
        taken = tuple(
            np.ascontiguousarray(a[times, lanes], dtype=float).ravel() for a in (paths.h, paths.gate, paths.eta)
        )
        picked.append(taken)
        count += taken[0].size
        if count >= samples:
            break
    h, gate, eta = (np.concatenate(part) for part in zip(*picked, strict=True))
    return h, gate, eta
