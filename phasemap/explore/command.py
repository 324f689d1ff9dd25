"""What `phasemap point --set …` needs besides the axes to compute a point of the result again."""

from typing import Any

from phasemap.dataset import Result
from phasemap.model.parameters import Parameters
from phasemap.model.registry import Registry

_BIASED = {"alpha_z": "beta_z", "alpha_r": "beta_r"}


def point_settings(result: Result, registry: Registry) -> list[str]:
    """The settings NAME=VALUE that are the same at every point: parameters, options other than the usual, the seed.

    The bias of a gate whose steepness is named is named as well.
    """
    given = {name: float(value) for name, value in result.metadata.parameters.items() if name in Parameters._fields}
    usual, axes = Parameters()._asdict(), set(result.axis_names)
    free = {name for name in given if name not in axes and name not in _derived(result)}
    named = {name for name in free if given[name] != usual[name]}
    named |= {bias for steep, bias in _BIASED.items() if bias in free and (steep in named or steep in axes)}
    settings = [f"{name}={given[name]:.15g}" for name in given if name in named]
    settings += _options(result, registry)
    return settings + ([f"seed={result.metadata.seed}"] if result.metadata.seed else [])


def _derived(result: Result) -> dict[str, Any]:
    """Parameters that follow from others, by name."""
    return dict(result.metadata.settings.get("derived", {}))


def _options(result: Result, registry: Registry) -> list[str]:
    """Options of theory that are stored and not the usual ones."""
    tables = {s.table: s.options for s in registry.solvers.values() if s.options is not None and not s.simulated}
    stored: dict[str, dict[str, Any]] = result.metadata.settings.get("options", {})
    settings = []
    for table, record in tables.items():
        if record is None or table not in stored:
            continue
        usual = vars(record()) if not hasattr(record, "_fields") else record()._asdict()
        for name, value in stored[table].items():
            if name in usual and isinstance(value, int | float) and value != usual[name]:
                settings.append(f"{table}.{name}={str(value).lower() if isinstance(value, bool) else repr(value)}")
    return settings
