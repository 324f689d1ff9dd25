"""Courses of networks from a result: which panel, which group, and the mean field's level beside them."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from phasemap.dataset import Field, Result
from phasemap.dataset.sections import cut_surface
from phasemap.figures.kinds.curves.courses import CourseScene, Group
from phasemap.figures.scenes.fields import flat_grid
from phasemap.figures.scenes.scene import equation, join_label
from phasemap.figures.scenes.stage import NETWORK
from phasemap.figures.scenes.stage_functions import own_axis
from phasemap.model.branches import FLUCTUATING
from phasemap.model.parameters import PARAMETERS
from phasemap.model.status import Status

REALISATION = "network_realisation"
_COURSE = "_course"
_THEORY = FLUCTUATING
_FOLD = "dynamic_fold"


def is_course(result: Result, quantity: str) -> bool:
    """Whether a quantity is a function of time for every network."""
    fields = (result.fields, {} if result.checks is None else result.checks.fields)
    return any(quantity in part and REALISATION in part[quantity].own_dims for part in fields)


def stage_courses(result: Result, quantity: str) -> CourseScene:
    """One group for every point (check points, else the grid), one panel for every value of the last axis."""
    fields, places = _points(result, quantity)
    field = fields[quantity]
    time = own_axis(result, field.own_dims[1])
    courses = np.where(field.status == Status.CONVERGED, field.value, np.nan).reshape(-1, *field.own_shape)
    levels = _levels(result, fields, quantity)
    first, *others = places
    keys = list(zip(*(places[name] for name in others), strict=True)) or [()] * len(courses)
    panels = []
    for key in sorted(set(keys)):
        rows = sorted((k for k in range(len(keys)) if keys[k] == key), key=lambda k: float(places[first][k]))
        groups = tuple(
            Group(equation(PARAMETERS[first].symbol, places[first][k]), courses[k], float(levels[k])) for k in rows
        )
        panels.append((_panel_title(result, first, dict(zip(others, key, strict=True))), groups))
    return CourseScene(time, join_label(field.description, field.symbol or quantity, field.units), tuple(panels))


def _points(result: Result, quantity: str) -> tuple[Mapping[str, Field], dict[str, NDArray[np.float64]]]:
    """The fields at the check points, or on the grid, and the coordinates of these points."""
    if result.checks is not None and quantity in result.checks.fields:
        return result.checks.fields, result.checks.parameters
    grid = flat_grid([axis.values for axis in result.axes])
    return result.fields, dict(zip(result.axis_names, grid, strict=True))


def _levels(result: Result, fields: Mapping[str, Field], quantity: str) -> NDArray[np.float64]:
    """The same quantity on the fluctuating branch of the mean field at every point; NaN where there is none."""
    name = quantity.removeprefix(NETWORK).removesuffix(_COURSE)
    count = len(fields[quantity].value.reshape(-1, *fields[quantity].own_shape))
    if name not in fields or fields[name].own_dims != ("branch",):
        return np.full(count, np.nan)
    branch = [str(label) for label in result.labels["branch"]].index(_THEORY)
    value, status = fields[name].value[..., branch].ravel(), fields[name].status[..., branch].ravel()
    return np.where(status == Status.CONVERGED, value, np.nan)


def _panel_title(result: Result, first: str, held: dict[str, float]) -> str:
    words = [equation(PARAMETERS[name].symbol, value) for name, value in held.items()]
    surface = result.surfaces.get(_FOLD)
    for name, value in held.items():
        surface = None if surface is None else cut_surface(surface, name, value)
    if surface is not None and first in surface.columns and len(surface.vertices) == 1:
        fold = float(surface.vertices[0, surface.columns.index(first)])
        words.append(f"dynamic fold at {equation(PARAMETERS[first].symbol, fold)}")
    return ", ".join(words)
