"""When a network that ages is looked at: stated ages, late times, and the lags before them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phasemap.model.results import FloatArray

# Late times are multiples of the last age over this number, from a quarter of it on; lags of stationary correlations
# reach over half of it.
_PARTS, _FIRST, _REACH = 128, 32, 64
# Lags below: the shortest, one an octave, looked at from these late times. From `_DENSE` on four an octave, for ages.
_SHORTEST, _DENSE, _ANCHORS = 0.5, 1.0 / 32.0, (64, 80, 96, 112, 128)
_OLDEST = 0.9  # share of an age that a lag before it may have


@dataclass(frozen=True)
class Schedule:
    """The times of a run, in membrane time constants; ages: the stated ones, ascending, the last one ends the run."""

    ages: tuple[float, ...]

    @property
    def last(self) -> float:
        """The last age."""
        return self.ages[-1]

    @property
    def late(self) -> FloatArray:
        """Equidistant times over which stationary averages are taken."""
        return np.arange(_FIRST, _PARTS + 1, dtype=np.float64) * (self.last / _PARTS)

    @property
    def anchors(self) -> FloatArray:
        """Late times from which short lags are looked at."""
        return self.last / _PARTS * np.array(_ANCHORS)

    @property
    def short_lags(self) -> FloatArray:
        """Lags below the distance of late times, an octave apart."""
        count = max(int(np.ceil(np.log2(self.last / _PARTS / _SHORTEST))), 0)
        return np.exp2(np.arange(count, dtype=np.float64)) * _SHORTEST

    @property
    def late_lags(self) -> FloatArray:
        """Lags of stationary correlations, ascending, from 0."""
        return np.concatenate([[0.0], self.short_lags, self.last / _PARTS * np.arange(1, _REACH + 1)])

    @property
    def lags(self) -> FloatArray:
        """Lags before stated ages (n_lags,), ascending, from 0."""
        lags = _SHORTEST * 2.0 ** np.arange(0.0, np.log2(self.last / _SHORTEST), 0.25)
        kept = (lags >= _DENSE * self.last) | (np.arange(lags.size) % 4 == 0)
        return np.concatenate([[0.0], lags[kept & (lags <= _OLDEST * self.last)]])

    def before_age(self, age: float) -> FloatArray:
        """The lags that are looked at from a stated age."""
        return self.lags[self.lags <= _OLDEST * age]

    @property
    def times(self) -> FloatArray:
        """All times at which the state is needed, ascending."""
        looked = [anchor - self.short_lags for anchor in self.anchors]
        looked += [age - self.before_age(age) for age in self.ages]
        return np.unique(np.round(np.concatenate([*looked, self.late]), 6))

    def places(self, wanted: FloatArray) -> NDArray[np.intp]:
        """Where times are among `times`."""
        return np.asarray(np.searchsorted(self.times, np.round(wanted, 6)))
