"""Gradients of many networks at one point, until their mean is known to the error asked for."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.model.branches import STATIC, ZERO
from phasemap.model.options import NetworkGradientOptions
from phasemap.model.parameters import Parameters
from phasemap.model.quantities.gradients import NAMES
from phasemap.model.results import FloatArray, StatusArray
from phasemap.model.status import Status
from phasemap.numerics.steps import whole_steps
from phasemap.simulation.fixed_points.conditioned import draw_conditioned_network
from phasemap.simulation.gradients.measure import measure
from phasemap.simulation.gradients.window import Window, at_rest, record
from phasemap.simulation.lyapunov.exponents import is_settled, settle
from phasemap.simulation.network.disorder import Stream, draw_network, generator, realisation_seed
from phasemap.simulation.network.integrators import Integrator, start_from, step_of
from phasemap.simulation.network.noise import NoiseSource

# Windows of one network that moves, and the time between them.
_WINDOWS, _APART = 4, 15.0
# Time that a network with a hard gate is given to freeze.
_FREEZE = 400.0
# By how much the argument of a gate may change in a step of the linearised flow.
_STEEP = 3.0
_MOST_ADJOINTS, _MOST_SIZE = 256, 4000


@dataclass(frozen=True)
class NetworkGradients:
    """Numbers by NAMES over networks, each array (len(NAMES), n_lags).

    value, error: the geometric mean over networks and its standard error (of the retained overlap, which may have
    either sign, the arithmetic one).
    mean_log, log_mean: mean over networks of the logarithm, and logarithm of the mean, with standard errors.
    size, networks, adjoints: what it took. shift: mean_log minus that of networks of half the size; NaN if not asked.
    """

    lags: FloatArray
    value: FloatArray
    error: FloatArray
    mean_log: FloatArray
    mean_log_error: FloatArray
    log_mean: FloatArray
    log_mean_error: FloatArray
    status: StatusArray
    size: int
    networks: int
    adjoints: int
    shift: FloatArray


def network_gradients(
    parameters: Parameters, state: str, options: NetworkGradientOptions, seed: np.random.SeedSequence
) -> NetworkGradients:
    """Gradients of networks at a state: attractor, static or zero (docs/theory.md, section 9).

    Without `options.error` there are `networks` of `size` units with `adjoints` vectors each. With it, vectors are
    doubled while they, and not the networks, make the error; networks are added up to `most_networks`; and the size is
    doubled while networks of half the size differ by more than the error.

    Raises:
        UnsupportedError: no such state of a network.
    """
    found = _of_size(parameters, state, options, seed, options.size, options.adjoints)
    if options.error <= 0.0:
        return found
    while True:
        half = _of_size(parameters, state, options, seed, max(found.size // 2, 2), found.adjoints)
        with np.errstate(invalid="ignore"):  # what vanishes has no logarithm
            shift = found.mean_log - half.mean_log
        spread = np.hypot(found.mean_log_error, half.mean_log_error)
        large = np.abs(shift[0]) > np.maximum(options.error, 2.0 * spread[0])
        if not large.any() or 2 * found.size > _MOST_SIZE:
            return NetworkGradients(**{**vars(found), "shift": shift})
        found = _of_size(parameters, state, options, seed, 2 * found.size, found.adjoints)


def _of_size(
    parameters: Parameters, state: str, options: NetworkGradientOptions, seed: np.random.SeedSequence, size: int,
    adjoints: int,
) -> NetworkGradients:  # fmt: skip
    lags = np.array(options.lags, dtype=float)
    values: list[FloatArray] = []
    most = max(options.networks, options.most_networks if options.error > 0.0 else 0)
    for k in range(most):
        own = realisation_seed(seed, size, k)
        one, within = _of_network(parameters, state, options, own, size, adjoints)
        while options.error > 0.0 and within > 0.5 * options.error and 2 * adjoints <= _MOST_ADJOINTS:
            adjoints *= 2
            one, within = _of_network(parameters, state, options, own, size, adjoints)
        values.append(one)
        enough = len(values) >= max(options.networks, 2)
        if enough and options.error > 0.0 and _scatter(values) <= options.error:
            break
    return _together(lags, np.stack(values), size, adjoints)


def _scatter(values: list[FloatArray]) -> float:
    """Standard error of the mean logarithm of A, the largest over lags."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithms = np.log(np.stack(values)[:, 0])
    return float(np.nanmax(logarithms.std(axis=0, ddof=1)) / math.sqrt(len(values)))


def _of_network(
    parameters: Parameters, state: str, options: NetworkGradientOptions, seed: np.random.SeedSequence, size: int,
    adjoints: int,
) -> tuple[FloatArray, float]:  # fmt: skip
    """Means (len(NAMES), n_lags) over vectors and windows of one network, and the error of ln A that vectors make."""
    lags = np.array(options.lags, dtype=float)
    rng = generator(seed, Stream.ADJOINT)
    parts = [measure(one, lags, adjoints, rng) for one in _windows(parameters, state, options, seed, size)]
    if not parts:
        return np.full((len(NAMES), len(lags)), np.nan), 0.0
    every = np.concatenate(parts, axis=1)
    mean = every.mean(axis=1)
    errors = [(one.std(axis=1, ddof=1) / math.sqrt(adjoints))[0] for one in parts]
    within = np.sqrt(np.mean(np.square(errors), axis=0) / len(parts)) / mean[0]
    return mean, float(np.nanmax(within))


def _windows(
    parameters: Parameters, state: str, options: NetworkGradientOptions, seed: np.random.SeedSequence, size: int
) -> Iterator[Window]:
    """Windows of one network; none where a hard gate changes its value within them, since no tangent flow does."""
    longest = max(options.lags)
    if state in (ZERO, STATIC):
        integrator = _integrator_at(parameters, state, options, seed, size)
        yield at_rest(integrator, _steps(longest, integrator, 2))
        return
    network = draw_network(parameters, size, seed)
    integrator = start_from(network, options.simulation, seed)
    _relax(integrator, options.transient)
    own = 1 if integrator.noise_is_on else 2
    if network.has_hard_gate and not integrator.noise_is_on:
        _relax(integrator, _FREEZE)
    settle(integrator, _FREEZE)
    if is_settled(integrator):
        finer = integrator.twin(0.5 * integrator.step)
        yield at_rest(finer, _steps(longest, finer, 2))
        return
    if network.has_hard_gate:
        return
    for _ in range(_WINDOWS):
        # Tangent steps are twice those of the state: half of its step makes them as long as it.
        finer = integrator if integrator.noise_is_on else integrator.twin(_fine_step(integrator))
        yield record(finer, _steps(longest, finer, own))
        integrator.advance(max(round(_APART / integrator.step), 1))


def _fine_step(integrator: Integrator) -> float:
    """Half the step, or one in which no gate passes from shut to open."""
    p = integrator.network.parameters
    steepest = max(p.alpha_z if integrator.network.modes[0] else 0.0, p.alpha_r if integrator.network.modes[1] else 0.0)
    return 0.5 * integrator.step / max(math.ceil(0.5 * integrator.step * steepest / _STEEP), 1)


def _steps(longest: float, integrator: Integrator, own: int) -> int:
    return max(whole_steps(longest / (own * integrator.step)), 2)


def _relax(integrator: Integrator, transient: float) -> None:
    if transient > 0.0:
        integrator.advance(math.ceil(transient / integrator.step))


def _integrator_at(
    parameters: Parameters, state: str, options: NetworkGradientOptions, seed: np.random.SeedSequence, size: int
) -> Integrator:
    """A network that stands at a fixed point: the zero one, or one that it was drawn for."""
    if state == ZERO:
        network, initial = draw_network(parameters, size, seed), np.zeros((3, size))
        p = parameters
        if p.beta_h != 0.0 or p.s_h > 0.0 or p.m_h != 0.0:
            raise UnsupportedError("With a bias of the activation or an input to h there is no zero state.")
        initial[1:] = network.drive[1:]
    else:
        drawn = draw_conditioned_network(parameters, size, seed)
        if drawn.is_zero:
            raise UnsupportedError("There is no non-zero fixed point at these parameters.")
        network, initial = drawn.network, drawn.state
    step = 0.5 * step_of(network, options.time_step)
    return Integrator(network, step, initial, NoiseSource(network, step, generator(seed, Stream.NOISE)))


def _together(lags: FloatArray, values: FloatArray, size: int, adjoints: int) -> NetworkGradients:
    """values: (networks, len(NAMES), n_lags)."""
    count = len(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithms = np.log(values)
        mean_log, mean = logarithms.mean(axis=0), values.mean(axis=0)
        log_mean = np.log(mean)
        none = np.full(mean.shape, np.nan)
        vanishes = (values == 0.0).all(axis=0)
        root = math.sqrt(count)
        error = none if count < 2 else logarithms.std(axis=0, ddof=1) / root
        relative = none if count < 2 else values.std(axis=0, ddof=1) / root / np.abs(mean)
        error, relative = np.where(vanishes, 0.0, error), np.where(vanishes, 0.0, relative)
        value = np.exp(mean_log)
        value_error = np.where(vanishes, 0.0, value * error)
        signed = NAMES.index("retained_overlap")
        value[signed] = mean[signed]
        value_error[signed] = relative[signed] * np.abs(mean[signed])
    good = np.isfinite(value_error) & np.isfinite(value)
    status = np.where(good, Status.CONVERGED, Status.NOT_CONVERGED)
    status = np.where(np.isnan(value), Status.NOT_SOUGHT, status).astype(np.uint8)
    return NetworkGradients(
        lags, value, value_error, mean_log, error, log_mean, relative, status, size, count, adjoints,
        np.full(mean.shape, np.nan),
    )  # fmt: skip
