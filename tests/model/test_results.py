import numpy as np

from phasemap.model.results import CriticalSurface, absent
from phasemap.model.status import STATUS_MEANINGS, Status


def test_pieces_cut_the_vertices_at_the_offsets():
    surface = CriticalSurface("s", "x = y", ("x", "y"), np.arange(10.0).reshape(5, 2), np.zeros(5), np.array([0, 2, 5]))
    assert [len(piece) for piece in surface.pieces] == [2, 3]


def test_absent_values_say_why():
    estimate = absent((2, 3))
    assert np.all(np.isnan(estimate.value)) and np.all(estimate.status == Status.ABSENT)


def test_every_status_has_a_meaning():
    assert set(STATUS_MEANINGS) == set(Status)
