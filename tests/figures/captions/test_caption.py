"""Captions that one could print, of every kind of figure."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from phasemap.dataset.records import SolverRecord
from phasemap.figures.captions.caption import caption_of, caption_of_panels, caption_parts
from phasemap.figures.draw import Request
from phasemap.figures.scenes.units import in_milliseconds
from phasemap.figures.style.look import Wishes, wished
from phasemap.model.status import Status
from phasemap.storage.reading.reader import read_result


def test_the_caption_of_a_map_says_model_parameters_lines_and_numerics(plane):
    plane.fields["lyapunov_max"].status[3, 4, 0] = Status.FAILED
    words = caption_of(plane, Request())
    for expected in (
        "Maximum Lyapunov exponent, λ_max (in inverse membrane times), of the attractor, against the",
        "g_h (from 0.5 to 4) and the", "α_r (from 0 to 20)", "φ(h) = tanh(g_h h)",
        "output gate σ_r(r) = 1/(1 + exp(−α_r r)) that multiplies the activity of each unit and no update gate",
        "β_r = 0 and τ_r = 1 membrane time.", "static fold (dashed black), a pair of static states appears",
        "At α_r = 0 the output gate is constant and no degree of freedom", "N = 500 units", "at 5 points",
        "Numerics: ", "at 21 × 17 points; ", "1 failed", "errors at most 1.0e-08", plane.metadata.config_hash[:12],
    ):  # fmt: skip
        assert expected in words, (expected, words)


def test_no_caption_speaks_the_language_of_files(plane, box):
    """No names of the configuration, no formulas in dollars, no doubled words."""
    for words in (caption_of(plane, Request()), caption_of(box, Request()), caption_of(plane, Request("phase"))):
        assert not re.search(r"lyapunov_max|alpha_|beta_|tau_|static_fold|\$|\\|_=| =[^ ]| \.|\bthe the\b|  ", words), (
            words
        )


def test_captions_name_the_options_that_counted_and_no_others(plane):
    plane.checks.fields["network_lyapunov_max"].solver = "network"
    plane.metadata.settings["options"] = {"simulation": {"size": 500, "duration": 7.0}, "ensemble": {"paths": 1024}}
    plane.metadata.solvers = {"network": SolverRecord("finite networks", True, "simulation", ("size",))}
    words = caption_of(plane, Request())
    assert "Circles: finite networks at 5 points (N = 500 units)." in words
    assert "1024" not in words and "averages" not in words
    plane.metadata.solvers = {"network": SolverRecord("finite networks", True, "simulation", ("size", "duration"))}
    assert "averages over 7 membrane times" in caption_of(plane, Request())


def test_a_line_that_cannot_be_seen_is_not_named(plane):
    fold = plane.surfaces["static_fold"]
    column = fold.columns.index("g_h")
    moved = fold.vertices.copy()
    moved[:, column] += 50.0
    plane.surfaces["static_fold"] = replace(fold, vertices=moved)
    assert "static fold (dashed" not in caption_of(plane, Request())


def test_lines_along_an_axis_are_branches_and_uprights(plane):
    words = caption_of(plane, Request(at={"alpha_r": "15"}))
    assert "against the gain" in words.replace("against the gain of", "against the gain") and "α_r = 15" in words
    assert "Lines: zero (the silent state); " in words and "Upright lines: " in words and "dashed" not in words
    assert "Bands and bars are the stated errors." in words


def test_the_phase_diagram_names_its_regions_and_only_those(plane):
    words = caption_of(plane, Request("phase"))
    assert words.startswith("Phase diagram, against") and "“bistable” and “chaotic”" in words
    assert "marginally stable" not in words


def test_surfaces_in_a_box_are_named_without_a_quantity(checked_box):
    checked_box.metadata.title = "A sheet"
    words = caption_of(checked_box, Request())
    assert words.startswith("A sheet. Random network") and "converged" not in words
    assert "Surfaces and lines: " in words and "residuals up to" in words
    assert "converged" in caption_of(checked_box, Request(quantity="leading_edge", at={"beta_r": "0"}))


def test_the_membrane_time_constant_is_named_and_times_have_its_units(plane):
    words = caption_of(in_milliseconds(plane, 20.0), Request())
    assert "The membrane time constant is 20 ms." in words and "τ_r = 20 ms" in words and "λ_max (in Hz)" in words
    assert "membrane time constant" not in caption_of(plane, Request())


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"beta_r": -np.inf}, "with no gates"),
        ({"alpha_r": 0.0, "beta_r": 1.0}, "a constant output gate that multiplies"),
        ({"alpha_r": np.inf}, "a hard output gate σ_r(r), 0 or 1,"),
        ({"alpha_z": 2.0, "beta_z": 0.5}, "an update gate σ_z(z) = 1/(1 + exp(−α_z z + β_z)) that multiplies the rate"),
        ({"beta_h": 0.3}, "tanh(g_h h + β_h)"),
        ({"noise_h": 0.3, "tau_noise": 2.0}, "driven by noise on h, with α_r = 15, β_r = 0, τ_r = 1 membrane time,"),
        ({"s_h": 0.1, "input_inside": 1.0}, "driven by static inputs to h inside the update gate's bracket"),
    ],
)
def test_every_part_of_the_model_is_said(plane, changed, words):
    held = {"alpha_r": 15.0}
    from phasemap.figures.captions.network import network_in_words

    plane.metadata.parameters.update({k: v for k, v in changed.items() if k != "alpha_r"})
    assert words in network_in_words(plane, {**held, **{k: v for k, v in changed.items() if k == "alpha_r"}})


def test_panels_share_what_they_have_in_common(plane):
    one, other = caption_parts(plane, Request()), caption_parts(plane, Request("phase"))
    words = caption_of_panels([one, other], ["(a)", "(b)"])
    assert words.startswith("(a) Maximum") and "(b) Phase diagram" in words
    assert words.count("Random network") == 1 and words.count(plane.metadata.config_hash[:12]) == 1
    assert caption_of_panels([one], ["(a)"]) == f"(a) {one.text}"


def test_times_of_cells_are_steps():
    """Options of networks are the only lengths of time in the caption of a map of cells."""
    stored = read_result(Path(__file__).parents[3] / "results" / "lstm_bias.h5")
    words = caption_of(stored, Request(quantity="lyapunov_max"))
    assert "averages over 1000 steps; a transient of 500 steps" in words and "membrane" not in words


def test_a_map_says_that_its_colours_are_mixed_where_they_are(plane):
    words = "Colours between the points are interpolated, across no line and from no state into another."
    assert words in caption_of(plane, Request())
    assert words not in caption_of(plane, Request("fixed_point_count"))
    assert words not in caption_of(plane, Request("phase"))
    assert words not in caption_of(plane, Request(along="g_h"))
    with wished(Wishes(smooth=False)):
        assert words not in caption_of(plane, Request())


def test_a_study_of_cells_speaks_of_layers_and_one_of_rate_units_of_networks():
    results = Path(__file__).parents[3] / "results"
    words = {
        name: caption_parts(read_result(results / f"{name}.h5"), Request()).network
        for name in ("first_gradients", "integrator")
    }
    assert words["first_gradients"] == "Random layers of GRU and LSTM cells, with weights as stated."
    assert words["integrator"].startswith("Random networks of rate units")
