"""A made-up result, as a file."""

from pathlib import Path

import pytest
from support.toy_results import plane

from phasemap.storage import write_result


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "toy.h5"
    write_result(file, plane())
    return file


@pytest.fixture
def unsealed(path: Path) -> Path:
    """The same as another program leaves it: without what stands behind the HDF5 content."""
    content = path.read_bytes()
    path.write_bytes(content[: content.rindex(b"\nphasemap-seal-1\n")])
    return path
