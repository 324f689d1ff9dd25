import numpy as np
import pytest
from matplotlib.colors import LogNorm, Normalize

from phasemap.figures.scenes.scene import Kind, Layer
from phasemap.figures.style.scales import MAX_RATIO, MOST_UNEVEN, scale_of
from phasemap.model.status import Status


def layer(values, kind=Kind.DIVERGING, status=Status.CONVERGED, **more):
    value = np.atleast_2d(np.asarray(values, dtype=float))
    return Layer("q", "$q$", "quantity", value, np.full(value.shape, status, dtype=np.uint8), kind, **more)


@pytest.mark.parametrize("values", [[-1, 0.1], [-1, 0.9], [-0.1, 1], [0.2, 0.5], [-3, -1], [0, 0], [0, 2]])
def test_zero_is_the_centre_of_the_diverging_map(values):
    scale = scale_of(layer(values))
    assert scale.norm(0.0) == pytest.approx(0.5)


def test_similar_sides_share_one_slope_and_different_ones_do_not():
    one, two = scale_of(layer([-1, 1 / MAX_RATIO])), scale_of(layer([-1, 0.9 / MAX_RATIO]))
    assert one.norm(-0.2) + one.norm(0.2) == pytest.approx(1.0)
    assert two.norm(-0.2) + two.norm(0.2) > 1.05


def test_a_side_as_good_as_zero_is_not_blown_up():
    scale = scale_of(layer([-0.9 / MOST_UNEVEN, 1.0]))
    assert scale.norm(-0.2) + scale.norm(0.2) == pytest.approx(1.0)
    assert scale.norm(-0.9 / MOST_UNEVEN) > 0.45


@pytest.mark.parametrize("values", [[-1, 0.1], [-1, 0.9], [-5e-3, 5e-2], [-7, 3], [-0.75, 0.25]])
def test_the_colour_bar_shows_both_slopes(values):
    ticks = scale_of(layer(values)).ticks
    assert 0.0 in ticks and min(ticks) < 0 < max(ticks)
    assert min(values) - 1e-12 <= min(ticks) or min(ticks) >= -max(map(abs, values))


def test_checks_beyond_the_map_stay_on_the_scale():
    scale = scale_of(layer([-0.5, 0.2]), np.array([0.9, np.nan]))
    assert scale.norm.vmax == pytest.approx(0.9)


def test_values_that_are_not_good_do_not_stretch_the_scale():
    both = layer([-0.5, 0.4, 100.0])
    both.status[0, 2] = Status.NOT_CONVERGED
    assert scale_of(both).norm.vmax == pytest.approx(0.5)


def test_nothing_to_show_still_has_a_scale():
    for kind in Kind:
        scale = scale_of(layer([np.nan], kind, Status.FAILED, names={0: "a"}))
        assert len(scale.cmap(0.5)) == 4, kind


def test_codes_get_their_own_colour_and_name():
    scale = scale_of(layer([1, 4, 6], Kind.LABELS, names={1: "a", 4: "b", 6: "c"}))
    assert scale.names == ["a", "b", "c"]
    assert len({tuple(scale.cmap(scale.norm(code))) for code in (1, 4, 6)}) == 3


def test_counts_are_ticked_at_integers():
    scale = scale_of(layer([1, 3, 5], Kind.COUNTS))
    assert scale.ticks == [1, 2, 3, 4, 5]
    assert len({tuple(scale.cmap(scale.norm(n))) for n in (1, 2, 3, 4, 5)}) == 5


def test_decades_are_coloured_by_their_logarithm():
    scale = scale_of(layer([0.02, 1.0, 50.0], Kind.SEQUENTIAL))
    assert scale.norm(1.0) == pytest.approx(0.5) and scale.ticks == [0.1, 1.0, 10.0]
    assert scale_of(layer([1.0, 50.0], Kind.SEQUENTIAL)).norm(25.5) == pytest.approx(0.5)
    assert scale_of(layer([0.0, 50.0], Kind.SEQUENTIAL)).norm(25.0) == pytest.approx(0.5)


def test_a_few_large_values_do_not_take_the_colours_from_the_others():
    times = np.append(np.linspace(2.0, 4.0, 50), [20.0, 40.0])
    scale = scale_of(layer(times, Kind.SEQUENTIAL))
    assert scale.norm(4.0) - scale.norm(2.0) > 0.2
    assert scale.ticks == [2.0, 5.0, 10.0, 20.0]


def test_constant_maps_can_be_drawn():
    scale = scale_of(layer([2.5, 2.5], Kind.SEQUENTIAL))
    assert scale.norm.vmin < 2.5 < scale.norm.vmax


def test_colours_are_logarithmic_where_that_spreads_the_values() -> None:
    """A few cells beside an onset span decades and do not decide: most values would share the last of them."""
    onset = [1e-4, 1e-3, *np.linspace(0.02, 0.2, 30)]
    assert type(scale_of(layer(onset, Kind.SEQUENTIAL)).norm) is Normalize
    assert isinstance(scale_of(layer(np.geomspace(1e-4, 0.2, 30), Kind.SEQUENTIAL)).norm, LogNorm)
    assert isinstance(scale_of(layer([*onset, 30.0], Kind.SEQUENTIAL)).norm, LogNorm)
