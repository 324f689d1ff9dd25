"""Regions of a finished plane or box: outlines from the static theory, at and between the places of its grid."""

from functools import partial
from pathlib import Path

import numpy as np

from phasemap.config import SweepConfig
from phasemap.dataset import Result
from phasemap.dataset.marginal_region import MARGINALLY_STABLE, NEEDED, membership
from phasemap.model.parameters import Parameters
from phasemap.model.results import FloatArray, Region
from phasemap.model.unit.noise import without_fixed_points
from phasemap.model.unit.nonlinearities import gate_moves
from phasemap.numerics.enclosures import enclosure
from phasemap.numerics.outlines import outlines
from phasemap.storage import write_result
from phasemap.sweeps.plan import parameters_at
from phasemap.theory.static.quantities import PINNED

# Nodes along an axis of a plane, of a box, about and at most: the outline's own grid, whatever that of the sweep is.
_NODES = {2: (65, 260), 3: (17, 33)}
_CONDITION = "every unstable non-zero fixed point is pinned: S > 1 and pinning ratio <= level (hard gate: f S < 1 < S)"


def add_regions(config: SweepConfig, result: Result) -> None:
    """Outline the marginally stable region of a finished sweep over two or three axes, in place; nothing without one.

    Files of surfaces, networks or cells alone get none: a sweep that asks for static numbers does.
    """
    if MARGINALLY_STABLE in result.regions or not result.complete or not _has_region(config, result):
        return
    grids = [_refined(axis.values[np.isfinite(axis.values)], *_NODES[len(result.axes)]) for axis in result.axes]
    if min(map(len, grids)) < 2:
        return
    region = (_polygons if len(grids) == 2 else _sheet)(config, result, grids)
    if len(region.vertices):
        result.regions[MARGINALLY_STABLE] = region


def _polygons(config: SweepConfig, result: Result, grids: list[FloatArray]) -> Region:
    vertices, offsets = outlines(partial(_height, config), *grids)
    sure = np.zeros(len(vertices))
    return Region(MARGINALLY_STABLE, _CONDITION, result.axis_names, vertices, sure, offsets, level=PINNED)


def _sheet(config: SweepConfig, result: Result, grids: list[FloatArray]) -> Region:
    vertices, triangles = enclosure(partial(_height, config), grids)
    sure = np.zeros(len(vertices))
    names = result.axis_names
    return Region(MARGINALLY_STABLE, _CONDITION, names, vertices, sure, triangles=triangles, level=PINNED)


def outline_finished(config: SweepConfig, result: Result, output: Path) -> bool:
    """Outline the region of a file that was finished without it, and write the file again; whether there is one now."""
    if result.regions or not result.complete:
        return False
    add_regions(config, result)
    if result.regions:
        write_result(output, result)
    return bool(result.regions)


def _has_region(config: SweepConfig, result: Result) -> bool:
    """Whether the network has an update gate that moves somewhere in there, and its fixed points were asked for."""
    if len(result.axes) not in _NODES or not isinstance(config.parameters, Parameters):
        return False
    asked = any(entry.solver == "statics" for entry in result.fields.values()) or bool(result.wanted_surfaces)
    if not asked:
        return False
    corners = np.array(np.meshgrid(*(axis.values[[0, -1]] for axis in result.axes))).reshape(len(result.axes), -1).T
    points = parameters_at(config.parameters, config.axis_names, corners, config.derived)
    return any(bool(gate_moves(at.alpha_z, at.beta_z)) and not without_fixed_points(at._asdict()) for at in points)


def _height(config: SweepConfig, places: FloatArray) -> FloatArray:
    """How far inside the region places (n, axes) lie, positive inside."""
    from phasemap.theory.static.fixed_points import solve_points

    points = parameters_at(config.parameters, config.axis_names, places, config.derived)
    found = solve_points(points)
    alpha_z = np.array([point.alpha_z for point in points])
    return membership({name: found[name] for name in NEEDED}, alpha_z, PINNED).height


def _refined(values: FloatArray, nodes: int, most: int) -> FloatArray:
    """The same axis with more values between, so that its scale is kept."""
    if len(values) < 2:
        return values
    every = max(1, -(-(nodes - 1) // (len(values) - 1)))
    finer = np.interp(np.arange((len(values) - 1) * every + 1) / every, np.arange(len(values)), values)
    return finer if len(finer) <= most else values[np.linspace(0, len(values) - 1, nodes).astype(int)]
