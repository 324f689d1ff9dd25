"""A region's name stands in the region."""

from dataclasses import replace

import numpy as np
import pytest

from phasemap.dataset.phases import PHASE_NAMES, Phase
from phasemap.figures.kinds.maps.phase_diagram import draw_phase_diagram
from phasemap.figures.layout.named_areas import codes_to_name
from phasemap.figures.scenes.scene import Axis, Kind, Layer, Line, Scene

X, Y = np.linspace(0.0, 4.0, 41), np.linspace(0.0, 4.0, 31)
SQUARE = np.array([(1.0, 1.0), (3.0, 1.0), (3.0, 3.0), (1.0, 3.0), (1.0, 1.0)]) + 0.03
HOLE = 0.1 * (SQUARE - 2.03) + 2.03


@pytest.fixture
def scene():
    """Chaos beyond x = 2.6, nothing decided before, and one column that is certainly marginally stable."""
    phases = np.where(X > 2.6, Phase.CHAOTIC, Phase.UNDETERMINED) * np.ones((len(Y), 1))
    phases[:, X < 0.15] = Phase.MARGINALLY_STABLE
    layer = Layer("lyapunov_max", "", "", np.zeros(phases.shape), np.ones(phases.shape, np.uint8), Kind.DIVERGING)
    names = {int(code): PHASE_NAMES[code] for code in Phase if code != Phase.UNDETERMINED}
    areas = (Line("marginally_stable", "marginally stable", (SQUARE, HOLE)),)
    return Scene(Axis("g_h", X, "g"), Axis("alpha_z", Y, "a"), layer, phases.astype(np.uint8), names, areas=areas)


def test_points_without_a_phase_go_under_the_regions_name(scene):
    codes = codes_to_name(scene)
    x, y = np.meshgrid(X, Y)
    within = (abs(x - 2.03) < 1.0) & (abs(y - 2.03) < 1.0) & ~((abs(x - 2.03) < 0.1) & (abs(y - 2.03) < 0.1))
    changed = within & (x <= 2.6)
    assert changed.sum() > 100
    assert (codes[changed] == Phase.MARGINALLY_STABLE).all()
    np.testing.assert_array_equal(codes[~changed], scene.phases[~changed])  # what has a label keeps it


def test_without_a_region_nothing_is_renamed(scene):
    np.testing.assert_array_equal(codes_to_name(replace(scene, areas=())), scene.phases)
    assert codes_to_name(replace(scene, phases=None)) is None


def test_the_name_is_written_inside_the_region(scene):
    figure = draw_phase_diagram(scene, "single")
    (text,) = [text for text in figure.findobj(lambda one: one.get_gid() == "region-name")
               if text.get_text().replace("\n", " ") == "marginally stable"]  # fmt: skip
    centre = text.get_window_extent().get_points().mean(axis=0)
    x, y = figure.axes[0].transData.inverted().transform(centre)
    assert 1.0 < x < 2.6
    assert 1.0 < y < 3.0
