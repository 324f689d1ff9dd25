"""Finished curves of a diagram beside its file, so that a run that was stopped goes on from there.

FILE.curves.npz holds every curve that is done, or of curves over a parameter every place, under the key of the diagram:
of all that its numbers depend on, which leaves out its words. Curves have seeds by their places in the diagram, so that
one that is read is the one that would be computed again.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from phasemap.dataset.runs import Run
from phasemap.simulation.estimators.outcomes import Outcome
from phasemap.storage.archives import Entry, check_archive, key_from, read_archive, write_archive
from phasemap.studies.protocols.curves import Computed

_FORMAT, _KIND = "phasemap-curves", "curve"
_PLACES, _RUN, _OF_CURVE = "places", "run", "curve:"
# What a diagram says of itself, on which no number depends.
_WORDS = ("title", "description", "seconds", "quick")


def kept_beside(target: Path) -> Path:
    """Where finished curves of a diagram are kept until its file is whole."""
    return target.with_suffix(".curves.npz")


def key_of(data: Mapping[str, Any]) -> str:
    """What the numbers of a diagram depend on."""
    return key_from([{name: value for name, value in data.items() if name not in _WORDS}])


class KeptCurves:
    """Curves that are finished; those of the same key in the file are there from the start.

    Raises:
        ResultFileError: the name belongs to a file that is something else.
    """

    def __init__(self, path: Path, key: str) -> None:
        self.path, self.key = check_archive(path, "a file of finished curves"), key
        self._entries = read_archive(self.path, _FORMAT, key)

    @property
    def done(self) -> int:
        """How many are finished."""
        return len(self._entries)

    def get(self, at: str, compute: Callable[[], Computed]) -> Computed:
        """The curve that belongs somewhere: the one that is kept, or it is computed and put beside the file."""
        entry = self._entries.get(at)
        if entry is not None:
            return _read(entry)
        computed = compute()
        self._entries[at] = _written(computed)
        write_archive(self.path, _FORMAT, self.key, self._entries)
        return computed

    def telling(
        self, told: Callable[[int, int], None], total: int
    ) -> Callable[[str, Callable[[], Computed]], Computed]:
        """`get` that tells how many of the total are done, before each and after the last."""
        done = 0

        def get(at: str, compute: Callable[[], Computed]) -> Computed:
            """One more."""
            nonlocal done
            told(done, total)
            computed = self.get(at, compute)
            done += 1
            if done == total:
                told(done, total)
            return computed

        return get

    def remove(self) -> None:
        """Take the file away: the result is whole."""
        self.path.unlink(missing_ok=True)


def _written(computed: Computed) -> Entry:
    run = computed.run
    numbers = [np.nan if one is None else float(one) for one in (run.networks, run.size)]
    return Entry(_KIND, {
        _PLACES: computed.places, _RUN: np.array([*numbers, float(run.extrapolated)]),
        **{f"{_OF_CURVE}{kind}/{part}": getattr(one, part) for kind, one in computed.found.items()
           for part in Outcome._fields},
    })  # fmt: skip


def _read(entry: Entry) -> Computed:
    kinds = dict.fromkeys(name.rpartition("/")[0] for name in entry.arrays if name.startswith(_OF_CURVE))
    networks, size, extrapolated = (None if np.isnan(one) else int(one) for one in entry.arrays[_RUN])
    return Computed(
        entry.arrays[_PLACES],
        {
            kind.removeprefix(_OF_CURVE): Outcome(*(entry.arrays[f"{kind}/{part}"] for part in Outcome._fields))
            for kind in kinds
        },
        Run(networks, size, bool(extrapolated)),
    )
