"""Solver "network_gradients": gradients of simulated networks at points of parameter space."""

from collections.abc import Sequence

import numpy as np

from phasemap.errors import UnsupportedError
from phasemap.model.options import NetworkGradientOptions
from phasemap.model.parameters import Parameters
from phasemap.model.quantities.gradients import NAMES
from phasemap.model.results import Estimate, absent
from phasemap.model.status import Status
from phasemap.simulation.gradients.networks import NetworkGradients, network_gradients
from phasemap.simulation.threads import single_threaded_blas


def solve_points(
    points: Sequence[Parameters], options: NetworkGradientOptions, seeds: Sequence[np.random.SeedSequence]
) -> dict[str, Estimate]:
    """Gradients of networks by exact adjoints of the discretised flow (docs/theory.md, section 9).

    For a random readout of h at the end of the window. Values are geometric means over networks (of the retained
    overlap, arithmetic ones) with their standard errors, (n_points, network_gradient_lag). Absent where a network has
    no such state; not sought where a hard gate switches within the window.
    """
    found: list[NetworkGradients | None] = []
    with single_threaded_blas():
        for point, seed in zip(points, seeds, strict=True):
            try:
                found.append(network_gradients(point, options.state, options, seed))
            except UnsupportedError:
                found.append(None)
    return as_estimates(found, len(options.lags))


def as_estimates(found: Sequence[NetworkGradients | None], lags: int) -> dict[str, Estimate]:
    """Estimates (points, lags) of what networks gave; absent where they gave nothing."""
    out = {f"network_{name}": absent((len(found), lags), Status.ABSENT) for name in NAMES}
    for i, one in enumerate(found):
        for k, name in enumerate(NAMES if one is not None else ()):
            estimate = out[f"network_{name}"]
            assert one is not None
            assert estimate.error is not None
            estimate.value[i], estimate.status[i], estimate.error[i] = one.value[k], one.status[k], one.error[k]
    return out
