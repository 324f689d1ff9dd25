"""Bitmaps in few colours keep the colours of areas and show no steps in what is smooth."""

import numpy as np
import pytest
from PIL import Image

from phasemap.figures.style.few_colours import in_few_colours


def rgb(image):
    return np.asarray(image.convert("RGB")).astype(int)


def test_a_picture_of_few_colours_is_kept_as_it_is():
    pixels = np.random.default_rng(1).integers(0, 4, (40, 60, 3)).astype(np.uint8) * 85
    few = in_few_colours(Image.fromarray(pixels))
    np.testing.assert_array_equal(rgb(few), pixels)
    assert len(few.getcolors()) == 64


def test_a_smooth_ramp_has_no_steps_that_can_be_seen():
    share = np.linspace(0.0, 1.0, 600)[:, None]
    ramp = np.round((1.0 - share) * (10, 60, 160) + share * (250, 245, 240)).astype(np.uint8)
    pixels = np.tile(ramp, (300, 1, 1))
    specks = np.random.default_rng(2).integers(0, 256, (30, 40, 3))  # as the edges of letters have
    pixels[:30, :40] = specks
    shown = rgb(in_few_colours(Image.fromarray(pixels)))
    assert np.abs(shown - pixels)[40:].max() <= 2
    # Neighbours of the ramp differ by one level, and each is off by two at most.
    assert np.abs(np.diff(shown[40], axis=0)).max() <= 5


@pytest.mark.parametrize("kind", ["RGB", "RGBA"])
def test_what_covers_much_is_exact_and_no_colour_is_far_off(kind):
    random = np.random.default_rng(3)
    pixels = np.full((200, 300, 3), 255, np.uint8)
    pixels[50:150, 100:200] = (178, 24, 43)
    pixels[:20] = random.integers(0, 256, (20, 300, 3))
    shown = rgb(in_few_colours(Image.fromarray(pixels).convert(kind)))
    np.testing.assert_array_equal(shown[30:], pixels[30:])
    assert np.abs(shown - pixels).max() < 64  # 6000 random colours, of which 256 stay
