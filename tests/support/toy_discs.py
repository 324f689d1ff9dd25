"""Toy solvers with a disc in the plane of g_h and alpha_r: what adaptive refinement has to find."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from phasemap.model.registry import Dimension, Points, Quantity, Registry, Seeds, Solver
from phasemap.model.results import Estimate
from phasemap.model.status import Status

CENTRE, RADIUS = (2.1, 1.7), 0.9


def disc(points: Points, options: Any, seeds: Seeds) -> Mapping[str, Estimate]:
    """A zero fixed point that is unstable in a disc; a count that is 3 there; a smooth hill; a branch in the disc only.

    m_h >= 1: points with g_h > 3.5 do not converge. m_z >= 1: each of them raises, unless TOY_WELL is set.
    """
    g, a = np.array([p.g_h for p in points]), np.array([p.alpha_r for p in points])
    if points[0].m_z >= 1 and (g > 3.5).any() and "TOY_WELL" not in os.environ:
        raise ArithmeticError("no answer")
    distance = np.hypot(g - CENTRE[0], a - CENTRE[1])
    good = np.full(len(points), Status.CONVERGED, dtype=np.uint8)
    if points[0].m_h >= 1:
        good[g > 3.5] = Status.NOT_CONVERGED
    inside = distance < RADIUS
    branch = np.where(inside, Status.CONVERGED, Status.ABSENT).astype(np.uint8)[:, None]
    return {
        "static_gain": Estimate(
            value=(1.0 + RADIUS - distance)[:, None], status=good[:, None], error=np.full((len(points), 1), 1e-9)
        ),
        "count": Estimate(value=np.where(inside, 3.0, 1.0), status=good),
        "hill": Estimate(value=np.exp(-(distance**2)), status=good),
        "inner": Estimate(value=np.where(inside, distance, np.nan)[:, None], status=branch),
    }


def cheap(point: Any, options: Any) -> float:
    return 1e-3


DISCS = Registry(
    quantities={
        q.name: q
        for q in (
            Quantity("static_gain", "$S$", "gain", "disc", dims=("fixed_point",)),
            Quantity("count", "$n$", "a count", "disc"),
            Quantity("hill", "$f$", "a hill", "disc"),
            Quantity("inner", "$i$", "what is there in the disc only", "disc", dims=("fixed_point",)),
        )
    },
    solvers={"disc": Solver("disc", "a disc", disc, cheap)},
    surfaces={},
    dimensions={"fixed_point": Dimension("fixed_point", "the fixed points", ("zero",))},
)
