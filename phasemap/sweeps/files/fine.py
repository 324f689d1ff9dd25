"""Static quantities of a finished plane between the points of its grid, which costs a second at most."""

import logging
import math
from dataclasses import replace

import numpy as np

from phasemap.config import SweepConfig
from phasemap.dataset import Field, Result
from phasemap.dataset.records import Axis, Fine
from phasemap.model.parameters import Parameters
from phasemap.model.results import Estimate, FloatArray
from phasemap.sweeps.plan import parameters_at
from phasemap.sweeps.work import as_stored

_LOGGER = logging.getLogger(__name__)
_CHEAP = "statics"
# Cells along an axis, about; and into how many one cell of the grid is divided at most.
_CELLS, _MOST = 128, 8


def add_fine(config: SweepConfig, result: Result) -> None:
    """Compute the static quantities of a finished plane on a finer grid, in place.

    Nothing is added where the grid is fine already, or refined by the numbers themselves, or where points failed.
    """
    if result.fine is not None or not result.complete or result.failures or not _is_coarse_plane(config, result):
        return
    axes = tuple(_finer(axis) for axis in result.axes)
    if tuple(map(len, axes)) == result.shape:
        return
    cheap = {name: entry for name, entry in result.fields.items() if entry.solver == _CHEAP}
    places = np.stack([grid.ravel() for grid in np.meshgrid(*(axis.values for axis in axes), indexing="ij")], axis=-1)
    points = parameters_at(config.parameters, config.axis_names, places, config.derived)
    try:
        found = config.registry.solvers[_CHEAP].solve(points, None, ())
        fields = {name: _over(axes, entry, found[name]) for name, entry in cheap.items()}
    except Exception as error:  # the sweep is done and stays so: what is added to it is no condition
        _LOGGER.warning("No finer grid of static quantities: %s", error)
        return
    result.fine = Fine(axes, fields)


def _is_coarse_plane(config: SweepConfig, result: Result) -> bool:
    """Whether static quantities are stored over two axes of a rate network, at every point of the grid."""
    if len(result.axes) != 2 or not isinstance(config.parameters, Parameters) or config.refinement is not None:
        return False
    return any(entry.solver == _CHEAP for entry in result.fields.values())


def _finer(axis: Axis) -> Axis:
    """The same axis with equally many values between any two, on its own scale."""
    parts = min(_MOST, round(_CELLS / max(len(axis) - 1, 1)))
    if parts < 2 or len(axis) < 2:
        return axis
    return replace(axis, values=divided(axis.values, parts, axis.scale == "log"))


def divided(values: FloatArray, parts: int, log: bool) -> FloatArray:
    """The values themselves, bit for bit, with others between."""
    u = np.log(values) if log else values
    finer = np.interp(np.arange((len(u) - 1) * parts + 1) / parts, np.arange(len(u)), u)
    # Halfway between -x and x lies zero, not a rounding error: a network without a bias is another one than with any.
    finer = np.exp(finer) if log else np.where(np.abs(finer) < 4.0 * np.spacing(np.abs(u).max()), 0.0, finer)
    finer[::parts] = values
    return finer


def _over(axes: tuple[Axis, ...], entry: Field, found: Estimate) -> Field:
    """What was found at the points of the finer grid, as a quantity like that of the grid."""
    grid = tuple(map(len, axes))
    stored = as_stored(entry.name, found, (math.prod(grid), *entry.own_shape))
    shape = (*grid, *entry.own_shape)
    error = None if stored.error is None else np.reshape(stored.error, shape)
    return replace(entry, value=np.reshape(stored.value, shape), status=np.reshape(stored.status, shape), error=error)
