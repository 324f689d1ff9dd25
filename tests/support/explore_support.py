"""Toy results with every kind of status, and the data of a page."""

import json

import numpy as np
from support.toy_results import finer, plane

from phasemap.model.results import Region
from phasemap.model.status import Status

FAILED, NOT_CONVERGED, BOUND, DIVERGING = (3, 4), (5, 6), (7, 8), (9, 10)


def marked_plane():
    """A toy plane with a point of every kind that is no plain number, a region with a hole, and a finer grid."""
    result = plane()
    result.fine = finer(result)
    result.regions["marginally_stable"] = ringed_region(result.axis_names)
    rate = result.fields["lyapunov_max"]
    for place, status, value in (
        (FAILED, Status.FAILED, float("nan")),
        (NOT_CONVERGED, Status.NOT_CONVERGED, 0.25),
        (BOUND, Status.LOWER_BOUND, 0.125),
        (DIVERGING, Status.DIVERGES, float("inf")),
    ):
        rate.status[place] = status
        rate.value[place] = value
        rate.error[place] = float("nan")
    return result


def ringed_region(names):
    """A rectangle with a rectangular hole, whose corners lie at heights of the grid."""
    outer = [(2.0, 5.0), (3.8, 5.0), (3.8, 15.0), (2.0, 15.0), (2.0, 5.0)]
    hole = [(2.6, 7.5), (2.6, 12.5), (3.2, 12.5), (3.2, 7.5), (2.6, 7.5)]
    vertices = np.array(outer + hole)
    return Region("marginally_stable", "pinned", names, vertices, np.zeros(10), np.array([0, 5, 10]), level=0.1)


def data_of(content: bytes):
    """The JSON block of a page."""
    start = content.index(b'id="data">') + len(b'id="data">')
    return json.loads(content[start : content.index(b"</script>", start)])
