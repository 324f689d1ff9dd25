"""Toy results with every kind of status, and the data of a page."""

import json

from support.toy_results import plane

from phasemap.model.status import Status

FAILED, NOT_CONVERGED, BOUND, DIVERGING = (3, 4), (5, 6), (7, 8), (9, 10)


def marked_plane():
    """A toy plane with a point of every kind that is no plain number."""
    result = plane()
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


def data_of(content: bytes):
    """The JSON block of a page."""
    start = content.index(b'id="data">') + len(b'id="data">')
    return json.loads(content[start : content.index(b"</script>", start)])
