"""Small results that several parts of the tests draw, cut and compare."""

import pytest
from support import toy_results


@pytest.fixture
def plane():
    return toy_results.plane()


@pytest.fixture
def box():
    return toy_results.box()


@pytest.fixture
def checked_box():
    return toy_results.checked_box()
