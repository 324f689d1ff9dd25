"""What stands beside a fluctuating state: fixed points, and rest under noise, by the static mean field."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate
from phasemap.model.status import Status
from phasemap.theory.ensemble.resolution.window import Found, Surroundings
from phasemap.theory.ensemble.sampling.process import Process
from phasemap.theory.static import fixed_points


def rests_under_noise(p: Parameters) -> bool:
    """Whether h = 0 stays a state although noise moves the gates."""
    return p.is_noisy and p.has_zero_state


def is_rest(found: object, p: Parameters, around: Surroundings) -> bool:
    """Whether no fluctuations is what was found, and an answer: something that does not fluctuate is stable."""
    may = around.has_stable_fixed_point or Process(p).is_contraction or rests_under_noise(p)
    return found in (Found.ZERO, Found.STATIC) and may


def surroundings(points: Sequence[Parameters]) -> list[Surroundings]:
    """What the static mean field says of the points: stable fixed points, and the slowest instability."""
    known: Mapping[str, Estimate] = fixed_points.solve_points(points)
    gain = np.nan_to_num(np.asarray(known["static_gain"].value, dtype=float), nan=np.inf)
    edge = np.nan_to_num(np.asarray(known["leading_edge"].value, dtype=float))[:, 1:]
    slowest = np.where(edge > 0.0, edge, np.inf).min(axis=1)
    slowest[np.isinf(slowest)] = 0.0
    endless = (known["delta_h"].status == Status.DIVERGES).any(axis=1)
    stable = (gain < 1.0).any(axis=1) | rest_attracts(points)
    return [
        Surroundings(bool(one), float(rate), bool(never))
        for one, rate, never in zip(stable, slowest, endless, strict=True)
    ]


def rest_attracts(points: Sequence[Parameters]) -> NDArray[np.bool_]:
    """Whether h = 0 is left by nothing although noise moves the gates: g_h**2 <sigma_r**2> < 1 there suffices.

    h is a mean of past drives that are independent of its gate, so that <h^2> never exceeds the largest of theirs,
    g_h**2 <sigma_r**2> <h^2> at most, with r spread by its noise and its static input.
    """
    found = np.zeros(len(points), dtype=np.bool_)
    noisy = [i for i, p in enumerate(points) if rests_under_noise(p)]
    if noisy:
        known = fixed_points.solve_points([_spread_by_noise(points[i]) for i in noisy])
        found[noisy] = np.asarray(known["static_gain"].value)[:, 0] < 1.0
    return found


def _without_noise(p: Parameters) -> Parameters:
    return p._replace(noise_h=0.0, noise_z=0.0, noise_r=0.0)


def _spread_by_noise(p: Parameters) -> Parameters:
    """The network without noise whose output gate at rest has the distribution that noise gives it."""
    time = 0.5 / max(p.tau_r, 1e-300) if p.tau_noise == 0.0 else p.tau_noise / (p.tau_noise + p.tau_r)
    spread = math.hypot(p.s_r, p.noise_r * math.sqrt(time))
    return _without_noise(p)._replace(s_r=spread)


def rests_without_noise(points: Sequence[Parameters]) -> list[bool]:
    """Whether the smallest fixed point, which continues rest, is stable in the network without noise."""
    known = fixed_points.solve_points([_without_noise(p) for p in points])
    gain = np.asarray(known["static_gain"].value, dtype=float)
    first = np.argmax(np.isfinite(gain), axis=1)
    return [bool(row[k] < 1.0) for row, k in zip(gain, first, strict=True)]
