"""The density of the spectrum integrated over the plane: a check, since the counting integrals never use the density.

Panels shrink geometrically towards the real axis and towards every point of it where the density may be sharp: the
ends of the support, the poles of the uncoupled units and, where a smooth gate crowds eigenvalues there, 0 and -1.
"""

import itertools
import math

import numpy as np

from phasemap.theory.jacobian.spectrum import Spectrum, graded

_NEAREST = 1e-10


def integrated_density(spectrum: Spectrum, nodes: int = 8, depth: float = 1e-5) -> float:
    """Integral of the density over the plane, plus the atoms: 1 but for the error of this quadrature.

    nodes: Gauss points per panel in each direction; depth: size of the smallest panel relative to the largest (it is
    lowered where a steep update gate spreads eigenvalues over more decades).
    """
    gate = spectrum.ensemble.units.gate
    if gate.smooth:
        depth = min(depth, math.exp(-4.0 * gate.alpha * gate.deviation))
    total = float(sum(weight for _, weight in spectrum.atoms))
    for left, right in spectrum.support.intervals:
        knots = [left, *(mark for mark in spectrum.support.marks if left < mark < right), right]
        for a, b in itertools.pairwise(knots):
            x, weight = graded(a, b, nodes, depth, both=True)
            total += float(weight @ np.array([_slice(spectrum, at, nodes, depth) for at in x]))
    return total


def _slice(spectrum: Spectrum, x: float, nodes: int, depth: float) -> float:
    """Integral of the density over Im lambda at Re lambda = x."""
    height = float(spectrum.support.height(x))
    if height == 0.0:
        return 0.0
    # Saturated units leave eigenvalues at all scales of distance from the axis.
    y, weight = graded(0.0, height, nodes, min(depth, _NEAREST))
    return 2.0 * float(weight @ spectrum.density(x + 1j * y))
