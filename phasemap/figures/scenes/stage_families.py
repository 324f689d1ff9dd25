"""A plane of few points as lines: one over an axis for every value of the other, networks on them."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from phasemap.dataset import Field, Result
from phasemap.errors import PhasemapError
from phasemap.figures.kinds.curves.profiles import NetworkCurve, ProfileScene
from phasemap.figures.scenes.fields import resolve
from phasemap.figures.scenes.scene import Layer, equation
from phasemap.figures.scenes.stage import axis_of, layer_of, twin_of, words_of_simulation
from phasemap.model.status import Status
from phasemap.suggest import choices


def stage_family(
    result: Result, quantity: str, along: str, branch: str | None = None, at: Mapping[str, str] | None = None
) -> ProfileScene:
    """Lines over the axis `along` of a result with two axes, one for each value of the other.

    Raises:
        PhasemapError: there is no such axis.
    """
    if along not in result.axis_names or len(result.axes) != 2:
        names = list(result.axis_names)
        raise PhasemapError(f"Lines along {along!r} need a map with that axis.{choices(along, names, 'The axes are')}")
    place = result.axis_names.index(along)
    other = result.axes[1 - place]
    layers = _rows(layer_of(resolve(result, quantity, branch, at), result), place)
    twin = twin_of(result.fields, quantity)
    networks = () if twin is None else _networks(result, result.fields[twin], twin, place)
    return ProfileScene(
        x=axis_of(result.axes[place]),
        layers=layers,
        names=tuple(equation(other.symbol or other.name, value) for value in other.values),
        family=axis_of(other),
        fingerprint=result.metadata.config_hash,
        networks=networks,
    )


def _rows(layer: Layer, place: int) -> tuple[Layer, ...]:
    """A map's layer, (y, x), line by line along its first axis (place 0, columns) or its second (rows)."""

    def cut(values: np.ndarray) -> np.ndarray:
        """Lines first."""
        return values if place == 0 else values.T

    value, status = cut(layer.value), cut(layer.status)
    error = None if layer.error is None else cut(layer.error)
    return tuple(
        replace(layer, value=value[k], status=status[k], error=None if error is None else error[k])
        for k in range(len(value))
    )


def _networks(result: Result, field: Field, twin: str, place: int) -> tuple[NetworkCurve, ...]:
    """The networks of every line: their good values with errors."""
    x = axis_of(result.axes[place]).values
    good = np.isin(field.status, (Status.CONVERGED, Status.INTERPOLATED))
    error = np.zeros_like(field.value) if field.error is None else field.error
    lines = [part.T if place == 0 else part for part in (field.value, error, good)]
    words = words_of_simulation(result, twin)
    return tuple(
        NetworkCurve(x[good], value[good], error[good], words) for value, error, good in zip(*lines, strict=True)
    )
