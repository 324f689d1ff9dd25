"""`phasemap simulate --lazy`: one network without its matrix."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from phasemap.cli.plain import say

if TYPE_CHECKING:
    from phasemap.config import Point
    from phasemap.dataset import Session


def run_lazy(point: "Point", tables: dict[str, Any], target: Path | None, session: "Session", began: float) -> None:
    """Simulate, print and, with a target, store."""
    import numpy as np

    from phasemap.cli.console import make_console, make_table
    from phasemap.model.status import Status, in_words
    from phasemap.model.text.stated import number
    from phasemap.quantities import REGISTRY
    from phasemap.storage import write_result
    from phasemap.studies.networks.lazy import cheaper_in_words, simulate_lazy
    from phasemap.studies.single import single_config, single_result

    options = point.options["simulation"]
    record = simulate_lazy(point.parameters, options, np.random.SeedSequence(point.seed))
    rows = [
        (name, number(float(one.value[0]), None if one.error is None else float(one.error[0])),
         in_words(one.status[0]))
        for name, one in record.estimates.items()
    ]  # fmt: skip
    console = make_console()
    title = f"One network of {record.size:,} units, without its matrix"
    console.print(make_table(("quantity", "value", "status"), rows, title))
    console.print(f"{record.rank:,} of {record.size:,} directions were drawn, in {record.steps:,} steps. "
                  f"{cheaper_in_words(point.parameters, options)}", soft_wrap=True)  # fmt: skip
    if target is not None:
        kept = {name: one for name, one in record.estimates.items() if (one.status != Status.ABSENT).any()}
        config = single_config(point, list(kept), tables, REGISTRY)
        write_result(target, single_result(config, kept, session, began))
        say(f"Stored in {target}.")
