"""Small results that several parts of the tests draw, cut and compare."""

import signal

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


# In the background of a shell SIGINT is ignored, and so it would be in every process that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
