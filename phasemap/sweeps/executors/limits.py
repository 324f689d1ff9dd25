"""How long a point may take, and how many workers and shards make sense."""

import math

from phasemap.errors import ConfigError

USUAL_SECONDS = 600.0
"""A point may take that long unless its solver expects more, or the user says otherwise."""

_OVER_ESTIMATE = 20.0  # solvers' estimates are rough, machines are busy
MOST_WORKERS = 1024


def seconds_per_point(estimate: float, wanted: float | None) -> float:
    """Seconds after which a point is given up: those that are wanted, or many times its estimated cost."""
    return max(USUAL_SECONDS, _OVER_ESTIMATE * estimate) if wanted is None else wanted


def seconds_per_block(per_point: float, estimate: float) -> float:
    """Seconds after which the points of a block are looked at one by one: one of them may hang."""
    return per_point + _OVER_ESTIMATE * estimate


def check_seconds(name: str, seconds: float | None) -> None:
    """Raise `ConfigError` unless a limit of time is positive (inf: no limit)."""
    if seconds is not None and (math.isnan(seconds) or seconds <= 0.0):
        raise ConfigError(f"{name} {seconds:g} must be above 0 (inf: no limit).")


def check_workers(count: int) -> None:
    """Raise `ConfigError` for more workers than a machine could hold."""
    if count > MOST_WORKERS:
        raise ConfigError(f"--workers {count:,} is too many: at most {MOST_WORKERS:,}, and at best one per processor.")
