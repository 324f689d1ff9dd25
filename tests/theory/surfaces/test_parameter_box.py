"""Boxes of parameters: scaling, exact faces, bad input."""

import math

import numpy as np
import pytest

from phasemap.errors import ParameterError
from phasemap.model.parameters import Parameters
from phasemap.theory.surfaces.parameter_box import ParameterBox


def test_faces_are_exact_and_wide_positive_axes_logarithmic():
    box = ParameterBox(Parameters(), {"g_h": (0.1, 2.3), "alpha_r": (0.1, 1000.0), "beta_r": (-1.0, 3.0)})
    corners = box.values(np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.5, 0.5, 0.5]]))
    assert corners[0].tolist() == [0.1, 0.1, -1.0]
    assert corners[1].tolist() == [2.3, 1000.0, 3.0]
    assert corners[2] == pytest.approx([1.2, 10.0, 1.0])


def test_parameters_outside_the_axes_are_those_of_the_base():
    base = Parameters(g_h=2.0, alpha_z=math.inf, s_r=0.3)
    rows = ParameterBox(base, {"beta_r": (0.0, 1.0), "g_h": (1.0, 2.0)}).parameters(np.array([[0.25, 0.5]]))
    assert rows[0].tolist() == list(base._replace(beta_r=0.25, g_h=1.5))


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ({"g_h": (0.0, 1.0)}, "two or three"),
        ({"g_h": (1.0, 0.5), "alpha_r": (0.0, 1.0)}, "lower one first"),
        ({"g_h": (0.5, 1.0), "alpha_r": (0.0, math.inf)}, "finite bounds"),
        ({"g_h": (-0.5, 1.0), "alpha_r": (0.0, 1.0)}, "outside its domain"),
        ({"g_h": (0.5, 1.0), "input_inside": (0.0, 1.0)}, "continuous"),
        ({"g_h": (0.5, 1.0), "alpha": (0.0, 1.0)}, "alpha"),
    ],
)
def test_boxes_that_cannot_be_used_are_explained(box, words):
    with pytest.raises(ParameterError, match=words):
        ParameterBox(Parameters(), box)
