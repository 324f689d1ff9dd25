"""What the tests of the theory share."""

import importlib.util
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def straightforward():
    """The module tests/references/straightforward_statics.py: SciPy quadrature, a scan, Brent's method."""
    path = Path(__file__).parents[1] / "references" / "straightforward_statics.py"
    spec = importlib.util.spec_from_file_location("straightforward_statics", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
