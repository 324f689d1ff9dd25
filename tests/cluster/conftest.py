"""A private Slurm for the tests of this folder."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("private_slurm", Path(__file__).with_name("private_slurm.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["private_slurm"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def slurm_module() -> ModuleType:
    return _load()


@pytest.fixture(scope="session")
def slurm(tmp_path_factory: pytest.TempPathFactory, slurm_module: ModuleType) -> Iterator[dict[str, str]]:
    """The environment of a running private Slurm; skips, loudly, where it cannot be had."""
    missing = slurm_module.missing()
    if missing:
        print(f"\n*** THE SLURM TESTS DID NOT RUN: {missing} ***", file=sys.__stderr__)
        pytest.skip(f"no private Slurm: {missing}")
    with slurm_module.private_slurm(tmp_path_factory.mktemp("cluster") / "slurm") as environment:
        yield environment
