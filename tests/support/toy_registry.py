"""A registry of toy solvers with known answers, and ways to make them misbehave: the sweep machine without physics.

Solvers run in worker processes, so behaviour is asked for by parameters: tau_noise is the time that a point takes,
noise_h the time that the plan expects; m_h >= 1 raises; m_z >= 1 kills the process (once only, if TOY_ONCE names a
file); s_z >= 1 never ends.
"""

import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from phasemap.config import SweepConfig
from phasemap.model.options import option
from phasemap.model.parameters import Parameters
from phasemap.model.registry import Box, Dimension, Points, Quantity, Registry, Seeds, Solver, SurfaceKind
from phasemap.model.results import CriticalSurface, Estimate
from phasemap.model.status import Status


@dataclass(frozen=True)
class ToyOptions:
    """Options of the toys."""

    size: int = option(10, "a number", minimum=1)
    scale: float = option(1.0, "a factor", above=0.0)
    sizes: tuple[int, ...] = option((), "several numbers")


def _quick(points: Points, options: Any, seeds: Seeds) -> Mapping[str, Estimate]:
    """product = g_h * alpha_r; pair = (g_h, alpha_r), where the second is absent for alpha_r = 0."""
    g = np.array([p.g_h for p in points])
    a = np.array([p.alpha_r for p in points])
    pair = np.stack([g, np.where(a > 0, a, np.nan)], axis=-1)
    status = np.where(np.isnan(pair), Status.ABSENT, Status.CONVERGED).astype(np.uint8)
    ones = np.full(len(points), Status.CONVERGED, dtype=np.uint8)
    return {
        "product": Estimate(value=g * a, status=ones),
        "pair": Estimate(value=pair, status=status, error=np.full(pair.shape, 1e-3)),
    }


def _random(points: Points, options: ToyOptions, seeds: Seeds) -> Mapping[str, Estimate]:
    """A random number per point, after a while; misbehaves on request."""
    values = np.empty(len(points))
    for k, (point, seed) in enumerate(zip(points, seeds, strict=True)):
        time.sleep(point.tau_noise)
        while point.s_z >= 1:
            time.sleep(0.1)
        if point.m_z >= 1 and _first_time():
            os.kill(os.getpid(), signal.SIGKILL)
        if point.m_h >= 1:
            raise ZeroDivisionError(f"no answer at m_h = {point.m_h:g}")
        values[k] = options.scale * np.random.default_rng(seed).standard_normal(options.size).mean()
    done = np.full(len(points), Status.CONVERGED, dtype=np.uint8)
    return {"draw": Estimate(value=values, status=done, error=np.full(len(points), 0.1))}


def _first_time() -> bool:
    name = os.environ.get("TOY_ONCE")
    if name is None:
        return True
    try:
        Path(name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _wrong(points: Points, options: Any, seeds: Seeds) -> Mapping[str, Estimate]:
    """A NaN that claims to be a number."""
    return {
        "lie": Estimate(
            value=np.full(len(points), np.nan), status=np.full(len(points), Status.CONVERGED, dtype=np.uint8)
        )
    }


def _circle(base: Parameters, box: Box) -> CriticalSurface:
    names = tuple(box)
    angle = np.linspace(0, 2 * np.pi, 50)
    vertices = np.stack([2 + np.cos(angle), 2 + np.sin(angle)], axis=-1)
    return CriticalSurface("circle", "|x - 2| = 1", names, vertices, np.zeros(50), np.array([0, 50]))


def _no_surface(base: Parameters, box: Box) -> CriticalSurface:
    raise ArithmeticError("there is no such surface")


def _endless(base: Parameters, box: Box) -> CriticalSurface:
    while True:
        time.sleep(0.1)


def _second(point: Parameters, options: Any) -> float:
    return max(point.noise_h, 1e-5)


def _cheap(point: Parameters, options: Any) -> float:
    return 1e-5


TOYS = Registry(
    quantities={
        q.name: q
        for q in (
            Quantity("product", "$p$", "product of both parameters", "quick"),
            Quantity("pair", "$q$", "both parameters", "quick", dims=("side",)),
            Quantity("draw", "$d$", "a random number", "random", "ms"),
            Quantity("lie", "$l$", "a number that is none", "wrong"),
        )
    },
    solvers={
        s.name: s
        for s in (
            Solver("quick", "arithmetic", _quick, _cheap),
            Solver("random", "random numbers", _random, _second, ToyOptions, table="toys", simulated=True),
            Solver("wrong", "lies", _wrong, _cheap),
        )
    },
    surfaces={
        s.name: s
        for s in (
            SurfaceKind("circle", "a circle", _circle, 0.01),
            SurfaceKind("endless", "a surface that never ends", _endless, 0.01),
            SurfaceKind("nowhere", "a surface that cannot be traced", _no_surface, 0.01),
        )
    },
    dimensions={"side": Dimension("side", "left or right", ("left", "right"))},
)

MakeConfig = Callable[..., SweepConfig]

CONFIG: dict[str, Any] = {
    "title": "toys",
    "seed": 7,
    "quantities": ["product", "pair", "draw"],
    "surfaces": ["circle"],
    "axes": {
        "g_h": {"from": 0.5, "to": 4.0, "points": 6},
        "alpha_r": {"from": 0.0, "to": 4.0, "points": 5},
    },
}
