"""Random numbers of an ensemble."""

import numpy as np
import pytest

from phasemap.theory.ensemble.sampling.noise import Noise


def noise(steps=64, groups=3, paths=400, seed=1, noisy=False):
    made = Noise(np.random.SeedSequence(seed), groups, steps, noisy)
    made.grow(paths)
    return made


def batches(made):
    return [batch for group in made.groups for batch in group.batches]


def test_the_same_seed_gives_the_same_numbers_however_often_it_was_used():
    seed = np.random.SeedSequence(5)
    first = Noise(seed, 2, 64, False)
    first.grow(100)
    seed.spawn(7)
    second = Noise(seed, 2, 64, False)
    second.grow(100)
    for one, two in zip(batches(first), batches(second), strict=True):
        np.testing.assert_array_equal(one.z, two.z)
        np.testing.assert_array_equal(one.drives[1], two.drives[1])


def test_growing_keeps_the_paths_that_are_there():
    grown, fresh = noise(paths=200), noise(paths=2000)
    before = [group.batches[0].drives[0].copy() for group in grown.groups]
    grown.grow(2000)
    assert grown.paths == fresh.paths >= 2000
    for group, first, other in zip(grown.groups, before, fresh.groups, strict=True):
        np.testing.assert_array_equal(group.batches[0].drives[0], first)
        np.testing.assert_array_equal(group.batches[-1].z, other.batches[-1].z)


def test_groups_and_fields_have_different_numbers():
    made = noise()
    arrays = [array for batch in batches(made) for array in (batch.z, *batch.drives)]
    assert len({array.tobytes() for array in arrays}) == len(arrays)


@pytest.mark.parametrize("members", [(0,), (0, 1, 2)])
def test_scales_give_every_mode_unit_sample_power(members):
    made = noise()
    scales = made.scales(members)
    chosen = [batch for index in members for batch in made.groups[index].batches]
    for factor, arrays in (
        (scales.z, [batch.z for batch in chosen]),
        (scales.drive, [drive for batch in chosen for drive in batch.drives]),
    ):
        power = np.mean([np.mean(np.abs(factor[:, None] * array) ** 2, axis=1) for array in arrays], axis=0)
        mirrored = 0.5 * (power + np.roll(power[::-1], 1))
        np.testing.assert_allclose(mirrored, 2.0, rtol=1e-6)


def test_a_coarser_ring_keeps_the_low_frequencies():
    made = noise(noisy=True)
    coarse = made.coarser()
    fine, cut = batches(made)[0], batches(coarse)[0]
    assert coarse.steps == 32
    np.testing.assert_array_equal(cut.z[:16], fine.z[:16])
    np.testing.assert_array_equal(cut.inputs[1][-16:], fine.inputs[1][-16:])
    assert cut.constant is fine.constant


def test_a_finer_ring_has_the_same_modes_and_more():
    fine, coarse = noise(steps=256, noisy=True), noise(steps=128, noisy=True)
    for one, other in zip(batches(fine.coarser()), batches(coarse), strict=True):
        np.testing.assert_array_equal(one.z, other.z)
        np.testing.assert_array_equal(one.inputs[1], other.inputs[1])
        np.testing.assert_array_equal(one.constant, other.constant)
    assert len({mode.tobytes() for mode in batches(fine)[0].z}) == 256


def test_batches_side_by_side_are_the_same_paths_in_fewer_fields():
    for steps, paths in ((64, 3000), (256, 1200)):
        made = noise(steps, paths=paths, noisy=True)
        single, wide = made.batches((0, 2)), made.batches((0, 2), side_by_side=True)
        assert len(wide) < len(single)
        for name in ("z", "constant"):
            np.testing.assert_array_equal(
                np.concatenate([getattr(one, name) for one in wide], axis=1),
                np.concatenate([getattr(one, name) for one in single], axis=1),
            )
        for name in ("drives", "inputs"):
            for k in (0, 1):
                np.testing.assert_array_equal(
                    np.concatenate([getattr(one, name)[k] for one in wide], axis=1),
                    np.concatenate([getattr(one, name)[k] for one in single], axis=1),
                )
    made.grow(5000)
    assert sum(one.z.shape[1] for one in made.batches((0,), side_by_side=True)) == made.columns * len(
        made.groups[0].batches
    )


def test_long_fields_are_left_apart():
    made = noise(2048)
    assert made.batches((0, 1), side_by_side=True) == made.batches((0, 1))
