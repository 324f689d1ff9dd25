"""Protocols that a signal stops keep what is done: theory, and networks that are finished."""

import json
import os
import signal
from importlib import import_module
from pathlib import Path

import pytest
from support.command_line import Run

from phasemap.simulation.protocols import solver as kicked
from phasemap.storage import read_result, write_result
from phasemap.studies.protocols import kick as studies

KICK = ["protocol", "kick", "--set", "g_h=2", "--amplitude", "0.5", "--delays", "2", "--size", "40,60",
        "--networks", "2", "--relax", "1"]  # fmt: skip


@pytest.fixture
def after(monkeypatch, tmp_path):
    """Have a real signal come in the middle of the network after so many."""
    monkeypatch.chdir(tmp_path)

    def so_many(number: int, module=kicked, name: str = "run_kick", sent: signal.Signals = signal.SIGTERM) -> None:
        run, done = getattr(module, name), [0]

        def counted(*given, **named):
            done[0] += 1
            if done[0] == number + 1:
                os.kill(os.getpid(), sent)
            return run(*given, **named)

        monkeypatch.setattr(module, name, counted)

    return so_many


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_finished_networks_are_printed_and_stored_as_partial(phasemap: Run, after, sent):
    whole = json.loads(phasemap(*KICK, "--json").out)
    after(3, sent=sent)
    ran = phasemap(*KICK, "--json", "-o", "p.h5")
    found = json.loads(ran.out)
    assert ran.code == 130 and whole["stopped"] is None
    assert "2 of 2 networks of 40 units, 1 of 2 networks of 60 units" in found["stopped"]
    assert found["networks"]["done"] == {"40": 2, "60": 1}
    assert found["retained_overlap"] == whole["retained_overlap"]
    assert read_result(Path("p.h5")).metadata.stopped == found["stopped"]
    beside = Path("p.networks.npz")
    other = phasemap(*KICK, "--relax", "2", "-o", "p.h5")
    assert other.code == 2 and "partial" in other.err and "--force" in other.err and beside.exists()
    again = phasemap(*KICK, "--json", "-o", "p.h5")
    assert again.code == 0 and "3 networks of this configuration are finished" in again.err and not beside.exists()
    assert json.loads(again.out) == whole and not read_result(Path("p.h5")).metadata.stopped


def test_networks_that_are_finished_are_not_run_again(phasemap: Run, after):
    """More networks may be asked for; what another program left beside the file is not touched."""
    whole = json.loads(phasemap(*KICK, "--networks", "3", "--json").out)
    after(3)
    assert phasemap(*KICK, "-o", "p.h5").code == 130
    Path("p.h5").unlink()  # as if the process had been killed
    after(3)  # of six networks three are there: the fourth run of this process would be stopped
    again = phasemap(*KICK, "--networks", "3", "--json", "-o", "p.h5")
    assert again.code == 0 and json.loads(again.out) == whole
    Path("q.networks.npz").write_text("mine")
    refused = phasemap(*KICK, "-o", "q.h5")
    assert refused.code == 2 and "q.networks.npz" in refused.err and not Path("q.h5").exists()


def test_files_of_before_say_in_their_description_that_they_are_partial(phasemap: Run, after):
    assert phasemap(*KICK, "-o", "p.h5").code == 0
    result = read_result(Path("p.h5"))
    result.metadata.description = "Stopped before the end: theory, and 1 of 2 networks. Made by: phasemap"
    write_result(Path("p.h5"), result)
    assert read_result(Path("p.h5")).metadata.stopped == "Stopped before the end: theory, and 1 of 2 networks."
    again = phasemap(*KICK, "-o", "p.h5")
    assert again.code == 2 and "partial" in again.err and "1 of 2 networks: with --force" in again.err


def test_theory_stays_where_no_network_is_finished(phasemap: Run, after):
    after(0)
    ran = phasemap(*KICK, "--json", "-o", "p.h5")
    found = json.loads(ran.out)
    assert ran.code == 130 and found["networks"] is None and "0 of 2 networks" in found["stopped"]
    assert found["retained_distance"][0]["status"] == "converged"


def test_other_protocols_keep_theirs_too(phasemap: Run, after):
    where = ["--set", "g_h=2", "--networks", "3", "--size", "40", "--json"]
    for module, name, words in (
        (kicked, "run_reset", ["reset", "--gate", "z", "--at", "2", "--read", "1", "--strength", "1"]),
        ("phasemap.studies.protocols.integrator", "run_integrator", ["integrator", "--pulses", "2", "--spacing", "2"]),
        ("phasemap.studies.protocols.drive", "run_drive",
         ["drive", "--input", "h:pulse:duration=1,strength=1", "--until", "3"]),
    ):  # fmt: skip
        after(2, import_module(module) if isinstance(module, str) else module, name)
        ran = phasemap("protocol", *words, *where)
        assert ran.code == 130 and "2 of 3 networks" in json.loads(ran.out)["stopped"], words


def test_the_theory_of_the_overlap_stays_where_that_of_the_distance_is_stopped(phasemap: Run, after):
    after(0, studies, "distances", signal.SIGINT)
    ran = phasemap("protocol", "kick", "--set", "g_h=2", "--delays", "1", "--networks", "1", "--json")
    found = json.loads(ran.out)
    assert ran.code == 130 and found["networks"] is None and "overlap alone" in found["stopped"]
    assert found["retained_overlap"][0]["value"] == pytest.approx(0.36788, abs=1e-5)


def test_nothing_is_written_where_nothing_was_known(phasemap: Run, after, tmp_path):
    after(0, studies.solver, "kicked_state")
    ran = phasemap("protocol", "kick", "--set", "g_h=2", "--delays", "1", "-o", "p.h5")
    assert ran.code == 130 and not ran.out and "nothing is kept" in ran.err and not list(tmp_path.iterdir())


STATIC = ["--set", "g_h=2", "--set", "alpha_z=10", "--state", "static"]
NETWORK = ["--networks", "1", "--size", "20"]


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        (["kick", "--amplitude", "1e308", "--delays", "1", *NETWORK], "from 1e-06 to 1e+06"),
        (["kick", "--amplitude", "1e-300", "--delays", "1", *NETWORK], "infinitesimal"),
        (["kick", "--relax", "inf", "--delays", "1", *NETWORK], "must be finite"),
        (["reset", "--at", "1e308", "--strength", "2", *NETWORK], "at most 1e+07"),
        (["integrator", *STATIC, "--strength", "nan"], "either sign"),
        (["integrator", *STATIC, "--spacing", "1e308"], "finite time"),
        (["integrator", *STATIC, "--pulses", "100000000"], "10000"),
        (["drive", "--input", "h:step:strength=1", "--until", "1e308", *NETWORK], "at most 1e+07"),
        (["drive", "--input", "h:step:strength=1e300", *NETWORK], "1e+100"),
        (["drive", "--input", "h:sinusoid:strength=1,period=1e-300", *NETWORK], "period"),
    ],
)
def test_numbers_without_an_answer_are_refused_in_a_sentence(phasemap: Run, words, phrase):
    ran = phasemap("protocol", words[0], "--set", "g_h=2", *words[1:])
    assert ran.code == 2 and phrase in ran.err and not ran.out


def test_delays_from_zero_to_the_largest_float_have_answers(phasemap: Run):
    def of(*words: str) -> dict:
        """What is said of delays of 0 and 1e308."""
        return json.loads(phasemap("protocol", "kick", *words, "--delays", "1e308,0,0", "--json").out)

    chaos, rest = of("--set", "g_h=2"), of("--set", "g_h=0.8")
    for one in (chaos, rest):
        assert [one["delays"][0], one["retained_overlap"][0]["value"], one["retained_distance"][0]["value"]] == [
            0,
            1,
            1,
        ]
    assert chaos["retained_distance"][1]["status"] == "lower_bound" and chaos["cosine"][1]["status"] == "upper_bound"
    assert chaos["retained_overlap"][1]["value"] == rest["retained_overlap"][1]["value"] == 0.0
    assert rest["retained_distance"][1]["value"] == 0.0
    kicked = json.loads(phasemap("protocol", "kick", "--set", "g_h=2", "--set", "alpha_z=inf", "--amplitude", "0.5",
                                 "--delays", "0", *NETWORK, "--json").out)  # fmt: skip
    assert (
        kicked["networks"]["retained_overlap"][0]["value"] == kicked["networks"]["retained_distance"][0]["value"] == 1
    )
