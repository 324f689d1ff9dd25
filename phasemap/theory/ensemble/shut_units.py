"""Whether h is stationary at all where its input stands outside the update gate.

A unit whose gate is shut integrates such an input until the gate opens. With z = z_0 + z~ (the part that stays,
variance C_z(inf) over units, and the part that moves) it is emptied at the rate m(z_0) = <sigma_z(z_0 + z~)>, and
in the units with a small m

    <h^2>  ~  <1 / m^2> for a static input,      <1 / m> for noise,

averaged over z_0. Behind a hard gate log m falls like -z_0^2 / 2 C~ with C~ the variance of z~, so that the average is
infinite for C~ <= 2 C_z(inf) (static) or C~ <= C_z(inf) (noise): <h^2> grows in time without bound. Behind a smooth
gate it is finite, log-normal: but where the units that make up half of it are emptied more slowly than anything can be
followed, it grows all that time just the same. Networks do: g_h = 3, s_h = 0.3, N = 400 has <h^2> = 7, 67, 490 at
t = 25, 200, 1600 for alpha_z = 5, and 13, 580, 30,000 at g_h = 1.5 behind a hard gate. The activity saturates, and is
stationary.
"""

import math

import numpy as np
from scipy.special import log_ndtr, logsumexp

from phasemap.model.results import FloatArray
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.ensemble.sampling.ring import Ring

HEAVY_TAILS = (
    "heavy tails: the input to h stands outside a smooth update gate (alpha_z = {alpha_z:g}), h is about the input "
    "over its gate, and the few units whose gate is nearly shut make most of <h^2>. Its variance is known less well "
    "than asked for or, where the sample tells hardly anything, from below; the activity and lambda_max do not feel "
    "these units. Set input_inside = 1, make alpha_z smaller, or ask for a smaller ensemble.relative_error."
)

# Grid of z_0 in its standard deviations; an integrand that is largest at the end has no finite integral.
_REACH, _STEP = 60.0, 0.05
# Units that are slower than the median by this factor are rare ones.
_RARE = 30.0
# Nodes for the part of z that moves, in its standard deviations.
_MOVING = np.linspace(-9.0, 9.0, 181)


def slowest_rest(process: Process, activity: FloatArray, ring: Ring) -> float:
    """The time in which the rare units that hold half of <h^2> are emptied, in membrane time constants.

    0 without input outside the gate, and where they are not much slower than all others.

    activity: C_phi (half,).
    """
    power = _power(process)
    if power == 0:
        return 0.0
    covariance = process.gate_variable(activity, ring)
    staying = min(max(float(covariance[-(ring.steps // 16) :].mean()), 0.0), float(covariance[0]))
    u = np.arange(-_REACH, _REACH + _STEP, _STEP)
    log_rate = _log_rate(process, math.sqrt(staying) * u, float(covariance[0]) - staying)
    with np.errstate(invalid="ignore"):
        log_share = -0.5 * u**2 - power * log_rate
    if staying > 0.0 and not log_share[0] < log_share[1]:
        return math.inf
    share = np.cumsum(np.exp(log_share - log_share.max()))
    log_time = -log_rate[int(np.searchsorted(share, 0.5 * share[-1]))]
    return math.exp(min(log_time, 700.0)) if log_time > -log_rate[u.size // 2] + math.log(_RARE) else 0.0


def has_heavy_tails(process: Process) -> bool:
    """Whether an input stands outside a smooth gate, so that h is log-normal where that is nearly shut."""
    return _power(process) > 0 and not process.is_hard


def _power(process: Process) -> int:
    """How <h^2> depends on the time of integration: 2 for a static input, 1 for noise; 0 without input outside."""
    if process.inside:
        return 0
    if process.outside_input != (0.0, 0.0):
        return 2
    return 1 if process.parameters.noise_h > 0.0 else 0


def _log_rate(process: Process, z: FloatArray, variance: float) -> FloatArray:
    """Logarithm of <sigma_z> over the part of z that moves, at the part that stays (n,), common inputs apart."""
    offset = process.gate_offset
    if process.is_hard:
        return np.asarray(log_ndtr((z - offset) / math.sqrt(max(variance, 1e-300))))
    alpha, deviation = process.parameters.alpha_z, math.sqrt(variance)
    # Where the gate is exponential its mean is made by paths that lie alpha C~ higher.
    reach = np.concatenate([_MOVING, np.arange(9.1, 9.0 + min(alpha * deviation, 40.0), 0.1)])
    argument = alpha * (z[:, None] + deviation * reach) - offset
    return np.asarray(logsumexp(-np.logaddexp(0.0, -argument) - 0.5 * reach**2, axis=1) - logsumexp(-0.5 * reach**2))
