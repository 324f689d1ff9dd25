"""What stands before e^(N Sigma): the number of fixed points of large networks as a number (docs/theory.md (8.8))."""

import math
import sys

import numpy as np

from phasemap.kernels.complexity.moments import COUNTED, SIZE, tilted_weights
from phasemap.kernels.complexity.nodes import activation_nodes, gate_nodes
from phasemap.kernels.complexity.saddle import lagrangian
from phasemap.model.quantities.counting import Reduced
from phasemap.model.results import FloatArray
from phasemap.model.status import Status
from phasemap.theory.complexity.saddles import Saddle

_ROUNDING = 1e-12
# Relative size of the terms of order 1 / N up to which a predicted number counts as converged.
_CORRECTION = 0.2
# Entries of theta that exist without an output gate: log q_psi, m_psi, log x.
_WITHOUT_GATE = (0, 2, 4)

_Pair = tuple[FloatArray, FloatArray]


class CountedUnits:
    """Units at the saddle theta: their fields, h >= 0 (every average is even in h), and slopes; arrays (n_h, n_r).

    x, t, u, q_psi, q_phi: exponentials of the saddle's logarithms; t = 0 without an output gate.
    """

    def __init__(self, at: Reduced, theta: FloatArray, resolution: float) -> None:
        self.q_psi, self.q_phi = math.exp(theta[0]), math.exp(theta[1])
        self.x, self.t, self.u = (math.exp(one) for one in theta[4:])
        h_nodes = activation_nodes(at.g, self.q_psi, 0.25 * at.alpha * math.sqrt(self.u), resolution)
        r_nodes = gate_nodes(at.alpha, at.beta, self.q_phi, resolution)
        self.weight: FloatArray = np.empty((len(h_nodes), len(r_nodes)))
        tilted_weights(theta, h_nodes, r_nodes, self.weight)
        _, h, phi, f = np.sqrt(h_nodes.T[:, :, None])
        sigma, slope = np.sqrt(r_nodes[:, 2]), np.sqrt(r_nodes[:, 3])
        self.h, self.r = h * math.sqrt(self.q_psi), r_nodes[:, 4] * math.sqrt(self.q_phi)
        self.phi, self.f = phi, f
        self.psi, self.p, self.s = phi * sigma, f * sigma, phi * slope

    def mean(self, values: FloatArray) -> float:
        """Average of a function of the fields."""
        return float((self.weight * values).sum())


def predicted_count(at: Reduced, saddle: Saddle, size: int) -> tuple[float, float, Status]:
    """C e^(N Sigma) for networks of `size` units, its error and status.

    The error is that of C and Sigma and the next order in 1 / N, estimated by half the variance of ln q_psi about its
    saddle; NOT_CONVERGED where this is more than a fifth. ABSENT where nothing grows (Sigma = 0), NOT_SOUGHT behind
    a hard gate and so close to the onset that only the law of Sigma is known; a LOWER_BOUND beyond the largest float.
    """
    if not saddle.found:
        return math.nan, math.nan, Status.FAILED
    if saddle.value <= 0.0:
        return math.nan, math.nan, Status.ABSENT
    if saddle.theta is None:
        return math.nan, math.nan, Status.NOT_SOUGHT
    factor, error = prefactor(at, saddle)
    if not factor > 0.0:
        return math.nan, math.nan, Status.FAILED
    if math.log(factor) + size * saddle.value >= math.log(sys.float_info.max):
        return sys.float_info.max, math.nan, Status.LOWER_BOUND
    value = factor * math.exp(size * saddle.value)
    correction = 0.5 * variance_of_scale(at, saddle.theta) / size
    relative = error / factor + size * saddle.error + correction
    return value, value * relative, Status.CONVERGED if relative <= _CORRECTION else Status.NOT_CONVERGED


def variance_of_scale(at: Reduced, theta: FloatArray) -> float:
    """N times the variance of ln q_psi among fixed points: how soon large networks are large."""
    hessian = whole_hessian(at, theta, 1.0)
    return float(abs(np.linalg.inv(hessian)[0, 0]))


def prefactor(at: Reduced, saddle: Saddle) -> tuple[float, float]:
    """(C, its error): the expected number of non-zero fixed points of N units is C e^(N Sigma) (1 + O(1 / N)).

    C = sqrt(2 R det H_y / det H): R of the two conditions on the couplings (8.9), H_y and H the second derivatives of
    (8.2) and (8.3) at the saddle. NaN where their signs are not those of a maximum along the right contours.
    """
    assert saddle.theta is not None
    coarse, fine = (_at_resolution(at, saddle.theta, resolution) for resolution in (1.0, 2.0))
    return fine, abs(fine - coarse) + _ROUNDING * abs(fine)


def whole_hessian(at: Reduced, theta: FloatArray, resolution: float) -> FloatArray:
    """Second derivatives of (8.3) by the logarithms (but by m itself): (7, 7), or (3, 3) without an output gate."""
    gradient, hessian = np.empty(SIZE), np.empty((SIZE, SIZE))
    lagrangian(COUNTED, at.g, at.alpha, at.beta, theta, resolution, 1.0, gradient, hessian)
    return hessian if at.alpha > 0.0 else hessian[np.ix_(_WITHOUT_GATE, _WITHOUT_GATE)]


def _at_resolution(at: Reduced, theta: FloatArray, resolution: float) -> float:
    determinant = float(np.linalg.det(whole_hessian(at, theta, resolution)))
    units = CountedUnits(at, theta, resolution)
    if at.alpha == 0.0:
        # Second derivatives by q, not by its logarithm; a contour along the imaginary axis, which turns the sign.
        whole = -determinant / units.q_psi**2
        square = 2.0 * condition_without_gate(units) * inner_hessian(units)[0, 0] / whole
    else:
        whole = determinant / (units.q_psi * units.q_phi) ** 2
        square = 2.0 * condition(units) * float(np.linalg.det(inner_hessian(units))) / whole
    return math.sqrt(square) if square > 0.0 else math.nan


def inner_hessian(units: CountedUnits) -> FloatArray:
    """Second derivatives of (8.2) by (log x, log t, log u) with the measure held: (3, 3)."""
    one_t, one_u = 1.0 + units.t * units.f**2, 1.0 + units.u * units.s**2
    whole = one_t * one_u + units.x * units.p**2
    shares = (units.x * units.p**2 / whole, units.t * units.f**2 * one_u / whole, units.u * units.s**2 * one_t / whole)
    both = units.t * units.f**2 * units.u * units.s**2 / whole
    product = units.t * units.u / units.x
    found = np.empty((3, 3))
    for i in range(3):
        for j in range(3):
            second = shares[i] if i == j else (both if 0 not in (i, j) else np.zeros_like(both))
            found[i, j] = 0.5 * units.mean(second - shares[i] * shares[j]) - 0.5 * product * (
                -1.0 if (i == 0) != (j == 0) else 1.0
            )
    found[0, 0] -= 0.5 * units.x
    return found


def condition_without_gate(units: CountedUnits) -> float:
    """R of the one condition J psi = h: (1 - b)^2 - (1 - k)(1 - e), docs/theory.md (8.9)."""
    share = 1.0 / (1.0 + units.x * units.p**2) / units.q_psi
    k, b, e = (units.mean(a * share) for a in (units.psi**2, units.psi * units.h * units.p, (units.h * units.p) ** 2))
    return (1.0 - b) ** 2 - (1.0 - k) * (1.0 - e)


def condition(units: CountedUnits) -> float:
    """R of both conditions, J^h psi = h and J^r phi = r: the determinant of a change of rank four (8.9)."""
    q_r = units.u / units.x
    first = units.x * units.p**2 + units.t * units.f**2 + 1.0
    mixed, second = units.x * units.p * units.s, units.x * units.s**2 + 1.0 / q_r
    size = first * second - mixed**2
    inverse = ((second / size, -mixed / size), (-mixed / size, first / size))
    per_psi, per_phi, nothing = 1.0 / math.sqrt(units.q_psi), 1.0 / math.sqrt(units.q_phi), np.zeros_like(units.weight)
    vectors = (
        (units.p * units.psi * per_psi, units.s * units.psi * per_psi),
        (units.f * units.phi * per_phi + nothing, nothing),
        (units.h * per_psi + nothing, nothing),
        (nothing, units.r * per_phi / q_r + nothing),
    )
    gram = np.array([[_product(units, inverse, a, b) for b in vectors] for a in vectors])
    lengths = (units.mean(vectors[2][0] ** 2) - units.x, units.mean(vectors[3][1] ** 2) * q_r - units.t)
    change = np.block([[np.diag(lengths), -np.eye(2)], [-np.eye(2), np.zeros((2, 2))]])
    return float(np.linalg.det(np.eye(4) + change @ gram))


def _product(units: CountedUnits, form: tuple[_Pair, _Pair], a: _Pair, b: _Pair) -> float:
    """Mean over units of a form (2, 2) in the h and r components of two vectors."""
    return sum(units.mean(a[i] * form[i][j] * b[j]) for i in range(2) for j in range(2))
