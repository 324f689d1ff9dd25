"""`phasemap locate`: its JSON, several checkpoints, layers and inputs, bad files."""

import json
from pathlib import Path

import numpy as np
import pytest

DATA = Path(__file__).parents[1] / "cells" / "weights" / "data"
TWO = DATA / "torch_gru_two_layers_bidirectional.safetensors"


def test_json_names_what_is_known(phasemap) -> None:
    facts = json.loads(phasemap("locate", DATA / "torch_default.safetensors", "--json").out)
    (layer,) = facts["layers"]
    assert (layer["name"], layer["cell"], layer["reset"], layer["size"]) == ("l0", "gru", "after", 48)
    assert set(layer["gains"]) == {"r", "z", "n"} == set(layer["biases"]) == set(layer["bias_spread"])
    assert set(layer["inner_bias"]) == {"mean", "spread"}
    assert layer["zero_multiplier"] == pytest.approx(0.644, abs=0.02)
    assert layer["distances"]["zero_instability"] == pytest.approx(3.46, abs=0.1)
    assert set(layer["lyapunov_max"]) == {"value", "error", "status"}
    assert set(layer["gradient_scale"]) == {"10", "100", "1000"}
    assert {"theory", "matrix"} <= set(layer["gradient_scale"]["10"])
    assert layer["memory_steps"] == pytest.approx(2.3, abs=0.15)
    assert facts["input"].startswith("no input")


def test_all_layers_are_printed_and_one_can_be_chosen(phasemap) -> None:
    shown = phasemap("locate", TWO).out
    assert all(f"\n{name}: GRU of 8 units" in shown for name in ("l0", "l0_reverse", "l1", "l1_reverse"))
    (layer,) = json.loads(phasemap("locate", TWO, "--layer", "2", "--json").out)["layers"]
    assert layer["name"] == "l1"


def test_several_files_are_checkpoints(phasemap) -> None:
    names = ("keras_lstm.weights.h5", "torch_lstm.safetensors")
    facts = json.loads(phasemap("locate", *(DATA / name for name in names), "--json").out)
    assert [one["layers"][0]["cell"] for one in facts["checkpoints"]] == ["lstm", "lstm"]


def test_an_input_counts(phasemap, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.random.default_rng(0).standard_normal((50, 3)))
    path = DATA / "torch_gru_cell.safetensors"
    facts = json.loads(phasemap("locate", path, "--input", tmp_path / "x.npy", "--json").out)
    alone = json.loads(phasemap("locate", path, "--json").out)
    assert facts["layers"][0]["second_moment"][0] > alone["layers"][0]["second_moment"][0]


def test_the_map_is_drawn_with_every_checkpoint(phasemap, tmp_path: Path) -> None:
    from phasemap.studies.cells.locate import locate
    from phasemap.studies.cells.map import map_of

    names = ("torch_gru_cell.safetensors", "equinox_gru.npz")
    target = tmp_path / "map.png"
    assert phasemap("locate", *(DATA / name for name in names), "-o", target).code == 0
    assert b"Software\0phasemap" in target.read_bytes()
    scene = map_of([locate(DATA / "torch_default.safetensors", None, None)])
    zero, fold = scene.lines
    assert zero[1] == pytest.approx(2.0, rel=0.02)
    known = np.isfinite(fold[1])
    assert known.sum() >= 8 and (fold[1][known] < zero[1][known]).all() and (fold[2][known] > 2.8).all()
    assert scene.paths[0][1] == pytest.approx(0.577, abs=0.01)


def test_recurrences_without_feedback_have_half_lives_and_no_map(phasemap, tmp_path: Path) -> None:
    path = tmp_path / "min.npz"
    np.savez(path, **{"linear_z.bias": np.zeros(4)})
    (layer,) = json.loads(phasemap("locate", path, "--json").out)["layers"]
    assert layer["phase"] is None and layer["half_life_quantiles"]["50"] == pytest.approx(1.0)
    assert "no phase diagram" in phasemap("locate", path).out
    assert phasemap("locate", path, "-o", tmp_path / "map.png").code == 2


def test_a_tanh_network_has_no_map(phasemap, tmp_path: Path) -> None:
    ran = phasemap("locate", DATA / "torch_rnn.npz", "-o", tmp_path / "map.png")
    assert ran.code == 2 and "no map" in ran.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere.safetensors",), "no file"),
        ((TWO, "--layer", "7"), "2 l1"),
        ((TWO, "--input", DATA / "torch_rnn.npz"), ".npy"),
        ((Path(__file__),), "never read here"),
        ((DATA / "torch_lstm.outputs.npz",), "What it holds: x (7, 3)"),
    ],
)
def test_bad_input_is_one_paragraph(phasemap, arguments, words: str) -> None:
    ran = phasemap("locate", *arguments)
    assert ran.code == 2 and ran.out == ""
    assert words in ran.err and ran.err.count("\n") == 1


def test_layers_of_two_models_in_one_file_are_candidates(phasemap, tmp_path: Path) -> None:
    """One of PyTorch and one of Keras: refused with both named, and either can be chosen."""
    path, rng = tmp_path / "both.npz", np.random.default_rng(0)
    np.savez(path, weight_hh_l0=rng.normal(size=(12, 4)), recurrent_kernel=rng.normal(size=(3, 12)))
    refused = phasemap("locate", path)
    assert refused.code == 2 and refused.out == "" and refused.err.count("\n") == 1
    assert "--layer" in refused.err and "0 l0 (gru of 4 units" in refused.err and "(lstm of 3 units" in refused.err
    assert "LSTM of 3 units" in phasemap("locate", path, "--layer", "1").out


def test_layers_of_the_same_name_are_candidates(phasemap, tmp_path: Path) -> None:
    """`a.rnn` and `a/rnn` of an array's name are the same words of a report."""
    path, rng = tmp_path / "twice.npz", np.random.default_rng(0)
    np.savez(path, **{"rnn.weight_hh_l0": rng.normal(size=(9, 3)), "rnn/weight_hh_l0": rng.normal(size=(9, 3))})
    refused = phasemap("locate", path)
    assert refused.code == 2 and "twice" in refused.err and "1 rnn.l0" in refused.err


def test_layers_under_two_prefixes_are_those_of_one_model(phasemap, tmp_path: Path) -> None:
    """Encoder and decoder: both are located under their names."""
    path, rng = tmp_path / "pair.npz", np.random.default_rng(0)
    np.savez(path, **{f"{part}.rnn.weight_hh_l0": rng.normal(size=(3, 3)) for part in ("encoder", "decoder")})
    told = phasemap("locate", path).out
    assert "encoder.rnn.l0: RNN" in told and "decoder.rnn.l0: RNN" in told
