"""Axes as one types them."""

import pytest

from phasemap.config.axes import content_of, parse_axis
from phasemap.errors import PhasemapError
from phasemap.model.family import RATE
from phasemap.quantities import REGISTRY


def test_ranges_scales_and_lists_are_understood():
    assert parse_axis("g_h=1:4:49") == ("g_h", {"from": 1.0, "to": 4.0, "points": 49})
    assert parse_axis("noise_h=.01:1:5:log") == ("noise_h", {"from": 0.01, "to": 1.0, "points": 5, "scale": "log"})
    assert parse_axis("alpha_r=0,2,5") == ("alpha_r", [0.0, 2.0, 5.0])


@pytest.mark.parametrize("text", ["g_h", "g_h=1:4", "g_h=1:4:x", "g_h=1:4:5:cubic", "gh=1:4:5", "g_h=1:4:5:log:3", "="])
def test_what_is_not_understood_says_how_to_write_it(text):
    with pytest.raises(PhasemapError, match=r"NAME=FROM:TO:POINTS|Unknown parameter"):
        parse_axis(text)


def test_an_axis_is_given_once():
    with pytest.raises(PhasemapError, match="twice"):
        content_of(["g_h=1:2:3", "g_h=1:2:3"], [], [])


def test_the_usual_quantities_exist():
    assert set(RATE.usual) <= set(REGISTRY.quantities)
