"""Solver "tangent_spectrum": entropy rate and dimension of the fluctuating attractor in the mean field."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.model.branches import BRANCHES, FLUCTUATING, MOVING
from phasemap.model.options import TangentSpectrumOptions
from phasemap.model.parameters import Parameters
from phasemap.model.registry import Seeds
from phasemap.model.results import Estimate, Estimates, FloatArray, absent
from phasemap.model.status import Status
from phasemap.model.unit.noise import acting_noise
from phasemap.model.unit.nonlinearities import is_constant_gate
from phasemap.theory.dynamic.autocovariance.correlation_functions import named_solutions
from phasemap.theory.dynamic.autocovariance.correlations import gated_rate, reduce
from phasemap.theory.dynamic.fluctuating import Fluctuating, solutions
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.ring import Ring
from phasemap.theory.tangent_spectrum.numbers import NAMES, Spectrum, shares_above, spectrum_of
from phasemap.theory.tangent_spectrum.slopes import Slopes, on_ring, sample

# Period of the ring in correlation times, the shortest one, spacings (steep gates need the second), largest matrix.
_PERIODS, _SHORTEST, _SPACING, _STEEP_SPACING, _STEEP, _LARGEST = 5.0, 32.0, 0.4, 0.25, 6.0, 420
_PATHS = 256
_SCRAMBLES = 2
# What ring and spacing leave, relative: measured against doubled rings. Relative error that is accepted.
_OF_RING, _ACCEPTED = 0.01, 0.05
# Student's factor of a standard error from two samples.
_FEW = 1.84
# A share of exponents that is as small as this need not be known relative to itself.
_SMALL_SHARE = 1e-3
SLOW = (
    "the Lyapunov spectrum in mean field would take hours here: its ring would need {size} points, as correlations "
    "live for {time:.3g} membrane time constants"
)


def solve_points(points: Sequence[Parameters], options: Any, seeds: Seeds) -> Estimates:
    """Entropy rate, Kaplan-Yorke dimension and share of positive exponents per unit (n_points, branch), by NAMES.

    Counts of exponents are divided by N, although 2N or 3N exist. The dimension is that of the directions that are
    coupled: N slaved rates -1/tau of a gate that nothing reads are left out. Errors: scatter over scrambles of the
    paths, the extrapolation in the regulator, and one per cent for the ring. ABSENT without a fluctuating state,
    NOT_SOUGHT where it is not derived or would take hours, with a remark.
    """
    table = {name: absent((len(points), len(BRANCHES))) for name in NAMES}

    def solve(i: int, samples: list[Slopes], rate: float) -> None:
        _store(table, i, [spectrum_of(one) for one in samples], rate)

    return Estimates(table, _at_points(table, points, seeds, solve))


def solve_shares(points: Sequence[Parameters], options: TangentSpectrumOptions, seeds: Seeds) -> Estimates:
    """exponents_above (n_points, branch, rate): number of exponents above `options.rates`, over N, likewise.

    NOT_SOUGHT near and below the rates of uncoupled units, where the determinant has no such meaning.
    """
    found = absent((len(points), len(BRANCHES), len(options.rates)))

    def solve(i: int, samples: list[Slopes], rate: float) -> None:
        rates = np.array(options.rates) / rate
        _store_shares(found, i, [shares_above(one, rates) for one in samples])

    return Estimates({"exponents_above": found}, _at_points({"exponents_above": found}, points, seeds, solve))


def _at_points(
    table: dict[str, Estimate],
    points: Sequence[Parameters],
    seeds: Seeds,
    solve: Callable[[int, list[Slopes], float], None],
) -> list[tuple[int, str]]:
    """Solve where there is something to solve, and give statuses elsewhere; returns remarks."""
    remarks = []
    for i, p in enumerate(points):
        reason = not_derived(p)
        found = {} if reason else _solutions(p)
        for name in MOVING if reason else found:
            _fill(table, i, name, Status.NOT_SOUGHT)
        if FLUCTUATING in found:
            samples = _samples(p, found[FLUCTUATING], seeds[i])
            if isinstance(samples, str):
                reason = samples
            else:
                solve(i, samples, gated_rate(p))
        if reason:
            remarks.append((i, reason))
    return remarks


def _fill(table: dict[str, Estimate], i: int, branch: str, status: Status) -> None:
    for estimate in table.values():
        estimate.status[i, BRANCHES.index(branch)] = status


def not_derived(p: Parameters) -> str:
    """Why there is no spectrum here although there may be activity; "" where there is one."""
    if any(acting_noise(p._asdict()).values()):
        return "the Lyapunov spectrum in mean field is not derived under noise inputs"
    if not is_constant_gate(p.alpha_z, p.beta_z):
        return "the Lyapunov spectrum in mean field is not at hand where the update gate moves: simulate it"
    moves = not is_constant_gate(p.alpha_r, p.beta_r)
    if not Process(p).is_odd or (moves and p.s_r > 0.0):
        return "the Lyapunov spectrum in mean field is not at hand with biases of h or static inputs: simulate it"
    if moves and math.isinf(p.alpha_r):
        return "the Lyapunov spectrum of a state that moves through a hard output gate diverges"
    if moves and p.tau_r == 0.0:
        return "the Lyapunov spectrum in mean field is not at hand for an output gate without inertia: give tau_r > 0"
    return ""


def _solutions(p: Parameters) -> dict[str, Fluctuating]:
    if not gated_rate(p) > 0.0:
        return {}
    problem, gain, _ = reduce(p)
    return named_solutions(solutions(problem, gain))


def ring_of(p: Parameters, solution: Fluctuating) -> Ring:
    """The ring that correlations and gates need, in gated units."""
    time = max(solution.values["correlation_time"], solution.values["relaxation_time"], 0.5 * p.tau_r)
    spacing = _STEEP_SPACING if p.alpha_r > _STEEP else _SPACING
    steps = 2 * math.ceil(0.5 * max(_PERIODS * time, _SHORTEST) / spacing)
    return Ring(steps * spacing, steps)


def in_gated_units(p: Parameters) -> Parameters:
    """The same network with time in units of the gated membrane time."""
    moves = not is_constant_gate(p.alpha_r, p.beta_r)
    return p._replace(tau_r=p.tau_r * gated_rate(p) if moves else 0.0)


def _samples(p: Parameters, solution: Fluctuating, seed: np.random.SeedSequence) -> list[Slopes] | str:
    """Samples of paths of one point, in gated units; or why there are none."""
    gated = in_gated_units(p)
    ring = ring_of(gated, solution)
    size = ring.steps * (2 if Process(gated).has_output_gate else 1)
    if size > _LARGEST:
        return SLOW.format(size=size, time=solution.values["relaxation_time"] / gated_rate(p))
    try:
        known = on_ring(gated, solution.profile, ring)
    except UnsupportedError as error:
        return str(error)
    children = [
        np.random.SeedSequence(entropy=seed.entropy, spawn_key=(*seed.spawn_key, 210 + k)) for k in range(_SCRAMBLES)
    ]
    return [sample(gated, known, ring, _PATHS, child) for child in children]


def _store(table: dict[str, Estimate], i: int, found: list[Spectrum], rate: float) -> None:
    values, errors = _together(found)
    at = i, BRANCHES.index(FLUCTUATING)
    for k, (name, unit) in enumerate(zip(NAMES, (rate, 1.0, 1.0), strict=True)):
        estimate = table[name]
        assert estimate.error is not None
        estimate.value[at], estimate.error[at] = values[k] * unit, errors[k] * unit
        estimate.status[at] = _status(found, name, float(values[k]), errors[k])


def _together(found: list[Spectrum]) -> tuple[FloatArray, FloatArray]:
    """Means over scrambles of the paths, and errors."""
    rows = np.array([one.values for one in found])
    values = rows.mean(axis=0)
    scatter = _FEW * rows.std(axis=0, ddof=1) / math.sqrt(len(rows))
    regulator = np.abs([one.correction for one in found]).max(axis=0)
    return values, np.asarray(np.sqrt(scatter**2 + regulator**2 + (_OF_RING * values) ** 2))


def _store_shares(estimate: Estimate, i: int, found: list[Spectrum]) -> None:
    """Shares that vanish count as known to what errors of the others allow."""
    values, errors = _together(found)
    assert estimate.error is not None
    at = i, BRANCHES.index(FLUCTUATING)
    good = all(one.converged for one in found) & (errors <= _ACCEPTED * np.abs(values) + _SMALL_SHARE)
    known = np.isfinite(values)
    estimate.value[at], estimate.error[at] = values, errors
    estimate.status[at] = np.where(known, np.where(good, Status.CONVERGED, Status.NOT_CONVERGED), Status.NOT_SOUGHT)


def _status(found: list[Spectrum], name: str, value: float, error: float) -> Status:
    if not (all(one.converged for one in found) and error <= _ACCEPTED * abs(value)):
        return Status.NOT_CONVERGED
    if name == "kaplan_yorke_per_unit" and not all(one.inside for one in found):
        return Status.UPPER_BOUND
    return Status.CONVERGED
