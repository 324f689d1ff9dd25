"""What is computed besides the quantities that are named."""

from pathlib import Path

import pytest

from phasemap.config import load_config
from phasemap.quantities import REGISTRY

TEXT = """
quantities = ["static_gain", "lyapunov_max"]
[axes]
g_h = { from = 1.0, to = 2.0, points = 3 }
"""


@pytest.mark.parametrize("wanted", [True, False])
def test_phase_maps_ask_for_the_complexity_unless_told_not_to(tmp_path: Path, wanted: bool) -> None:
    path = tmp_path / "x.toml"
    path.write_text(TEXT + ("" if wanted else "[output]\ncomplexity = false\n"))
    assert ("complexity" in load_config(path, REGISTRY).quantities) == wanted
