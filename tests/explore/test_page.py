"""The page without a browser: the same bytes, nothing loaded, the numbers of the file, safe whatever the file says."""

import base64
import html
import re
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.explore_support import FAILED, data_of
from support.toy_results import box, functions, plane

from phasemap.config import make_point
from phasemap.errors import PhasemapError
from phasemap.explore import page as pages
from phasemap.explore.page import asset, check_page_target, make_page
from phasemap.quantities import REGISTRY


def block(data, name):
    return next(one for one in data["quantities"] if one["name"] == name)


def numbers(one, key="value", kind="<f4"):
    return np.frombuffer(base64.b64decode(one[key]), kind).reshape(one["shape"])


def test_two_builds_are_the_same_bytes(marked, page_file):
    assert make_page(marked, file="toy.h5").content == page_file.read_bytes()


def test_a_page_loads_nothing_and_may_not(page_file):
    text = page_file.read_text()
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', text).group(1))
    assert "default-src 'none'" in policy and "connect-src 'none'" in policy
    ours = text.replace(pages.plotly(), "")
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", ours)
    assert not re.search(r"fetch\(.*https?:|import\(|XMLHttpRequest|WebSocket", ours)
    assert len(page_file.read_bytes()) < pages.MOST_BYTES


def test_the_numbers_are_those_of_the_file(marked, page_file):
    data = data_of(page_file.read_bytes())
    for name, field in marked.fields.items():
        np.testing.assert_array_equal(numbers(block(data, name)), field.value.astype(np.float32))
        np.testing.assert_array_equal(numbers(block(data, name), "status", np.int8), field.status)
    codes = np.frombuffer(base64.b64decode(data["phase"]["codes"]), np.int8).reshape(marked.shape)
    from phasemap.figures.scenes.fields import phase_field

    np.testing.assert_array_equal(codes, phase_field(marked).value)
    assert numbers(block(data, "lyapunov_max"), "status", np.int8)[FAILED].tolist() == [4] * 4


def test_the_finer_grid_has_its_own_numbers_and_what_does_not_fit_is_named(marked, page_file, monkeypatch):
    fine = data_of(page_file.read_bytes())["fine"]
    assert [len(axis["values"]) for axis in fine["axes"]] == [41, 33] and fine["phase"] is None
    for name, field in marked.fine.fields.items():
        np.testing.assert_array_equal(numbers(block(fine, name)), field.value.astype(np.float32))
    monkeypatch.setattr(pages, "MOST_BYTES", len(page_file.read_bytes()) - 5000)
    less = data_of(make_page(marked, file="toy.h5").content)
    assert less["leftOut"] == [] and len(less["fine"]["leftOut"]) == 1
    assert data_of(make_page(marked, ["lyapunov_max"]).content)["fine"] is None


def test_what_is_not_in_the_registry_of_words_has_none(page_file):
    data = data_of(page_file.read_bytes())
    assert set(data["statuses"]) == {str(k) for k in range(11)}
    assert all(data["statuses"][k]["meaning"] for k in data["statuses"])
    fold = next(line for line in data["lines"] if line["name"] == "dynamic_fold")
    assert len(fold["pieces"][""]) == 1 and len(fold["pieces"][""][0]) == 80
    assert data["checks"]["pairs"] == {"lyapunov_max": "network_lyapunov_max"}


def test_a_hostile_file_writes_no_mark_up():
    result = plane()
    evil = "</script><script>alert(1)</script>&lt;{{data}}"
    result.metadata = replace(result.metadata, title=evil, description=evil)
    result.fields["lyapunov_max"] = replace(result.fields["lyapunov_max"], symbol=evil, description=evil)
    content = make_page(result, file=evil).content
    assert b"<script>alert" not in content
    assert data_of(content)["description"].startswith("</script>")
    assert content.count(b"<script") == make_page(plane()).content.count(b"<script")


def test_what_does_not_fit_is_left_out_and_named(monkeypatch):
    result = plane()
    whole = len(make_page(result).content)
    monkeypatch.setattr(pages, "MOST_BYTES", whole - 1000)
    page = make_page(result)
    assert page.left_out and len(page.content) < whole - 1000
    assert data_of(page.content)["leftOut"] == page.left_out
    assert "lyapunov_max" not in page.left_out  # the figure's own quantity has the first room
    monkeypatch.setattr(pages, "MOST_BYTES", whole // 2)
    with pytest.raises(PhasemapError, match="Not even lyapunov_max fits"):
        make_page(result, ["lyapunov_max"])


def test_only_what_is_asked_for_is_in_it():
    data = data_of(make_page(plane(), ["static_gain"]).content)
    assert [one["name"] for one in data["quantities"]] == ["static_gain"]
    with pytest.raises(PhasemapError, match=r"no quantity 'static_gian'.*static_gain"):
        make_page(plane(), ["static_gian"])


def test_the_settings_of_the_command_are_the_parameters_of_the_file(page_file):
    data = data_of(page_file.read_bytes())
    words = shlex.split(" ".join(f"--set {one}" for one in ["g_h=3", "alpha_r=2", *data["settings"]]))
    point = make_point({}, REGISTRY, [word for word in words if word != "--set"])
    assert (point.parameters.g_h, point.parameters.alpha_r, point.parameters.beta_r) == (3.0, 2.0, 0.0)
    assert point.parameters.beta_z == -np.inf


def test_three_axes_have_a_section_of_the_sheets_for_every_place_of_the_slider():
    data = data_of(make_page(box()).content)
    sheet = next(line for line in data["lines"] if line["name"] == "zero_instability")
    assert set(sheet["pieces"]) == {"0", "1", "2", "3", "4"}
    for place, beta in enumerate(data["axes"][2]["values"]):
        for piece in sheet["pieces"][str(place)]:
            np.testing.assert_allclose(np.array(piece)[:, 0], 1 + np.exp(beta), rtol=3e-3)


def test_functions_at_the_check_points_come_with_their_lags():
    data = data_of(make_page(functions(), ["network_autocorrelation"]).content)
    held = [one["name"] for one in data["checks"]["quantities"]]
    assert held == ["network_autocorrelation"] and len(data["labels"]["network_lag"]) == 31


def test_scripts_are_short_and_all_of_them_are_used():
    from importlib.resources import files

    folder = files("phasemap") / "explore" / "assets" / "script"
    there = {str(path.relative_to(folder)) for path in Path(str(folder)).rglob("*.js")}
    assert there == {f"{name}.js" for name in pages.SCRIPTS}
    for name in pages.SCRIPTS:
        text = asset(f"script/{name}.js")
        assert text.startswith("//") and len(text.splitlines()) <= 250, name
        assert "innerHTML" not in text and "eval(" not in text, name


def test_other_files_are_not_overwritten(tmp_path, page_file):
    mine = tmp_path / "notes.html"
    mine.write_text("<p>mine</p>")
    with pytest.raises(PhasemapError, match="not overwritten"):
        check_page_target(mine)
    with pytest.raises(PhasemapError, match=r"must end in \.html"):
        check_page_target(tmp_path / "page.png")
    with pytest.raises(PhasemapError, match="no folder"):
        check_page_target(tmp_path / "none" / "page.html")
    assert check_page_target(page_file) == page_file
