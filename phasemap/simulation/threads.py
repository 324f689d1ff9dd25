"""Threads: panels of tangent vectors in parallel, each with its own single-threaded BLAS."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import Any

from threadpoolctl import threadpool_limits

_lock = threading.Lock()
_users = 0
_limits: Any = None


@contextmanager
def single_threaded_blas() -> Iterator[None]:
    """Keep BLAS to one thread while anybody is inside; the limit of before returns with the last to leave.

    Products then give the same bits on any number of cores, and workers do not fight for them.
    """
    global _users, _limits
    with _lock:
        if _users == 0:
            _limits = threadpool_limits(1, user_api="blas")
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                _limits.restore_original_limits()


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def panel_executor(threads: int) -> Iterator[Executor | None]:
    """A pool of threads, or None for one thread."""
    with ThreadPoolExecutor(threads) if threads > 1 else nullcontext() as executor:
        yield executor
