"""The JSON Schema names what the configuration takes: every configuration of the atlas keeps to it."""

import pytest

from phasemap.config import catalogue, read_toml
from phasemap.config.json_schema import json_schema
from phasemap.model.parameters import PARAMETERS
from phasemap.quantities import REGISTRY

SCHEMA = json_schema(REGISTRY)


@pytest.mark.parametrize("name", catalogue())
def test_configurations_of_the_atlas_use_known_keys(name):
    data = read_toml(catalogue()[name])[1]
    schema = json_schema(REGISTRY.of_cell(data.get("cell")))
    assert set(data) <= set(schema["properties"])
    assert set(data.get("parameters", {})) <= set(schema["properties"]["parameters"]["properties"])
    for kind in ("quantities", "surfaces"):
        assert set(data.get(kind, [])) <= set(schema["properties"][kind]["items"]["enum"])
    for table, options in data.items():
        reference = schema["properties"][table].get("allOf", [schema["properties"][table]])[0].get("$ref", "")
        if reference and table != "axes":
            assert set(options) <= set(schema["$defs"][reference.rsplit("/", 1)[1]]["properties"]), table


def test_every_parameter_has_its_domain():
    gain = SCHEMA["properties"]["parameters"]["properties"]["g_h"]
    assert gain["anyOf"] == [{"type": "number", "minimum": 0.0}]
    assert set(SCHEMA["properties"]["parameters"]["properties"]) == set(PARAMETERS)
    assert {"enum": ["inf", "-inf"]} in SCHEMA["properties"]["parameters"]["properties"]["alpha_z"]["anyOf"]
