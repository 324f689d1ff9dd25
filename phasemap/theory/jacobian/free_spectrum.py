"""Eigenvalues of the units without couplings: what the counting integrals of the spectrum are measured against.

Without couplings the eigenvalues are -sigma_z (over units) and -1 / tau of the gates. Their resolvent has poles where
contours pass; those parts are integrated analytically, as angles.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from phasemap.kernels.jacobian.resolvent import free_resolvents
from phasemap.model.results import FloatArray
from phasemap.theory.jacobian.local_ensemble import LocalEnsemble

ComplexArray = NDArray[np.complex128]


@dataclass(frozen=True)
class FreeSpectrum:
    """Eigenvalues -rates of weight `weights`, and a smooth density of -sigma_z where the update gate is smooth.

    Weights are fractions of all eigenvalues; gates that do not act back on h are left out.
    """

    ensemble: LocalEnsemble
    rates: FloatArray
    weights: FloatArray

    @classmethod
    def of(cls, e: LocalEnsemble) -> "FreeSpectrum":
        """The free spectrum of an ensemble of local linearisations."""
        if not e.units.independent:
            rates, weights = e.units.rate, e.units.weight
        elif e.units.gate.smooth:
            rates, weights = np.zeros(0), np.zeros(0)
        else:
            rates, weights = e.units.gate.nodes, e.units.gate.weights
        gates = [1.0 / tau for live, tau in ((e.live_z, e.units.tau_z), (e.live_r, e.units.tau_r)) if live and tau > 0]
        rates, weights = np.append(rates, gates), np.append(weights, np.ones(len(gates)))
        return cls(e, rates, weights / e.dimensions)

    def fraction_within(self, radius: float) -> float:
        """Fraction of eigenvalues with |lambda| < radius; half of those on the circle."""
        return float(self.weights @ np.heaviside(radius - self.rates, 0.5)) + self._smooth_fraction_below(radius)

    def fraction_left_of(self, x: float) -> float:
        """Fraction of eigenvalues below x on the real axis; half of those at x."""
        total = float(self.weights @ np.heaviside(x + self.rates, 0.5))
        if self.ensemble.units.gate.smooth:
            total += 1.0 / self.ensemble.dimensions - self._smooth_fraction_below(-x)
        return total

    def smooth_resolvent(self, points: ComplexArray) -> ComplexArray:
        """The smooth density's part of the resolvent, continued from the upper half-plane up to the real axis."""
        out = np.zeros(points.size, dtype=np.complex128)
        if self.ensemble.units.gate.smooth:
            free_resolvents(points, self.ensemble.units, out)
        out /= self.ensemble.dimensions
        return out

    def turn(self, radius: float, a: float, b: float) -> float:
        """Int Re(lambda G) dtheta along |lambda| = radius from angle a to b, for the discrete rates."""
        return float(self.weights @ (self._angles(radius, b) - self._angles(radius, a)))

    def _angles(self, radius: float, theta: float) -> FloatArray:
        if theta == np.pi:  # a rate on the circle is passed on neither side, as `fraction_within` counts half of it
            return np.asarray(np.pi * np.heaviside(radius - self.rates, 0.5))
        return np.asarray(np.angle(radius * np.exp(1j * theta) + self.rates))

    def climb(self, x: float, height: float) -> float:
        """Int_0^height Re G(x + i y) dy for the discrete rates."""
        # A rate at -x is passed on neither side, as `fraction_left_of` counts half of it.
        distance = x + self.rates
        return float(self.weights @ np.where(distance == 0.0, 0.0, np.arctan(height / _nonzero(distance))))

    def foot(self, x: float, height: float) -> float:
        """Int_0^height Re G(x + i y) dy for the smooth density, at x next to an end of its range."""
        gate = self.ensemble.units.gate
        logit = gate.alpha * (gate.origin + gate.step * np.arange(gate.nodes.size)) - gate.beta
        at_fast_end = x < -0.5
        distance = (x + 1.0) - expit(-logit) if at_fast_end else x + expit(logit)
        side = np.where(distance == 0.0, -1.0 if at_fast_end else 1.0, np.sign(distance))
        angles = np.arctan2(side * height, np.abs(distance))
        return float(gate.weights @ angles) / self.ensemble.dimensions

    def _smooth_fraction_below(self, rate: float) -> float:
        gate = self.ensemble.units.gate
        if not gate.smooth or rate <= 0.0:
            return 0.0
        if rate >= 1.0:
            return 1.0 / self.ensemble.dimensions
        z = (math.log(rate / (1.0 - rate)) + gate.beta) / gate.alpha
        return float(ndtr((z - gate.mean) / gate.deviation)) / self.ensemble.dimensions


def _nonzero(x: FloatArray) -> FloatArray:
    return np.where(x == 0.0, 1.0, x)
