"""What is served: the page, points computed on request, live maps of the static theory, the gallery."""

import json
import threading

import numpy as np
import pytest
from support.explore_support import data_of
from support.toy_results import plane

from phasemap.errors import PhasemapError
from phasemap.explore.gallery import Card, gallery_page
from phasemap.explore.serving import computing
from phasemap.explore.serving.computing import MOST_WAITING, Computing
from phasemap.explore.serving.sites import AtlasSite, ResultSite
from phasemap.explore.serving.static_maps import SHAPE, Plane, StaticMaps
from phasemap.model.parameters import make_parameters
from phasemap.theory.static.fixed_points import solve_points


@pytest.fixture
def site():
    one = ResultSite(plane(), "toy.h5")
    yield one
    one.close()


def test_the_served_page_is_the_page_that_may_also_ask(site):
    content = site.answer("", {}).content
    data = data_of(content)
    assert data["live"]["axes"] == ["g_h", "alpha_r"] and "static_gain" in data["live"]["quantities"]
    assert b"connect-src &#x27;self&#x27;" in content
    assert site.answer("../etc/passwd", {}) is None


def test_only_a_few_points_are_computed_at_a_time(monkeypatch):
    begun, go = threading.Event(), threading.Event()

    def slow(self, settings):
        begun.set()
        go.wait(30)
        return {"phase": settings.parameters.g_h}

    monkeypatch.setattr(Computing, "_compute", slow)
    one = Computing(plane())
    jobs = [one.begin({"g_h": 2.0 + k, "alpha_r": 3.0}) for k in range(MOST_WAITING)]
    assert begun.wait(10)
    with pytest.raises(PhasemapError, match="being computed already"):
        one.begin({"g_h": 9.0, "alpha_r": 3.0})
    assert one.state(jobs[0]) == {"state": "computing"}
    assert one.begin({"alpha_r": 3.0, "g_h": 2.0}) == jobs[0]  # a second click, another tab
    go.set()
    one._jobs[jobs[-1]].result(10)
    assert one.state(jobs[0]) == {"state": "done", "phase": 2.0}
    assert one.begin({"g_h": 2.0, "alpha_r": 3.0}) == jobs[0]
    assert one.begin({"g_h": 9.0, "alpha_r": 3.0}) not in jobs
    one.close()


def test_what_fails_or_was_never_asked_for_says_so(monkeypatch):
    monkeypatch.setattr(Computing, "_compute", lambda self, settings: 1 / 0)
    one = Computing(plane())
    job = one.begin({"g_h": 2.0, "alpha_r": 3.0})
    one._jobs[job].exception(10)
    assert one.state(job)["state"] == "failed" and "division" in one.state(job)["reason"]
    with pytest.raises(PhasemapError, match="No point 7"):
        one.state("7")
    with pytest.raises(PhasemapError, match="alpha_r"):
        one.begin({"g_h": 2.0, "alpha_r": -3.0})
    one.close()


def test_a_computed_point_has_the_parameters_and_options_of_the_file():
    result = plane()
    result.metadata.settings["options"] = {"ensemble": {"relative_error": 0.02}}
    one = Computing(result)
    settings = one._settings({"g_h": 1.9, "alpha_r": 12.0})
    assert settings.parameters == make_parameters(g_h=1.9, alpha_r=12.0, beta_r=0.0)
    assert settings.options["ensemble"].relative_error == 0.02
    assert settings.seconds_per_point == computing.SECONDS
    one.close()


def test_points_that_take_too_long_are_dropped(monkeypatch):
    from phasemap.sweeps.stop import Stop

    class Endless:
        def run(self, tasks, stop):
            while not stop.now:
                threading.Event().wait(0.01)
            yield from ()

        def close(self):
            pass

    limited = computing._Limited(0.05)
    limited._process = Endless()
    assert list(limited.run([], Stop())) == []


@pytest.fixture(scope="module")
def maps():
    one = StaticMaps(1)
    yield one
    one.close()


AROUND = Plane(("g_h", "alpha_r"), ((1.0, 4.0), (0.0, 20.0)))


def test_a_live_map_is_what_the_solver_says_at_its_points(maps):
    import base64

    found = maps.map({"beta_r": 0.3}, AROUND, "static_gain")
    value = np.frombuffer(base64.b64decode(found["value"]), "<f4").reshape(SHAPE)
    status = np.frombuffer(base64.b64decode(found["status"]), np.int8).reshape(SHAPE)
    axes = AROUND.values(SHAPE)
    for i, j in ((0, 0), (40, 90), (128, 96), (77, 13)):
        here = solve_points([make_parameters(g_h=axes[0][i], alpha_r=axes[1][j], beta_r=0.3)])["static_gain"]
        there = np.flatnonzero(here.status[0] != 3)
        assert value[i, j] == pytest.approx(here.value[0, there[-1]], rel=1e-6) and status[i, j] == 1
    lines = {line["name"]: line["pieces"][""] for line in found["lines"]}
    assert set(lines) == {"static_fold", "zero_instability", "static_tricritical"}
    g = np.array(lines["zero_instability"][0])[:, 0]
    np.testing.assert_allclose(g, 1 + np.exp(0.3), rtol=1e-6)  # sigma_r(0) g_h = 1


def test_a_map_that_cannot_be_made_says_why(maps):
    for base, quantity, words in (
        ({"noise_h": 0.5}, "static_gain", "No fixed points"),
        ({}, "lyapunov_max", "no static quantity"),
        ({"tau_r": -1.0}, "static_gain", "tau_r = -1"),
    ):
        with pytest.raises(PhasemapError, match=words):
            maps.map(base, AROUND, quantity)
    with pytest.raises(PhasemapError, match="must be finite, and rise"):
        maps.map({}, Plane(("g_h", "alpha_r"), ((2.0, 2.0), (0.0, 1.0))), "static_gain")


def test_a_query_that_is_no_number_is_refused(site):
    with pytest.raises(PhasemapError, match="beta_r = 'x' is no number"):
        site.answer("map", {"beta_r": "x"})


def test_the_gallery_leads_to_every_page_and_serves_nothing_else(tmp_path):
    (tmp_path / "toy.png").write_bytes(b"\x89PNG")
    (tmp_path / "secret.png").write_bytes(b"\x89PNG")
    cards = [Card("toy", "A <toy> $g_h$", "about it", "toy.png", "its caption", "A chapter")]
    atlas = AtlasSite(tmp_path, gallery_page(cards), {"toy": tmp_path / "toy.h5"}, lambda path: plane())
    page = atlas.answer("", {}).content.decode()
    assert 'href="toy/"' in page and "A &lt;toy&gt; g<sub>h</sub>" in page and "about it" in page
    assert "<h2>A chapter</h2>" in page and "<summary>caption</summary><p>its caption</p>" in page
    assert atlas.answer("toy.png", {}).kind == "image/png"
    for path in ("secret.png", "toy.h5", "../toy.png", "toy", "none/", "toy/../toy.png"):
        assert atlas.answer(path, {}) is None, path
    assert data_of(atlas.answer("toy/", {}).content)["title"] == "toy plane"
    json.loads(json.dumps(data_of(atlas.answer("toy/", {}).content)))
    atlas.close()
