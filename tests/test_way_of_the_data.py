"""CONTRIBUTING's "the way of the data" names the calls that a number really passes through, in their order."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from support.sweeping import run

import phasemap
from phasemap.config import make_config
from phasemap.figures.draw import Request, draw
from phasemap.quantities import REGISTRY
from phasemap.storage import read_result

ROOT = Path(__file__).parents[1]
PACKAGE = Path(phasemap.__file__).parent
Call = tuple[str, str]


def ways() -> list[list[Call]]:
    """The numbered lists of the section: file and function of every step."""
    section = (ROOT / "CONTRIBUTING.md").read_text().split("## The way of the data")[1].split("\n## ")[0]
    lists = re.split(r"^1\. ", section, flags=re.M)[1:]
    return [[step for line in one.splitlines() for step in _steps(line)] for one in lists]


def _steps(line: str) -> list[Call]:
    file = re.match(r"(?:\d\. )?`([\w/]+\.py)`: ", line)
    return [(file[1], name) for name in re.findall(r"`([a-z_]+)`", line[file.end() :])] if file else []


@contextmanager
def calls() -> Iterator[list[Call]]:
    """The functions that hand something on while the context lasts, each where it does so for the last time."""
    seen: list[Call] = []
    names = {str(PACKAGE / file): file for way in ways() for file, _ in way}

    def note(frame, event: str, _argument: object) -> None:
        """Keep what a file that is named hands on."""
        file = names.get(frame.f_code.co_filename)
        call = (file, frame.f_code.co_name)
        if event == "return" and file:
            if call in seen:
                seen.remove(call)
            seen.append(call)

    before: Callable | None = sys.getprofile()
    sys.setprofile(note)
    try:
        yield seen
    finally:
        sys.setprofile(before)


CONFIG = {
    "axes": {"g_h": [1.5, 3.0], "alpha_r": [0.0, 1.0]},
    "quantities": ["lyapunov_max"],
    "output": {"complexity": False},
}


def test_a_number_goes_the_way_that_is_described(tmp_path):
    to_file, to_picture = ways()
    target = tmp_path / "plane.h5"
    with calls() as computed:
        run(make_config(CONFIG, REGISTRY), target)
    with calls() as drawn:
        draw(read_result(target), Request(quantity="lyapunov_max"))
    for way, seen in ((to_file, computed), (to_picture, drawn)):
        assert [call for call in seen if call in way] == way
