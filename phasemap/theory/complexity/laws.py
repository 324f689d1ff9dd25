"""The exponent next to its continuous onset, and where the onset is one (docs/theory.md, section 8).

With eps = g_h s - 1, s = sigma_r at rest and b = 1 - alpha_r^2 (1 - s)(2 - 3 s) / 2:

    Sigma = (16 / 81) eps^3 + ...                                                        without output gate
    Sigma = eps^2 alpha_r^2 (1 - s)^2 / (4 b - alpha_r^2 (1 - s)^2) + ...                with one

the second while alpha_r^2 (1 - s)(5 - 7 s) <= 4, that is while its denominator is positive.
"""

from phasemap.model.quantities.counting import Reduced


def is_continuous(at: Reduced) -> bool:
    """Whether the zero state's own branch has a positive exponent from its instability on.

    A local statement: a distant saddle may have a positive exponent at smaller gains (a nearly open, steep gate).
    """
    s = at.at_rest
    return at.alpha**2 * (1.0 - s) * (5.0 - 7.0 * s) <= 4.0


def onset_law(at: Reduced) -> float:
    """Sigma to leading order in eps, 0 for eps <= 0 (use where `is_continuous`)."""
    s = at.at_rest
    eps = max(at.g * s - 1.0, 0.0)
    if at.alpha == 0.0:
        return 16.0 / 81.0 * eps**3
    numerator = at.alpha**2 * (1.0 - s) ** 2
    denominator = 4.0 - 2.0 * at.alpha**2 * (1.0 - s) * (2.0 - 3.0 * s) - numerator
    return eps**2 * numerator / denominator if denominator > 0.0 else 0.0
