"""Quantities that are functions at every point: their curves and rasters, from the grid or from the check points."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from phasemap.dataset import Axis as StoredAxis
from phasemap.dataset import Dimension, Field, Result
from phasemap.errors import PhasemapError
from phasemap.figures.kinds.curves.profiles import NetworkCurve, ProfileScene
from phasemap.figures.kinds.rasters import RasterScene
from phasemap.figures.scenes.fields import resolve
from phasemap.figures.scenes.scene import Axis, Layer, equation
from phasemap.figures.scenes.stage import NETWORK, axis_of, layer_of, words_of_simulation
from phasemap.model.parameters import PARAMETERS
from phasemap.model.status import Status

CHECK = "check"
# Functions whose inverse networks have.
_INVERSES = {"exponents_above": "network_lyapunov_spectrum"}
_SYMBOLS = {
    "lyapunov_index": "$i/N$", "lyapunov_time": "$t$", "network_lag": "$t$", "network_time": "$t$",
    "network_elapsed_time": "$t$", "network_unit": "$i$", "lag": "$t$",
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
    rows = [_row(field, k) for k in range(len(field.value))] if result.axes else [field]
    family = axis_of(result.axes[0]) if result.axes and result.axes[0].name != CHECK else None
    layers = tuple(_layer(row, result) for row in rows)
    places = np.asarray(result.labels[dim], dtype=float)
    kept = _drawn_part(places)
    return ProfileScene(
        x=own_axis(result, dim, kept),
        layers=tuple(_part(layer, kept) for layer in layers),
        names=_names(result, len(rows)),
        family=family,
        fingerprint=result.metadata.config_hash,
        networks=tuple(_network_twin(result, quantity, k) for k in range(len(rows))),
    )


def _drawn_part(places: NDArray[np.float64]) -> slice:
    """A place at 0 before logarithmic ones is left out: it has none on their scale."""
    return slice(1 if places[0] == 0.0 and _is_logarithmic(places[1:]) else 0, None)


def _part(layer: Layer, kept: slice) -> Layer:
    error = None if layer.error is None else layer.error[kept]
    return replace(layer, value=layer.value[kept], status=layer.status[kept], error=error)


def _network_twin(result: Result, quantity: str, k: int) -> NetworkCurve | None:
    """The same function of a simulated network, from the check point at the k-th value of the only axis."""
    inverse = _INVERSES.get(quantity)
    twin = inverse or f"{NETWORK}{quantity}"
    if result.checks is None or twin not in result.checks.fields or len(result.axes) != 1:
        return None
    axis = result.axes[0]
    if axis.name not in result.checks.parameters:
        return None
    here = np.flatnonzero(np.isclose(result.checks.parameters[axis.name], axis.values[k], rtol=1e-9, atol=1e-12))
    if not here.size:
        return None
    field = result.checks.fields[twin]
    good = field.status[here[0]] == Status.CONVERGED
    error = np.zeros(good.shape) if field.error is None else field.error[here[0]]
    x, value = np.asarray(result.labels[field.own_dims[0]], dtype=float), field.value[here[0]]
    if inverse:
        x, value, error = value, x, np.zeros(len(x))
    return NetworkCurve(x[good], value[good], error[good], words_of_simulation(result, twin))


def stage_raster(
    result: Result, quantity: str, dims: tuple[str, ...], branch: str | None = None, at: Mapping[str, str] | None = None
) -> RasterScene:
    """A quantity over two dimensions of its own at the one point that is left."""
    field = resolve(result, quantity, branch, at, keep=dims)
    rows, columns = (own_axis(result, dim) for dim in field.dims)
    return RasterScene(rows, columns, _layer(field, result), fingerprint=result.metadata.config_hash)


def own_axis(result: Result, dim: str, kept: slice = slice(None)) -> Axis:
    """A dimension of a quantity as an axis; logarithmic if its values are spaced so. kept: the part that is drawn."""
    values = np.asarray(result.labels[dim], dtype=float)[kept]
    known = result.dimensions.get(dim, Dimension())
    symbol = _SYMBOLS.get(dim) or known.symbol or dim.replace("_", " ")
    return Axis(dim, values, symbol, known.description, known.units, _is_logarithmic(values))


def _is_logarithmic(values: NDArray[np.float64]) -> bool:
    ratios = np.diff(np.log(values)) if (values > 0).all() else np.zeros(0)
    return bool(
        len(ratios) > 2 and np.allclose(ratios, ratios[0], rtol=0.05) and not np.allclose(np.diff(values, 2), 0.0)
    )


def _layer(field: Field, result: Result) -> Layer:
    """Rows stay rows here: these arrays are no maps over (x, y)."""
    layer = layer_of(field, result)
    error = None if layer.error is None else layer.error.T
    return replace(layer, value=layer.value.T, status=layer.status.T, error=error)


def _row(field: Field, k: int) -> Field:
    return replace(
        field,
        dims=field.dims[1:],
        value=field.value[k],
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
