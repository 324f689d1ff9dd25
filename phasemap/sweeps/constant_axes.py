"""Critical surfaces over a box in which some axes have a single value.

Such an axis is a constant parameter: a surface over three axes becomes lines in the plane of the other two, and lines
in a plane become points on the other axis.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from phasemap.model.parameters import Parameters
from phasemap.model.results import CriticalSurface

_STRIP = 0.05  # width of a strip beside a line, relative to its place
_SAME = 1e-7
_COMPANIONS = ("alpha_r", "beta_r", "alpha_z", "s_h", "g_h")

Trace = Callable[[Parameters, Mapping[str, tuple[float, float]]], CriticalSurface]


def trace_in_box(trace: Trace, base: Parameters, box: Mapping[str, tuple[float, float]]) -> CriticalSurface:
    """Trace a surface in a box; along axes without extent its parameters are constant.

    Args:
        trace: what traces it in a plane or space that has an extent.
        base:  the fixed parameters.
        box:   axis name -> (from, to).

    Returns:
        The surface, with a column for every axis, in their order; points are polylines of one vertex.
    """
    constant = {name: low for name, (low, high) in box.items() if low == high}
    varying = {name: ends for name, ends in box.items() if name not in constant}
    if not constant:
        return trace(base, box)
    base = base._replace(**constant)
    if len(varying) >= 2:
        found = trace(base, varying)
    elif varying:
        found = _points(trace, base, varying)
    else:  # one point of parameter space: a surface that goes through it would be an accident
        columns, none = tuple(box), np.zeros((0, len(box)))
        return CriticalSurface("", "", columns, none, np.zeros(0))
    return _with_columns(found, tuple(box), constant)


def _points(trace: Trace, base: Parameters, varying: Mapping[str, tuple[float, float]]) -> CriticalSurface:
    """Trace in a strip beside the line along the one axis with an extent, and keep what lies on the line."""
    [axis] = varying
    name, ends = strip_beside(base, axis)
    surface = trace(base, {**varying, name: ends})
    along, across = (surface.vertices[:, surface.columns.index(key)] for key in (axis, name))
    on_line = np.flatnonzero(np.abs(across - ends[0]) < 1e-9 * (ends[1] - ends[0]))
    on_line = on_line[np.argsort(along[on_line], kind="stable")]
    on_line = on_line[np.diff(along[on_line], prepend=-np.inf) > _SAME]
    return replace(
        surface,
        vertices=surface.vertices[on_line],
        residual=surface.residual[on_line],
        offsets=np.arange(len(on_line) + 1, dtype=np.int64),
    )


def strip_beside(base: Parameters, axis: str) -> tuple[str, tuple[float, float]]:
    """A parameter to go a little away from the line along `axis` through a point, and from where to where."""
    values = base._asdict()
    usable = (name for name in _COMPANIONS if name != axis and np.isfinite(values[name]))
    name = next(usable)  # s_h is always finite, and g_h is where it is the axis
    return name, (values[name], values[name] + _STRIP * (1.0 + abs(values[name])))


def _with_columns(surface: CriticalSurface, axes: tuple[str, ...], constant: Mapping[str, float]) -> CriticalSurface:
    """The same with the axes' columns in order, those of constant parameters among them."""
    values: dict[str, Any] = {name: surface.vertices[:, k] for k, name in enumerate(surface.columns)}
    columns = (*axes, *(name for name in surface.columns if name not in (*axes, *_COMPANIONS)))
    for name, value in constant.items():
        values[name] = np.full(len(surface.vertices), value)
    vertices = np.stack([values[name] for name in columns], axis=-1)
    return replace(surface, columns=columns, vertices=vertices)
