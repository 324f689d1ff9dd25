"""How quantities are coloured."""

import numpy as np
import pytest

from phasemap.figures.scenes.fields import kind_of
from phasemap.figures.scenes.scene import Kind


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("lyapunov_max", [0.1, 0.3], Kind.DIVERGING),
        ("entropy_rate_per_unit", [-4.8e-9, 0.003, 0.01], Kind.SEQUENTIAL),
        ("positive_exponent_fraction", [0.0, 0.013, 0.03], Kind.SEQUENTIAL),
        ("exponents_above", [0.0, 0.013, 0.03], Kind.SEQUENTIAL),
        ("difference", [-0.1, 0.2], Kind.DIVERGING),
        ("all_negative", [-0.1, -0.2], Kind.SEQUENTIAL),
    ],
)
def test_what_is_never_negative_has_no_colours_around_zero(name: str, values: list[float], kind: Kind) -> None:
    assert kind_of(name, np.array(values)) is kind
