"""Every name that the program uses, explained from where it is declared."""

import inspect
from typing import NamedTuple

from phasemap import errors
from phasemap.dataset.phases import PHASE_MEANINGS, PHASE_NAMES
from phasemap.model.branches import BRANCH_MEANINGS
from phasemap.model.parameters import PARAMETERS, Parameters
from phasemap.model.status import STATUS_MEANINGS
from phasemap.quantities import REGISTRY


class Explanation(NamedTuple):
    """A name, what kind of thing it names, and a text."""

    name: str
    kind: str
    text: str


def explanations() -> list[Explanation]:
    """All of them; a name may be explained twice (`chaotic` is a phase, `static_fold` a surface)."""
    return [*_errors(), *_statuses(), *_phases(), *_branches(), *_parameters(), *_quantities(), *_surfaces()]


def error_classes() -> dict[str, type[errors.PhasemapError]]:
    """The classes of errors that a user can meet."""
    return {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.PhasemapError)
    }


def _errors() -> list[Explanation]:
    return [Explanation(name, "error", inspect.getdoc(kind) or "") for name, kind in error_classes().items()]


def _statuses() -> list[Explanation]:
    return [
        Explanation(status.name.lower(), f"status {status.value}", text) for status, text in STATUS_MEANINGS.items()
    ]


def _phases() -> list[Explanation]:
    return [Explanation(name, "phase", PHASE_MEANINGS[phase]) for phase, name in PHASE_NAMES.items()]


def _branches() -> list[Explanation]:
    return [Explanation(name, "branch", text) for name, text in BRANCH_MEANINGS.items()]


def _parameters() -> list[Explanation]:
    usual = Parameters()._asdict()
    return [
        Explanation(name, "parameter", f"{info.description}. Units: {info.units}. Default: {usual[name]:g}.")
        for name, info in PARAMETERS.items()
    ]


def _quantities() -> list[Explanation]:
    return [
        Explanation(
            row.name,
            "quantity",
            f"{row.description}. Units: {row.units}. Solver: {REGISTRY.solvers[row.solver].description} ({row.solver})"
            + (f". Over: {', '.join(row.dims)}." if row.dims else "."),
        )
        for row in REGISTRY.quantities.values()
    ]


def _surfaces() -> list[Explanation]:
    return [Explanation(kind.name, "critical surface", f"{kind.description}.") for kind in REGISTRY.surfaces.values()]
