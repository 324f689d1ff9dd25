"""The reference page and the README's tables, made from the declarations.

`python -m phasemap.reference > docs/reference.md`; `python -m phasemap.reference README.md` renews the tables there.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from phasemap.dataset.phases import PHASE_MEANINGS, PHASE_NAMES
from phasemap.glossary import error_classes
from phasemap.model.branches import BRANCH_MEANINGS
from phasemap.model.parameters import PARAMETERS, Parameters
from phasemap.model.status import STATUS_MEANINGS, in_words
from phasemap.quantities import REGISTRY

_HEAD = """# Reference

Made from the declarations by `python -m phasemap.reference`; a test compares this page with them.
"""


def page() -> str:
    """The whole page, as Markdown."""
    parts = [_HEAD, *_parameters(), *_quantities(), *_surfaces(), *_options(), *_words(), *_errors()]
    return "\n".join(parts).rstrip() + "\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table in Markdown; upright bars inside cells are escaped."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def _units(units: str) -> str:
    return "" if units == "1" else units


def _parameters() -> Iterator[str]:
    usual = Parameters()._asdict()
    rows = [
        (f"`{name}`", info.symbol, info.description, _units(info.units), f"{usual[name]:g}")
        for name, info in PARAMETERS.items()
    ]
    yield "## Parameters\n"
    yield table(("name", "symbol", "meaning", "units", "default"), rows)


def _quantities() -> Iterator[str]:
    yield "## Quantities\n"
    for solver in REGISTRY.solvers.values():
        rows = [
            (f"`{row.name}`", row.symbol, row.description, ", ".join(row.dims), _units(row.units))
            for row in REGISTRY.quantities.values()
            if row.solver == solver.name
        ]
        options = f"; options in `[{solver.table}]`" if solver.table else ""
        yield f"### {solver.description} (`{solver.name}`{options})\n"
        yield table(("name", "symbol", "meaning", "over", "units"), rows)


def _surfaces() -> Iterator[str]:
    yield "## Critical surfaces\n"
    yield table(("name", "condition"), [(f"`{kind.name}`", kind.description) for kind in REGISTRY.surfaces.values()])


def _options() -> Iterator[str]:
    yield "## Options of the solvers\n"
    records = {solver.table: solver.options for solver in REGISTRY.solvers.values() if solver.options is not None}
    for name, record in records.items():
        yield f"### `[{name}]`\n"
        rows = [(f"`{f.name}`", f.metadata.get("description", ""), f"`{f.default}`") for f in fields(record)]
        yield table(("name", "meaning", "default"), rows)


def _words() -> Iterator[str]:
    yield "## Phases\n"
    yield table(("phase", "meaning"), [(PHASE_NAMES[phase], text) for phase, text in PHASE_MEANINGS.items()])
    yield "## Branches\n"
    yield table(("branch", "meaning"), [(f"`{name}`", text) for name, text in BRANCH_MEANINGS.items()])
    yield "## Statuses\n"
    rows = [(status.value, f"`{status.name.lower()}`", text) for status, text in STATUS_MEANINGS.items()]
    yield table(("code", "status", "meaning"), rows)


def _errors() -> Iterator[str]:
    yield "## Errors\n"
    rows = [(f"`{name}`", " ".join((kind.__doc__ or "").split())) for name, kind in error_classes().items()]
    yield table(("error", "meaning, and what to do"), rows)


def with_tables(text: str) -> str:
    """A page with the tables between its marks, `<!-- table: NAME -->` and `<!-- end -->`, as they are declared."""
    return re.sub(
        r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)",
        lambda found: found[1] + "\n" + _TABLES[found[2]]() + "\n" + found[3],
        text,
        flags=re.S,
    )


def _parameters_in_short() -> str:
    rows = [(f"`{name}`", info.description, _units(info.units)) for name, info in PARAMETERS.items()]
    return table(("parameter", "meaning", "units"), rows)


def _quantities_in_short() -> str:
    names = {
        solver.description: [f"`{row.name}`" for row in REGISTRY.quantities.values() if row.solver == solver.name]
        for solver in REGISTRY.solvers.values()
    }
    return table(("solver", "quantities"), [(solver, ", ".join(rows)) for solver, rows in names.items()])


def _phases_in_short() -> str:
    return table(("phase", "meaning"), [(PHASE_NAMES[phase], text) for phase, text in PHASE_MEANINGS.items()])


def _statuses_in_short() -> str:
    return table(("code", "status", "meaning"), [(s.value, in_words(s), text) for s, text in STATUS_MEANINGS.items()])


_TABLES = {
    "parameters": _parameters_in_short,
    "quantities": _quantities_in_short,
    "phases": _phases_in_short,
    "statuses": _statuses_in_short,
}


if __name__ == "__main__":
    for name in map(Path, sys.argv[1:]):
        name.write_text(with_tables(name.read_text()))
    if not sys.argv[1:]:
        print(page(), end="")
