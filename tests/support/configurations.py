"""A configuration that holds a little of everything."""

from typing import Any

import pytest

from phasemap.config import make_config, parse_toml
from phasemap.errors import PhasemapError
from phasemap.quantities import REGISTRY

TEXT = """
title = "test"
quantities = ["static_gain", "lyapunov_max", "network_lyapunov_max"]
surfaces = ["static_fold"]

[parameters]
beta_z = "-inf"
tau_r = 1

[axes]
g_h = { from = 0.5, to = 4.0, points = 5 }
alpha_r = { from = 0.5, to = 4.0, points = 4, scale = "log" }

[simulation]
size = 600
points = [[1, 2], [3, 4.5]]
"""


def config(*overrides: str, text: str = TEXT) -> Any:
    return make_config(parse_toml(text, "test"), REGISTRY, overrides, text=text)


def refusal(*overrides: str, text: str = TEXT) -> str:
    with pytest.raises(PhasemapError) as caught:
        config(*overrides, text=text)
    return str(caught.value)
