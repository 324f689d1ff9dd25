"""The quantities of a result as blocks of data for the page, and which of them a page holds."""

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from phasemap.dataset import Field, Result
from phasemap.dataset.phases import LABEL_QUANTITIES
from phasemap.errors import PhasemapError
from phasemap.explore.numbers import codes, packed
from phasemap.explore.symbols import as_html
from phasemap.figures.kinds.curves.protocol_curves import is_protocol
from phasemap.figures.scenes.fields import default_quantity, kind_of, shown_along
from phasemap.figures.scenes.scene import short_units
from phasemap.model.status import Status
from phasemap.suggest import choices

Block = dict[str, Any]


def quantity_block(result: Result, fields: Mapping[str, Field], name: str) -> Block:
    """One quantity: words, and its numbers over the axes (or the check points) and its own dimensions.

    own: names of its own dimensions, last in the arrays; shown: the branch that is "the attractor", at every point.
    """
    field = fields[name]
    about = result.metadata.solvers.get(field.solver)
    good = field.value[(field.status == Status.CONVERGED) | (field.status == Status.INTERPOLATED)]
    shown = shown_along(result, fields, name)
    return {
        "name": name,
        "symbol": as_html(field.symbol) or name,
        "description": field.description,
        "units": "" if field.units in ("", "1") else short_units(field.units),
        "solver": about.description if about is not None else field.solver,
        "simulated": about.simulated if about is not None else name.startswith("network_"),
        "cites": list(field.cites) or _cites(field.solver),
        "own": list(field.own_dims),
        "shape": list(field.value.shape),
        "kind": str(kind_of(name, good)),
        "value": packed(field.value),
        "error": None if field.error is None else packed(field.error),
        "status": codes(field.status),
        "shown": None if shown is None else codes(shown),
    }


def _cites(solver: str) -> list[str]:
    """The papers behind a solver, for files that do not say."""
    from phasemap.quantities import REGISTRY

    return list(REGISTRY.solvers[solver].cites) if solver in REGISTRY.solvers else []


def wanted(result: Result, asked: Sequence[str]) -> list[str]:
    """Names of quantities in the order in which they get room: those asked for alone, or figures, labels, all others.

    Raises:
        PhasemapError: one that is not stored.
    """
    stored = list(dict.fromkeys([*result.fields, *([] if result.checks is None else result.checks.fields)]))
    for name in asked:
        if name not in stored:
            raise PhasemapError(f"The result holds no quantity {name!r}.{choices(name, stored, 'It holds')}")
    if asked:
        return list(dict.fromkeys(asked))
    if is_protocol(result):  # panels have an order of their own
        return stored
    first = [default_quantity(result), *_of_figures(result), *LABEL_QUANTITIES]
    return list(dict.fromkeys(name for name in [*first, *stored] if name in stored))


def _of_figures(result: Result) -> list[str]:
    """The quantities of the figures that the configuration asks for."""
    try:
        figures = tomllib.loads(result.metadata.config).get("figures", {})
    except tomllib.TOMLDecodeError:
        return []
    wishes = figures.values() if isinstance(figures, dict) else ()
    return [str(wish["quantity"]) for wish in wishes if isinstance(wish, dict) and "quantity" in wish]
