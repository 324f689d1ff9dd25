"""Axes as one types them: NAME=FROM:TO:POINTS, or NAME=FROM:TO:POINTS:log, or NAME=V1,V2,V3."""

from collections.abc import Sequence
from typing import Any

from phasemap.errors import ConfigError
from phasemap.model.family import RATE, Family


def parse_axis(text: str, family: Family = RATE) -> tuple[str, Any]:
    """Name and content of an axis, as a configuration has it.

    Raises:
        ConfigError, ParameterError: not of this form, or an unknown parameter.
    """
    name, equals, places = text.partition("=")
    name = name.strip()
    if not equals:
        raise ConfigError(_not_understood(text))
    family.check_name(name)
    try:
        if ":" not in places:
            return name, [float(value) for value in places.split(",")]
        start, end, points, *scale = places.split(":")
        entry = {"from": float(start), "to": float(end), "points": int(points)}
    except ValueError:
        raise ConfigError(_not_understood(text)) from None
    if scale not in ([], ["log"], ["linear"]):
        raise ConfigError(_not_understood(text))
    return name, entry | ({"scale": scale[0]} if scale else {})


def content_of(
    axes: Sequence[str], quantities: Sequence[str], surfaces: Sequence[str], family: Family = RATE
) -> dict[str, Any]:
    """The content of a configuration from what was typed; without quantities, for the usual ones.

    Raises:
        ConfigError: an axis that is not understood, or one that is named twice.
    """
    found: dict[str, Any] = {}
    for text in axes:
        name, entry = parse_axis(text, family)
        if name in found:
            raise ConfigError(f"--axis {name} is given twice: give every axis once.")
        found[name] = entry
    cell = {"cell": family.name} if family.name else {}
    return {**cell, "axes": found, "quantities": list(quantities or family.usual), "surfaces": list(surfaces)}


def _not_understood(text: str) -> str:
    return (
        f"--axis {text[:60]!r} is not understood: write NAME=FROM:TO:POINTS, NAME=FROM:TO:POINTS:log or NAME=V1,V2,V3, "
        "for example --axis g_h=1:4:49."
    )
