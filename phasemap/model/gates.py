"""Which gates move, and the rates that they have of their own.

A gate moves where it depends on its variable: a steepness above zero and a finite bias. Its variable is then a degree
of freedom of the flow, with a time constant tau_k > 0: whatever h does, perturbations of it that the couplings do not
carry on decay at the rate 1 / tau_k (N eigenvalues of the Jacobian, N Lyapunov exponents lie there), so that neither a
spectrum's leading edge nor the maximum Lyapunov exponent is below -1 / tau_k. A constant gate (alpha_k = 0, or
beta_k = +-inf) is no degree of freedom, whatever its tau_k: nothing feels its variable. At alpha_k = 0 exactly the
floor is therefore absent that holds at the smallest alpha_k > 0. An instantaneous gate (tau_k = 0) follows h and adds
no floor either.
"""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from phasemap.model.parameters import Parameters


def gate_moves(alpha: Any, beta: Any) -> Any:
    """Whether a gate depends on its variable: numbers, or arrays of one shape -> bool, or an array of them."""
    return (alpha > 0.0) & np.isfinite(beta)


def gate_floor(p: "Parameters") -> float:
    """The largest of the rates -1 / tau_k of the gates that move, 1 / membrane time constant; -inf without any."""
    return max(
        (
            -1.0 / tau
            for alpha, beta, tau in ((p.alpha_z, p.beta_z, p.tau_z), (p.alpha_r, p.beta_r, p.tau_r))
            if tau > 0.0 and gate_moves(alpha, beta)
        ),
        default=-math.inf,
    )
