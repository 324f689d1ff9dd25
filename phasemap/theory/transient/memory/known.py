"""A number of the theory of memory with its error and status."""

import math

from phasemap.model.status import Status

Known = tuple[float, float, Status]
NOT_SOUGHT: Known = (math.nan, math.nan, Status.NOT_SOUGHT)
ABSENT: Known = (math.nan, math.nan, Status.ABSENT)
FAILED: Known = (math.nan, math.nan, Status.FAILED)
