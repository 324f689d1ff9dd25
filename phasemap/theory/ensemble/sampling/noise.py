"""The random numbers of an ensemble: white noise in the frequency domain, fixed while the correlations are solved for.

The same numbers in every iteration make the iterated map deterministic. They come in independent groups, whose
solutions give the error bars; the noise of every Fourier mode is rescaled to unit sample power, over a group where the
group is solved alone and over all groups where they are solved together.

Modes are drawn octave by octave, so that a finer ring of the same window has the same paths with more detail: what is
known on a coarse ring is a start on a finer one, and both may be compared path by path.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from phasemap.model.results import FloatArray

Complex32 = NDArray[np.complex64]

# Complex columns of a batch: 32 real paths side by side fill the vector registers and fit the cache.
_COLUMNS = 16
# Numbers of a field that are worth a call: batches of short rings are computed together, side by side.
_WORTH = 16 * 1024
# Modes that are drawn together; further ones come by octaves.
_LOWEST = 64


@dataclass(frozen=True)
class Batch:
    """Noise of the paths that are computed together: two lanes of real paths in every complex column.

    z:        (steps, columns) of the gate variable, used with both signs.
    drives:   two of (steps, columns), one for each sign of z.
    inputs:   two of (steps, columns) for the noise input, or empty.
    constant: (2, 2 * columns) of the static input outside the bracket.
    """

    z: Complex32
    drives: tuple[Complex32, Complex32]
    inputs: tuple[Complex32, ...]
    constant: FloatArray


@dataclass
class Group:
    """Batches from one seed; more can be drawn without changing the ones before. One generator for every octave."""

    generators: tuple[np.random.Generator, ...]
    batches: list[Batch] = field(default_factory=list)


@dataclass(frozen=True)
class Scales:
    """Factors (steps,) that give every Fourier mode of the noise unit sample power."""

    z: FloatArray
    drive: FloatArray


class Noise:
    """Noise for `groups` independent groups on a ring of `steps` points."""

    def __init__(self, seed: np.random.SeedSequence, groups: int, steps: int, noisy: bool) -> None:
        self.steps = steps
        self.columns = _COLUMNS
        self.noisy = noisy
        # Children by key, not by spawn(): a seed gives the same numbers however often it is used.
        self.groups = [Group(_generators(seed, index, self._octaves)) for index in range(groups)]
        self._scales: dict[tuple[int, ...], Scales] = {}
        self._side_by_side: dict[tuple[int, ...], list[Batch]] = {}

    @property
    def _octaves(self) -> list[int]:
        """Numbers of modes up to the end of every octave."""
        lowest = min(self.steps, _LOWEST)
        return [lowest << k for k in range((self.steps // lowest).bit_length())]

    @property
    def paths_per_batch(self) -> int:
        """Paths that one batch serves: columns times two lanes times two signs of z."""
        return 4 * self.columns

    @property
    def paths(self) -> int:
        """Paths in all groups together."""
        return sum(len(group.batches) for group in self.groups) * self.paths_per_batch

    def grow(self, paths: int) -> None:
        """Draw batches until there are at least `paths` paths, the same number in every group."""
        each = -(-paths // (self.paths_per_batch * len(self.groups)))
        for group in self.groups:
            while len(group.batches) < each:
                group.batches.append(self._draw(group.generators))
        self._scales.clear()
        self._side_by_side.clear()

    def members(self, group: int | tuple[int, ...] | None) -> tuple[int, ...]:
        """Indices of the groups that are used: one of them, several, or all (None)."""
        if group is None:
            return tuple(range(len(self.groups)))
        return group if isinstance(group, tuple) else (group,)

    def batches(self, members: tuple[int, ...], side_by_side: bool = False) -> list[Batch]:
        """All batches of some groups; side_by_side: as many of them in one as make its fields worth a call."""
        all_of_them = [batch for index in members for batch in self.groups[index].batches]
        together = max(1, _WORTH // (self.steps * self.columns))
        if not side_by_side or together == 1:
            return all_of_them
        if members not in self._side_by_side:
            parts = [all_of_them[k : k + together] for k in range(0, len(all_of_them), together)]
            self._side_by_side[members] = [_joined(part) for part in parts]
        return self._side_by_side[members]

    def scales(self, members: tuple[int, ...]) -> Scales:
        """Rescaling factors over some groups."""
        if members not in self._scales:
            batches = self.batches(members)
            self._scales[members] = Scales(
                _unit_power([batch.z for batch in batches]),
                _unit_power([drive for batch in batches for drive in batch.drives]),
            )
        return self._scales[members]

    def coarser(self) -> "Noise":
        """The same paths with their upper half of frequencies cut off, on half as many points."""
        cut = object.__new__(Noise)
        cut.steps, cut.columns, cut.noisy = self.steps // 2, self.columns, self.noisy
        cut._scales, cut._side_by_side = {}, {}
        quarter = self.steps // 4

        def low(noise: Complex32) -> Complex32:
            """The lower half of the frequencies."""
            return np.concatenate([noise[:quarter], noise[-quarter:]])

        cut.groups = [
            Group(
                group.generators[: len(cut._octaves)],
                [
                    Batch(low(b.z), (low(b.drives[0]), low(b.drives[1])), tuple(low(x) for x in b.inputs), b.constant)
                    for b in group.batches
                ],
            )
            for group in self.groups
        ]
        return cut

    def _draw(self, generators: tuple[np.random.Generator, ...]) -> Batch:
        fields = [np.empty((self.steps, self.columns), dtype=np.complex64) for _ in range(5 if self.noisy else 3)]
        done = 0
        for generator, modes in zip(generators, self._octaves, strict=True):
            low, high = done // 2, modes // 2
            for one in fields:
                drawn = generator.standard_normal((modes - done, 2 * self.columns), dtype=np.float32)
                of_modes = drawn.view(np.complex64)
                one[low:high], one[self.steps - high : self.steps - low] = np.split(of_modes, 2)
            done = modes
        constant = generators[0].standard_normal((2, 2 * self.columns))
        return Batch(fields[0], (fields[1], fields[2]), tuple(fields[3:]), constant)


def _joined(batches: list[Batch]) -> Batch:
    """Several batches side by side."""
    if len(batches) == 1:
        return batches[0]
    first, second = (np.concatenate([b.drives[k] for b in batches], axis=1) for k in (0, 1))
    inputs = tuple(np.concatenate(fields, axis=1) for fields in zip(*(b.inputs for b in batches), strict=True))
    constant = np.concatenate([b.constant for b in batches], axis=1)
    return Batch(np.concatenate([b.z for b in batches], axis=1), (first, second), inputs, constant)


def _generators(seed: np.random.SeedSequence, group: int, octaves: list[int]) -> tuple[np.random.Generator, ...]:
    return tuple(np.random.Generator(np.random.SFC64(_child(seed, modes, group))) for modes in octaves)


def _child(seed: np.random.SeedSequence, modes: int, group: int) -> np.random.SeedSequence:
    return np.random.SeedSequence(entropy=seed.entropy, spawn_key=(*seed.spawn_key, modes, group))


def _unit_power(noise: list[Complex32]) -> FloatArray:
    """Factors (steps,) for which real and imaginary parts of the noise have mean square 1 at every +-frequency."""
    power = np.zeros(noise[0].shape[0])
    for one in noise:
        power += np.einsum("kl,kl->k", one.view(np.float32), one.view(np.float32), dtype=float)
    power /= len(noise) * 2 * noise[0].shape[1]
    mirrored = 0.5 * (power + np.roll(power[::-1], 1))
    return np.asarray(1.0 / np.sqrt(mirrored))
