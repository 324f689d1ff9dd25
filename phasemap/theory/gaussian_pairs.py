"""Tables of Gaussian pair averages, one per bias and thread, filled where they are first needed."""

import threading
from collections import OrderedDict

import numpy as np

from phasemap.kernels.gaussian_pairs import ANGLES, PANELS, SCALES, PairTables

_KEPT = 64
_memory = threading.local()


def tables(bias: float) -> PairTables:
    """Memory of the pair averages of tanh(x) with mean `bias`; its contents are a pure function of the bias.

    Every thread has its own, since panels are written while they are used.
    """
    kept: OrderedDict[float, PairTables] | None = getattr(_memory, "tables", None)
    if kept is None:
        kept = _memory.tables = OrderedDict()
    key = abs(bias) if bias == 0.0 else bias
    if key not in kept:
        kept[key] = PairTables(
            key,
            np.zeros((PANELS, 2, 3, ANGLES, SCALES)),
            np.zeros((PANELS, 4, SCALES)),
            np.zeros((PANELS, 2), dtype=np.bool_),
        )
        if len(kept) > _KEPT:
            kept.popitem(last=False)
    kept.move_to_end(key)
    return kept[key]
