"""Shares of the Jacobian's eigenvalues: slow modes and unstable ones; and the leading edge.

docs/theory.md, section 3.
"""

from collections.abc import Callable

from phasemap.theory.jacobian.spectrum import Spectrum

Measure = Callable[[Spectrum], float]


def measures(slow_rate: float) -> dict[str, Measure]:
    """slow_mode_fraction: |lambda| < slow_rate; unstable_fraction: Re lambda > 0; leading_edge."""
    return {
        "slow_mode_fraction": lambda spectrum: spectrum.fraction_within(slow_rate),
        "unstable_fraction": lambda spectrum: spectrum.fraction_right_of(0.0),
        "leading_edge": lambda spectrum: spectrum.edge,
    }
