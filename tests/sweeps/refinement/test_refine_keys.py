"""How a refined map is asked for."""

from typing import Any

import pytest
from support.refined_plane import refined

from phasemap.errors import ConfigError


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ({"refine": "lables"}, "Did you mean 'labels'"),
        ({"refine": "hill"}, "neither 'labels' nor one of the quantities"),
        ({"refine": 3}, "axes.refine = 3 must be a string"),
        ({"refine_levels": 0}, "axes.refine_levels = 0 must be at least 1"),
        ({"refine": "static_gain", "refine_tolerance": -1.0}, "axes.refine_tolerance = -1.0 must be greater than 0"),
        ({"refine_tolerance": 0.1}, "has no meaning"),
        ({"refine": None, "refine_levels": 2}, "without axes.refine"),
    ],
)
def test_bad_keys_are_explained(axes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        refined(**axes)


def test_labels_need_the_quantities_they_are_made_from() -> None:
    with pytest.raises(ConfigError, match="needs static_gain or lyapunov_max"):
        refined(quantities=["hill"])
