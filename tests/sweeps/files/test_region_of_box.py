"""The marginally stable region over three axes: in files, sections, figures and commands, against static numbers."""

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from phasemap.cli.main import app
from phasemap.config import make_config
from phasemap.dataset.sections import cut
from phasemap.explore.lines import line_blocks
from phasemap.figures.captions.lines import critical_lines_in_words
from phasemap.figures.kinds.boxes.surfaces3d import draw_surfaces
from phasemap.figures.scenes.stage import stage
from phasemap.model.parameters import make_parameters
from phasemap.numerics.enclosures import is_enclosed
from phasemap.numerics.outlines import is_inside
from phasemap.quantities import REGISTRY
from phasemap.storage import read_result, write_result
from phasemap.sweeps.executors.processes import InProcess
from phasemap.sweeps.files import regions
from phasemap.sweeps.run import open_sweep
from phasemap.theory.static.fixed_points import solve_points

AXES = {
    "g_h": {"from": 1.01, "to": 4.0, "points": 3},
    "alpha_z": {"from": 1.0, "to": 20.0, "points": 3},
    "beta_z": {"from": -1.0, "to": 1.0, "points": 3},
}
ENDS = np.array([[axis["from"], axis["to"]] for axis in AXES.values()])


def pinning(places):
    """p of the largest fixed point."""
    points = [make_parameters(**dict(zip(AXES, map(float, at), strict=True))) for at in places]
    return solve_points(points)["pinning_ratio"].value[:, -1]


@pytest.fixture(scope="module")
def box(tmp_path_factory):
    path = tmp_path_factory.mktemp("regions") / "box.h5"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(regions, "_NODES", {3: (9, 9)})
        with open_sweep(make_config({"quantities": ["static_gain"], "axes": AXES}, REGISTRY), path) as sweep:
            list(sweep.run(InProcess()))
    return path, read_result(path)


def test_its_sheet_lies_on_the_level_or_on_the_box_and_encloses_what_is_pinned(box):
    region = box[1].regions["marginally_stable"]
    border = np.any([np.isin(region.vertices[:, k], ENDS[k]) for k in range(3)], axis=0)
    assert 3 < border.sum() < len(border) - 30
    assert pinning(region.vertices[~border]) == pytest.approx(np.full((~border).sum(), 0.1), rel=1e-4)
    places = ENDS[:, 0] + np.random.default_rng(2).random((150, 3)) * np.ptp(ENDS, axis=1)
    p = pinning(places)
    clear = np.abs(np.log(p / 0.1)) > 0.5  # the facets are coarse
    inside = np.array([is_enclosed(place, region.vertices, region.triangles) for place in places])
    assert (inside == (p <= 0.1))[clear].all() and 30 < inside.sum() < 120 and clear.sum() > 100


@pytest.mark.parametrize("beta_z", [-1.0, 0.0])
def test_a_section_holds_its_outline(box, beta_z):
    region = box[1].regions["marginally_stable"]
    section = cut(box[1], {"beta_z": beta_z})
    outline = section.regions["marginally_stable"]
    assert outline.columns == ("g_h", "alpha_z") and outline.level == 0.1
    places = ENDS[:2, 0] + np.random.default_rng(4).random((100, 2)) * np.ptp(ENDS[:2], axis=1)
    inside = [is_inside(place, outline.pieces) for place in places]
    at = beta_z + 1e-6
    assert inside == [is_enclosed(np.array([*place, at]), region.vertices, region.triangles) for place in places]
    assert len(stage(section, "static_gain", "upper").areas) == 1
    assert cut(section, {"g_h": 1.01}).regions == {}


def test_figures_captions_and_the_page_show_it(box):
    figure = draw_surfaces(box[1])
    assert [text.get_text() for text in figure.legends[0].texts] == ["border of the marginally stable region"]
    assert "Enclosed by a sheet" in critical_lines_in_words(box[1])
    (block,) = line_blocks(box[1])
    assert set(block["pieces"]) == {"0", "1", "2"} and all(block["pieces"].values())


def test_commands_say_and_export_it(box, tmp_path):
    path, result = box
    region = result.regions["marginally_stable"]
    run = CliRunner().invoke
    facts = json.loads(run(app, ["info", str(path), "--json"]).stdout)["regions"]["marginally_stable"]
    assert facts == {"vertices": len(region.vertices), "triangles": len(region.triangles), "level": 0.1}
    assert run(app, ["export", str(path), "--surfaces", "-o", str(tmp_path / "sheet.npz")]).exit_code == 0
    with np.load(tmp_path / "sheet.npz") as table:
        assert (table["marginally_stable_triangles"] == region.triangles).all()


def test_a_file_with_a_hole_in_it_is_refused(box, tmp_path):
    region = box[1].regions["marginally_stable"]
    torn = replace(region, triangles=region.triangles[1:])
    write_result(tmp_path / "torn.h5", replace(box[1], regions={region.name: torn}))
    with pytest.raises(Exception, match="not closed"):
        read_result(tmp_path / "torn.h5")
