"""The random numbers of an ensemble: white noise in the frequency domain, fixed while the correlations are solved for.

The same numbers in every iteration make the iterated map deterministic. They come in independent groups, whose
solutions give the error bars; the noise of every Fourier mode is rescaled to unit sample power, over a group where the
group is solved alone and over all groups where they are solved together.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from phasemap.model.results import FloatArray

Complex32 = NDArray[np.complex64]

# Complex columns of a batch: 32 real paths side by side fill the vector registers and fit the cache.
_COLUMNS = 16


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
    """Batches from one seed; more can be drawn without changing the ones before."""

    generator: np.random.Generator
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
        self.groups = [
            Group(np.random.Generator(np.random.SFC64(_child(seed, steps, index)))) for index in range(groups)
        ]
        self._scales: dict[tuple[int, ...], Scales] = {}

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
                group.batches.append(self._draw(group.generator))
        self._scales.clear()

    def members(self, group: int | None) -> tuple[int, ...]:
        """Indices of the groups that are used: one of them, or all (None)."""
        return tuple(range(len(self.groups))) if group is None else (group,)

    def scales(self, members: tuple[int, ...]) -> Scales:
        """Rescaling factors over some groups."""
        if members not in self._scales:
            batches = [batch for index in members for batch in self.groups[index].batches]
            self._scales[members] = Scales(
                _unit_power([batch.z for batch in batches]),
                _unit_power([drive for batch in batches for drive in batch.drives]),
            )
        return self._scales[members]

    def coarser(self) -> "Noise":
        """The same paths with their upper half of frequencies cut off, on half as many points."""
        cut = object.__new__(Noise)
        cut.steps, cut.columns, cut.noisy, cut._scales = self.steps // 2, self.columns, self.noisy, {}
        quarter = self.steps // 4

        def low(noise: Complex32) -> Complex32:
            """The lower half of the frequencies."""
            return np.concatenate([noise[:quarter], noise[-quarter:]])

        cut.groups = [
            Group(
                group.generator,
                [
                    Batch(low(b.z), (low(b.drives[0]), low(b.drives[1])), tuple(low(x) for x in b.inputs), b.constant)
                    for b in group.batches
                ],
            )
            for group in self.groups
        ]
        return cut

    def _draw(self, generator: np.random.Generator) -> Batch:
        def white() -> Complex32:
            """Complex white noise at all frequencies."""
            return generator.standard_normal((self.steps, 2 * self.columns), dtype=np.float32).view(np.complex64)

        z, drives = white(), (white(), white())
        inputs = (white(), white()) if self.noisy else ()
        return Batch(z, drives, inputs, generator.standard_normal((2, 2 * self.columns)))


def _child(seed: np.random.SeedSequence, steps: int, index: int) -> np.random.SeedSequence:
    return np.random.SeedSequence(entropy=seed.entropy, spawn_key=(*seed.spawn_key, steps, index))


def _unit_power(noise: list[Complex32]) -> FloatArray:
    """Factors (steps,) for which real and imaginary parts of the noise have mean square 1 at every +-frequency."""
    power = np.zeros(noise[0].shape[0])
    for one in noise:
        power += np.einsum("kl,kl->k", one.view(np.float32), one.view(np.float32), dtype=float)
    power /= len(noise) * 2 * noise[0].shape[1]
    mirrored = 0.5 * (power + np.roll(power[::-1], 1))
    return np.asarray(1.0 / np.sqrt(mirrored))
