"""Number of exponents above given rates, over N: the slope of W."""

import numpy as np

from phasemap.model.results import FloatArray
from phasemap.theory.tangent_spectrum.kaplan_yorke_and_entropy import Spectrum, lowest_place, scatter_of
from phasemap.theory.tangent_spectrum.levels import Levels

# Distance in s over which scrambles are compared in slope, where there is one value of s.
_NEAR = 0.03


def exponents_above(levels: Levels, rates: FloatArray) -> Spectrum:
    """-W'(s) at rates (n,), the number of exponents above them over N; NaN up to the uncoupled rate."""
    values, errors, changes, bare = np.full((4, len(rates)), np.nan)
    start = None
    for k in np.argsort(rates):  # upwards: above the largest exponent kernels vanish, and nothing starts from there
        if rates[k] > -lowest_place(levels.slopes):
            found, next_to = levels.at(float(rates[k])), levels.bare_at(float(rates[k]) + _NEAR)
            start = levels.kernels if start is None else start
            values[k], changes[k], bare[k] = found.share, found.share_change, found.bare_share
            errors[k] = scatter_of(((found.bare_groups - next_to.bare_groups) / _NEAR)[None])[0]
    levels.kernels = start
    return Spectrum(values, errors, changes, levels.converged, bare=bare)
