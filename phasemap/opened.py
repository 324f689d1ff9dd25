"""A result at hand: its numbers by name, its phases, tables and figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phasemap.dataset import Field
from phasemap.dataset import Result as Stored
from phasemap.errors import PhasemapError
from phasemap.suggest import choices

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Result:
    """What a result file, or a computation in memory, holds.

    data: the records; file: where they came from, if from a file.

        result = pm.solve(pm.parameters(g_h=[2.0, 3.0]), ["static_gain"])
        isinstance(result, pm.Result) and result["static_gain"].dims
    """

    data: Stored
    file: Path | None = None

    def __getitem__(self, name: str) -> Field:
        """A quantity over its axes and dimensions, e.g. result["lyapunov_max"].sel(branch="fluctuating")."""
        if name not in self.data.fields:
            raise PhasemapError(f"The result holds no quantity {name!r}.{choices(name, self.data.fields, 'It holds')}")
        return self.data[name]

    @property
    def quantities(self) -> tuple[str, ...]:
        """The names of the stored quantities."""
        return tuple(self.data.fields)

    def phase(self) -> Field:
        """The code of the phase at every point, made from the stored numbers; `Phase(code)` has its name."""
        from phasemap.figures.scenes.fields import phase_field

        labels = phase_field(self.data)
        labels.coords = {axis.name: axis.values for axis in self.data.axes}
        return labels

    def to_xarray(self) -> "xarray.Dataset":
        """All that is stored as one labelled dataset, as `phasemap export` writes it (needs `phasemap[xarray]`).

        Quantities with errors and statuses; at the check points with `checks_` before their names, on a finer grid
        with `fine_`; critical lines and regions as arrays, e.g. static_fold_vertices.
        """
        from phasemap.storage.tables import labelled

        return labelled(self.data)

    def plot(
        self,
        quantity: str | None = None,
        branch: str | None = None,
        at: Mapping[str, Any] | None = None,
        width: str | None = None,
        title: str = "",
        ax: "Axes | None" = None,
        along: str | None = None,
        **look: Any,
    ) -> "Figure":
        """A figure as `phasemap plot` draws it, or a map or lines in axes of yours.

        at:   axis or dimension -> value at which to cut.
        along: axis of a plane over which to draw lines, one for each value of the other, in place of a map.
        ax:   where to draw, with the settings of matplotlib as they are; None makes a figure of its own.
        look: cmap, limits, aspect, labels, style, dpi, font_size, view, smooth, as in
            `phasemap.figures.style.look.Wishes`.

        Returns:
            The figure, or the one that `ax` is in.

        Raises:
            PhasemapError: what is asked for is not in the result.
        """
        from phasemap.figures.draw import Request, draw, draw_into
        from phasemap.figures.style.look import Wishes, wished

        request = Request(
            quantity, branch, {name: str(value) for name, value in (at or {}).items()}, width, title, along
        )
        with wished(Wishes(**look)):
            return draw(self.data, request) if ax is None else draw_into(ax, self.data, request)

    def __repr__(self) -> str:
        axes = ", ".join(f"{axis.name} ({len(axis)})" for axis in self.data.axes)
        where = f"{self.file}: " if self.file is not None else ""
        return f"{where}{', '.join(self.quantities)} over {axes or 'one point'}"
