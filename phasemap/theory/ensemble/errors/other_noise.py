"""Scatter of solutions from noise to noise next to an onset, where the groups of one solution do not tell it all.

There C(t) is soft in more directions than the time scale. Groups are moved from the common solution by what is known of
the map's response, and stay too near to it: their time scales scatter by less than those of solutions that are sought
anew with other noise do, by a half to a tenth (docs/theory.md, section 5).
"""

import numpy as np

from phasemap.model.options import EnsembleOptions
from phasemap.model.results import FloatArray
from phasemap.theory.ensemble import numbers
from phasemap.theory.ensemble.errors.budget import SOURCES, ErrorBudget
from phasemap.theory.ensemble.numbers import NAMES, Start
from phasemap.theory.ensemble.resolution.pilot import seek
from phasemap.theory.ensemble.resolution.search import is_near_an_onset
from phasemap.theory.ensemble.resolution.window import Found, Pilot
from phasemap.theory.ensemble.sampling.paths import Ensemble
from phasemap.theory.ensemble.sampling.process import Process

# Solutions sought anew beside the one at hand; the deviation of four from the whole is widened as by Student.
_OTHERS, _WIDER = 3, np.sqrt(3.0)
# Stream of the seeds of other noise.
_KEY = 40
_EXPONENT = NAMES.index("lyapunov_max")


def widened(
    errors: ErrorBudget, process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, pilot: Pilot,
    paths: int,
) -> ErrorBudget:  # fmt: skip
    """Errors with the scatter from noise to noise, as a part of the iteration's; far from onsets they are as they were.

    pilot: the small solution that `errors` began from.  paths: of the large one; scatter falls by the root of them.
    """
    if pilot.stiffener is None or not is_near_an_onset(process):
        return errors
    scatter = _scatter(process, options, seed, pilot) * np.sqrt(pilot.noise.paths / paths)
    parts = errors.parts.copy()
    iteration = SOURCES.index("iteration")  # not of the groups: what they do not tell bounds of times have to know
    parts[:, iteration] = np.hypot(parts[:, iteration], scatter)
    return ErrorBudget(parts)


def _scatter(process: Process, options: EnsembleOptions, seed: np.random.SeedSequence, pilot: Pilot) -> FloatArray:
    """Standard errors (len(NAMES),) of the numbers of a pilot, by pilots of other noise; zero for the exponent."""
    rows = [_row(process, pilot)]
    for k in range(_OTHERS):
        child = np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, _KEY, k))
        other = seek(process, options, child)
        if other is not None and other.found is Found.FLUCTUATING:
            rows.append(_row(process, other))
    if len(rows) <= 2:  # most of them are slower than the longest window: nothing is known of the times
        return np.where(np.arange(len(NAMES)) == _EXPONENT, 0.0, np.inf)
    spread = np.std(rows, axis=0, ddof=1) * _WIDER
    spread[_EXPONENT] = 0.0  # not found by pilots
    return np.asarray(spread)


def _row(process: Process, pilot: Pilot) -> FloatArray:
    """The numbers (len(NAMES),) of a pilot."""
    ensemble = Ensemble(process, pilot.ring, pilot.noise)
    return numbers.at(ensemble, pilot.solution, ensemble.moments(pilot.activity), Start(pilot.activity)).row
