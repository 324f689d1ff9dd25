"""`phasemap init`: files that `locate` finds in place, the lines that load them, bad input."""

import json
from pathlib import Path

import numpy as np
import pytest

ARGUMENTS = ("init", "--cell", "gru", "--size", "64")


@pytest.mark.parametrize("name", ["start.safetensors", "start.npz"])
def test_what_is_drawn_is_found(phasemap, tmp_path: Path, monkeypatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    shown = phasemap(*ARGUMENTS, "--input", "5", "--phase", "memory=12", "-o", name)
    assert shown.code == 0 and "load_state_dict" in shown.out and "Memory: 12 steps" in shown.out
    (layer,) = json.loads(phasemap("locate", name, "--json").out)["layers"]
    assert layer["memory_steps"] == pytest.approx(12, rel=1e-4)
    assert layer["phase"] == "stable zero"


def test_the_same_seed_is_the_same_file(phasemap, tmp_path: Path) -> None:
    for name, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        phasemap(*ARGUMENTS, "--phase", "stable", "--seed", seed, "-o", tmp_path / f"{name}.safetensors")
    a, b, c = ((tmp_path / f"{name}.safetensors").read_bytes() for name in "abc")
    assert a == b != c


def test_files_of_others_are_not_overwritten(phasemap, tmp_path: Path) -> None:
    mine = tmp_path / "mine.npz"
    np.savez(mine, x=np.ones(3))
    ran = phasemap(*ARGUMENTS, "--phase", "stable", "-o", mine)
    assert ran.code == 2 and "not overwritten" in ran.err
    ours = tmp_path / "ours.npz"
    for seed in ("1", "2"):
        assert phasemap(*ARGUMENTS, "--phase", "stable", "--seed", seed, "-o", ours).code == 0


def test_print_writes_nothing(phasemap, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = phasemap("init", "--cell", "lstm", "--phase", "critical", "--print")
    assert ran.code == 0 and "f: gain 0.57735" in ran.out and "bias 1" in ran.out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (("--phase", "stable"), "--print"),
        (("--phase", "stable", "-o", "x.pt"), ".safetensors"),
        (("--phase", "lively", "-o", "x.npz"), "lively"),
        (("--phase", "stable", "--size", "1", "-o", "x.npz"), "--size"),
        (("--phase", "stable", "--chrono", "1", "-o", "x.npz"), "--chrono"),
        (("--phase", "stable", "--reset", "before", "-o", "x.npz"), "--reset after"),
        (("--phase", "stable", "-o", "nowhere/x.npz"), "folder"),
    ],
)
def test_bad_input_is_one_paragraph(phasemap, extra, words: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = phasemap(*ARGUMENTS, *extra)
    assert ran.code == 2 and words in ran.err and ran.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_chrono_biases_are_printed_as_drawn_and_take_back_the_promise(phasemap, tmp_path: Path) -> None:
    """The bias of the recipe, 1, is not that of the file."""
    path = tmp_path / "chrono.npz"
    told = phasemap("init", "--cell", "lstm", "--phase", "critical", "--size", "64", "--chrono", "200", "-o", path)
    arrays = np.load(path)
    forget = (arrays["bias_ih_l0"] + arrays["bias_hh_l0"])[64:128]
    assert told.code == 0 and f"f {forget.mean():.3g} ± {forget.std():.2g}" in told.out
    assert "holds of the gains only" in told.out
