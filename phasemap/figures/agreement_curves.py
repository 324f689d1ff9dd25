"""Theory against networks in results that hold curves: those of `phasemap protocol`, and studies of the atlas.

A panel of such a result is one field over its curves and places; the curve "NAME | networks" is the counterpart of the
curve "NAME". Both have the same places.
"""

from collections.abc import Iterator

import numpy as np

from phasemap.dataset import Field, Result
from phasemap.dataset.panels import NETWORKS, curve_name, is_panel, panel_dims
from phasemap.figures.agreement import Array, Comparison, Criterion, network_size, numbers_of

_TABLE = "protocol"


def compare_curves(result: Result, criterion: Criterion | None = None) -> list[Comparison]:
    """One comparison for every curve that is stored both in theory and of networks.

    Networks of several sizes are stored extrapolated in 1/N, without an allowance for their size; where the size is not
    stored, nothing is allowed either.
    """
    criterion = criterion or Criterion()
    return [one for field in result.fields.values() if is_panel(field) for one in _pairs(result, field, criterion)]


def _pairs(result: Result, field: Field, criterion: Criterion) -> Iterator[Comparison]:
    curves, along = panel_dims(field.name)
    names = [str(name) for name in result.labels[curves]]
    places = np.asarray(result.labels[along], dtype=float)
    value, error = (part.reshape(-1, *part.shape[-2:])[0] for part in numbers_of(field))
    for k, name in enumerate(names):
        if curve_name(name, NETWORKS) in names:
            twin = names.index(curve_name(name, NETWORKS))
            found = _compare(result, field, places, (value[[k, twin]], error[[k, twin]]), name, criterion)
            if found is not None:
                yield found


def _compare(
    result: Result, field: Field, places: Array, both: tuple[Array, Array], name: str, criterion: Criterion
) -> Comparison | None:
    """value, error (2, n_places): of theory and of networks."""
    value, error = both
    known = np.isfinite(value).all(axis=0)
    if not known.any():
        return None
    sizes = result.metadata.settings.get("options", {}).get(_TABLE, {}).get("sizes") or ()
    extrapolated = len(sizes) > 1
    size = None if extrapolated else network_size(result, _TABLE)
    share = criterion.finite_size / size if size else 0.0
    return Comparison(
        name=field.name, symbol=field.symbol, units=field.units, places={"place": places[known]},
        theory=value[0, known], theory_error=error[0, known],
        simulated=value[1, known], simulated_error=error[1, known],
        bias=share * np.abs(value[0, known]), branches=(name,) * int(known.sum()), size=size,
        extrapolated=extrapolated, skipped=int((~known).sum()), criterion=criterion,
    )  # fmt: skip
