"""Tables of Gaussian pair averages, one per bias and thread, filled where they are first needed."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from phasemap.kernels.averages.gaussian_pairs import ANGLES, MISSING_PANEL, OCTAVES, SCALES, PairTables, build_panel

_KEPT = 64
# Half the steepest change of ln<f'> per octave grows like the bias: so does the number of panels.
_BIAS_PER_DIVISION = 2.0
_MOST_DIVISIONS = 8
_memory = threading.local()


def tables(bias: float) -> PairTables:
    """Memory of the pair averages of tanh(x) with mean `bias`; its contents are a pure function of the bias.

    Every thread has its own, since panels are written while they are used.
    """
    kept: OrderedDict[float, PairTables] | None = getattr(_memory, "tables", None)
    if kept is None:
        kept = _memory.tables = OrderedDict()
    key = bias + 0.0  # -0.0 is 0.0
    if key not in kept:
        kept[key] = _empty(key)
        if len(kept) > _KEPT:
            kept.popitem(last=False)
    kept.move_to_end(key)
    return kept[key]


def _empty(bias: float) -> PairTables:
    divisions = min(1 + int(abs(bias) / _BIAS_PER_DIVISION), _MOST_DIVISIONS)
    panels = 1 + OCTAVES * divisions
    return PairTables(
        bias,
        False,
        divisions,
        np.zeros((panels, 2, 3, ANGLES, SCALES)),
        np.zeros((panels, 4, SCALES)),
        np.zeros((panels, 2), dtype=np.bool_),
        np.full(2, -1, dtype=np.int64),
    )


Result = TypeVar("Result")


def with_panels(run: Callable[[], tuple[int, Result]], *used: PairTables) -> tuple[int, Result]:
    """Run a kernel, over again from the start whenever it says that a panel is missing.

    run:  returns (status, result); status MISSING_PANEL asks for the panels noted in the tables.
    used: the tables that it reads.
    """
    while True:
        status, result = run()
        if status != MISSING_PANEL:
            return status, result
        for one in used:
            panel, half = one.missing
            if panel >= 0 and not one.built[panel, half]:
                build_panel(one, panel, half)
