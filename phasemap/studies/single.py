"""The result of a single point in the format of a sweep: a grid of one value."""

from collections.abc import Mapping
from typing import Any

from phasemap import strict_json
from phasemap.config import Point, SweepConfig, make_config, write_toml
from phasemap.dataset import Result, Session
from phasemap.model.parameters import different
from phasemap.model.registry import Registry
from phasemap.model.results import Estimate
from phasemap.sweeps.files.sessions import end_session
from phasemap.sweeps.files.skeleton import empty_result

_AXIS = "g_h"


def single_config(point: Point, quantities: list[str], tables: Mapping[str, Any], registry: Registry) -> SweepConfig:
    """The configuration of a sweep over the one value of g_h that `point` has.

    tables: the tables of solver options that were given, as in a configuration file.
    """
    fixed = different(point.parameters, always=_AXIS)
    gain = fixed.pop(_AXIS)
    data = {
        "title": "One network",
        "seed": point.seed,
        "quantities": quantities,
        "parameters": strict_json.plain(fixed),
        "axes": {_AXIS: [gain]},
        **tables,
    }
    return make_config(data, registry, text=write_toml(data))


def single_result(config: SweepConfig, estimates: Mapping[str, Estimate], session: Session, began: float) -> Result:
    """The numbers of one point, each (1, *dims), as a result of a `session` that began at `began` (monotonic time)."""
    result = empty_result(config)
    for name, entry in result.fields.items():
        found = estimates[name]
        entry.fill([0], found.value, found.status, found.error)
    end_session(result, session, began)
    return result
