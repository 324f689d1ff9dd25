"""Networks drawn given one of their fixed points.

In a large network with exponentially many fixed points a search finds the few that it is led to, not typical ones, and
none at all of large networks. The other way round there is always one, of any network size: draw fields h and let the
couplings be random given that h is a fixed point. Input to h is J^h psi with psi = phi(h) sigma_r, so that the
condition J^h psi = h - I^h fixes the component of every row of J^h along psi and leaves the others as they are:

    J^h  ->  J^h + (h - I^h - J^h psi) psi^T / |psi|^2.

Independent Gaussian fields are those of the static mean field (docs/theory.md (7.5)) if their variance is the one
that the couplings give, mean psi^2; it is solved for with the units that there are. This is the measure behind static
mean field and Kac-Rice counts, without the weight |det| of the latter, so fixed points that are counted, or found by
Newton's method in networks drawn freely, have other fields where there are many: smaller ones.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import brentq

from phasemap.errors import UnsupportedError
from phasemap.kernels.network.steps import CONSTANT
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray
from phasemap.model.unit.nonlinearities import activation, gate
from phasemap.simulation.fixed_points.equilibria import check_autonomous, feels_update_gate
from phasemap.simulation.fixed_points.jacobian import slaved_state
from phasemap.simulation.network.disorder import Network, Stream, draw_network, generator

# Variances at which self-consistency is looked at before a root is polished; psi^2 <= 1 bounds them.
_VARIANCES = np.concatenate([[0.0], np.geomspace(1e-6, 1.0, 160)])


@dataclass(frozen=True)
class ConditionedNetwork:
    """A network and one of its fixed points: `state` (3, N) of h, z, r.

    residual: the largest of J^h psi + I^h - h; couplings are stored in single precision, and it is of that size.
    """

    network: Network
    state: FloatArray
    residual: float

    @property
    def is_zero(self) -> bool:
        """Whether the fixed point is the zero one."""
        return not np.any(self.state[0])


def draw_conditioned_network(parameters: Parameters, size: int, seed: np.random.SeedSequence) -> ConditionedNetwork:
    """A network of `size` units given a fixed point: the one with the largest variance, the zero one if it is alone.

    Raises:
        UnsupportedError: noise input, a closed update gate, or an input to h outside one that fluctuates.
    """
    network = draw_network(parameters, size, seed)
    drive = _drive(network)
    deviates = generator(seed, Stream.EQUILIBRIUM).standard_normal(size)
    deviates /= np.sqrt(np.mean(deviates**2))  # else the variance would scatter by sqrt(2 / N) for no reason
    h = drive + np.sqrt(_largest_variance(network, drive, deviates)) * deviates
    psi = _output(network, h)
    norm = float(psi @ psi)
    if norm > 0.0:
        change = np.outer(h - drive - network.J_h @ psi, psi / norm)
        network = replace(network, J_h=(network.J_h + change).astype(np.float32))
    residual = float(np.abs(network.J_h @ psi + drive - h).max())
    return ConditionedNetwork(network, slaved_state(network, h), residual)


def _drive(network: Network) -> FloatArray:
    """I^h at a fixed point (N,), over the update gate where it stands outside.

    Raises:
        UnsupportedError: noise input, a closed update gate, or an input outside one that fluctuates.
    """
    check_autonomous(network)
    if feels_update_gate(network):
        raise UnsupportedError(
            "With an input outside a fluctuating update gate fields are not Gaussian: set input_inside = 1, or s_h and "
            "m_h to 0."
        )
    p, drive = network.parameters, np.asarray(network.drive[0], dtype=np.float64)
    if network.modes[0] != CONSTANT:
        return drive
    update = gate(0.0, p.alpha_z, p.beta_z)
    if not update:
        raise UnsupportedError("An update gate that is closed for good holds every state: give a finite beta_z.")
    return drive if p.input_inside else np.asarray(drive / update)


def _largest_variance(network: Network, drive: FloatArray, deviates: FloatArray) -> float:
    """The largest root v of v = mean psi^2 with h = I^h + sqrt(v) deviates; 0 if there is no positive one."""
    excess = _excess(network, drive, deviates, _VARIANCES)
    above = np.flatnonzero(excess > 0.0)
    if not len(above):
        return 0.0
    k = int(above[-1])  # not the last one: there psi^2 <= v

    def excess_at(variance: float) -> float:
        """Excess of the mean of psi^2 over a variance."""
        return float(_excess(network, drive, deviates, np.array([variance]))[0])

    return float(brentq(excess_at, _VARIANCES[k], _VARIANCES[k + 1], xtol=1e-15))


def _excess(network: Network, drive: FloatArray, deviates: FloatArray, variances: FloatArray) -> FloatArray:
    """mean psi^2 - v at several variances v."""
    h = drive[:, None] + np.sqrt(variances) * deviates[:, None]
    return np.asarray((_output(network, h) ** 2).mean(axis=0) - variances)


def _output(network: Network, h: FloatArray) -> FloatArray:
    """psi = phi(h) sigma_r(J^r phi(h) + I^r), for h (N,) or (N, n)."""
    p = network.parameters
    phi = activation(h, p.g_h, p.beta_h)
    r = np.zeros_like(h)
    if network.modes[1] != CONSTANT:
        r = network.J_r @ phi + (network.drive[2] if h.ndim == 1 else network.drive[2][:, None])
    return np.asarray(phi * gate(r, p.alpha_r, p.beta_r))
