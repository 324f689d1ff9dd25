"""Labels over a plane, made from what is stored."""

from dataclasses import replace

import numpy as np
from support.toy_results import plane

from phasemap.dataset import Field
from phasemap.dataset.phases import Phase
from phasemap.figures.scenes.fields import phase_field
from phasemap.model.status import Status


def test_stored_complexity_decides_where_fixed_points_proliferate():
    result = plane()
    before = phase_field(result).value
    count = np.where(before == Phase.STABLE_ZERO, 0.01, 0.0)
    stored = Field(
        name="complexity", value=count, status=np.full(count.shape, Status.CONVERGED, np.uint8), dims=result.axis_names
    )
    labels = phase_field(replace(result, fields={**result.fields, "complexity": stored})).value
    assert (before == Phase.STABLE_ZERO).any()
    assert (labels[before == Phase.STABLE_ZERO] == Phase.STATIC_COMPLEX).all()
