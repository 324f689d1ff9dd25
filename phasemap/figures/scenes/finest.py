"""Which of a result's two grids shows a quantity best, where cheap ones have a finer one of their own."""

import numpy as np

from phasemap.dataset import Result
from phasemap.dataset.phases import LABEL_QUANTITIES
from phasemap.figures.scenes.fields import PHASE, can_label, phase_field
from phasemap.model.results import FloatArray


def is_finer(result: Result, quantity: str) -> bool:
    """Whether a fine grid shows a quantity best: it is stored there; phases, if nothing dynamic decides them."""
    stored = result.fine is not None and quantity in result.fine.fields
    return stored or (quantity == PHASE and has_fine_labels(result))


def phases_on(result: Result, finest: Result) -> FloatArray:
    """Codes of the phases on the drawn grid: its own where static numbers decide, else those of the nearest points."""
    labels = phase_field(result).value
    if finest.axes is result.axes:
        return labels
    if is_finer(result, PHASE):
        return phase_field(finest).value
    nearest = [
        np.abs(np.subtract.outer(fine.values, coarse.values)).argmin(axis=1)
        for fine, coarse in zip(finest.axes, result.axes, strict=True)
    ]
    return labels[np.ix_(*nearest)]


def has_fine_labels(result: Result) -> bool:
    """Whether all that decides the phase is stored on a finer grid than the others."""
    grounds = set(LABEL_QUANTITIES) & set(result.fields)
    return result.fine is not None and can_label(result) and grounds <= set(result.fine.fields)
