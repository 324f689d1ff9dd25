"""A plane of toys that is refined."""

from collections.abc import Sequence
from typing import Any

from support.toy_discs import DISCS

from phasemap.config import SweepConfig, make_config


def refined(
    *overrides: str, refine: str = "labels", quantities: Sequence[str] = ("static_gain",), **axes: Any
) -> SweepConfig:
    """A plane of 65 x 57 points."""
    plane = {
        "g_h": {"from": 0.5, "to": 4.0, "points": 65},
        "alpha_r": {"from": 0.0, "to": 4.0, "points": 57},
    }
    return make_config({"quantities": list(quantities), "axes": {**plane, "refine": refine, **axes}}, DISCS, overrides)
