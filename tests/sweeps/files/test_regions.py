"""The marginally stable region in result files, against static numbers at points."""

import json
from dataclasses import replace

import numpy as np
import pytest
import xarray
from typer.testing import CliRunner

from phasemap.cli.main import app
from phasemap.cli.summary import regions
from phasemap.config import make_config
from phasemap.dataset.marginal_region import NEEDED, membership
from phasemap.figures.captions.caption import caption_parts
from phasemap.figures.captions.lines import critical_lines_in_words
from phasemap.figures.draw import Request
from phasemap.figures.scenes.stage import stage, surfaces_of
from phasemap.model.parameters import make_parameters
from phasemap.model.results import CriticalSurface
from phasemap.numerics.outlines import is_inside
from phasemap.quantities import REGISTRY
from phasemap.storage import read_result, write_result
from phasemap.sweeps.executors.processes import InProcess
from phasemap.sweeps.files.merge import merge_files
from phasemap.sweeps.files.regions import outline_finished
from phasemap.sweeps.run import open_sweep
from phasemap.theory.static.fixed_points import solve_points

GAIN = {"from": 1.01, "to": 3.0, "points": 4}
SMOOTH = {"g_h": GAIN, "alpha_z": {"from": 1.0, "to": 20.0, "points": 3}}
HARD = {"g_h": {"from": 0.5, "to": 5.0, "points": 4}, "alpha_r": {"from": 0.0, "to": 2.0, "points": 3}}


def swept(path, axes, **parameters):
    """The result of a small sweep, as it is read from its file."""
    data = {"quantities": ["static_gain"], "axes": axes, "parameters": parameters}
    with open_sweep(make_config(data, REGISTRY), path) as sweep:
        list(sweep.run(InProcess()))
    return read_result(path)


def test_a_file_that_was_finished_without_its_region_says_so_and_gets_it(tmp_path):
    data = {"quantities": list(NEEDED), "axes": SMOOTH, "parameters": {"beta_z": 0.0}}
    path, config = tmp_path / "old.h5", make_config(data, REGISTRY)
    with open_sweep(config, path) as sweep:
        list(sweep.run(InProcess()))
    result = read_result(path)
    assert "Regions: marginally_stable" in regions(result)[0]
    outline = result.regions.pop("marginally_stable")
    write_result(path, result)
    assert "not outlined" in regions(read_result(path))[0]
    assert outline_finished(config, read_result(path), path)
    np.testing.assert_array_equal(read_result(path).regions["marginally_stable"].vertices, outline.vertices)
    assert not outline_finished(config, read_result(path), path)


def numbers(region, places, **parameters):
    """Of the largest fixed point: S, p, f S at places."""
    points = [make_parameters(**parameters, **dict(zip(region.columns, map(float, at), strict=True))) for at in places]
    found = solve_points(points)
    return (found[name].value[:, -1] for name in NEEDED), points, found


def at_border(places, axes):
    """Which places lie on the box."""
    ends = [(axis["from"], axis["to"]) for axis in axes.values()]
    return np.any([np.isin(places[:, k], ends[k]) for k in range(2)], axis=0)


@pytest.fixture(scope="module")
def smooth(tmp_path_factory):
    path = tmp_path_factory.mktemp("regions") / "smooth.h5"
    return path, swept(path, SMOOTH, beta_z=0.0)


def test_the_outline_lies_on_the_level_or_on_the_box(smooth):
    region = smooth[1].regions["marginally_stable"]
    (S, p, _), _, _ = numbers(region, region.vertices, beta_z=0.0)
    border = at_border(region.vertices, SMOOTH)
    assert 3 < border.sum() < len(border) - 30
    assert p[~border] == pytest.approx(np.full((~border).sum(), region.level), rel=1e-6)
    assert (S > 1.0).all() and (p <= region.level).all() and region.level == 0.1


@pytest.mark.parametrize(("axes", "parameters"), [(SMOOTH, {"beta_z": 0.0}), (HARD, {"alpha_z": np.inf})])
def test_a_point_is_inside_the_polygon_when_its_numbers_say_so(axes, parameters, tmp_path):
    region = swept(tmp_path / "plane.h5", axes, **parameters).regions["marginally_stable"]
    low, high = (np.array([axis[end] for axis in axes.values()]) for end in ("from", "to"))
    places = low + np.random.default_rng(3).random((300, 2)) * (high - low)
    (S, p, f_S), points, found = numbers(region, places, **parameters)
    hard = "alpha_z" in parameters
    expected = (S > 1.0) & ((f_S < 1.0) if hard else (p <= 0.1))
    polygon = np.array([is_inside(place, region.pieces) for place in places])
    clear = np.min([np.abs(S - 1.0), np.abs(f_S - 1.0)], axis=0) > 0.02 if hard else np.abs(p - 0.1) > 0.003
    assert (polygon == expected)[clear | np.isnan(S)].all() and 30 < polygon.sum() < 270
    rule = membership(found, np.array([point.alpha_z for point in points]), 0.1)
    assert (rule.inside == expected).all()


def test_behind_a_hard_gate_the_outline_lies_on_one_of_the_two_gains(tmp_path):
    result = swept(tmp_path / "hard.h5", HARD, alpha_z=np.inf)
    region = result.regions["marginally_stable"]
    assert "f S < 1 < S" in regions(result)[0] and "level" not in regions(result)[0]
    inner = region.vertices[~at_border(region.vertices, HARD)]
    (S, _, f_S), _, _ = numbers(region, inner, alpha_z=np.inf)
    upper = np.abs(f_S - 1.0) < 1e-6
    # Below the onset there is no fixed point but zero: S -> 1 from above as the non-zero one vanishes.
    assert upper.sum() > 20 and (~upper).sum() > 20 and (np.abs(S[~upper] - 1.0) < 1e-4).all()


def test_without_a_moving_update_gate_there_is_none(tmp_path):
    result = swept(tmp_path / "plain.h5", {"g_h": GAIN, "alpha_r": {"from": 0.0, "to": 4.0, "points": 3}})
    assert result.complete and not result.regions
    shut = swept(tmp_path / "open.h5", SMOOTH, beta_z=-np.inf)
    assert not shut.regions


def test_merging_the_parts_gives_the_same_outline(smooth, tmp_path):
    data = {"quantities": ["static_gain"], "axes": SMOOTH, "parameters": {"beta_z": 0.0}}
    paths = [tmp_path / f"part{k}.h5" for k in (1, 2)]
    for k, path in enumerate(paths, 1):
        with open_sweep(make_config(data, REGISTRY), path, shard=(k, 2)) as sweep:
            list(sweep.run(InProcess()))
    whole = smooth[1].regions["marginally_stable"]
    complete = [read_result(path).complete for path in paths]
    assert [bool(read_result(path).regions) for path in paths] == complete
    merged = merge_files(paths, tmp_path / "whole.h5").result.regions["marginally_stable"]
    assert (merged.vertices == whole.vertices).all()


def test_xarray_and_the_commands_read_it(smooth, tmp_path):
    path, result = smooth
    region = result.regions["marginally_stable"]
    with xarray.open_dataset(path, engine="h5netcdf", group="regions/marginally_stable") as opened:
        assert opened.attrs["level"] == 0.1
        assert (opened.vertices.sel(column="g_h").values == region.vertices[:, 0]).all()
    run = CliRunner().invoke
    facts = json.loads(run(app, ["info", str(path), "--json"]).stdout)["regions"]["marginally_stable"]
    assert facts == {"vertices": len(region.vertices), "polygons": 1, "level": 0.1}
    assert "marginally_stable (1 polygon" in " ".join(run(app, ["info", str(path)]).stdout.split())
    assert run(app, ["export", str(path), "--surfaces", "-o", str(tmp_path / "lines.npz")]).exit_code == 0
    with np.load(tmp_path / "lines.npz") as table:
        assert (table["marginally_stable_vertices"] == region.vertices).all()
        assert table["marginally_stable_level"] == 0.1


def test_maps_and_captions_show_it(smooth):
    (area,) = stage(smooth[1], "static_gain", "upper").areas
    assert (area.pieces[0] == smooth[1].regions["marginally_stable"].pieces[0]).all() and "0.1" in area.description
    assert "pinning ratio p ≤ 0.1" in caption_parts(smooth[1], Request(quantity="static_gain", branch="upper")).lines
    without = replace(smooth[1], regions={})
    assert not stage(without, "static_gain", "upper").areas


def test_the_line_that_is_its_border_is_drawn_and_named_once(smooth):
    region = smooth[1].regions["marginally_stable"]
    line = CriticalSurface("pinning_limit", "", region.columns, region.vertices, region.residual, region.offsets)
    both = replace(smooth[1], surfaces={"pinning_limit": line})
    assert not surfaces_of(both)[0] and "long-dashed" not in critical_lines_in_words(both)
    assert [one.name for one in surfaces_of(replace(both, regions={}))[0]] == ["pinning_limit"]


def test_a_file_with_an_open_outline_is_refused(smooth, tmp_path):
    region = smooth[1].regions["marginally_stable"]
    vertices = region.vertices.copy()
    vertices[-1] += 0.1
    damaged = replace(smooth[1], regions={region.name: replace(region, vertices=vertices)})
    write_result(tmp_path / "open.h5", damaged)
    with pytest.raises(Exception, match="not closed"):
        read_result(tmp_path / "open.h5")
