"""CONTRIBUTING's "the way of the data" names the calls that a number really passes through, in their order."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from support.hand_overs import hand_overs
from support.sweeping import run

import phasemap
from phasemap.cli.main import app
from phasemap.config import make_config
from phasemap.figures.draw import Request, draw
from phasemap.quantities import REGISTRY
from phasemap.storage import read_result

ROOT = Path(__file__).parents[1]
CONTRIBUTING = " ".join((ROOT / "CONTRIBUTING.md").read_text().split())
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


@pytest.fixture(scope="module")
def swept(tmp_path_factory) -> tuple[Path, list[Call]]:
    """A small plane, and the functions that its numbers went through."""
    target = tmp_path_factory.mktemp("way") / "plane.h5"
    with calls() as computed:
        run(make_config(CONFIG, REGISTRY), target)
    return target, computed


def test_a_number_goes_the_way_that_is_described(swept):
    to_file, to_picture = ways()
    target, computed = swept
    with calls() as drawn:
        draw(read_result(target), Request(quantity="lyapunov_max"))
    for way, seen in ((to_file, computed), (to_picture, drawn)):
        assert [call for call in seen if call in way] == way


MOST_HAND_OVERS = 23


def test_a_stored_number_comes_to_its_picture_by_few_hand_overs(swept, tmp_path):
    target, _ = swept
    numbers = read_result(target)["lyapunov_max"].sel(branch="fluctuating").value
    # What no other quantity and no axis has.
    known = {float(number) for number in numbers.ravel() if np.isfinite(number)}
    # Between the points of a plane smooth maps show means, through the same functions: the number itself is followed.
    arguments = ["plot", str(target), "--quantity", "lyapunov_max", "--no-smooth", "-o", str(tmp_path / "plane.png")]
    found = hand_overs(lambda: app(arguments, standalone_mode=False), known, "pcolormesh")
    assert found[0][1] == "storage/reading/source.py:array"
    assert found[-1][2] == "figures/kinds/maps/phase_diagram.py:draw_map"
    assert len(found) <= MOST_HAND_OVERS, found
    counted = int(re.search(r"There are (\d+), and there may be no more than (\d+)", CONTRIBUTING)[1])
    assert counted == len(found)
