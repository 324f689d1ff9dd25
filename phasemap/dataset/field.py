"""A quantity with names: an estimate over dimensions that have coordinates."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from phasemap.errors import PhasemapError
from phasemap.model.branches import branch_name
from phasemap.model.estimate import Estimate
from phasemap.model.status import STATUS_MEANINGS, Status, name_of
from phasemap.suggest import choices

if TYPE_CHECKING:
    import pandas
    import xarray


@dataclass(kw_only=True, eq=False)
class Field(Estimate):
    """A quantity over the grid, over the check points, or at one point.

    value:  float64 over `dims`; NaN only where `status` says why.
    status: uint8 over `dims`, `Status` codes.
    error:  float64 over `dims`, one standard error or a bound on the absolute error; None where exact or unknown.
    dims:   the axes' names in order (or "check"), then the quantity's own dimensions `own_dims`, e.g. "branch".
    coords: dimension -> labels or numbers along it, as far as they are known.
    cites:  keys of the papers that its solver rests on, in `phasemap.model.solvers.bibliography`.
    """

    value: NDArray[np.float64]
    name: str
    dims: tuple[str, ...] = ()
    coords: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    symbol: str = ""
    description: str = ""
    units: str = "1"
    solver: str = ""
    own_dims: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()

    def fill(self, index: Any, value: Any, status: Any, error: Any = None) -> None:
        """Overwrite the entries at flat positions `index` of the leading (axes') dimensions."""
        lead = (-1, *self.own_shape)
        self.value.reshape(lead)[index] = value
        self.status.reshape(lead)[index] = status
        if error is not None:
            if self.error is None:
                self.error = np.full_like(self.value, np.nan)
            self.error.reshape(lead)[index] = error

    @property
    def own_shape(self) -> tuple[int, ...]:
        """Shape along `own_dims`."""
        return self.value.shape[self.value.ndim - len(self.own_dims) :]

    @property
    def pending(self) -> NDArray[np.bool_]:
        """(n_points,) whether a point, in flat order, is still to be computed."""
        waiting: NDArray[np.bool_] = self.status.reshape(-1, math.prod(self.own_shape)) == Status.PENDING
        return np.asarray(waiting.any(axis=1))

    def isel(self, **places: int) -> "Field":
        """The field at positions along dimensions, which it then has no more.

        Raises:
            PhasemapError: it has no such dimension.
        """
        for dim in places:
            if dim not in self.dims:
                raise PhasemapError(f"{self.name} has no dimension {dim!r}.{choices(dim, self.dims, 'It has')}")
        index = tuple(places.get(dim, slice(None)) for dim in self.dims)
        return replace(
            self,
            value=np.asarray(self.value[index]),
            status=np.asarray(self.status[index]),
            error=None if self.error is None else np.asarray(self.error[index]),
            **self._without(places),
        )

    def sel(self, **labels: Any) -> "Field":
        """The field at labels along dimensions: a branch by name, a number by the nearest there is.

        Raises:
            PhasemapError: no such dimension or label, or the field does not know its coordinates.
        """
        return self.isel(**{dim: self._place(dim, label) for dim, label in labels.items()})

    def pick(self, dim: str, chosen: NDArray[np.int8]) -> "Field":
        """The field without `dim`, at the index along it that is chosen at every point; -1: absent.

        chosen: over the leading dimensions; the same choice holds all along the other dimensions of the quantity.
        """
        place, shape = self.dims.index(dim), [n for n, d in zip(self.value.shape, self.dims, strict=True) if d != dim]
        everywhere = np.broadcast_to(chosen.reshape(chosen.shape + (1,) * (len(shape) - chosen.ndim)), shape)
        at = [*np.indices(shape, sparse=True)]
        at.insert(place, np.maximum(everywhere, 0))
        index, missing = tuple(at), everywhere < 0
        return replace(
            self,
            value=np.where(missing, np.nan, self.value[index]).astype(float),
            status=np.where(missing, np.uint8(Status.ABSENT), self.status[index]).astype(np.uint8),
            error=None if self.error is None else np.where(missing, np.nan, self.error[index]).astype(float),
            **self._without((dim,)),
        )

    def to_xarray(self) -> "xarray.Dataset":
        """Value, error and status as a labelled dataset (needs `phasemap[xarray]`)."""
        import xarray

        coords = {dim: self.coords[dim] for dim in self.dims if dim in self.coords}
        about = {"long_name": self.description, "units": self.units, "symbol": self.symbol}
        flags = {"flag_values": [int(s) for s in Status], "flag_meanings": " ".join(s.name.lower() for s in Status)}
        parts: dict[str, Any] = {self.name: (self.dims, self.value, about)}
        if self.error is not None:
            parts[f"{self.name}_error"] = (self.dims, self.error, {"units": self.units})
        parts[f"{self.name}_status"] = (self.dims, self.status, flags)
        return xarray.Dataset(parts, coords=coords)

    def to_pandas(self) -> "pandas.DataFrame":
        """One row for every number: its coordinates, value, error, status (needs pandas)."""
        import pandas

        places = np.unravel_index(np.arange(self.value.size), self.value.shape)
        along = [
            np.asarray(self.coords.get(dim, np.arange(n))) for dim, n in zip(self.dims, self.value.shape, strict=True)
        ]
        columns: dict[str, Any] = {dim: c[p] for dim, c, p in zip(self.dims, along, places, strict=True)}
        columns["value"] = self.value.ravel()
        columns["error"] = np.full(self.value.size, np.nan) if self.error is None else self.error.ravel()
        columns["status"] = [name_of(code) for code in self.status.ravel()]
        return pandas.DataFrame(columns)

    def __repr__(self) -> str:
        over = f" over {', '.join(self.dims)}" if self.dims else ""
        return f"{self.name}{over}: {self}"

    def _repr_html_(self) -> str:
        meaning = "" if np.ndim(self.value) else f" ({STATUS_MEANINGS[Status(int(self.status))]})"
        return f"<b>{self.name}</b> {self.description}: {self}{meaning}"

    def _place(self, dim: str, label: Any) -> int:
        known: list[Any] = np.asarray(self.coords.get(dim, ())).tolist()
        if not known:
            raise PhasemapError(f"{self.name} knows no labels along {dim!r}: choose by position, isel({dim}=0).")
        if isinstance(known[0], str):
            wanted = branch_name(str(label)) if dim == "branch" else str(label)
            if wanted not in known:
                raise PhasemapError(f"There is no {dim} {label!r}.{choices(wanted, known, 'There are')}")
            return int(known.index(wanted))
        return int(np.argmin(np.abs(np.asarray(known, dtype=float) - float(label))))

    def _without(self, gone: Any) -> dict[str, Any]:
        return {
            "dims": tuple(dim for dim in self.dims if dim not in gone),
            "own_dims": tuple(dim for dim in self.own_dims if dim not in gone),
            "coords": {dim: values for dim, values in self.coords.items() if dim not in gone},
        }
