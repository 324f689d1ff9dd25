"""Small results that several parts of the tests draw, cut and compare; and what every test runs under."""

import os
import signal

import pytest
from support import toy_results
from threadpoolctl import threadpool_limits

# Beside another worker a second thread of the linear algebra only waits, and takes the other one's core to do so.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    threadpool_limits(1)


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
