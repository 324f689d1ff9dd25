"""The parameters of cells: those of a point, and those of the theory that stands for it."""

from dataclasses import fields

import pytest

from phasemap.cells.gru.theory import Gru
from phasemap.cells.lstm.theory import Lstm
from phasemap.cells.parameters import FAMILIES, RESETS
from phasemap.cells.vanilla.theory import Vanilla

# What a point has besides: its static input, which the theory takes as a spread of every bias.
INPUT = "s_in"


@pytest.mark.parametrize(("name", "theory"), [("gru", Gru), ("lstm", Lstm), ("vanilla", Vanilla)])
def test_theory_and_points_have_the_same_parameters_with_the_same_defaults(name, theory):
    default = FAMILIES[name].record()._asdict()
    assert default.pop(INPUT) == 0.0
    assert {one.name: RESETS.get(one.default, one.default) for one in fields(theory)} == default
