"""Which state every point of a map shows: colours are mixed between points of the same one alone."""

import numpy as np
from numpy.typing import NDArray

from phasemap.dataset import Result
from phasemap.dataset.phases import Phase
from phasemap.figures.scenes.fields import PHASE, shown_along


def states_of(
    result: Result, quantity: str, branch: str | None, phases: NDArray[np.uint8] | None
) -> NDArray[np.int16] | None:
    """(len(y), len(x)) codes that differ where two points show states between which a quantity may jump; None: unknown.

    phases: their codes on the same grid. Of a quantity with branches the branch that is shown decides, which goes on
    from one phase into the next (the silent state from silence into static complexity, chaos from coexistence into
    chaos alone); but a stable response to an input and chaos share a branch, and may lie beside each other. Of a
    quantity of the attractor without branches the phase decides.
    """
    fields = result.fields
    if quantity == PHASE or quantity not in fields:
        return None
    shown = shown_along(result, fields, quantity)
    if shown is None:
        return None if phases is None else phases.astype(np.int16)
    if branch is not None:
        shown = np.zeros_like(shown)
    follows = 0 if phases is None else phases == Phase.DRIVEN_STABLE
    return np.asarray(2 * shown.T.astype(np.int16) + follows, dtype=np.int16)
