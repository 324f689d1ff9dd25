"""Legends name what can be seen, and nothing else."""

import numpy as np
import pytest

from phasemap.figures.layout.visibility import is_named, is_visible


@pytest.mark.parametrize(
    ("piece", "seen", "named"),
    [
        ([(0.2, 0.2), (0.7, 0.9)], True, True),
        ([(0.2, 0.2), (0.201, 0.2)], False, False),  # a dot
        ([(0.2, 0.2), (0.21, 0.2)], True, False),  # too short for its dashes
        ([(0.2, 1.0), (0.201, 0.98), (0.202, 1.0)], True, False),  # a hairpin, twice as long as it reaches
        ([(0.001, 0.1), (0.001, 0.9)], False, False),  # under the frame
        ([(1.2, 0.1), (1.3, 0.9)], False, False),  # beyond the page
        ([(-0.5, 0.5), (1.5, 0.5)], True, True),  # through the page, both ends outside
        ([(-0.5, 0.3), (0.3, -0.5)], False, False),  # past the corner
        ([(np.nan, 0.5), (0.5, 0.5)], False, False),
    ],
)
def test_a_line_is_named_where_it_can_be_told(piece, seen, named):
    place = np.array(piece)
    assert (is_visible(place), is_named([place])) == (seen, named)


def test_no_line_is_named():
    assert not is_named([])
