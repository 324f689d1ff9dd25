"""Tables of Gaussian pair averages, one per size of a bias and thread, filled where they are first needed.

A panel is summed directly at round biases, and interpolated in the bias between others: averages are analytic within
pi/2 of a real bias, so that Chebyshev nodes in cells of a width of 1 leave an error of 1e-14.
"""

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from phasemap.kernels.averages.gaussian_pairs import (
    ANGLES,
    MISSING_PANEL,
    OCTAVES,
    SCALES,
    SINGLES,
    PairTables,
    build_panel,
)

# Tables that are kept: interpolated ones, which are soon made again, and summed ones.
_KEPT, _SUMMED_KEPT = 64, 768
# Half the steepest change of ln<f'> per octave grows like the bias: so does the number of panels.
_BIAS_PER_DIVISION = 2.0
_MOST_DIVISIONS = 8
# Round biases are multiples of 1 / ROUND; cells and nodes of the interpolation between others.
ROUND, _CELL, _NODES = 40.0, 1.0, 17
# Biases closer than this, in cells, are one: they are sums and products of round ones.
_SAME = 1e-9
_LARGEST_BIAS = 50.0  # beyond, averages are constants or too small to be looked up often
_memory = threading.local()


def tables(bias: float) -> PairTables:
    """Memory of the pair averages of tanh(x) with mean `bias`; its contents are a pure function of the bias.

    Every thread has its own, since panels are written while they are used.
    """
    bias += 0.0  # -0.0 is 0.0
    return _summed(bias) if is_round(bias) else _remembered(bias, "interpolated", _KEPT)


def _summed(bias: float) -> PairTables:
    """The tables of a bias, round or a node between round ones, whose panels are summed directly."""
    return _remembered(bias, "summed", _SUMMED_KEPT)


def _remembered(bias: float, group: str, most: int) -> PairTables:
    """The tables of a bias in one of this thread's memories, of which the last `most` are kept."""
    kept: OrderedDict[float, PairTables] = _memory.__dict__.setdefault(group, OrderedDict())
    if bias not in kept:
        opposite = _remembered(-bias, group, most)._replace(mirrored=True) if bias < 0.0 else None
        kept[bias] = opposite or _empty(bias)
        if len(kept) > most:
            kept.popitem(last=False)
    kept.move_to_end(bias)
    return kept[bias]


def _empty(bias: float) -> PairTables:
    divisions = min(1 + int(bias / _BIAS_PER_DIVISION), _MOST_DIVISIONS)
    panels = 1 + OCTAVES * divisions
    return PairTables(
        bias,
        False,
        False,
        divisions,
        np.zeros((panels, 2, 3, ANGLES, SCALES)),
        np.zeros((panels, SINGLES, SCALES)),
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
                _fill(one, int(panel), int(half))


def _fill(one: PairTables, panel: int, half: int) -> None:
    """Build a panel, from those of the nodes around its bias if that is not round."""
    if is_round(one.bias):
        build_panel(one, panel, half)
        return
    nodes, weights = _around(one.bias)
    known = [_summed(node) for node in nodes]
    for table in known:
        if not table.built[panel, half]:
            build_panel(table, panel, half)
    one.pairs[panel, half] = sum(w * table.pairs[panel, half] for w, table in zip(weights, known, strict=True))
    one.singles[panel] = sum(w * table.singles[panel] for w, table in zip(weights, known, strict=True))
    one.built[panel, half] = True


def is_round(bias: float) -> bool:
    """Whether averages at a bias are summed directly."""
    return abs(bias * ROUND - round(bias * ROUND)) < _SAME or abs(bias) > _LARGEST_BIAS


def _around(bias: float) -> tuple[list[float], list[float]]:
    """Nodes of the cell that holds a bias, and the weights of its interpolation, by the barycentric formula."""
    middle = _CELL * (math.floor(bias / _CELL) + 0.5)
    angles = [math.pi * (k + 0.5) / _NODES for k in range(_NODES)]
    nodes = [middle + 0.5 * _CELL * math.cos(angle) for angle in angles]
    gaps = [bias - node for node in nodes]
    if 0.0 in gaps:
        return [bias], [1.0]
    parts = [(-1.0) ** k * math.sin(angle) / gap for k, (angle, gap) in enumerate(zip(angles, gaps, strict=True))]
    return nodes, [part / sum(parts) for part in parts]
