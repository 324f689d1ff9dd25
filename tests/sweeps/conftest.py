"""Make `toy_registry` importable, here and in worker processes (which inherit the path)."""

from typing import Any

import pytest
from support.toy_registry import CONFIG, TOYS, MakeConfig

from phasemap.config import SweepConfig, make_config


@pytest.fixture
def toy() -> MakeConfig:
    """Build a configuration of toys: overrides as on the command line, or whole keys by name."""

    def build(*overrides: str, **keys: Any) -> SweepConfig:
        return make_config({**CONFIG, **keys}, TOYS, overrides)

    return build
