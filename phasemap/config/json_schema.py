"""The JSON Schema of a configuration: what editors and other programs check a TOML file against."""

import math
from typing import Any

from phasemap.config.schema import schema
from phasemap.model.parameters import ParameterInfo
from phasemap.model.registry import Registry


def json_schema(registry: Registry) -> dict[str, Any]:
    """Every table with its keys, types, bounds and meanings; parameters, quantities and surfaces by name."""
    whole: dict[str, Any] = schema(registry).model_json_schema()
    whole["title"] = "Configuration of a phasemap sweep"
    properties = whole["properties"]
    properties["parameters"] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _parameter(info) for name, info in registry.family.infos.items()},
    }
    properties["quantities"]["items"] = {"enum": list(registry.quantities)}
    properties["surfaces"]["items"] = {"enum": list(registry.surfaces)}
    properties["cell"] = {"const": registry.family.name}
    if registry.family.name:
        whole["required"] = ["cell"]
    return whole


def schema_of_all(registry: Registry) -> dict[str, Any]:
    """One schema for the rate network and all discrete cells, which have parameters and quantities of their own."""
    each = [registry, *registry.cells.values()]
    kinds = [{"$id": f"phasemap:{one.family.name or 'rate'}", **json_schema(one)} for one in each]
    return {"title": "Configuration of a phasemap sweep", "oneOf": kinds}


def _parameter(info: ParameterInfo) -> dict[str, Any]:
    if info.words:
        return {"description": info.description, "enum": list(info.words)}
    number: dict[str, Any] = {"type": "number"}
    if math.isfinite(info.minimum):
        number["minimum"] = info.minimum
    if math.isfinite(info.maximum):
        number["maximum"] = info.maximum
    infinite = [{"enum": ["inf", "-inf"]}] if info.allows_infinity else []
    return {"description": info.description, "anyOf": [number, *infinite]}
