"""Theory against networks in results that hold curves: those of `phasemap protocol`, and studies of the atlas.

A panel of such a result is one field over its curves and places; the curve "NAME | networks" is the counterpart of the
curve "NAME". Both have the same places. A curve "NAME | reference" is theory of something else than these networks
(frozen units, infinitesimal kicks beside finite ones): it stands beside them and is not compared.
"""

from collections.abc import Iterator

import numpy as np

from phasemap.dataset import Field, Result
from phasemap.dataset.panels import NETWORKS, REFERENCE, curve_name, is_panel, name_and_kind, panel_dims
from phasemap.dataset.runs import TABLE as RUNS
from phasemap.dataset.runs import CurveRuns, Run, run_key
from phasemap.figures.agreement import Array, Comparison, Criterion, network_size, numbers_of

_TABLE = "protocol"
# Quantities whose error is no scatter over networks: that of a share is the deviation of its posterior.
_NO_SCATTER = ("active_fraction",)
LOGARITHMS = ("gru_gradient", "lstm_gradient")
"""Quantities that are logarithms: a finite size changes what they are of by a share, and themselves by a number."""


def compare_curves(result: Result, criterion: Criterion | None = None) -> list[Comparison]:
    """One comparison for every curve that is stored both in theory and of networks.

    Networks of several sizes are stored extrapolated in 1/N, without an allowance for their size; where the size is not
    stored, nothing is allowed either.
    """
    criterion = criterion or Criterion()
    return [one for field in result.fields.values() if is_panel(field) for one in _pairs(result, field, criterion)]


def references(result: Result) -> list[str]:
    """Panel and name of every curve of networks beside which only a reference stands."""
    found = []
    for field in result.fields.values():
        if is_panel(field):
            names = [name_and_kind(str(label)) for label in result.labels[panel_dims(field.name)[0]]]
            beside = [name for name, kind in names if kind == REFERENCE and (name, NETWORKS) in names]
            found += [f"{field.name} ({name})" for name in beside]
    return found


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
    run = _run_of(result, field.name, name)
    share = criterion.finite_size / run.size if run.size and not run.extrapolated else 0.0
    scale = np.ones(int(known.sum())) if field.name in LOGARITHMS else np.abs(value[0, known])
    return Comparison(
        name=field.name, symbol=field.symbol, units=field.units, places={"place": places[known]},
        theory=value[0, known], theory_error=error[0, known],
        simulated=value[1, known], simulated_error=error[1, known],
        bias=share * scale, branches=(name,) * int(known.sum()), size=None if run.extrapolated else run.size,
        extrapolated=run.extrapolated, skipped=int((~known).sum()), criterion=criterion,
        networks=None if field.name in _NO_SCATTER or run.extrapolated else run.networks,
    )  # fmt: skip


def _run_of(result: Result, panel: str, name: str) -> Run:
    """Of a curve: by its own name in studies of many curves, else of the whole protocol."""
    options = result.metadata.settings.get("options", {})
    if RUNS in options:
        runs = CurveRuns(**{key: tuple(entry) for key, entry in options[RUNS].items()})
        return runs.of(run_key(panel, name))
    table = options.get(_TABLE, {})
    return Run(table.get("networks"), network_size(result, _TABLE), len(table.get("sizes") or ()) > 1)
