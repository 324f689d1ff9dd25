"""Cells go through the machine of sweeps: configuration, phases, surfaces, networks, figures."""

from pathlib import Path

import numpy as np
import pytest

from phasemap.cells.parameters import FAMILIES, GruPoint, LstmPoint
from phasemap.cells.quantities import CELL_REGISTRIES
from phasemap.cells.solvers.points import cell_at
from phasemap.cells.solvers.surfaces import trace
from phasemap.cli.sweep_run import run_sweep
from phasemap.config import make_config, parse_toml
from phasemap.dataset.phases import Phase
from phasemap.errors import PhasemapError
from phasemap.figures.scenes.fields import phase_field
from phasemap.quantities import REGISTRY
from phasemap.storage import read_result
from phasemap.sweeps.executors.processes import InProcess

CONFIG = """
cell = "gru"
quantities = ["second_moment", "static_gain", "outlier", "pinning_ratio", "leading_multiplier", "lyapunov_max",
              "activity_variance", "network_lyapunov_max", "network_activity_variance"]
surfaces = ["zero_instability", "static_tricritical"]
[parameters]
reset = "before"
[axes]
a_h = [1.0, 4.0]
a_r = [0.0, 2.0]
[ensemble]
paths = 100
ensembles = 2
[simulation]
size = 80
duration = 100
transient = 100
points = [[4.0, 0.0]]
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("cells")
    config = make_config(parse_toml(CONFIG, "gru.toml"), REGISTRY, text=CONFIG)
    run_sweep(config, folder / "gru.h5", InProcess, None, False)
    return folder / "gru.h5"


def test_a_sweep_of_a_gru_has_phases_and_lines(result) -> None:
    found = read_result(result)
    assert found.metadata.settings["cell"] == "gru" and found.metadata.parameters["reset"] == 0.0
    phases = np.asarray(phase_field(found).value)
    assert (phases[0] == Phase.STABLE_ZERO).all() and (phases[1] == Phase.CHAOTIC).all()
    assert found.surfaces["zero_instability"].vertices[:, 0] == pytest.approx(2.0)
    exponents = np.asarray(found.fields["lyapunov_max"].value)[:, :, 0]
    assert exponents[0] == pytest.approx(np.log(0.75)) and exponents[1] == pytest.approx(np.log(1.5))


def test_networks_stand_at_the_check_points(result) -> None:
    checks = read_result(result).checks
    assert checks is not None
    theory = float(checks.fields["activity_variance"].value[0, 4])
    assert float(checks.fields["network_activity_variance"].value[0]) == pytest.approx(theory, rel=0.25)


def test_every_command_takes_the_file(result, phasemap) -> None:
    assert "cell = gru" in phasemap("info", str(result)).out
    assert "100 %" in phasemap("status", str(result)).out
    assert "lyapunov_max" in phasemap("compare", str(result)).out
    assert phasemap("plot", str(result), "-o", str(result.with_suffix(".png"))).code == 0
    assert phasemap("export", str(result), "-o", str(result.with_suffix(".csv"))).code == 0


def test_a_plane_is_asked_for_on_the_command_line(tmp_path, phasemap) -> None:
    file = tmp_path / "x.h5"
    axes = ("--axis", "a_g=1:4:2", "--axis", "a_f=0:1:2", "--quantity", "static_gain")
    assert phasemap("sweep", "--cell", "lstm", *axes, "-j", "0", "-o", str(file)).code == 0
    assert read_result(file).metadata.settings["cell"] == "lstm"
    assert phasemap("sweep", "--axis", "a_g=1:4:2", "-o", str(file)).code == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cell": "gru2"}, "gru, lstm, vanilla"),
        ({"parameters": {"reset": "never"}}, '"before" or "after"'),
        ({"parameters": {"g_h": 1.0}}, "Unknown parameter"),
        ({"quantities": ["variance"]}, "unknown quantity"),
    ],
)
def test_what_a_cell_has_not_is_refused(change, words) -> None:
    data = {"cell": "gru", "quantities": ["second_moment"], "axes": {"a_h": [1.0, 2.0]}} | change
    with pytest.raises(PhasemapError, match=words):
        make_config(data, REGISTRY)


@pytest.mark.parametrize("name", FAMILIES)
def test_points_and_cells_have_the_same_parameters(name: str) -> None:
    point = FAMILIES[name].make({})
    cell = cell_at(point)
    assert {*vars(cell)} == {*point._asdict()} - {"s_in"}
    assert set(CELL_REGISTRIES[name].family.infos) == set(point._fields)


def test_an_input_adds_to_every_bias_but_the_one_inside() -> None:
    cell = cell_at(GruPoint(s_in=0.3, s_z=0.4))
    assert (cell.s_h, cell.s_z, cell.s_r, cell.s_hn) == pytest.approx((0.3, 0.5, 0.3, 0.0))


def test_lines_have_the_places_computed_apart() -> None:
    fold = trace("static_fold", GruPoint(), {"a_h": (1.5, 2.2), "a_r": (2.0, 5.0)})
    assert fold.residual.max() < 1e-8
    top = fold.vertices[np.argmax(fold.vertices[:, 1])]
    assert top[:2] == pytest.approx([1.954834, 5.0], abs=1e-6)
    assert fold.vertices[:, 1].min() == pytest.approx(np.sqrt(8), abs=1e-3)  # where it ends, as C vanishes
    for name, place in (("static_tricritical", 8 / np.sqrt(3)), ("dynamic_tricritical", np.sqrt(24))):
        found = trace(name, LstmPoint(), {"a_g": (1.0, 3.0), "a_f": (0.0, 8.0)})
        assert found.vertices[0] == pytest.approx([2.0, place], abs=1e-8)
