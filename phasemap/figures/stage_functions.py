"""Quantities that are functions at every point: their curves and rasters, from the grid or from the check points."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from phasemap.errors import PhasemapError
from phasemap.figures.fields import resolve
from phasemap.figures.profiles import ProfileScene
from phasemap.figures.rasters import RasterScene
from phasemap.figures.scene import Axis, Layer, equation
from phasemap.figures.stage import axis_of, layer_of
from phasemap.model.parameters import PARAMETERS
from phasemap.quantities import DIMENSIONS
from phasemap.storage import Axis as StoredAxis
from phasemap.storage import Field, Result

CHECK = "check"
_SYMBOLS = {
    "lyapunov_index": "$i/N$", "network_lag": "$t$", "network_time": "$t$", "network_elapsed_time": "$t$",
    "network_unit": "$i$", "lag": "$t$",
}  # fmt: skip


def at_checks(result: Result, quantity: str) -> Result:
    """The check points as a result of one axis, their number, for a quantity that is stored nowhere else.

    Raises:
        PhasemapError: the quantity is a single number there, which a map shows beside the theory.
    """
    assert result.checks is not None
    if not result.checks.fields[quantity].own_dims:
        theory = quantity.removeprefix("network_").removesuffix("_extrapolated")
        hint = f"draw {theory} to see it beside the theory" if theory in result.fields else "see phasemap info"
        raise PhasemapError(f"The quantity {quantity} is stored at the check points only: {hint}.")
    number = StoredAxis(CHECK, np.arange(len(result.checks), dtype=float), "check point", scale="list")
    return replace(result, axes=(number,), fields=dict(result.checks.fields), surfaces={})


def stage_profiles(
    result: Result, quantity: str, dim: str, branch: str | None = None, at: Mapping[str, str] | None = None
) -> ProfileScene:
    """One curve over `dim` for every value of the one axis that is left, or the only one."""
    field = resolve(result, quantity, branch, at, keep=(dim,))
    rows = [_row(field, k) for k in range(len(field.values))] if result.axes else [field]
    family = axis_of(result.axes[0]) if result.axes and result.axes[0].name != CHECK else None
    return ProfileScene(
        x=own_axis(result, dim),
        layers=tuple(_layer(row, result) for row in rows),
        names=_names(result, len(rows)),
        family=family,
        fingerprint=result.metadata.config_hash,
    )


def stage_raster(
    result: Result, quantity: str, dims: tuple[str, ...], branch: str | None = None, at: Mapping[str, str] | None = None
) -> RasterScene:
    """A quantity over two dimensions of its own at the one point that is left."""
    field = resolve(result, quantity, branch, at, keep=dims)
    rows, columns = (own_axis(result, dim) for dim in field.dims)
    return RasterScene(rows, columns, _layer(field, result), fingerprint=result.metadata.config_hash)


def own_axis(result: Result, dim: str) -> Axis:
    """A dimension of a quantity as an axis; logarithmic if its values are spaced so."""
    values = np.asarray(result.labels[dim], dtype=float)
    known = DIMENSIONS.get(dim)
    words, units = ("", "1") if known is None else (known.description, known.units)
    ratios = np.diff(np.log(values)) if (values > 0).all() else np.zeros(0)
    log = len(ratios) > 2 and np.allclose(ratios, ratios[0], rtol=0.05) and not np.allclose(np.diff(values, 2), 0.0)
    return Axis(dim, values, _SYMBOLS.get(dim, dim.replace("_", " ")), words, units, log)


def _layer(field: Field, result: Result) -> Layer:
    """Rows stay rows here: these arrays are no maps over (x, y)."""
    layer = layer_of(field, result)
    error = None if layer.error is None else layer.error.T
    return replace(layer, value=layer.value.T, status=layer.status.T, error=error)


def _row(field: Field, k: int) -> Field:
    return replace(
        field,
        dims=field.dims[1:],
        values=field.values[k],
        status=field.status[k],
        error=None if field.error is None else field.error[k],
    )


def _names(result: Result, n: int) -> tuple[str, ...]:
    """What tells curves apart: the value along the axis, or the coordinates of the check points."""
    if not result.axes:
        return ("",) * n
    axis = result.axes[0]
    if axis.name != CHECK or result.checks is None:
        return tuple(equation(axis.symbol or axis.name, value) for value in axis.values)
    columns = result.checks.parameters
    return tuple(", ".join(equation(PARAMETERS[name].symbol, v[k]) for name, v in columns.items()) for k in range(n))
