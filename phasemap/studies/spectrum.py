"""The spectrum of the Jacobian at one point: theory, eigenvalues of sampled networks, and how well they agree.

Networks are taken at units drawn from the mean field (couplings independent of the state), at their own fixed points,
or along their own trajectories; in the last two cases the theory is also compared with the units' own averages in the
place of the mean field's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phasemap.errors import PhasemapError, UnsupportedError
from phasemap.model.options import EnsembleOptions
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.simulation.fixed_points.equilibria import find_equilibria, random_starts
from phasemap.simulation.fixed_points.jacobian import drift, eigenvalues
from phasemap.simulation.network.disorder import Network, Stream, draw_network, generator, realisation_seed
from phasemap.simulation.network.integrators import start
from phasemap.theory.jacobian.local_ensemble import from_samples
from phasemap.theory.jacobian.spectrum import Spectrum
from phasemap.theory.jacobian.states import FIXED_POINTS, SpectralState, dynamic_state, fixed_point_states

Complex = NDArray[np.complex128]

DYNAMICS = "dynamics"
STATES = (*FIXED_POINTS, DYNAMICS)
SAMPLES = ("mean-field", "newton", "trajectory", "none")
# Samples of the ensemble of paths.
_PATH_SAMPLES = 20000
# Relative error of the ensemble that they are taken from: the samples scatter as much.
_ENSEMBLE_ERROR = 0.01
# Points at which the theory's distributions are computed in the bulk, from this share of the largest modulus on.
_PLACES, _BULK = 81, 0.05
# Starts of the search for fixed points, per network, and the transient of a trajectory.
_STARTS, _TRANSIENT, _STEP = 6, 200.0, 0.1
# Eigenvalues this close to an atom may belong to it; a state with smaller h is the zero state.
_SAME = 1e-6
# A radius just beyond the last eigenvalue, so that all lie within.
_BEYOND = 1.0 + 1e-9
# The smallest modulus that is told apart from zero.
_SLOWEST = 1e-16
# The smallest relative distance from any other pole: what eigenvalues of a matrix are known to.
_RESOLUTION = 1e-6


@dataclass(frozen=True)
class Request:
    """What to compute: a state (None: the largest fixed point), and which networks to take eigenvalues of."""

    state: str | None = None
    sample: str = "mean-field"
    size: int = 500
    realisations: int = 1
    slow_rate: float = 0.05
    seed: int = 0


@dataclass(frozen=True)
class Distribution:
    """Fraction of the eigenvalues that take part with a value (real part or modulus) below x; atoms left out.

    crowds: intervals (left, right) that hold eigenvalues closer to each other than is resolved; known at their ends.
    """

    x: FloatArray
    theory: FloatArray
    crowds: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Agreement:
    """Sampled eigenvalues against a theory: Kolmogorov-Smirnov distances, and the fraction outside the support."""

    real_part: float
    modulus: float
    outside: float


@dataclass(frozen=True)
class SpectralReport:
    """All about the spectrum at a point.

    spectrum: the theory; eigenvalues: of the networks, those that take part; free: all of these together, without
    those at atoms, which `agreement` compares with the mean field and `own` with the averages over the networks' own
    units (None where there are none).
    """

    parameters: Parameters
    state: str
    states: tuple[str, ...]
    spectrum: Spectrum
    real_part: Distribution
    modulus: Distribution
    slow_fraction: float
    unstable_fraction: float
    eigenvalues: tuple[Complex, ...]
    free: Complex
    agreement: Agreement | None
    own: Agreement | None


def spectral_report(p: Parameters, request: Request) -> SpectralReport:
    """Theory and samples of the spectrum at a point.

    Raises:
        PhasemapError: the state does not exist there, or no network was found in it.
        UnsupportedError: a hard gate where its slope counts.
    """
    seed = np.random.SeedSequence(request.seed)
    name, state, names = _state(p, request, seed)
    spectrum = Spectrum(state.ensemble)
    real_part, modulus = distributions(spectrum)
    sampled = [_sample(p, request, state, realisation_seed(seed, request.size, k)) for k in range(request.realisations)]
    found = [one for one in sampled if one is not None] if request.sample != "none" else []
    if request.sample != "none" and not found:
        raise PhasemapError(
            f"Newton's method found no fixed point of {request.realisations} networks of {request.size} units other "
            "than the zero state: try other seeds or smaller networks, or take units from the mean field."
        )
    values = tuple(one[0] for one in found)
    free = np.concatenate([np.zeros(0, dtype=complex), *(without_atoms(spectrum, one, request.size) for one in values)])
    agreement = agree(spectrum, real_part, modulus, free) if free.size else None
    own = None
    if free.size and request.sample != "mean-field":
        units = np.concatenate([one[1] for one in found], axis=1)
        theirs = Spectrum(from_samples(p, *units))
        own = agree(theirs, *distributions(theirs), free)
    return SpectralReport(
        p, name, names, spectrum, real_part, modulus, spectrum.fraction_within(request.slow_rate),
        spectrum.fraction_right_of(0.0), values, free, agreement, own,
    )  # fmt: skip


def _state(p: Parameters, request: Request, seed: np.random.SeedSequence) -> tuple[str, SpectralState, tuple[str, ...]]:
    """The state asked for, by name, and the names of all fixed points there are."""
    if request.state == DYNAMICS or request.sample == "trajectory":
        if request.state not in (None, DYNAMICS):
            raise PhasemapError(f"Networks along trajectories are not at the fixed point {request.state!r}.")
        options = EnsembleOptions(exponents=False, relative_error=_ENSEMBLE_ERROR)
        found = dynamic_state(p, options, seed, _PATH_SAMPLES)
        if found is None:
            raise PhasemapError("There is no fluctuating attractor at these parameters: ask for a fixed point.")
        return DYNAMICS, found, ()
    states = fixed_point_states(p)
    if not states:
        raise UnsupportedError("No fixed point at these parameters has a Jacobian with a finite spectrum.")
    name = request.state or list(states)[-1]
    if name not in states:
        raise PhasemapError(f"There is no fixed point {name!r} at these parameters. There are: {', '.join(states)}.")
    return name, states[name], tuple(states)


def _sample(
    p: Parameters, request: Request, state: SpectralState, seed: np.random.SeedSequence
) -> tuple[Complex, FloatArray] | None:
    """Eigenvalues of one network that take part, and its units (4, N): h, z, r, q; None if it was not found."""
    if request.sample == "none":
        return None
    network = draw_network(p, request.size, seed)
    units = _units(network, request.sample, state, seed)
    if units is None:
        return None
    return eigenvalues(network, units[:3], units[3]).values, units


def _units(network: Network, sample: str, state: SpectralState, seed: np.random.SeedSequence) -> FloatArray | None:
    rng = generator(seed, Stream.INITIAL_STATE)
    if sample == "mean-field":
        h, q = state.draw(network.size, rng)
        return np.concatenate([h, q[None]])
    if sample == "trajectory":
        integrator = start(network, _STEP, 1.0, seed)
        integrator.advance(round(_TRANSIENT / _STEP))
        units = np.concatenate([integrator.state, drift(network, integrator.state)[None]])
        return np.asarray(units)
    deviation = float(state.draw(network.size, rng)[0][0].std())
    deviations = (0.5 * deviation, 2.0 * deviation) if deviation > 0.0 else (0.1, 1.0)
    at_zero = deviation == 0.0
    for first in random_starts(network.size, _STARTS, deviations, rng):
        for point in find_equilibria(network, [first]).points:
            if bool(np.abs(point.state[0]).max() < _SAME) == at_zero:
                return np.concatenate([point.state, point.drift[None]])
    return None


def distributions(spectrum: Spectrum) -> tuple[Distribution, Distribution]:
    """Distributions of real part and modulus of the eigenvalues that take part, without atoms."""
    atoms = spectrum.atoms
    share = 1.0 - sum(weight for _, weight in atoms)
    intervals = spectrum.support.intervals
    if not intervals or share <= 0.0:
        low, high = spectrum.ensemble.continuum
        intervals, share = [(low, high)], max(share, 1e-12)
    marks = np.array(sorted({*spectrum.support.marks, *(end for interval in intervals for end in interval)}))
    left, right = intervals[0][0], intervals[-1][1]
    x = np.linspace(left, right, _PLACES)
    # Eigenvalues crowd on all scales next to these marks: at 0 as far as a steep gate's slowest units.
    near = np.concatenate([mark + sign * _distances(mark) for mark in marks for sign in (-1.0, 1.0)])
    x = np.unique(np.concatenate([x, near[(near > left) & (near < right)]]))
    below = np.array([spectrum.fraction_left_of(at) - sum(w * np.heaviside(at - a, 0.5) for a, w in atoms) for at in x])
    top = max(float(np.abs(c.upper).max()) for c in spectrum.support.components) if spectrum.support.components else 1.0
    poles = np.array([mark for mark in spectrum.support.marks if mark != 0.0])
    top *= _BEYOND
    r = np.concatenate([np.geomspace(_SLOWEST, _BULK * top, _PLACES // 2), np.linspace(_BULK * top, top, _PLACES)])
    near = np.concatenate([abs(at) + sign * _distances(at) for at in poles for sign in (-1.0, 1.0)])
    r = np.unique(np.concatenate([r, near[(near > r[0]) & (near < r[-1])]]))
    within = np.array(
        [spectrum.fraction_within(at) - sum(w * np.heaviside(at - abs(a), 0.5) for a, w in atoms) for at in r]
    )
    return _distribution(x, below / share, poles), _distribution(r, within / share, np.abs(poles))


def _distribution(x: FloatArray, theory: FloatArray, poles: FloatArray) -> Distribution:
    """A distribution that is not known within `_RESOLUTION` of the poles."""
    crowds = tuple((at - _RESOLUTION * abs(at), at + _RESOLUTION * abs(at)) for at in np.unique(poles))
    known = ~_lies_in(x, crowds)
    return Distribution(x[known], theory[known], crowds)


def _lies_in(x: FloatArray, intervals: tuple[tuple[float, float], ...]) -> NDArray[np.bool_]:
    inside = np.zeros(x.shape, dtype=bool)
    for left, right in intervals:
        inside |= (left < x) & (x < right)
    return inside


def _distances(mark: float) -> FloatArray:
    """Distances from a mark on the real axis at which the distribution is computed: to the slowest units at 0."""
    return np.geomspace(_SLOWEST, 0.3, 64) if mark == 0.0 else np.geomspace(_RESOLUTION * abs(mark), 0.3, 20)


def agree(spectrum: Spectrum, real_part: Distribution, modulus: Distribution, free: Complex) -> Agreement:
    """How well the eigenvalues of some networks, those at atoms apart, agree with a theory."""
    outside = float(np.mean(~spectrum.support.contains(free)))
    crowds = tuple((float(np.log(left)), float(np.log(right))) for left, right in modulus.crowds)
    logarithmic = Distribution(np.log(modulus.x), modulus.theory, crowds)
    moduli = np.log(np.maximum(np.abs(free), _SLOWEST))
    return Agreement(kolmogorov_smirnov(free.real, real_part), kolmogorov_smirnov(moduli, logarithmic), outside)


def without_atoms(spectrum: Spectrum, values: Complex, size: int) -> Complex:
    """Eigenvalues of one network of `size` units, of the directions that take part, without those at atoms.

    Gates with equal time constants leave one exact eigenvalue per unit; others may come as close by crowding there.
    A shut unit leaves one at 0, where nothing crowds.
    """
    for at, _ in spectrum.ensemble.live_atoms:
        distance = np.abs(values - at)
        close = int((distance <= _SAME).sum())
        shared = close if at == 0.0 else min(close, size)
        values = np.delete(values, np.argsort(distance)[:shared])
    return values


def kolmogorov_smirnov(sample: FloatArray, distribution: Distribution) -> float:
    """Largest distance between the cumulative distribution of a sample and the theory's, wherever that is known."""
    ordered = np.sort(sample)
    steps = np.arange(len(ordered) + 1) / len(ordered)
    expected = np.interp(ordered, distribution.x, distribution.theory, left=0.0, right=1.0)
    known = ~_lies_in(ordered, distribution.crowds)
    over, under = (steps[1:] - expected)[known], (expected - steps[:-1])[known]
    ends = np.array(distribution.crowds).ravel()
    at_ends = steps[np.searchsorted(ordered, ends)] - np.interp(ends, distribution.x, distribution.theory)
    return float(np.concatenate([over, under, np.abs(at_ends)]).max())
