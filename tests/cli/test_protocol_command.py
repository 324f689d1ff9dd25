"""`phasemap protocol`: what it prints, stores and refuses."""

import json
import os
import pickle
from pathlib import Path

import h5py
import numpy as np
import pytest
from support.command_line import Run

from phasemap.errors import ResultFileError
from phasemap.simulation.protocols.networks import Networks
from phasemap.storage import read_result
from phasemap.storage.courses import read_course

STATIC = ["protocol", "kick", "--set", "g_h=2", "--set", "alpha_z=10", "--state", "static"]
HARD = ["--set", "g_h=2", "--set", "alpha_z=inf"]


@pytest.fixture(autouse=True)
def _somewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_kick_in_theory_is_strict_json_with_values_errors_and_statuses(phasemap: Run):
    ran = phasemap(*STATIC, "--delays", "1,100", "--json")
    found = json.loads(ran.out)
    assert ran.code == 0 and found["delays"] == [1.0, 100.0] and found["networks"] is None
    assert [one["value"] for one in found["retained_overlap"]] == pytest.approx([0.667363, 0.242284], abs=1e-6)
    assert {one["status"] for one in found["retained_overlap"]} == {"converged"}
    assert {one["status"] for one in found["retained_distance"]} == {"converged"}
    assert all(0.0 < one["value"] < 1.0 for one in found["cosine"])
    assert found["memory_lifetime"]["value"] == pytest.approx(527.394, abs=1e-3)


def test_networks_stand_beside_the_theory_with_both_amplitudes(phasemap: Run):
    ran = phasemap("protocol", "kick", *HARD, "--amplitude-std", "0.5", "--delays", "2,20", "--networks", "2",
                   "--size", "80,160", "--json")  # fmt: skip
    networks = json.loads(ran.out)["networks"]
    assert networks["amplitude"] == pytest.approx(0.5 * networks["deviation_of_h"])
    assert networks["amplitude_in_deviations"] == pytest.approx(0.5)
    assert len(networks["retained_overlap"]) == len(networks["retained_overlap_extrapolated"]) == 2
    assert networks["couplings"] == {"80": "dense", "160": "dense"}
    again = phasemap("protocol", "kick", *HARD, "--amplitude-std", "0.5", "--delays", "2,20", "--networks", "2",
                     "--size", "80,160", "--json")  # fmt: skip
    assert again.out == ran.out


def test_theory_alone_says_the_amplitude_absolute_and_in_deviations_of_h(phasemap: Run):
    ungated = ["protocol", "kick", "--set", "g_h=2", "--delays", "1", "--relax", "40"]
    deviation = 0.481201**0.5
    for option, size in (("--amplitude", 0.5), ("--amplitude-std", 0.5 / deviation)):
        found = json.loads(phasemap(*ungated, option, str(size), "--json").out)
        assert found["amplitude"] == pytest.approx(0.5, rel=2e-3)
        assert found["amplitude_in_deviations"] == pytest.approx(0.5 / deviation, rel=2e-3)
        assert found["deviation_of_h"] == pytest.approx(deviation, rel=2e-3)
    static = phasemap(*STATIC, "--amplitude-std", "2", "--delays", "1").out
    assert "amplitude_in_deviations" in static and "deviation_of_h" in static


def test_a_finite_kick_at_a_moving_gate_is_not_sought_in_theory_and_says_what_to_do(phasemap: Run):
    ran = phasemap("protocol", "kick", *HARD, "--amplitude", "0.5", "--delays", "2")
    assert ran.code == 0 and "not sought" in ran.out and "--networks 4" in ran.out


def test_inputs_reach_the_theory_too(phasemap: Run):
    """A common input holds chaos down; where the update gate moves there is no theory of it, and none is shown."""
    plain, driven = (
        json.loads(phasemap("protocol", "kick", "--set", "g_h=2", "--delays", "5", *more, "--json").out)
        for more in ([], ["--input", "h:step:strength=1"])
    )
    assert driven["retained_distance"][0]["value"] < 0.1 * plain["retained_distance"][0]["value"]
    moving = json.loads(phasemap(*STATIC, "--input", "h:step:strength=1", "--delays", "5", "--json").out)
    assert moving["retained_overlap"][0]["status"] == "not_sought" and "--networks" in " ".join(moving["remarks"])


def test_lazy_networks_are_chosen_by_an_option(phasemap: Run):
    arguments = ["protocol", "kick", *HARD, "--amplitude", "0.5", "--delays", "2", "--networks", "1", "--size", "80"]
    assert json.loads(phasemap(*arguments, "--lazy", "--json").out)["networks"]["couplings"] == {"80": "lazy"}


def test_networks_in_a_file_are_compared_with_their_theory_alone(phasemap: Run, tmp_path: Path):
    """Three networks tell their scatter from three numbers: errors count as Student's distribution is wide."""
    target = str(tmp_path / "kick.h5")
    kick = ("protocol", "kick", "--amplitude", "0.5", "--delays", "1,3", "--networks", "3", "--lazy", "-o", target)
    assert phasemap(*kick, "--set", "g_h=0.8", "--relax", "5", "--size", "200,400").code == 0
    by_name = {one["quantity"]: one for one in json.loads(phasemap("compare", target, "--json").out)}
    overlap, distance = by_name["retained_overlap"], by_name["retained_distance"]
    assert overlap["extrapolated"] and overlap["networks"] is None and overlap["size"] is None
    assert (distance["size"], distance["networks"], distance["extrapolated"]) == (400, 3, False)
    for point in distance["points"]:
        factor = np.hypot(point["theory_error"], 19.2 / 3.0 * point["simulation_error"])
        assert point["allowed_statistical"] == pytest.approx(3.0 * factor, rel=0.01)
    # Units that are frozen, and kicks that flip no gate, are something else than these networks (docs/memory.md).
    assert phasemap(*kick, *HARD, "--state", "static", "--relax", "5", "--size", "80", "--force").code == 0
    refused = phasemap("compare", target)
    assert refused.code == 2 and "retained_overlap (theory)" in refused.err and "frozen" in refused.err


def test_theory_that_takes_long_says_so_before_it_begins(phasemap: Run, monkeypatch: pytest.MonkeyPatch):
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("phasemap.studies.protocols.kick.kick", stopped)
    steep = ("protocol", "kick", "--set", "g_h=2", "--set", "alpha_z=30", "--delays", "1")
    said = phasemap(*steep).err
    assert "very roughly 82 s" in said and "--state static" in said
    assert "very roughly" not in phasemap(*steep, "--state", "static").err


def test_a_reset_lists_the_share_that_each_strength_leaves(phasemap: Run):
    ran = phasemap("protocol", "reset", *HARD, "--gate", "z", "--at", "20", "--duration", "2", "--strength", "1,4",
                   "--read", "30", "--json")  # fmt: skip
    found = json.loads(ran.out)
    assert [one["value"] for one in found["retained_fraction"]] == pytest.approx([0.36121, 0.03032], abs=1e-5)
    assert found["natural_unit_of_strength"] == pytest.approx(0.7283, abs=1e-3)


def test_a_staircase_and_a_drive_are_stored_and_drawn_again(phasemap: Run):
    stairs = phasemap("protocol", "integrator", *HARD, "--pulses", "4", "--spacing", "5", "--networks", "1",
                      "--size", "60", "-o", "stairs.h5", "--figure")  # fmt: skip
    assert stairs.code == 0 and "slope" in stairs.out
    drawn = Path("stairs.png").read_bytes()
    assert phasemap("plot", "stairs.h5", "-o", "again.png", "--title", "x").code == 0 and drawn
    driven = phasemap("protocol", "drive", "--set", "g_h=0.5", "--input", "h:pulse:at=1,duration=2,strength=1",
                      "--until", "10", "--networks", "2", "--size", "50", "-o", "drive.h5")  # fmt: skip
    assert driven.code == 0
    variance = read_result(Path("drive.h5")).fields["variance"]
    assert np.nanmax(variance.value) > 0.3 > variance.value[0, 0, -1]


def test_the_weakest_pulse_of_every_duration_is_found_in_theory_and_in_networks(phasemap: Run):
    ran = phasemap("protocol", "drive", "--set", "g_h=1.9", "--set", "alpha_r=20", "--input",
                   "h:pulse:at=2,duration=1,strength=1,units=each", "--durations", "1,4", "--until", "40",
                   "--networks", "2", "--size", "200", "-o", "switch.h5", "--json")  # fmt: skip
    found = json.loads(ran.out)
    theory, networks = ([one["value"] for one in part["smallest_impulse"]] for part in (found, found["networks"]))
    assert found["durations"] == [1.0, 4.0] and theory == pytest.approx([0.0261, 0.0248], rel=0.02)
    assert networks == pytest.approx(theory, rel=0.5)
    assert set(read_result(Path("switch.h5")).fields) == {"smallest_strength", "smallest_impulse"}


def test_inputs_come_from_configurations_and_files(phasemap: Run):
    np.save("course.npy", np.stack([np.linspace(0.0, 5.0, 11), np.ones(11)], axis=1))
    Path("x.toml").write_text('[parameters]\ng_h = 0.0\n[input]\nh = ["file:path=course.npy,strength=2"]\n')
    ran = phasemap("protocol", "drive", "x.toml", "--until", "5", "--networks", "1", "--size", "40", "--json")
    variance = [one["value"] for one in json.loads(ran.out)["networks"]["variance"]]
    assert variance[-1] == pytest.approx((2.0 * (1.0 - np.exp(-5.0))) ** 2, rel=0.05)


def test_a_course_is_the_same_from_every_kind_of_file(tmp_path: Path):
    table = np.stack([np.linspace(0.0, 1.0, 5), np.arange(5.0), np.arange(5.0) ** 2], axis=1)
    np.save("a.npy", table)
    np.savetxt("a.csv", table, delimiter=",")
    with h5py.File("a.h5", "w") as file:
        file["time"], file["values"] = table[:, 0], table[:, 1:]
    for name in ("a.npy", "a.csv", "a.h5"):
        times, values = read_course(name)
        assert np.allclose(times, table[:, 0]) and np.allclose(values, table[:, 1:])


def hostile(kind: str, path: str) -> None:
    """A file that is no course, or means harm."""
    table = np.stack([np.linspace(0.0, 5.0, 11), np.ones(11)], axis=1)
    if kind == "objects":
        np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    elif kind == "pickle":
        Path(path).write_bytes(pickle.dumps([1, 2]))
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "no time":
        with h5py.File(path, "w") as file:
            file["values"] = table
    elif kind == "empty":
        Path(path).write_text("\n")
    else:
        changed = {"nan": np.where(table > 2.0, np.nan, table), "back": table[::-1], "complex": table + 1j,
                   "flat": table[:, 0], "bomb": table}  # fmt: skip
        np.save(path, changed[kind])
        if kind == "bomb":  # its head promises 20 GB
            content = Path(path).read_bytes()
            Path(path).write_bytes(content.replace(b"(11, 2), }        ", b"(1300000000, 2), }"))


@pytest.mark.parametrize(
    ("kind", "path", "said"),
    [("objects", "x.npy", "Python objects"), ("pickle", "x.npy", "no array of numbers"), ("pipe", "x.npy", "no file"),
     ("no time", "x.h5", "no dataset time"), ("empty", "x.csv", "empty"), ("nan", "x.npy", "finite"),
     ("back", "x.npy", "increasing"), ("complex", "x.npy", "real numbers"), ("flat", "x.npy", "must be a table"),
     ("bomb", "x.npy", "file size")],
)  # fmt: skip
def test_files_that_are_no_course_are_refused_in_a_sentence(kind: str, path: str, said: str):
    hostile(kind, path)
    with pytest.raises(ResultFileError, match=said):
        read_course(path)


def test_a_file_has_values_for_one_unit_or_for_all(phasemap: Run):
    np.save("wide.npy", np.ones((4, 8)) * np.arange(4)[:, None])
    ran = phasemap("protocol", "drive", "--input", "h:file:path=wide.npy", "--until", "2", "--networks", "1",
                   "--size", "20", "-o", "out.h5")  # fmt: skip
    assert ran.code == 2 and "7 units, and the network has 20" in ran.err and not Path("out.h5").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["kick", "--state", "rest"], "attractor, static"),
        (["kick", "--delays", "1,x"], "--delays"),
        (["kick", "--delays", "-1"], "not negative"),
        (["kick", "--amplitude", "1", "--amplitude-std", "1"], "give one of them"),
        (["kick", "--networks", "1", "--size", "1.5"], "whole number"),
        (["kick", "--input", "h:puls:duration=1,strength=1"], "'puls' is not known"),
        (["kick", "--input", "h:file:path=none.npy"], "cannot be read"),
        (["reset", "--gate", "h"], "z, r, both"),
        (["integrator", "--duration", "30"], "overlap"),
        (["drive", "--durations", "1,2"], "exactly one --input"),
        (["drive", "--input", "h:pulse:duration=1,strength=1", "--durations", "0,1"], "above 0"),
        (["kick", "--set", "g_x=1"], "g_x"),
    ],
)
def test_what_is_wrong_is_one_paragraph_and_nothing_is_written(phasemap: Run, arguments: list[str], said: str):
    ran = phasemap("protocol", *arguments, "-o", "out.h5")
    assert ran.code == 2 and said in " ".join(ran.err.split()) and "Traceback" not in ran.err
    assert not Path("out.h5").exists()


def test_a_configuration_gives_options_and_the_command_line_overrides_them(phasemap: Run):
    Path("x.toml").write_text('[parameters]\ng_h = 2.0\nalpha_z = 10.0\n[protocol]\nstate = "static"\ndelays = [1.0]\n')
    found = json.loads(phasemap("protocol", "kick", "x.toml", "--json").out)
    assert found["state"] == "static" and found["delays"] == [1.0]
    assert json.loads(phasemap("protocol", "kick", "x.toml", "--delays", "5", "--json").out)["delays"] == [5.0]


def test_a_second_run_overwrites_nothing_and_a_missing_folder_is_named_before_anything_runs(phasemap: Run):
    assert phasemap(*STATIC, "-o", "k.h5", "--figure").code == 0
    kept = Path("k.h5").read_bytes(), Path("k.png").read_bytes()
    again = phasemap(*STATIC, "-o", "k.h5", "--figure")
    assert again.code == 2 and "--force" in again.err and "delays" not in again.out
    assert (Path("k.h5").read_bytes(), Path("k.png").read_bytes()) == kept
    Path("k.h5").unlink()
    Path("k.png").write_text("mine")
    foreign = phasemap(*STATIC, "-o", "k.h5", "--figure")
    assert foreign.code == 2 and Path("k.png").read_text() == "mine" and not Path("k.h5").exists()
    nowhere = phasemap(*STATIC, "-o", "nowhere/k.h5")
    assert nowhere.code == 2 and "folder" in nowhere.err and not nowhere.out


def test_an_interrupted_run_leaves_the_networks_that_are_finished_and_no_result(
    phasemap: Run, monkeypatch: pytest.MonkeyPatch
):
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Networks, "__init__", stop)  # after the last network
    ran = phasemap("protocol", "kick", *HARD, "--amplitude", "0.5", "--delays", "2", "--networks", "1", "--size", "30",
                   "-o", "k.h5")  # fmt: skip
    assert ran.code == 130 and "Traceback" not in ran.err
    assert [path.name for path in Path().iterdir()] == ["k.networks.npz"]
