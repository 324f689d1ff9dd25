"""A hysteresis loop in the format of a sweep: one axis, and a dimension for the way in which it was followed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from phasemap import strict_json
from phasemap.config import Point, make_config
from phasemap.dataset import Result
from phasemap.errors import ConfigError
from phasemap.model.branches import FLUCTUATING, FLUCTUATING_SMALL, STATIC, STATIC_SMALL, ZERO
from phasemap.model.parameters import check_name, different
from phasemap.model.registry import Dimension, Points, Quantity, Registry, Seeds, Solver
from phasemap.model.results import Estimate
from phasemap.model.status import Status
from phasemap.sweeps.files.skeleton import empty_result
from phasemap.theory.dynamic.hysteresis import Path, loop

STATES = (ZERO, STATIC, FLUCTUATING, STATIC_SMALL, FLUCTUATING_SMALL)
"""Attractors in the order of their numbers in the quantity `loop_attractor`; the first three are those of old files."""

WAYS = ("up", "down")

_LARGEST = 10_000


@dataclass(frozen=True)
class Along:
    """A parameter and its values, increasing; scale: linear | log."""

    name: str
    values: tuple[float, ...]
    scale: str = "linear"


def parse_along(text: str) -> Along:
    """NAME=FROM:TO:POINTS, or NAME=FROM:TO:POINTS:log.

    Raises:
        ConfigError, ParameterError: not of this form, an unknown parameter, or a range that runs the wrong way.
    """
    name, equals, places = text.partition("=")
    start, end, number, scale = (*places.split(":"), "linear", "", "", "")[:4] if equals else ("",) * 4
    try:
        low, high, count = float(start), float(end), int(number)
    except ValueError:
        raise ConfigError(
            f"--along {text!r} is not understood: write NAME=FROM:TO:POINTS, for example --along g_h=1.5:2.2:71."
        ) from None
    check_name(name.strip())
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ConfigError(f"--along {text!r}: FROM = {low:g} must be finite and below TO = {high:g}, finite too.")
    if not 2 <= count <= _LARGEST:
        raise ConfigError(f"--along {text!r}: POINTS = {count} must be from 2 to {_LARGEST:,}.")
    if scale not in ("linear", "log") or (scale == "log" and low <= 0.0):
        raise ConfigError(f"--along {text!r}: the scale is linear, or log with FROM above 0.")
    values = np.geomspace(low, high, count) if scale == "log" else np.linspace(low, high, count)
    return Along(name.strip(), tuple(values.tolist()), scale)


def follow_loop(point: Point, along: Along) -> Result:
    """The attractors up from rest and down from the fluctuating state along a parameter, as a result to be stored.

    Raises:
        UnsupportedError: the update gate fluctuates or is closed for good.
    """
    result = empty_result(make_config(_configuration(point, along), REGISTRY))
    up, down = loop(point.parameters, along.name, along.values)
    for name, numbers in {"loop_variance": _variance, "loop_lyapunov_max": _exponent, "loop_attractor": _state}.items():
        ways = [numbers(up), tuple(column[::-1] for column in numbers(down))]
        value, error, status = (np.stack([way[k] for way in ways], axis=1) for k in range(3))
        result.fields[name].fill(np.arange(len(along.values)), value, status, error)
    return result


def _configuration(point: Point, along: Along) -> dict[str, Any]:
    """What the loop can be repeated from, as the content of a TOML file."""
    fixed = strict_json.plain(different(point.parameters, always=along.name))
    del fixed[along.name]
    words = [f"--set {name}={value:g}" if isinstance(value, float) else f"--set {name}={value}"
             for name, value in fixed.items()]  # fmt: skip
    low, high, count = along.values[0], along.values[-1], len(along.values)
    scale = ":log" if along.scale == "log" else ""
    command = " ".join(["phasemap hysteresis", *words, f"--along {along.name}={low:g}:{high:g}:{count}{scale}"])
    return {
        "title": f"Hysteresis along {along.name}",
        "description": f"Attractors of the mean field, followed both ways. Made by: {command}",
        "quantities": list(REGISTRY.quantities),
        "parameters": fixed,
        "axes": {along.name: {"from": low, "to": high, "points": count, "scale": along.scale}},
    }


Columns = tuple[np.ndarray, np.ndarray, np.ndarray]


def _status(path: Path) -> np.ndarray:
    exists = np.array([state in STATES for state in path.states])
    good = np.where(path.converged, Status.CONVERGED, Status.NOT_CONVERGED)
    return np.where(exists, good, Status.ABSENT).astype(np.uint8)


def _variance(path: Path) -> Columns:
    return path.variance, path.variance_error, _status(path)


def _exponent(path: Path) -> Columns:
    return path.lyapunov_max, path.lyapunov_max_error, _status(path)


def _state(path: Path) -> Columns:
    codes = np.array([STATES.index(state) if state in STATES else np.nan for state in path.states], dtype=float)
    return codes, np.zeros(len(codes)), _status(path)


def _not_in_parts(points: Points, options: Any, seeds: Seeds) -> Mapping[str, Estimate]:
    raise NotImplementedError("A loop is followed from value to value: its points cannot be computed one by one.")


def _loop_quantity(name: str, symbol: str, description: str, units: str = "1") -> Quantity:
    return Quantity(f"loop_{name}", symbol, description, "hysteresis", units, ("way",))


def _by_name(quantities: Sequence[Quantity]) -> dict[str, Quantity]:
    return {quantity.name: quantity for quantity in quantities}


REGISTRY = Registry(
    _by_name(
        [
            _loop_quantity("variance", "$C_h(0)$", "variance of h (on the attractor that is reached this way)"),
            _loop_quantity("lyapunov_max", r"$\lambda_{\max}$",
                           "maximum Lyapunov exponent (on the attractor that is reached this way)",
                           "1 / membrane time constant"),
            _loop_quantity("attractor", "attractor", f"attractor that is reached this way; "
                           f"{', '.join(f'{code}: {state}' for code, state in enumerate(STATES))}"),
        ]
    ),
    {"hysteresis": Solver("hysteresis", "attractors followed along a parameter", _not_in_parts, lambda *_: 0.0,
                          cites=("krishnamurthy2022", "sompolinsky1988"))},
    {},
    {"way": Dimension("way", "way along the axis", WAYS, symbol="way")},
)  # fmt: skip
