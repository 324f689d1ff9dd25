"""What `phasemap protocol` prints and stores."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from phasemap.cli.plain import say
from phasemap.cli.protocols.records import Written
from phasemap.cli.titles import title_of

if TYPE_CHECKING:
    from rich.table import Table

    from phasemap.simulation.estimators.outcomes import Outcome
    from phasemap.studies.protocols.report import Report

_MOST_ROWS = 20


def print_report(report: "Report") -> None:
    """Tables: lists over their coordinate, single numbers below, remarks at the end."""
    from phasemap.cli.console import make_console, make_table
    from phasemap.model.status import Status

    console = make_console()
    both = (("", report.theory), ("networks: ", report.networks or {}))
    columns = [
        _Column(f"{where}{name}", report.coordinate(name), found)
        for where, group in both for name, found in group.items() if found.value.ndim > 0
    ]  # fmt: skip
    for name, places in report.coordinates.items():
        shown = [one for one in columns if one.over == name and (one.found.status != Status.NOT_SOUGHT).any()]
        if not shown and name == next(iter(report.coordinates)):  # say of each that it is not sought
            shown = [one for one in columns if one.over == name]
        if shown:
            console.print(_table(name, places.tolist(), shown, f"Protocol {report.protocol}"))
    single = [(f"{where}{name}", _cell(found, ())) for where, group in both for name, found in group.items()
              if found.value.ndim == 0]  # fmt: skip
    facts = [(f"{where}{name}", _fact(value)) for where, group in (("", report.settings),
             ("networks: ", report.about_networks)) for name, value in group.items()]  # fmt: skip
    console.print(make_table(("", ""), [*single, *facts]))
    for remark in report.remarks:
        console.print(remark, soft_wrap=True, markup=False)
    if report.stopped:
        console.print(report.stopped, soft_wrap=True, markup=False)


def said_if_stopped(target: Path) -> str:
    """What to mind of a file that is there, if the protocol that wrote it was stopped before its end."""
    said = what_is_stopped(target)
    if not said:
        return ""
    return (f" It is partial. {said.removesuffix('.')}: with --force the protocol runs again, from its beginning: no "
            "finished networks of this configuration are beside it.")  # fmt: skip


def what_is_stopped(target: Path) -> str:
    """What there is in a file of a protocol that was stopped before its end; else empty."""
    from phasemap.storage import is_result, read_result

    return read_result(target).metadata.stopped if is_result(target) else ""


class _Column(NamedTuple):
    """A quantity, and the coordinate that it is a list over."""

    name: str
    over: str
    found: "Outcome"


def _table(name: str, places: list[float], columns: list[_Column], title: str) -> "Table":
    from phasemap.cli.console import make_table

    stride = max(1, len(places) // _MOST_ROWS)
    rows = [(f"{places[k]:.6g}", *(_cell(one.found, (k,)) for one in columns)) for k in range(0, len(places), stride)]
    return make_table((name, *(one.name for one in columns)), rows, title)


def _fact(value: Any) -> str:
    if value is None:
        return "not known"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _cell(found: "Outcome", place: tuple[int, ...]) -> str:
    from phasemap.model.text.stated import with_status

    return with_status(found.value[place], found.error[place], found.status[place])


def _partial(report: "Report") -> list[str]:
    """What the title of a figure says first."""
    return [report.stopped.removesuffix(".")] if report.stopped else []


def store(report: "Report", target: Path, seed: int, written: Written) -> None:
    """The curves as a result, and drawn."""
    from phasemap.storage import result_target, write_result
    from phasemap.studies.protocols.files import as_result
    from phasemap.sweeps.files.sessions import begin_session, end_session

    target = result_target(target, written.force)
    session, began = begin_session(), time.monotonic()
    command = " ".join(["phasemap", *sys.argv[1:]])
    result = as_result(report, f"Protocol {report.protocol}", command, seed)
    end_session(result, session, began)
    write_result(target, result)
    if not written.as_json:
        say(f"Stored in {target}.")
    if written.figure:
        from phasemap.figures.draw import Request, draw
        from phasemap.figures.style.page import save

        path = target.with_suffix(".png")
        drawn = draw(result, Request(title=title_of(report.parameters, *_partial(report))))
        save(drawn, path, result.metadata.title, result.metadata.config_hash)
        if not written.as_json:
            say(f"Figure written to {path}.")
