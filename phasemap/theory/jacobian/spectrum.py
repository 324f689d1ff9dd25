"""The spectrum of the Jacobian of a large network: resolvent, density, and how many eigenvalues lie where.

Inside the support the trace of the resolvent, G(lambda) = (1 / n N) tr (lambda - Jacobian)^{-1} with n eigenvalues per
unit, follows from the Dyson equations (docs/theory.md (3.5)), the density is (1 / pi) dG / dlambda-bar, and the
number of eigenvalues in a region is the contour integral of G over its boundary, without any derivative:

    fraction(|lambda| < radius) = (1 / pi) Int_0^pi Re(lambda G) dtheta
    fraction(Re lambda < x)     = 1 / 2 + (1 / pi) Int_0^inf Re G(x + i y) dy

Only the parts of these contours inside the support cost anything: outside, G is that of uncoupled units.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from phasemap.kernels.jacobian.resolvent import resolvents
from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.theory.jacobian.free_spectrum import FreeSpectrum
from phasemap.theory.jacobian.local_ensemble import LocalEnsemble
from phasemap.theory.jacobian.support import Support


class _Tolerances(NamedTuple):
    """What is resolved of the plane; distances are relative to the size of the spectrum."""

    residual: float = 1e-10  # of the Dyson equations
    most_iterations: int = 100  # of them at a point
    ratio: float = 0.2  # by which panels shrink towards a pole
    tail: float = 5.0  # standard deviations of the gate for which slow units are followed
    deepest: float = 1e-140  # or to this rate
    close: float = 1e-4  # distance from a pole or an end of the range of -sigma_z below which they count as met
    closest: float = 1e-9  # the smallest distance from a pole that is resolved
    top: float = 0.2  # share of its height at which the top of a contour from the real axis begins
    turn: float = 1e-6  # the smallest angle from the negative real axis that is resolved
    rounding: float = 1e-14  # of a rate that is not close to zero
    middle: float = 1e-2  # share of the largest radius from which a contour is begun
    axis: float = 1e-13  # angle from the negative real axis at which it is approached
    arc: float = 1e-12  # of a circle inside the support that is none
    crossing: float = 1e-14  # angle to which a crossing is known


_TOLERANCES = _Tolerances()

ComplexArray = NDArray[np.complex128]

# Angles at which a circle is first looked at, from the positive to the negative real axis and close to both.
_LOOKS = np.unique(np.concatenate([np.linspace(0, np.pi, 49), np.pi - np.geomspace(1e-6, 0.05, 9)]))


@dataclass(frozen=True)
class Resolvent:
    """G and the density at some points; fractions are of all n N eigenvalues, those at `atoms` apart.

    value: trace of the resolvent of the directions that take part (n_live of n), divided by n.
    density: eigenvalues per area; residual: of the Dyson equations; converged: below the tolerance, or outside.
    """

    value: ComplexArray
    density: FloatArray
    residual: FloatArray
    converged: NDArray[np.bool_]


@dataclass(frozen=True)
class Spectrum:
    """Spectrum of an ensemble of local linearisations; `nodes` Gauss points on every piece of a contour inside."""

    ensemble: LocalEnsemble
    nodes: int = 16

    @cached_property
    def support(self) -> Support:
        """Where the eigenvalues are."""
        return Support(self.ensemble)

    @property
    def edge(self) -> float:
        """Largest real part of all eigenvalues: of the support, or of an atom beyond it."""
        return max([*(right for _, right in self.support.intervals[-1:]), *(at for at, _ in self.atoms)])

    @property
    def atoms(self) -> list[tuple[float, float]]:
        """(position, fraction) of eigenvalues that all lie at one point."""
        return self.ensemble.atoms

    def resolvent(self, points: ArrayLike) -> Resolvent:
        """G and the density at complex `points` of any shape (the spectrum is symmetric about the real axis)."""
        e, lam = self.ensemble, np.asarray(points, dtype=complex)
        x, y = lam.real.ravel(), np.abs(lam.imag).ravel()
        value, density, residual = np.zeros(x.size, dtype=complex), np.zeros(x.size), np.zeros(x.size)
        status = np.zeros(x.size, dtype=np.int64)
        resolvents(
            x, y, e.discrete, e.units, e.live_z and e.units.tau_z > 0, e.live_r and e.units.tau_r > 0,
            _TOLERANCES.residual, _TOLERANCES.most_iterations, value, density, residual, status,
        )  # fmt: skip
        value, density = value / e.dimensions, density / (np.pi * e.dimensions)
        value = np.where(lam.imag.ravel() < 0, value.conj(), value)
        converged = (status != Status.NOT_CONVERGED) & np.isfinite(value)
        shape = lam.shape
        return Resolvent(
            value.reshape(shape), density.reshape(shape), residual.reshape(shape), converged.reshape(shape)
        )

    def density(self, points: ArrayLike) -> FloatArray:
        """Eigenvalues per area at complex `points`, as a fraction of all; NaN where the equations were not solved."""
        found = self.resolvent(points)
        return np.where(found.converged, found.density, np.nan)

    def fraction_within(self, radius: float) -> float:
        """Fraction with |lambda| < radius, atoms included (half of one on the circle); NaN if not solved."""
        atoms = self.ensemble.dead_atoms
        total = self._free.fraction_within(radius) + sum(w * np.heaviside(radius - abs(at), 0.5) for at, w in atoms)
        for a, b in self.arcs(radius):
            theta, weight = self._turning_rule(radius, a, b)
            lam = (radius * np.exp(1j * theta)).astype(np.complex128)
            counted = float(weight @ (self._excess(lam) * lam).real)
            total += (counted - self._free.turn(radius, a, b)) / np.pi
        return float(total)

    def _turning_rule(self, radius: float, a: float, b: float) -> tuple[FloatArray, FloatArray]:
        """Quadrature over arg lambda in [a, b], graded towards pi where the circle passes a pole or an end closely."""
        passed = min(abs(radius + mark) for mark in self.support.marks) / radius
        if b < np.pi or passed > 0.2 * (b - a):
            return gauss(a, b, self.nodes)
        distance, weight = _climbing_rule(max(passed, _TOLERANCES.turn), b - a, self.nodes, 1.0)
        return b - distance, weight

    def fraction_left_of(self, x: float) -> float:
        """Fraction with Re lambda < x, atoms included (half of one at x); NaN if the equations were not solved."""
        atoms = self.ensemble.dead_atoms
        total = self._free.fraction_left_of(x) + sum(w * np.heaviside(x - at, 0.5) for at, w in atoms)
        height = float(self.support.height(x))
        if height > 0.0:
            lowest, crowded = self._sharpness(x)
            crowded = crowded and lowest <= _TOLERANCES.top * height
            y, weight = _climbing_rule(lowest, height, self.nodes, self._spread)
            # Where units crowd at all scales, what they would do below the lowest point is known.
            foot = self._free.foot(x, lowest) if crowded else 0.0
            points = (x + 1j * y).astype(np.complex128)
            counted = float(weight @ self._excess(points, (y > lowest) | (not crowded)).real)
            total += (counted - self._free.climb(x, height) - foot) / np.pi
        return float(total)

    def fraction_right_of(self, x: float) -> float:
        """Fraction of eigenvalues with Re lambda > x; those at an atom at x are on neither side."""
        return 1.0 - self.fraction_left_of(x) - 0.5 * sum(w for at, w in self.atoms if at == x)

    def _sharpness(self, x: float) -> tuple[float, bool]:
        """Height above the real axis at x from which on G changes, and whether it does so at all scales below, too."""
        gate = self.ensemble.units.gate
        distance = min(abs(x - mark) for mark in self.support.marks)
        if distance >= _TOLERANCES.close or not gate.smooth:
            # Next to a pole G changes at the distance from it, on it no more than elsewhere.
            return max(distance, _TOLERANCES.closest) if distance > 0.0 else _TOLERANCES.close, False
        # Next to its ends a smooth gate takes values at all scales.
        closest = math.exp(-_TOLERANCES.tail * gate.alpha * gate.deviation - abs(gate.beta))
        rounding = _TOLERANCES.rounding if x < -0.5 else _TOLERANCES.deepest
        return max(distance, min(_TOLERANCES.close, max(closest, rounding))), True

    @property
    def _spread(self) -> float:
        """Logarithmic range over which G changes next to the ends of a smooth gate."""
        gate = self.ensemble.units.gate
        return max(1.0, 0.3 * gate.alpha * gate.deviation) if gate.smooth else 1.0

    def _excess(self, points: ComplexArray, less: NDArray[np.bool_] | bool = True) -> ComplexArray:
        """G less (where `less`) the smooth part of the uncoupled units, both continued from above to the real axis."""
        found = self.resolvent(points)
        return np.where(found.converged, found.value, np.nan) - less * self._free.smooth_resolvent(points)

    @cached_property
    def _free(self) -> FreeSpectrum:
        return FreeSpectrum.of(self.ensemble)

    def arcs(self, radius: float) -> list[tuple[float, float]]:
        """Intervals of arg lambda in [0, pi] on which the circle |lambda| = radius lies in the support."""
        if not self.ensemble.is_random:
            return []

        def log_radius(theta: float) -> float:
            """ln of the support's radius at an angle; zero on its edge."""
            rho = float(self.support.radius(radius * np.exp(1j * theta)))
            return math.log(min(max(rho, 1e-300), 1e300))

        level = np.log(np.clip(self.support.radius(radius * np.exp(1j * _LOOKS)), 1e-300, 1e300))
        low, high = self.ensemble.continuum
        if low <= -radius <= high:
            level[-1] = math.inf
        cuts = [0.0] if level[0] > 0 else []
        for k in np.flatnonzero((level[:-1] > 0) != (level[1:] > 0)):
            b = _LOOKS[k + 1] if np.isfinite(level[k + 1]) else np.pi - _TOLERANCES.axis
            if (log_radius(b) > 0) == (level[k] > 0):
                cuts.append(b)
            else:
                cuts.append(brentq(log_radius, _LOOKS[k], b, xtol=_TOLERANCES.crossing))
        cuts += [np.pi] if level[-1] > 0 else []
        return [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=True) if b - a > _TOLERANCES.arc]


def _climbing_rule(lowest: float, height: float, nodes: int, spread: float) -> tuple[FloatArray, FloatArray]:
    """Quadrature on [0, height]: below `lowest`, in log y up to the top, and of the top; one piece if `lowest` is high.

    spread: range of log y over which the integrand changes far below the top.
    """
    high = _TOLERANCES.top * height
    if lowest > high:
        return gauss(0.0, height, nodes)
    pieces = [gauss(0.0, lowest, nodes // 2)]
    middle = max(lowest, _TOLERANCES.middle * high)
    for a, b, scale in ((lowest, middle, spread), (middle, high, 1.0)):
        if b > a:
            length = math.log(b / a)
            t, w = gauss(math.log(a), math.log(b), math.ceil(0.5 * nodes + 1.5 * length / scale))
            pieces.append((np.exp(t), w * np.exp(t)))
    y, weight = zip(*pieces, gauss(high, height, nodes), strict=True)
    return np.concatenate(y), np.concatenate(weight)


def gauss(a: float, b: float, count: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of Gauss-Legendre quadrature on [a, b]."""
    x, w = np.polynomial.legendre.leggauss(count)
    return 0.5 * (a + b) + 0.5 * (b - a) * x, 0.5 * (b - a) * w


def graded(a: float, b: float, nodes: int, depth: float, both: bool = False) -> tuple[FloatArray, FloatArray]:
    """Composite Gauss-Legendre rule on [a, b], panels shrinking by a constant factor towards a (and b).

    depth: size of the smallest panel relative to the whole.
    """
    if both:
        middle = 0.5 * (a + b)
        x, w = graded(a, middle, nodes, depth)
        return np.concatenate([x, a + b - x[::-1]]), np.concatenate([w, w[::-1]])
    count = max(1, math.ceil(math.log(depth) / math.log(_TOLERANCES.ratio)))
    ends = np.concatenate([[0.0], _TOLERANCES.ratio ** np.arange(count, -1, -1.0)])
    t, w = np.polynomial.legendre.leggauss(nodes)
    centre, half = 0.5 * (ends[1:] + ends[:-1]), 0.5 * (ends[1:] - ends[:-1])
    x = (centre[:, None] + half[:, None] * t).ravel()
    return a + (b - a) * x, (b - a) * (half[:, None] * w).ravel()
