import numpy as np
import pytest

from phasemap.dataset.sections import cut, cut_surface
from phasemap.errors import PhasemapError
from phasemap.model.results import CriticalSurface


def test_a_section_holds_the_stored_values(box):
    section = cut(box, {"beta_r": 0.4})
    assert section.axis_names == ("g_h", "alpha_r")
    assert np.array_equal(section.fields["static_gain"].value, box.fields["static_gain"].value[:, :, 3], equal_nan=True)
    assert section.metadata.parameters["beta_r"] == 0.5
    assert box.axis_names == ("g_h", "alpha_r", "beta_r")


def test_a_mesh_becomes_lines_on_the_same_surface(box):
    for beta in (-0.5, 0.0, 0.5):
        surface = cut(box, {"beta_r": beta}).surfaces["zero_instability"]
        assert surface.columns == ("g_h", "alpha_r")
        assert len(surface.pieces) == 1
        line = surface.pieces[0]
        # Straight interpolation between vertices 0.1 apart in beta_r.
        assert line[:, 0] == pytest.approx(1 + np.exp(beta), abs=2e-3)
        assert np.ptp(line[:, 1]) == pytest.approx(10.0)


def test_a_section_across_the_mesh_follows_its_shape(box):
    line = cut(box, {"alpha_r": 4.0}).surfaces["zero_instability"].pieces[0]
    assert line[:, 0] == pytest.approx(1 + np.exp(line[:, 1]), abs=4e-3)
    assert np.all(np.diff(line[np.argsort(line[:, 1]), 0]) > 0)


def test_a_line_becomes_points(box):
    surface = cut(box, {"beta_r": 0.5}).surfaces["static_tricritical"]
    assert [len(piece) for piece in surface.pieces] == [1]
    assert surface.vertices[0] == pytest.approx([1 + np.exp(0.5), 4.0], abs=2e-3)


def test_the_section_of_a_closed_surface_is_one_closed_line():
    """An octahedron refined to a sphere, cut off-centre: a circle."""
    vertices = [np.array(v, dtype=float) for v in ((1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1))]
    faces = [(0, 2, 4), (2, 1, 4), (1, 3, 4), (3, 0, 4), (2, 0, 5), (1, 2, 5), (3, 1, 5), (0, 3, 5)]
    for _ in range(4):
        middle: dict[tuple[int, int], int] = {}

        def between(a, b, middle=middle):
            key = (min(a, b), max(a, b))
            if key not in middle:
                point = vertices[a] + vertices[b]
                vertices.append(point / np.linalg.norm(point))
                middle[key] = len(vertices) - 1
            return middle[key]

        faces = [
            t
            for a, b, c in faces
            for ab, bc, ca in [(between(a, b), between(b, c), between(c, a))]
            for t in ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))
        ]
    sphere = CriticalSurface(
        "s", "", ("x", "y", "z"), np.array(vertices), np.linspace(0, 1e-9, len(vertices)), triangles=np.array(faces)
    )
    section = cut_surface(sphere, "z", 0.3)
    assert len(section.pieces) == 1
    circle = section.pieces[0]
    assert np.array_equal(circle[0], circle[-1])
    assert np.hypot(*circle.T) == pytest.approx((1 - 0.09) ** 0.5, abs=3e-3)
    assert len(cut_surface(sphere, "z", 1.5).vertices) == 0
    assert len(cut_surface(sphere, "z", 0.0).pieces) == 1
    assert section.residual.max() <= 1e-9


def test_checks_follow_into_the_section_that_they_lie_in(plane):
    assert cut(plane, {"alpha_r": 10.0}).checks is not None
    assert len(cut(plane, {"alpha_r": 10.0}).checks) == 1
    assert cut(plane, {"alpha_r": 11.25}).checks is None


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ({"alpha_x": 1.0}, "Did you mean 'alpha_r'"),
        ({"alpha_r": 99.0}, "from 0 to 20"),
        ({"beta_r": 0.0}, "g_h, alpha_r"),
    ],
)
def test_a_section_that_does_not_exist_is_explained(plane, at, words):
    with pytest.raises(PhasemapError, match=words):
        cut(plane, at)
