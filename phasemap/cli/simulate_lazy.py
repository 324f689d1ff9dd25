"""`phasemap simulate --lazy`: one network without its matrix."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from phasemap.cli.plain import say

if TYPE_CHECKING:
    from phasemap.config import Point
    from phasemap.dataset import Session
    from phasemap.studies.networks.lazy import LazyRecord


def run_lazy(
    point: "Point",
    tables: dict[str, Any],
    target: Path | None,
    session: "Session",
    began: float,
    as_json: bool = False,
) -> None:
    """Simulate, print (as_json: numbers alone) and, with a target, store."""
    import numpy as np

    from phasemap.cli.simulate_facts import say_facts
    from phasemap.model.status import Status
    from phasemap.quantities import REGISTRY
    from phasemap.storage import write_result
    from phasemap.studies.networks.lazy import simulate_lazy
    from phasemap.studies.single import single_config, single_result

    options = point.options["simulation"]
    record = simulate_lazy(point.parameters, options, np.random.SeedSequence(point.seed))
    if as_json:
        say_facts(record.estimates, record.size, {"rank": record.rank, "steps": record.steps})
    else:
        _print(record)
    if target is not None:
        kept = {name: one for name, one in record.estimates.items() if (one.status != Status.ABSENT).any()}
        config = single_config(point, list(kept), tables, REGISTRY)
        write_result(target, single_result(config, kept, session, began))
        if not as_json:
            say(f"Stored in {target}.")


def _print(record: "LazyRecord") -> None:
    from phasemap.cli.console import make_console, make_table
    from phasemap.model.status import in_words
    from phasemap.model.text.stated import number

    rows = [
        (name, number(float(one.value[0]), None if one.error is None else float(one.error[0])),
         in_words(one.status[0]))
        for name, one in record.estimates.items()
    ]  # fmt: skip
    console = make_console()
    title = f"One network of {record.size:,} units, without its matrix"
    console.print(make_table(("quantity", "value", "status"), rows, title))
    console.print(f"{record.rank:,} of {record.size:,} directions were drawn, in {record.steps:,} steps.",
                  soft_wrap=True)  # fmt: skip
