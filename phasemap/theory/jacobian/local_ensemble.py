"""Distribution over units of the local linearisation, which is all that the spectrum of the Jacobian depends on.

Two sources (docs/theory.md (2.1), (3.1), (5.1)): Gaussians of given variances, for fixed points and for the dynamics
with a constant update gate, and samples of (h, z, r, q) for everything else.
"""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from phasemap.errors import NoFiniteSpectrumError, ParameterError, UnsupportedError
from phasemap.kernels.averages.gaussian import activation_averages, gate_averages
from phasemap.kernels.jacobian.dyson import Units
from phasemap.kernels.jacobian.gate_moments import UpdateGate
from phasemap.kernels.jacobian.support import SupportData
from phasemap.model.parameters import Parameters
from phasemap.model.unit.gates import Gate
from phasemap.model.unit.nonlinearities import activation, activation_slope, gate, gate_slope
from phasemap.theory.jacobian.centred import Centred, centred
from phasemap.theory.jacobian.unit_rules import activation_rule, gate_rule


class _Tolerances(NamedTuple):
    """Which nodes are kept."""

    weight: float = 1e-14  # of a node that changes no average


_TOLERANCES = _Tolerances()


# Nodes reach this many standard deviations from the mean.
_REACH = 8.5


@dataclass(frozen=True)
class LocalEnsemble:
    """Local linearisations of the units, with what follows from them at once.

    units, support: the distribution as the kernels take it; `support` with averages to rounding.
    discrete:       the same as `support`, with the averages that the nodes of `units` give.
    moving_z, moving_r: whether the gate is a degree of freedom of its own (`phasemap.model.unit.gates`; tau not zero).
    live_z, live_r: whether its variable acts back on h as well; if not, its eigenvalues are -1 / tau exactly.
    continuum:      (lowest, highest) value of -sigma_z, between which the real axis belongs to the support.
    """

    units: Units
    support: SupportData
    discrete: SupportData
    moving_z: bool
    moving_r: bool
    live_z: bool
    live_r: bool
    continuum: tuple[float, float]

    @property
    def dimensions(self) -> int:
        """Eigenvalues per unit: 1, and 1 for every gate that moves on its own time."""
        return 1 + self.moving_z + self.moving_r

    @property
    def dead_atoms(self) -> list[tuple[float, float]]:
        """(position, fraction of all eigenvalues) of the gates that move and do not act back on h."""
        gates = ((self.moving_z, self.live_z, self.units.tau_z), (self.moving_r, self.live_r, self.units.tau_r))
        return [(-1.0 / tau, 1.0 / self.dimensions) for moving, live, tau in gates if moving and not live]

    @property
    def live_atoms(self) -> list[tuple[float, float]]:
        """(position, fraction of all eigenvalues) of directions that take part and yet share one value exactly."""
        gate, found = self.units.gate, []
        if self.live_z and self.live_r and self.units.tau_z == self.units.tau_r > 0:
            # Combinations of both gates that cancel in h decay on their own.
            found.append((-1.0 / self.units.tau_z, 1.0 / self.dimensions))
        if self.units.independent and not gate.smooth:
            # Units that the couplings do not reach: all of them, or those whose update gate is shut.
            found += [
                (-float(s), float(w) / self.dimensions)
                for s, w in zip(gate.nodes, gate.weights, strict=True)
                if w > 0 and (s == 0.0 or not self.is_random)
            ]
        return found

    @property
    def atoms(self) -> list[tuple[float, float]]:
        """(position, fraction of all eigenvalues) of all eigenvalues that share one value however large the network."""
        return [*self.dead_atoms, *self.live_atoms]

    def part(self, index: int, count: int) -> "LocalEnsemble":
        """Part `index` of `count` of an ensemble of samples, every count-th of them."""
        units, data = self.units, self.support
        chosen = slice(index, None, count)
        share = units.weight.sum() / units.weight[chosen].sum()
        arrays = ("slope", "gain", "coupling", "rate", "drift")
        units = units._replace(
            weight=units.weight[chosen] * share, **{name: getattr(units, name)[chosen].copy() for name in arrays}
        )
        sums = ("open", "drift", "gate_slope", "gate_drift")
        data = data._replace(
            coupling=float(units.weight @ units.coupling) if self.live_r else 0.0,
            rate=units.rate,
            **{name: getattr(data, name)[chosen] * share for name in sums},
        )
        return replace(self, units=units, support=data, discrete=data)

    @property
    def is_random(self) -> bool:
        """Whether the couplings move eigenvalues at all; if not, there is no support in the plane."""
        data = self.support
        slope = data.slope if data.independent else data.gate_slope.sum()
        gain = data.gain + data.coupling if data.independent else data.open.sum() + data.drift.sum() + data.coupling
        return bool(slope > 0 and gain > 0)


def gaussian_ensemble(
    p: Parameters, delta_h: float, delta_z: float, delta_r: float, resolution: float = 1.0
) -> LocalEnsemble:
    """Units with independent Gaussian h, z, r of the given variances, and q = 0.

    Exact at a fixed point unless the input to h stands outside a variable update gate, and along the dynamics with a
    constant update gate. Common inputs to units are taken from `p`. `resolution` multiplies the number of nodes per
    variable of the averages inside the support (the boundary does not depend on it).

    Raises:
        ParameterError: a variance is negative or not finite.
        UnsupportedError: a hard output gate (its slope has no variance), or q = 0 does not hold.
    """
    for name, value in (("delta_h", delta_h), ("delta_z", delta_z), ("delta_r", delta_r)):
        if not 0.0 <= value < math.inf:
            raise ParameterError(f"The variance {name} = {value} is not allowed: give a finite number not below 0.")
    if p.input_divided:
        raise UnsupportedError(
            "Input to h outside a variable update gate (s_h or m_h with input_inside = 0 and alpha_z > 0) makes h "
            "non-Gaussian: give samples of (h, z, r, q), or set input_inside = 1."
        )
    problem = centred(p)
    square, slope = _activation_means(problem, delta_h)
    _, gain, gate_slope2, *_ = gate_averages(*problem.output.centred, delta_r)
    coupling = square * gate_slope2 if square > 0 else 0.0
    if math.isinf(coupling):
        raise NoFiniteSpectrumError(
            "A hard output gate (alpha_r = inf) has a slope without variance: its Jacobian has no finite spectrum. "
            "Give a finite alpha_r."
        )
    update = update_gate(problem.update, delta_z)
    units = _product_units(p, problem, delta_h, delta_r, update, resolution)
    none = np.zeros(0)
    support = SupportData(
        p.tau_z, p.tau_r, coupling if slope > 0 else 0.0, 1.0, slope, gain, update, none, none, none, none, none
    )
    live_r = coupling > 0.0 and slope > 0.0
    fastest = -1.0 if update.smooth else -float(update.nodes.max())
    discrete = support._replace(
        slope=float(units.weight @ units.slope),
        gain=float(units.weight @ units.gain),
        coupling=float(units.weight @ units.coupling) if live_r else 0.0,
    )
    continuum = (fastest, 0.0 if update.smooth else fastest)
    return LocalEnsemble(
        units, support, discrete, p.update_gate.is_live, p.output_gate.is_live, False, live_r, continuum
    )


def from_samples(p: Parameters, h: ArrayLike, z: ArrayLike, r: ArrayLike, q: ArrayLike = 0.0) -> LocalEnsemble:
    """Units given by samples of the single-unit process, or by the state of a network.

    h, z, r: values of the units, inputs included; q = sigma_z'(z) (-h + total input inside the bracket), zero at a
        fixed point without input outside the update gate. Broadcast against each other.

    Raises:
        ParameterError: values that are not finite.
        UnsupportedError: a hard gate, which has no slope.
    """
    arrays = np.broadcast_arrays(*(np.atleast_1d(np.asarray(a, dtype=float)) for a in (h, z, r, q)))
    h, z, r, q = (a.ravel() for a in arrays)
    if not all(np.isfinite(a).all() for a in (h, z, r, q)):
        raise ParameterError("Samples of (h, z, r, q) must be finite.")
    for name, one in zip("zr", p.gates, strict=True):
        if one.is_hard:
            raise NoFiniteSpectrumError(f"A hard gate (alpha_{name} = inf) has no slope at a sample: give another.")
    slope = activation_slope(h, p.g_h, p.beta_h) ** 2
    gain = gate(r, p.alpha_r, p.beta_r) ** 2
    coupling = (activation(h, p.g_h, p.beta_h) * gate_slope(r, p.alpha_r, p.beta_r)) ** 2
    rate, drift = gate(z, p.alpha_z, p.beta_z), q**2
    weight = np.full(h.size, 1.0 / h.size)
    units = Units(p.tau_z, p.tau_r, 0.0, weight, slope, gain, coupling, rate, drift, _no_gate())
    spread = weight * slope
    support = SupportData(
        p.tau_z, p.tau_r, float(coupling.mean()) if spread.any() else 0.0, 0.0, 0.0, 0.0, _no_gate(),
        rate, spread * gain, spread * gain * drift, spread, spread * drift,
    )  # fmt: skip
    live_r = bool(support.coupling > 0)
    live_z = bool(support.gate_drift.any())
    continuum = (-float(rate.max()), -float(rate.min()))
    return LocalEnsemble(
        units, support, support, p.update_gate.is_live, p.output_gate.is_live, live_z, live_r, continuum
    )


def update_gate(at: Gate, variance: float) -> UpdateGate:
    """Distribution of sigma_z where z is Gaussian: one value, two (hard gate), or a smooth density."""
    alpha, offset, at_rest = at.centred
    if at.is_constant or variance == 0.0:
        return _discrete_gate([at_rest], [1.0])
    if at.is_hard:
        fraction = float(gate_averages(alpha, offset, at_rest, variance)[0])
        return _discrete_gate([0.0, 1.0], [1.0 - fraction, fraction])
    deviation = math.sqrt(variance)
    step = min(0.4 * deviation, 0.5 / alpha)
    count = math.ceil(_REACH * deviation / step)
    z = step * np.arange(-count, count + 1)
    weights = step * np.exp(-0.5 * (z / deviation) ** 2) / (math.sqrt(2.0 * math.pi) * deviation)
    return UpdateGate(gate(z, alpha, offset), weights, 1.0, alpha, offset, 0.0, deviation, float(z[0]), step)


def _discrete_gate(values: list[float], weights: list[float]) -> UpdateGate:
    return UpdateGate(np.array(values), np.array(weights), 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0)


def _no_gate() -> UpdateGate:
    return _discrete_gate([], [])


def _activation_means(problem: Centred, variance: float) -> tuple[float, float]:
    """<phi^2> and <phi'^2>."""
    if variance == 0.0:
        phi = math.tanh(problem.b)
        return phi * phi, (problem.g * (1.0 - phi * phi)) ** 2
    square, slope, *_ = activation_averages(problem.g, problem.b, variance)
    return square, slope


def _product_units(
    p: Parameters, problem: Centred, delta_h: float, delta_r: float, update: UpdateGate, resolution: float
) -> Units:
    """A product rule over h and, where the output gate varies, r."""
    output = problem.output
    gated = output.moves and not output.is_hard and (delta_h > 0.0 or problem.b != 0.0)
    h, weight = activation_rule(delta_h, problem.g, problem.b, gated, resolution)
    phi = np.tanh(problem.g * h + problem.b)
    # sech^2 from an exponential keeps its relative accuracy in the tails.
    decay = np.exp(-2.0 * np.abs(problem.g * h + problem.b))
    slope = (problem.g * 4.0 * decay / (1.0 + decay) ** 2) ** 2
    if output.is_constant or delta_r == 0.0:
        r_weight, sigma, rest = np.ones(1), np.array([output.at_rest]), np.array([1.0 - output.at_rest])
    else:
        r, r_weight = gate_rule(delta_r, output.alpha, output.offset, resolution)
        sigma, rest = (gate(sign * r, output.alpha, sign * output.offset) for sign in (1, -1))
    r_slope = output.steepness * sigma * rest if gated else np.zeros_like(sigma)
    n = (h.size, sigma.size)
    weights = np.multiply.outer(weight, r_weight)
    keep = weights.ravel() > _TOLERANCES.weight
    grids = (weights, np.broadcast_to(slope[:, None], n), np.broadcast_to(sigma**2, n), np.outer(phi**2, r_slope**2))
    weight, slope, gain, coupling = (np.ascontiguousarray(a.ravel()[keep]) for a in grids)
    none = np.zeros(0)
    return Units(p.tau_z, p.tau_r, 1.0, weight / weight.sum(), slope, gain, coupling, none, none, update)
