"""The check points: where they lie, and theory and simulated networks there."""

from typing import Any

from phasemap.dataset import Result
from phasemap.explore.numbers import codes, rounded
from phasemap.explore.quantities import quantity_block
from phasemap.figures.scenes.fields import PHASE, can_label, phase_field
from phasemap.figures.scenes.stage import twin_of


def check_block(result: Result, names: list[str]) -> dict[str, Any] | None:
    """Places, quantities, phases and the pairs of theory and networks at the check points; None where there are none.

    names: the quantities that the page holds; the networks beside them, and what is stored here only, come with them.
    """
    checks = result.checks
    if checks is None or not len(checks):
        return None
    twins = {name: twin_of(checks.fields, name) for name in names}
    pairs = {name: twin for name, twin in twins.items() if twin is not None}
    held = [name for name in checks.fields if name in names or name in pairs.values()]
    block: dict[str, Any] = {
        "parameters": {name: rounded(values) for name, values in checks.parameters.items()},
        "quantities": [quantity_block(result, checks.fields, name) for name in held],
        "pairs": pairs,
        PHASE: None,
    }
    if can_label(result) and {"static_gain", "lyapunov_max"} & set(checks.fields):
        block[PHASE] = codes(phase_field(result, checks=checks).value)
    return block
