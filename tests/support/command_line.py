"""What the tests of the command line share."""

from collections.abc import Callable
from dataclasses import dataclass

PLANE = """
title = "small plane"
quantities = ["fixed_point_count", "static_gain"]
surfaces = ["zero_instability"]

[parameters]
tau_r = 1

[axes]
g_h = { from = 1.0, to = 3.0, points = 4 }
alpha_r = { from = 0.0, to = 4.0, points = 3 }
"""


@dataclass(frozen=True)
class Ran:
    """Exit code and output of a command."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]
