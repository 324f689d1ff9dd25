"""What the tests of the theory share."""

import pytest
from support import straightforward_statics


@pytest.fixture(scope="session")
def straightforward():
    """SciPy quadrature, a scan, Brent's method."""
    return straightforward_statics
