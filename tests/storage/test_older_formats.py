"""A file of format 1, written by the program of revision a3ef157: the same numbers under the present names.

Along g_h and noise_h at alpha_r = 20: its branches were called zero, static, chaotic, chaotic_unstable and quiet.
"""

from pathlib import Path

import numpy as np
import pytest

from phasemap.dataset.phases import Phase
from phasemap.figures.draw import Request, draw, write
from phasemap.figures.scenes.fields import phase_field, resolve
from phasemap.model.status import Status
from phasemap.storage import read_result

FILE = Path(__file__).parents[1] / "data" / "format_1.h5"
# What that revision drew as the attractor, and as its branch "quiet".
ATTRACTOR = [
    [-0.14, -0.13672],
    [-0.125, -0.120839],
    [0.199308, 0.198952],
    [0.213918, 0.213593],
    [0.224709, 0.224417],
]
SMALL = [-0.104637, -0.087938, -0.070398]


@pytest.fixture(scope="module")
def old():
    return read_result(FILE)


def test_branches_have_their_present_names(old):
    names = ["zero", "static", "fluctuating", "fluctuating_unstable", "fluctuating_small"]
    assert [str(name) for name in old.labels["branch"]] == names
    assert old.metadata.format_version == 1 and old.complete


def test_the_attractor_is_the_one_that_was_drawn_then(old):
    field = resolve(old, "lyapunov_max")
    np.testing.assert_allclose(field.value, ATTRACTOR, atol=6e-7)
    assert np.all(field.status == Status.CONVERGED)


@pytest.mark.parametrize("name", ["quiet", "fluctuating_small"])
def test_both_names_of_a_branch_draw_the_same(old, name):
    field = resolve(old, "lyapunov_max", name)
    np.testing.assert_allclose(field.value[2:, 1], SMALL, atol=6e-7)
    assert np.all(field.status[:, 0] == Status.ABSENT)
    section = Request(branch=name, at={"noise_h": "0.01"})
    assert (
        write(old, section, 60, 12, colour=False).plain
        == write(old, Request(branch="fluctuating_small", at={"noise_h": "0.01"}), 60, 12, colour=False).plain
    )
    assert "fluctuating small" in draw(old, section).axes[0].get_title()


def test_labels_follow_the_present_rules(old):
    """The small response to noise beside chaos was overlooked then."""
    quiet, driven, both = Phase.STATIC_COMPLEX, Phase.DRIVEN_STABLE, Phase.BISTABLE
    assert phase_field(old).value.tolist() == [
        [quiet, driven],
        [quiet, driven],
        [both, both],
        [both, both],
        [both, both],
    ]
