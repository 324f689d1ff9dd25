"""The JSON Schema of a configuration: what editors and other programs check a TOML file against."""

import math
from typing import Any

from phasemap.config.schema import schema
from phasemap.model.parameters import PARAMETERS, ParameterInfo
from phasemap.model.registry import Registry


def json_schema(registry: Registry) -> dict[str, Any]:
    """Every table with its keys, types, bounds and meanings; parameters, quantities and surfaces by name."""
    whole: dict[str, Any] = schema(registry).model_json_schema()
    whole["title"] = "Configuration of a phasemap sweep"
    properties = whole["properties"]
    properties["parameters"] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _parameter(info) for name, info in PARAMETERS.items()},
    }
    properties["quantities"]["items"] = {"enum": list(registry.quantities)}
    properties["surfaces"]["items"] = {"enum": list(registry.surfaces)}
    return whole


def _parameter(info: ParameterInfo) -> dict[str, Any]:
    number: dict[str, Any] = {"type": "number"}
    if math.isfinite(info.minimum):
        number["minimum"] = info.minimum
    if math.isfinite(info.maximum):
        number["maximum"] = info.maximum
    infinite = [{"enum": ["inf", "-inf"]}] if info.allows_infinity else []
    return {"description": info.description, "anyOf": [number, *infinite]}
