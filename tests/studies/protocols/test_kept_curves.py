"""A diagram that was stopped goes on with the curves that are finished, and ends with the same numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from phasemap.errors import ResultFileError
from phasemap.studies.protocols.atlas import parts_of, run
from phasemap.studies.protocols.curves import Computed
from phasemap.studies.protocols.kept_curves import KeptCurves, key_of

TINY: dict[str, Any] = {
    "title": "Kicks", "description": "Two panels: over delays, and place by place.", "seed": 3,
    "parameters": {"g_h": 1.2, "alpha_z": 2.0, "beta_z": 0.0},
    "options": {"state": "static", "amplitude": 0.5, "relax": 1.0, "networks": 2, "size": 16, "delays": [0.5, 1.0]},
    "panels": [
        {"name": "retained_overlap", "symbol": "m", "description": "overlap", "protocol": "kick",
         "quantity": "retained_overlap", "axis": ["t", "time", "1"],
         "curves": [{"name": "both", "theory": True, "networks": True, "floor": True}]},
        {"name": "gains", "symbol": "m", "description": "overlap", "protocol": "kick", "quantity": "retained_overlap",
         "over": "g_h", "places": [0.8, 1.2, 1.6], "axis": ["g", "gain", "1"],
         "curves": [{"name": "both", "theory": True, "networks": True}]},
    ],
}  # fmt: skip


def run_until(path: Path, allowed: int) -> int:
    """Run with the curves that are kept; give up after so many that are computed anew. How many were."""
    kept, computed = KeptCurves(path, key_of(TINY)), 0

    def through(at, compute):
        def counted() -> Computed:
            nonlocal computed
            if computed == allowed:
                raise KeyboardInterrupt
            computed += 1
            return compute()

        return kept.get(at, counted)

    run(TINY, through)
    return computed


def test_the_second_run_computes_what_the_first_has_not_and_gives_the_same_numbers(tmp_path):
    path = tmp_path / "x.curves.npz"
    with pytest.raises(KeyboardInterrupt):
        run_until(path, 2)
    assert KeptCurves(path, key_of(TINY)).done == 2
    assert run_until(path, 9) == parts_of(TINY) - 2
    again, whole = run(TINY, KeptCurves(path, key_of(TINY)).get), run(TINY)
    for name, field in whole.fields.items():
        for part in ("value", "error", "status"):
            assert np.array_equal(getattr(field, part), getattr(again.fields[name], part), equal_nan=True)
    assert again.metadata.settings["options"]["runs"] == whole.metadata.settings["options"]["runs"]


def test_curves_of_another_configuration_are_not_taken_and_words_do_not_count(tmp_path):
    path = tmp_path / "x.curves.npz"
    with pytest.raises(KeyboardInterrupt):
        run_until(path, 1)
    assert KeptCurves(path, key_of(TINY | {"title": "Other words"})).done == 1
    assert KeptCurves(path, key_of(TINY | {"seed": 4})).done == 0
    path.write_bytes(path.read_bytes()[:200])
    assert KeptCurves(path, key_of(TINY)).done == 0  # what a crash may leave
    path.write_text("a diary")
    with pytest.raises(ResultFileError, match="a file of finished curves"):
        KeptCurves(path, key_of(TINY))
