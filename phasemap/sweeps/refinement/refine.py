"""Adaptive refinement of a map: which points of the finest grid have to be computed, and numbers for all the others.

Cells are halved where their numbers change (quadtree and the like), and neighbours differ by one level at most. What
is needed follows from the numbers that are there alone, by conditions of which none ceases to hold when more numbers
come in. So the points that are computed in the end are the same whatever the order, the rounds or the interruptions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasemap.config import LABELS, Refinement, SweepConfig
from phasemap.dataset import Field, Result
from phasemap.dataset.phases import LABEL_QUANTITIES, phase_labels
from phasemap.model.results import Estimate
from phasemap.model.status import Status
from phasemap.sweeps.refinement.cells import Cells, Floats, Mask, children, make_levels, parents, with_neighbours

# What a point takes from its neighbours without a number.
_WITHOUT_NUMBER = (Status.ABSENT, Status.NOT_SOUGHT, Status.DIVERGES)
_UNKNOWN = (Status.PENDING, Status.INTERPOLATED)


def coarse_points(config: SweepConfig) -> NDArray[np.int64]:
    """Flat indices of the coarse grid, which is computed whatever comes out."""
    return _flat(_levels(config)[-1].on_lines())


def needed_points(config: SweepConfig, result: Result) -> NDArray[np.int64]:
    """Flat indices of the points that are to be computed, by all that is known so far; the known ones among them.

    The coarse grid comes first; then level after level, until all that are needed are known.
    """
    assert config.refinement is not None
    return _flat(_Map(config, config.refinement, result).needed)


def fill(config: SweepConfig, result: Result) -> bool:
    """Fill in every point that was not needed, in place; whether that was possible, i.e. all that are needed are known.

    A point takes the multilinear interpolation between the corners of its cell, or (integers) the nearest corner, with
    `Status.INTERPOLATED`; a branch that is absent at all corners is absent. The error is the corners' own plus that of
    the interpolation, estimated.
    """
    assert config.refinement is not None
    state = _Map(config, config.refinement, result)
    if (state.needed & ~state.known).any():
        return False
    for entry in result.fields.values():
        state.fill(entry)
    return True


def is_filled(result: Result) -> bool:
    """Whether no point of the grid is left without a number or a reason."""
    return not any(entry.pending.any() for entry in result.fields.values())


def _levels(config: SweepConfig) -> list[Cells]:
    assert config.refinement is not None
    positions = [np.log(axis.values) if axis.scale == "log" else np.array(axis.values) for axis in config.axes]
    return make_levels(positions, config.refinement.levels)


def _flat(nodes: Mask) -> NDArray[np.int64]:
    return np.flatnonzero(nodes).astype(np.int64)


@dataclass(eq=False)
class _Map:
    """A refined map in the making."""

    config: SweepConfig
    refinement: Refinement
    result: Result
    levels: list[Cells] = field(init=False)

    def __post_init__(self) -> None:
        self.levels = _levels(self.config)

    @cached_property
    def known(self) -> Mask:
        """(*grid,) the points at which every quantity is computed."""
        known = np.ones(self.config.shape, dtype=bool)
        for entry in self.result.fields.values():
            known &= ~_rows(entry, np.isin(entry.status, _UNKNOWN)).any(axis=-1)
        return known

    @cached_property
    def needed(self) -> Mask:
        """(*grid,) the points that have to be computed."""
        nodes = self.levels[-1].on_lines()
        if (nodes & ~self.known).any():
            return nodes  # what the coarse numbers are (integers?) decides how the others are judged
        for level in range(1, len(self.levels)):
            nodes |= self.levels[level].spread(np.logical_or, self.split[level]) & self.levels[level - 1].on_lines()
        return nodes

    @cached_property
    def split(self) -> list[Mask]:
        """Per level, (*cells,) the cells that are halved; none of level 0."""
        split = [np.zeros(self.levels[0].shape, dtype=bool)]
        for level, cells in enumerate(self.levels[1:], start=1):
            found = np.zeros(cells.shape, dtype=bool)
            for change in self._changes(cells):
                found |= change
            if level > 1:
                found |= parents(with_neighbours(split[-1]), self.levels[level - 1], cells)
            split.append(found)
        return split

    def fill(self, entry: Field) -> None:
        """Fill in the points of a quantity that are not known, cell by cell, from the coarse to the fine ones."""
        exists = np.ones(self.levels[-1].shape, dtype=bool)
        for level in range(len(self.levels) - 1, 0, -1):
            cells, split = self.levels[level], self.split[level]
            whole = exists & ~split
            nodes = _flat(cells.spread(np.logical_or, whole) & ~self.known)
            values, status = self._interpolated(cells, entry)
            error = self._error(cells, entry, whole)
            no_number = status != Status.INTERPOLATED
            values[no_number & ~np.isinf(values)], error[no_number | np.isinf(values)] = np.nan, np.nan
            lead = (-1, *entry.own_shape)
            some = entry.error is not None or (error.reshape(lead)[nodes] > 0).any()
            entry.fill(
                nodes,
                values.reshape(lead)[nodes],
                status.reshape(lead)[nodes],
                error.reshape(lead)[nodes] if some else None,
            )
            exists = children(split, cells, self.levels[level - 1])

    def _changes(self, cells: Cells) -> Iterator[Mask]:
        """Cells in which something changes, for one reason after the other."""
        for entry in self.result.fields.values():
            yield self._mixed(cells, entry)
        if self.refinement.by == LABELS:
            yield _differ(cells, self._labels_within(cells))
            return
        entry = self.result.fields[self.refinement.by]
        values = self._values(entry)
        if self._is_integer(entry):
            yield _differ(cells, values)
        else:
            with np.errstate(invalid="ignore"):
                yield _any(cells.interpolation_error(values) > self.refinement.tolerance)

    def _mixed(self, cells: Cells, entry: Field) -> Mask:
        """Cells with a number that is not a good one, or where what there is of a branch differs between nodes.

        A branch may be absent, not sought or infinite all over a cell.
        """
        status, values = _rows(entry, entry.status), _rows(entry, entry.value)
        codes = np.full(status.shape, np.nan)
        codes[(status == Status.CONVERGED) & np.isfinite(values)] = 0.0
        for code, kind in enumerate(_WITHOUT_NUMBER, start=1):
            codes[status == kind] = code
        codes[(status == Status.CONVERGED) & np.isinf(values)] = len(_WITHOUT_NUMBER) + 1
        bad = np.isnan(codes) & self.known[..., None]
        codes[~self.known] = np.nan
        return _any(cells.over(np.logical_or, bad)) | _differ(cells, codes)

    def _labels_within(self, cells: Cells) -> Floats:
        """(*grid, 1) labels of the known points, and those that points between known corners would get; NaN elsewhere.

        Corners with the same label do not always have it for the same reason: then it may change between them.
        """
        between = {}
        for name, entry in self._label_fields.items():
            values, status = self._interpolated(cells, entry)
            between[name] = Estimate(value=values.reshape(entry.value.shape), status=status.reshape(entry.value.shape))
        between_known = np.isfinite(cells.interpolate(np.where(self.known, 0.0, np.nan)))[..., None]
        labels = np.where(between_known, self._labels_of(between), np.nan)
        return np.where(self.known[..., None], self._labels, labels)

    @cached_property
    def _labels(self) -> Floats:
        return self._labels_of(self._label_fields)

    @property
    def _label_fields(self) -> dict[str, Field]:
        return {name: self.result.fields[name] for name in LABEL_QUANTITIES if name in self.result.fields}

    def _labels_of(self, quantities: Mapping[str, Estimate]) -> Floats:
        """(*grid, 1) phase codes."""
        names = {dim: [str(label) for label in labels] for dim, labels in self.result.labels.items()}
        codes = phase_labels(
            quantities,
            names.get("fixed_point", []),
            names.get("branch", []),
            {name: self._parameter(name) for name in self.config.parameters._fields},
        )
        return codes.astype(np.float64)[..., None]

    def _parameter(self, name: str) -> Floats:
        """A parameter in a shape that broadcasts against the grid."""
        if name not in self.config.axis_names:
            return np.array(self.config.fixed[name])
        place = self.config.axis_names.index(name)
        shape = [-1 if k == place else 1 for k in range(len(self.config.axes))]
        return np.array(self.config.axes[place].values).reshape(shape)

    def _values(self, entry: Field) -> Floats:
        """(*grid, components) the known values, NaN at all other points."""
        values = _rows(entry, entry.value).copy()
        values[~self.known] = np.nan
        return values

    def _is_integer(self, entry: Field) -> bool:
        """Whether a quantity takes whole numbers: counts, codes. The coarse grid decides."""
        values = self._values(entry)[self.levels[-1].on_lines()]
        values = values[np.isfinite(values)]
        return bool(values.size and (values == np.round(values)).all())

    def _interpolated(self, cells: Cells, entry: Field) -> tuple[Floats, NDArray[np.uint8]]:
        """(*grid, components) values and statuses between the corners of the cells."""
        known = self._values(entry)
        with np.errstate(invalid="ignore"):
            values = cells.nearest(known) if self._is_integer(entry) else cells.interpolate(known)
        near = cells.nearest(_rows(entry, entry.status))
        infinite = np.isinf(cells.nearest(known)) & np.isin(near, (Status.CONVERGED, Status.DIVERGES))
        values = np.where(infinite, cells.nearest(known), values)
        number = np.where(np.isfinite(values) | infinite, Status.INTERPOLATED, Status.PENDING)
        status = np.where(np.isin(near, _WITHOUT_NUMBER), near, number)
        return values, status.astype(np.uint8)

    def _error(self, cells: Cells, entry: Field, whole: Mask) -> Floats:
        """(*grid, components) error of the interpolated values in the cells that stay whole."""
        known = np.where(np.isinf(self._values(entry)), np.nan, self._values(entry))
        if self._is_integer(entry):
            most = cells.over(np.fmax, known) - cells.over(np.fmin, known)
        else:
            most = cells.interpolation_error(known)
        error: Floats = cells.spread(np.fmax, np.where(whole[..., None], np.nan_to_num(most), 0.0))
        if entry.error is not None:
            own = np.nan_to_num(_rows(entry, entry.error))
            own[~self.known] = 0.0
            error = error + cells.interpolate(own)
        return error


def _rows(entry: Field, array: NDArray[Any]) -> NDArray[Any]:
    """An array of a quantity with its own dimensions made one: (*grid, components)."""
    n_axes = array.ndim - len(entry.own_dims)
    return array.reshape(*array.shape[:n_axes], -1)


def _differ(cells: Cells, values: Floats) -> Mask:
    """Cells in which two nodes differ, in any component; NaN differs from nothing."""
    with np.errstate(invalid="ignore"):
        return _any(cells.over(np.fmax, values) > cells.over(np.fmin, values))


def _any(components: NDArray[np.bool_]) -> Mask:
    found: Mask = np.any(components, axis=-1)
    return found
