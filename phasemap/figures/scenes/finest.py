"""Which of a result's grids shows a quantity best: its own, that of cheap quantities, or that at half the step."""

import numpy as np

from phasemap.dataset import Result
from phasemap.dataset.phases import LABEL_QUANTITIES
from phasemap.dataset.records import Fine
from phasemap.figures.scenes.fields import PHASE, can_label, phase_field
from phasemap.model.results import FloatArray


def finer_of(result: Result, quantity: str) -> Fine | None:
    """The finer grid that shows a quantity best (phases: on which all is that decides them); None for its own grid."""
    for finer in (result.fine, result.refined):
        if finer is not None and (decides(result, finer) if quantity == PHASE else quantity in finer.fields):
            return finer
    return None


def phases_on(result: Result, finest: Result) -> FloatArray:
    """Codes of the phases on the drawn grid: its own where they are decided, else those of the nearest points."""
    if finest.axes is result.axes:
        return phase_field(result).value
    decided = result.over(finer_of(result, PHASE))
    labels = phase_field(decided).value
    if finest.axes is decided.axes:
        return labels
    nearest = [
        np.abs(np.subtract.outer(fine.values, coarse.values)).argmin(axis=1)
        for fine, coarse in zip(finest.axes, decided.axes, strict=True)
    ]
    return labels[np.ix_(*nearest)]


def has_fine_labels(result: Result) -> bool:
    """Whether all that decides the phase is stored on the grid of the cheap quantities."""
    return decides(result, result.fine)


def decides(result: Result, finer: Fine | None) -> bool:
    """Whether a finer grid holds all that decides the phase."""
    grounds = set(LABEL_QUANTITIES) & set(result.fields)
    return finer is not None and can_label(result) and grounds <= set(finer.fields)
