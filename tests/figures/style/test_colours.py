import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from phasemap.dataset.phases import Phase
from phasemap.figures.style.colours import (
    GREY,
    LIGHT_GREY,
    PHASE_COLOURS,
    counts,
    diverging,
    oklab_to_linear_rgb,
    sequential,
)

# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(rgb):
    rgb = np.asarray(rgb)[..., :3]
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def oklab(rgb, blindness="none"):
    """OKLab of sRGB colours as an eye of that kind sees them; the inverse matrices of Ottosson 2020."""
    seen = np.clip(linear(rgb) @ BLINDNESS[blindness].T, 0, 1)
    lms = seen @ np.array(
        [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
         [0.0883024619, 0.2817188376, 0.6299787005]]
    ).T  # fmt: skip
    return np.cbrt(lms) @ np.array(
        [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
         [0.0259040371, 0.7827717662, -0.8086757660]]
    ).T  # fmt: skip


def table(cmap, n=101):
    return cmap(np.linspace(0, 1, n))


def test_oklab_round_trip():
    lab = oklab(np.array([[0.2, 0.5, 0.7], [0.9, 0.1, 0.3]]))
    assert oklab_to_linear_rgb(*lab.T) == pytest.approx(linear([[0.2, 0.5, 0.7], [0.9, 0.1, 0.3]]), abs=1e-6)


@pytest.mark.parametrize("half", [slice(0, 51), slice(50, 101)])
def test_diverging_lightness_is_monotone_on_both_sides_of_a_pale_centre(half):
    lightness = oklab(table(diverging()))[:, 0]
    steps = np.diff(lightness[half])
    assert np.all(steps > 0) or np.all(steps < 0)
    assert lightness.argmax() == 50 and lightness[50] > 0.95


@pytest.mark.parametrize("cmap", [diverging(), sequential()])
def test_equal_steps_look_equal(cmap):
    steps = np.linalg.norm(np.diff(oklab(cmap.colors), axis=0), axis=1)
    assert steps.max() < 1.4 * steps.min()


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_the_two_signs_differ_for_every_eye(blindness):
    below, above = (oklab(diverging()(0.5 + s * np.linspace(0.1, 0.5, 9)), blindness) for s in (-1, 1))
    assert np.linalg.norm(below - above, axis=1).min() > 0.05


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_phases_differ_for_every_eye(blindness):
    colours = {p: oklab(np.array(to_rgb(c)), blindness) for p, c in PHASE_COLOURS.items()}
    for one, other in itertools.combinations(colours, 2):
        assert np.linalg.norm(colours[one] - colours[other]) > 0.03, (one, other)


def test_every_phase_has_a_colour():
    assert set(PHASE_COLOURS) == set(Phase)


def test_bad_points_never_look_like_values():
    for grey in (GREY, LIGHT_GREY):
        for cmap in (sequential(), counts(5)):
            assert np.linalg.norm(oklab(table(cmap)) - oklab(np.array(to_rgb(grey))), axis=1).min() > 0.03


@pytest.mark.parametrize("n", [1, 2, 5, 12])
def test_counts_have_as_many_colours_as_steps(n):
    assert len({tuple(c) for c in counts(n).colors}) == n
